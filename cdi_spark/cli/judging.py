"""`cdi judge`: what stewards decide about pairs of records."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table as RichTable
from rich.text import Text

from cdi_spark.cli.options import (
    AsJson,
    By,
    Catalog,
    ProjectDir,
    Warehouse,
    Why,
    open_tables,
    out,
    print_json,
    show_step,
    user_at,
)

app = typer.Typer(
    help="Decide that two records are one person, or are not; decisions hold for all later runs and models.",
    no_args_is_help=True,
)

Record = Annotated[str, typer.Argument(help="Record id, <source>:<key>.")]
Other = Annotated[str, typer.Argument(help="The other record id.")]


@app.command()
def must(
    record: Record,
    other: Other,
    by: By,
    why: Why,
    project: ProjectDir = ".",
    warehouse: Warehouse = None,
    catalog: Catalog = None,
) -> None:
    """Decide that two records are one person, against any match weight."""
    _judge("must-link", (record, other), by, why, project, warehouse, catalog)


@app.command()
def cannot(
    record: Record,
    other: Other,
    by: By,
    why: Why,
    project: ProjectDir = ".",
    warehouse: Warehouse = None,
    catalog: Catalog = None,
) -> None:
    """Decide that two records are two persons, against any link between them."""
    _judge("cannot-link", (record, other), by, why, project, warehouse, catalog)


@app.command()
def withdraw(
    record: Record,
    other: Other,
    by: By,
    why: Why,
    project: ProjectDir = ".",
    warehouse: Warehouse = None,
    catalog: Catalog = None,
) -> None:
    """Withdraw the decision about two records; it stays in the log."""
    _judge("withdrawn", (record, other), by, why, project, warehouse, catalog)


@app.command("list")
def list_(
    project: ProjectDir = ".",
    warehouse: Warehouse = None,
    catalog: Catalog = None,
    as_json: AsJson = False,
) -> None:
    """List the active decisions, oldest first."""
    from cdi_spark.schema import CONTENT_CHANGE, JUDGEMENT
    from cdi_spark.stewardship.judgements import active_judgements

    with show_step("reading the decisions"):
        storage = open_tables(project, warehouse, catalog)
        active = active_judgements(*map(storage.read_or_empty, (JUDGEMENT, CONTENT_CHANGE)))
    if as_json:
        print_json([vars(judgement) for judgement in active])
        return
    shown = RichTable("record", "verdict", "record", "by", "recorded by", "on", "why")
    for judgement in active:
        cells = (judgement.left, judgement.verdict, judgement.right, judgement.by)
        recorded_by = user_at(judgement.system_user, judgement.host)
        shown.add_row(*map(Text, (*cells, recorded_by, f"{judgement.at:%Y-%m-%d}", judgement.why)))
    out.print(shown)


def _judge(
    verdict: str,
    records: tuple[str, str],
    by: str,
    why: str,
    project: str,
    warehouse: str | None,
    catalog: str | None,
) -> None:
    from cdi_spark.stewardship.judgements import Verdict
    from cdi_spark.stewardship.judging import judge

    with show_step("recording the decision"):
        storage = open_tables(project, warehouse, catalog)
        new = judge(storage, records, Verdict(verdict), by=by, why=why)
    result = "recorded; it takes effect with the next `cdi run`" if new else "already decided"
    out.print(f"{records[0]} and {records[1]}: {verdict}, {result}", highlight=False)
