"""Writes what the trial measured into the draft, and says it."""

from __future__ import annotations

from cdi_spark.discovery.draft.conf_lines import ConfLine
from cdi_spark.discovery.draft.project import Draft
from cdi_spark.discovery.trial.expectations import (
    find_line_doubts,
    find_source_doubts,
    state,
    state_expected,
)
from cdi_spark.discovery.trial.results import LineResult, SourceResult, TableResult, Trial


def apply_trial(draft: Draft, trial: Trial) -> list[str]:
    """Set the shares and doubts of the draft's lines to what the trial found.

    Returns:
        Lines to print.
    """
    printed = []
    for plan in draft.plans:
        source = trial.sources[plan.name]
        doubts = find_source_doubts(source, records=plan.emits[0].table if plan.sheet.explode else "")
        printed.append(f"{plan.name}: {_say_rows(source)}")
        for number, emit in enumerate(plan.emits):
            printed += [_say_table(table) for table in source.tables if table.table == emit.table]
            for line in emit.lines:
                if measured := trial.lines.get((plan.name, number, line.target)):
                    plan.tried = _say_tried(source)
                    printed.append(f"    {line.target}: {state(measured)} (expected: {state_expected(line)})")
                    doubts += _apply(line, measured, source, name=f"{emit.table}.{line.target}")
            printed += [f"    {line.target}: left out, because {why}" for line, why in emit.left_out]
        printed += [f"  to confirm: {doubt}" for doubt in doubts]
    return [*printed, *(f"does not run: {fault}" for fault in trial.faults)]


def _apply(line: ConfLine, measured: LineResult, source: SourceResult, *, name: str) -> list[str]:
    """Replace the shares of a line, and add its doubts; returns these with the line's name."""
    doubts = find_line_doubts(line, measured, whole=source.whole)
    line.confirm += doubts
    line.shares = state(measured)
    return [f"{name}: {doubt}" for doubt in doubts]


def _say_tried(source: SourceResult) -> str:
    return f"all {source.rows:,} rows" if source.whole else f"the first {source.rows:,} rows"


def _say_rows(source: SourceResult) -> str:
    landed = "not landed" if source.landed is None else f"{source.landed:,} landed"
    return f"{_say_tried(source)} of the files tried, {landed}"


def _say_table(table: TableResult) -> str:
    """Where the rows for a table went; numbers that are none are left out."""
    numbers = {
        "merged into others of their key or older versions": table.merged,
        "deleted by their source": table.deleted,
        "without anything for it": table.skipped,
        "in quarantine": table.quarantined,
    }
    said = [f"{rows:,} {what}" for what, rows in numbers.items() if rows]
    rules = ", ".join(f"{rule}: {rows:,}" for rule, rows in table.rules.most_common())
    return f"  {table.table}: {', '.join([f'{table.in_silver:,} in silver', *said])}" + (
        f" ({rules})" if rules else ""
    )
