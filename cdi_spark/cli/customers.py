"""`cdi show` and `cdi report`: one customer in full, and all customers in numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table as RichTable
from rich.text import Text

from cdi_spark.cli.options import (
    Catalog,
    ProjectDir,
    Warehouse,
    open_storage,
    open_tables,
    out,
    project_at,
    show_step,
    write_page,
)

if TYPE_CHECKING:
    from cdi_spark.queries.customer import CustomerAnswer


def show(
    entity: Annotated[str, typer.Argument(help="An entity id that was ever published.")],
    project: ProjectDir = ".",
    warehouse: Warehouse = None,
    catalog: Catalog = None,
    html: Annotated[
        Path | None, typer.Option(help="Write an HTML page instead of printing.", metavar="FILE")
    ] = None,
) -> None:
    """Show one customer of the newest release: golden values with their sources, contacts, events, records."""
    from cdi_spark.queries.customer import answer_customer
    from cdi_spark.reports.customer import customer_page

    with show_step("reading the customer"):
        found = answer_customer(open_tables(project, warehouse, catalog), entity)
    if html is not None:
        write_page(html, customer_page(found))
        return
    _print(found)


def report(
    output: Annotated[Path, typer.Argument(help="HTML file to write.")] = Path("report.html"),
    project: ProjectDir = ".",
    warehouse: Warehouse = None,
    catalog: Catalog = None,
) -> None:
    """Write the newest release in numbers as one HTML page: customers, growth, duplicates, revenue, quality."""
    from cdi_spark.queries.business import answer_business
    from cdi_spark.reports.business import business_page

    loaded = project_at(project, lenient=True)
    with show_step("counting and adding up the release"):
        found = answer_business(open_storage(loaded, warehouse, catalog))
    write_page(output, business_page(found, title=loaded.file.name))


def _print(found: CustomerAnswer) -> None:
    from cdi_spark.pages import text

    customer = found.customer
    name = " ".join(filter(None, (customer["given_name"], customer["family_name"])))
    out.print(Text(f"{name or 'Customer'}  {found.entity_id}", style="bold"))
    if found.asked != found.entity_id:
        out.print(f"{found.asked} is now part of it", highlight=False)
    since = f" since {customer['state_since']}" if customer["state_since"] else ""
    confidence = (
        ""
        if customer["confidence"] is None
        else f"; one person with probability {customer['confidence']:.4f}"
    )
    sources = ", ".join(customer["sources"])
    out.print(
        Text(
            f"{customer['state'] or 'no state'}{since}; {customer['record_count']} records from {sources}{confidence}"
        )
    )
    values = ((v.attribute, v.value, v.sources, v.reason, v.updated_at) for v in found.values)
    _table("Golden record", ("attribute", "value", "from", "decided by", "last given"), values)
    contacts = (
        (
            c["kind"],
            c["value"],
            text(c["records"]),
            text(c["last_confirmed_at"]),
            "stale" if c["is_stale"] else "",
        )
        for c in found.contacts
    )
    _table("Contacts", ("kind", "value", "records", "last confirmed", ""), contacts)
    _table(
        "Consents",
        ("purpose", ""),
        ((t, "granted" if is_so else "refused") for t, is_so in found.consents.items()),
    )
    _table("Activity and measures", ("", ""), found.facts)
    _table("Newest events", ("when (UTC)", "event", "details", "amount"), found.events)
    _table("Journey", ("state", "since", "until"), found.journey)
    _table(
        "Related customers",
        ("", "id", "customers"),
        ((k, i[:16], ", ".join(o)) for k, i, o in found.related),
    )
    _table("Source records", ("record", "source", "changed", "values"), found.records)
    events = ((text(e.at), e.kind, ", ".join(e.before), ", ".join(e.after)) for e in found.entity_events)
    _table("History of the id", ("when (UTC)", "event", "before", "after"), events)


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; nothing if there are no rows."""
    shown = RichTable(*head, title=title, title_justify="left")
    for row in rows:
        shown.add_row(*map(Text, row))
    if shown.row_count:
        out.print(shown)
