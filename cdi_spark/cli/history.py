"""`cdi history`: the records and events of an entity id over time."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table as RichTable

from cdi_spark.cli.options import (
    AsJson,
    Catalog,
    ProjectDir,
    Warehouse,
    open_tables,
    out,
    print_json,
    show_step,
)

if TYPE_CHECKING:
    from cdi_spark.queries.history import History


def history(
    entity: Annotated[str, typer.Argument(help="An entity id that was ever published.")],
    project: ProjectDir = ".",
    warehouse: Warehouse = None,
    catalog: Catalog = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(help="Show the history as it was at this time, UTC.", metavar="DATE[ TIME]"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the history of an entity id: its records and events, and the entity that it is part of now."""
    from cdi_spark.queries.history import history as answer_history

    with show_step("following the id"):
        storage = open_tables(project, warehouse, catalog)
        found = answer_history(storage, entity, at=as_of and as_of.replace(tzinfo=UTC))
    if as_json:
        print_json(asdict(found))
    else:
        _print(found)


def _print(found: History) -> None:
    if found.successor_id is None:
        out.print(f"{found.entity_id}: none of its records is live", highlight=False)
    elif found.successor_id == found.entity_id:
        out.print(f"{found.entity_id}: {len(found.records)} records", highlight=False)
    else:
        out.print(
            f"{found.entity_id} is now part of {found.successor_id}, which has {len(found.records)} records",
            highlight=False,
        )
    members = RichTable("record", "since", "until")
    for member in found.memberships:
        members.add_row(member.record_id, _time(member.since), _time(member.until))
    out.print(members)
    events = RichTable("when", "event", "before", "after", "run")
    for event in found.events:
        events.add_row(
            _time(event.at), event.kind, "\n".join(event.before), "\n".join(event.after), event.run_id
        )
    out.print(events)


def _time(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else ""
