"""`cdi review`: pairs for stewards to review, and their answers."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table as RichTable
from rich.text import Text

from cdi_spark.cli.options import (
    AsJson,
    Catalog,
    ProjectDir,
    Warehouse,
    open_storage,
    out,
    print_json,
    project_at,
    show_step,
    write_page,
)
from cdi_spark.errors import CdiError, ConfigError

if TYPE_CHECKING:
    from cdi_spark.queries.confirmations import ToConfirm
    from cdi_spark.stewardship.review_sheet import Sheet, Taken


def review(
    project: ProjectDir = ".",
    warehouse: Warehouse = None,
    catalog: Catalog = None,
    pairs: Annotated[int, typer.Option(min=1, help="Most pairs to show.")] = 100,
    csv: Annotated[
        Path | None, typer.Option(help="CSV file for the pairs, with columns for the answers.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="HTML page on which the pairs are answered.")] = None,
    answers: Annotated[
        Path | None, typer.Option(help="CSV file with answers to record; no pairs are shown.")
    ] = None,
    by: Annotated[str | None, typer.Option(help="Who gave the answers.")] = None,
    decisions: Annotated[
        bool,
        typer.Option("--decisions", help="Show earlier decisions to confirm or withdraw instead of pairs."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Find the pairs that most need a steward's decision, or the decisions to confirm; or record the answers.

    Shows the values of both records: keep output, sheet and page as confidential as the data.
    """
    if answers is None and by is not None:
        raise ConfigError("review: --by names who gave --answers FILE. Give both.")
    if answers is not None and (by is None or csv or html):
        raise ConfigError("review: give --answers FILE with --by NAME, and without --csv and --html.")
    if decisions and (answers is not None or csv or html):
        raise ConfigError("review: give --decisions without --answers, --csv and --html.")
    conf = project_at(project, lenient=True)
    if answers is not None and by is not None:
        from cdi_spark.stewardship.review_sheet import read_sheet, take_answers

        # Before Spark starts: a faulty file is reported at once.
        filled = read_sheet(answers)
        with show_step("recording the answers"):
            taken = take_answers(open_storage(conf, warehouse, catalog), filled.answers, by=by)
        _report(taken, answers, filled, as_json=as_json)
        return
    from cdi_spark.queries.confirmations import decisions_to_confirm
    from cdi_spark.queries.review_queue import pairs_to_review

    storage = open_storage(conf, warehouse, catalog)
    with show_step("finding the decisions to confirm"):
        open_decisions = decisions_to_confirm(storage, conf.survivorship)
    if decisions:
        _print_decisions(open_decisions, as_json=as_json)
        return
    with show_step("finding the pairs to review"):
        found = pairs_to_review(storage, conf.file.linkage, most=pairs)
    _write(found, csv, html, quiet=as_json)
    if as_json:
        print_json(found)
        return
    if not (csv or html):
        _print(found)
    if open_decisions:
        out.print(
            f"{len(open_decisions)} earlier decisions need confirmation: see `cdi review --decisions`",
            highlight=False,
        )


def _report(taken: Taken, file: Path, filled: Sheet, *, as_json: bool) -> None:
    """Report which answers are recorded.

    Raises:
        CdiError: some rows are not recorded; the message names them.
    """
    if as_json:
        print_json({**asdict(taken), "empty": filled.empty, "faults": filled.faults})
    else:
        out.print(
            f"{taken.recorded} recorded, {taken.known} already decided, {filled.empty} empty, "
            f"{len(taken.refused)} refused; recorded answers take effect with the next `cdi run`",
            highlight=False,
        )
        for row, reason in sorted((taken.refused | filled.faults).items()):
            out.print(f"row {row}: {reason}", highlight=False, soft_wrap=True)
    if wrong := sorted(taken.refused | filled.faults):
        rows = ", ".join(map(str, wrong))
        raise CdiError(
            f"{file}: not recorded: row {rows} (the header is row 1). Correct them and give the file again; the "
            "other answers stay recorded."
        )


def _write(found: list[dict[str, Any]], csv: Path | None, html: Path | None, *, quiet: bool) -> None:
    if csv:
        from cdi_spark.stewardship.review_sheet import sheet

        write_page(csv, sheet(found), quiet=quiet)
    if html:
        from cdi_spark.reports.review import review_page

        write_page(html, review_page(found), quiet=quiet)


def _print(found: list[dict[str, Any]]) -> None:
    shown = RichTable("reason", "record", "values")
    for pair in found:
        weight = f"{pair['match_weight']:+.2f} bits, {pair['match_probability']:.1%} a match"
        for side, note in (("l", pair["reason"]), ("r", weight)):
            shown.add_row(note, Text(pair[f"record_id_{side}"]), Text(" · ".join(_values(pair, side))))
        shown.add_section()
    out.print(shown)


def _print_decisions(found: list[ToConfirm], *, as_json: bool) -> None:
    if as_json:
        listed = [{**asdict(one), "confirm": one.confirm, "withdraw": one.withdraw} for one in found]
        print_json(listed)
        return
    shown = RichTable("changed record", "since", "decision", "by", "on", "why", "to confirm or withdraw")
    for one in found:
        state = "another person: set aside" if one.is_set_aside else "changed sharply: still applies"
        cells = (
            f"{one.changed_record}\n{state}",
            f"{one.changed_at:%Y-%m-%d}",
            f"{one.what} of {' and '.join(one.record_ids)}",
            one.decided_by,
            f"{one.decided_at:%Y-%m-%d}",
            one.why,
            f"{one.confirm}\n{one.withdraw}",
        )
        shown.add_row(*map(Text, cells))
        shown.add_section()
    out.print(shown)


def _values(pair: dict[str, Any], side: str) -> list[str]:
    from cdi_spark.schema import SHOWN

    values = [pair[f"{name}_{side}"] for name in SHOWN]
    return [", ".join(value) if isinstance(value, list) else str(value) for value in values if value]
