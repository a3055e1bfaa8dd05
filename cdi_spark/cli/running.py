"""How `cdi run` and `cdi demo` run stages: with log lines, or on a terminal with a table and warnings at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING

from rich.text import Text

from cdi_spark.cli.options import command_line, err, has_watcher, out
from cdi_spark.monitoring import logs

if TYPE_CHECKING:
    from cdi_spark.cli.screen import Screen
    from cdi_spark.pipeline.run import Run
    from cdi_spark.pipeline.runner import StageResult

_QUARANTINE = "SELECT target, source, failed_rules, file, row_number FROM silver.quarantine"
_DROPPED = "SELECT source, table, column, reason, rows, places FROM ops.cleaning WHERE run_id = '{}' AND reason <> ''"


def is_on_screen(job: Run) -> bool:
    """Return whether the run is shown as a table instead of log lines; a project with JSON logs gets its lines."""
    return has_watcher() and job.project.file.log.format != "json"


def run_and_show(
    job: Run, stages: Sequence[str], *, where: Sequence[str], wait_seconds: float = 0
) -> list[StageResult]:
    """Run stages and return what they did.

    Args:
        stages: keys of pipeline.runner.STAGES.
        where: the options that name project and warehouse, for commands to copy.
    """
    from cdi_spark.pipeline.runner import run_stages

    if not is_on_screen(job):
        return list(run_stages(job, stages, wait_seconds=wait_seconds))
    from cdi_spark.cli.screen import Screen, shown

    screen = Screen(stages)
    with _warned(job, screen, where), shown(screen, err):
        return list(run_stages(job, stages, wait_seconds=wait_seconds))


@contextmanager
def _warned(job: Run, screen: Screen, where: Sequence[str]) -> Iterator[None]:
    """Collect the block's log lines in a file beside the tables, and print its warnings at the end."""
    with logs.gathered() as log:
        try:
            yield
        finally:
            lines = screen.warnings(
                see=command_line("sql", _QUARANTINE, *where),
                see_dropped=command_line("sql", _DROPPED.format(job.run_id), *where),
            )
            if file := _log_file(job, log):
                lines.append(f"full log: {file}")
            for line in lines:
                err.print(Text.assemble(("· ", "yellow"), line), soft_wrap=True)
            if lines:
                err.print()


def _log_file(job: Run, log: StringIO) -> str | None:
    """Write the log and return its file; None if it is empty, or the tables are in no local folder."""
    if not log.getvalue():
        return None
    try:
        file = job.storage.write_report(f"run_{job.run_id}.log", log.getvalue())
    except OSError:  # a log that cannot be written must not fail the run
        return None
    return None if file is None else str(file)


def print_result(results: Sequence[StageResult], *, where: Sequence[str]) -> None:
    """Print the result of a run, and commands to look at it."""
    from cdi_spark.cli.screen import counted

    print_stages(results)
    rows = {table: number for result in results for table, number in result.rows.items()}
    found = [
        counted(rows[table], noun)
        for table, noun in (
            ("gold.customer_360", "customer"),
            ("entities.component", "record"),
            ("linkage.pair", "pair"),
        )
        if table in rows
    ]
    if "silver.quarantine" in rows:
        found.append(f"{counted(rows['silver.quarantine'], 'row')} in quarantine")
    if found:
        out.print(f"\n{', '.join(found)}", highlight=False)
    if "gold.customer_360" in rows:
        out.print("\nTry next:")
        print_commands(
            (
                ("customers", ("sql", "SELECT * FROM gold.customer_360 LIMIT 5", *where)),
                ("the release in numbers", ("report", "report.html", *where)),
                ("the most doubtful pairs", ("review", "--html", "pairs.html", *where)),
            )
        )


def print_stages(results: Sequence[StageResult]) -> None:
    """Print what each stage does, its result, and how long it took."""
    from rich.table import Table as RichTable

    from cdi_spark.cli.screen import PURPOSES, headline

    shown = RichTable("stage", "rows", "seconds", "", box=None, padding=(0, 2, 0, 0))
    shown.columns[1].justify = shown.columns[2].justify = "right"
    for result in results:
        seconds, purpose = f"{result.seconds:.0f}", Text(PURPOSES.get(result.stage, ""), "dim")
        shown.add_row(result.stage, headline(result.stage, result.rows), seconds, purpose)
    if len(results) > 1:
        shown.add_row("all", "", f"{sum(result.seconds for result in results):.0f}", style="bold")
    out.print(shown)


def print_commands(commands: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Print commands to copy, each below what it shows."""
    for what, words in commands:
        out.print(Text(f"  {what}", "dim"))
        out.print(Text(f"    {command_line(*words)}"), soft_wrap=True)
