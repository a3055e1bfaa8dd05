"""`cdi override`: golden values that stewards set manually."""

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
    open_storage,
    open_tables,
    out,
    print_json,
    project_at,
    show_step,
    user_at,
)
from cdi_spark.errors import CdiError

app = typer.Typer(
    help="Set a customer's golden values manually; they follow the record through merges and splits.",
    no_args_is_help=True,
)

Record = Annotated[str, typer.Argument(help="Record id, <source>:<key>, of the customer.")]
Attribute = Annotated[
    str, typer.Argument(help="Attribute, or a group that is chosen together, such as address.")
]


@app.command("set")
def set_(
    record: Record,
    values: Annotated[
        list[str],
        typer.Argument(
            metavar="ATTRIBUTE=VALUE...", help="Empty: no value. For a list, separate values with commas."
        ),
    ],
    by: By,
    why: Why,
    project: ProjectDir = ".",
    warehouse: Warehouse = None,
    catalog: Catalog = None,
) -> None:
    """Set golden values that replace those of the sources; give all parts of an address."""
    from cdi_spark.stewardship.overriding import override

    given = dict(_pair(value) for value in values)
    loaded = project_at(project, lenient=True)
    with show_step("recording the values"):
        done = override(open_storage(loaded, warehouse, catalog), loaded, record, given, by=by, why=why)
    _print(f"{', '.join(done)} of {record}'s customer: set; takes effect with the next `cdi run`")


@app.command()
def withdraw(
    record: Record,
    attribute: Attribute,
    by: By,
    why: Why,
    project: ProjectDir = ".",
    warehouse: Warehouse = None,
    catalog: Catalog = None,
) -> None:
    """Let the sources decide again; the withdrawn value stays in the log."""
    from cdi_spark.stewardship.overriding import withdraw_override

    with show_step("withdrawing the value"):
        storage = open_tables(project, warehouse, catalog)
        withdraw_override(storage, record, attribute, by=by, why=why)
    _print(f"{attribute} of {record}'s customer: withdrawn; the sources decide with the next `cdi run`")


@app.command()
def confirm(
    record: Record,
    attribute: Attribute,
    by: By,
    why: Why,
    project: ProjectDir = ".",
    warehouse: Warehouse = None,
    catalog: Catalog = None,
) -> None:
    """Set the same value again for the record as it is now; see `cdi review --decisions`."""
    from cdi_spark.stewardship.overriding import confirm_override

    with show_step("recording the value"):
        storage = open_tables(project, warehouse, catalog)
        confirm_override(storage, record, attribute, by=by, why=why)
    _print(f"{attribute} of {record}'s customer: confirmed; takes effect with the next `cdi run`")


@app.command("list")
def list_(
    project: ProjectDir = ".",
    warehouse: Warehouse = None,
    catalog: Catalog = None,
    as_json: AsJson = False,
) -> None:
    """List the active values, oldest first."""
    from cdi_spark.schema import CONTENT_CHANGE, OVERRIDE
    from cdi_spark.stewardship.overrides import active_overrides

    loaded = project_at(project, lenient=True)
    with show_step("reading the values"):
        storage = open_storage(loaded, warehouse, catalog)
        known, changes = map(storage.read_or_empty, (OVERRIDE, CONTENT_CHANGE))
        active = active_overrides(known, changes, survivorship=loaded.survivorship).orderBy("step").collect()
    if as_json:
        print_json([row.asDict(recursive=True) for row in active])
        return
    shown = RichTable("record", "attribute", "value", "by", "recorded by", "on", "why")
    for row in active:
        value = ", ".join(part["value"] for part in row["values"] if part["value"])
        cells = (
            row["record_id"],
            row["attribute"],
            value,
            row["decided_by"],
            user_at(row["system_user"], row["host"]),
            f"{row['decided_at']:%Y-%m-%d}",
            row["why"],
        )
        shown.add_row(*map(Text, cells))
    out.print(shown)


def _pair(given: str) -> tuple[str, str]:
    name, separator, value = given.partition("=")
    if not separator:
        raise CdiError("override: write ATTRIBUTE=VALUE, such as birth_date=1980-12-31.")
    return name, value


def _print(line: str) -> None:
    out.print(line, highlight=False)
