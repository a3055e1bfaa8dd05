"""One customer in full, out of the newest release: for `cdi show`, and as a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from cdi_spark.errors import CdiError
from cdi_spark.gold.members import live_records
from cdi_spark.history import Happening, history
from cdi_spark.pages import page, text
from cdi_spark.storage import Storage
from cdi_spark.tables import (
    ATTRIBUTE,
    ATTRIBUTES,
    COMPANY,
    CUSTOMER_360,
    HOUSEHOLD,
    JOURNEY,
    MEASURE,
    MEMBER,
    PERSON,
    TIMELINE,
)

# So much of the newest is told of who did much.
_EVENTS = 20
_RECORDS = 100
# What has a place of its own on the page.
_APART = {
    "entity_id", "state", "state_since", "state_until", "contacts", "consents", "made_from", "confidence",
    "weakest_link", "preferred_email", "preferred_phone", "sources", "record_count", *(c.name for c in ATTRIBUTES),
}  # fmt: skip


@dataclass(frozen=True)
class Value:
    """A golden value, and how it came to be: sources that gave it, what decided, when it was last said."""

    attribute: str
    value: str
    sources: str
    reason: str
    said_at: str


@dataclass(frozen=True)
class CustomerAnswer:
    """All that the newest release tells of a customer.

    Attributes:
        asked: the id that was asked for; `entity_id` is the customer that it stands for now.
        customer: the row of gold.customer_360.
        facts: name and value of what the customer did and of its measures, as text; what is null is left out.
        records: id, source, time of change and what it says, of at most 100 records.
        events: newest rows of gold.timeline, the newest first.
        related: kind (household or account), id and the other customers in it.
        happenings: of the entity, oldest first.
    """

    asked: str
    entity_id: str
    customer: Mapping[str, Any]
    values: Sequence[Value]
    facts: Sequence[tuple[str, str]]
    contacts: Sequence[Mapping[str, Any]]
    consents: Mapping[str, bool]
    records: Sequence[tuple[str, str, str, str]]
    events: Sequence[tuple[str, str, str, str]]
    journey: Sequence[tuple[str, str, str]]
    related: Sequence[tuple[str, str, Sequence[str]]]
    happenings: Sequence[Happening]


def answer_customer(storage: Storage, entity: str) -> CustomerAnswer:
    """Gather a customer of the newest release.

    Args:
        entity: any id that was ever published.
    Raises:
        CdiError: no such id, or none of its records is left; or nothing was released yet.
    """
    became = history(storage, entity)
    if became.lives_in is None:
        raise CdiError(
            f"{entity}: none of its records is left. `cdi history {entity}` tells what became of it."
        )
    own = F.col("entity_id") == became.lives_in

    def released(name: str) -> DataFrame:
        return storage.read_released(name).where(own)

    row = released(CUSTOMER_360.name).first()
    if row is None:
        raise CdiError(f"{entity}: the newest release has no such customer yet. Run `cdi run publish` first.")
    measures = released(MEASURE.name).first()
    customer = row.asDict(recursive=True)
    told = {**customer, **(measures.asDict() if measures else {})}
    events = released(TIMELINE.name).orderBy(F.desc_nulls_last("happened_at"), "event", "event_id")
    states = released(JOURNEY.name).orderBy(F.asc_nulls_first("since"))
    return CustomerAnswer(
        asked=entity,
        entity_id=became.lives_in,
        customer=customer,
        values=_values(released(ATTRIBUTE.name), customer),
        facts=[(name, text(value)) for name, value in told.items() if name not in _APART and text(value)],
        contacts=customer["contacts"] or [],
        consents=customer["consents"] or {},
        records=_records(storage, became.lives_in),
        events=[_event(event) for event in events.limit(_EVENTS).collect()],
        journey=[(s["state"] or "none", text(s["since"]), text(s["until"])) for s in states.collect()],
        related=[
            *_related(storage, HOUSEHOLD.name, "household_id", became.lives_in, "household"),
            *_related(storage, COMPANY.name, "account_id", became.lives_in, "account"),
        ],
        happenings=became.events,
    )


def customer_page(found: CustomerAnswer) -> str:
    """The customer as one HTML page, without script or network; every value is escaped."""
    return page("customer.html.j2", found=found)


def _values(attributes: DataFrame, customer: Mapping[str, Any]) -> list[Value]:
    """The golden values in the order of their table; of a list all sources, and the newest time."""
    won: dict[str, list[Row]] = {}
    for row in attributes.where("is_winner").orderBy("record_id").collect():
        won.setdefault(row["attribute"], []).append(row)
    values = []
    for name, rows in ((c.name, won.get(c.name, [])) for c in ATTRIBUTES):
        if customer[name] is None:
            continue
        sources, times = sorted({row["source"] for row in rows}), [r["said_at"] for r in rows if r["said_at"]]
        last = text(max(times)) if times else ""
        reason = rows[0]["reason"] if rows else ""
        values.append(Value(name, text(customer[name]), ", ".join(sources), reason, last))
    return values


def _records(storage: Storage, entity: str) -> list[tuple[str, str, str, str]]:
    live = live_records(storage.read(PERSON.name), storage.read(MEMBER.name))
    persons = live.where(F.col("entity_id") == entity).orderBy("record_id")
    return [
        (
            row["record_id"],
            row["source"],
            text(row["updated_at"]),
            " · ".join(text(row[c.name]) for c in ATTRIBUTES if row[c.name]),
        )
        for row in persons.limit(_RECORDS).collect()
    ]


def _event(row: Row) -> tuple[str, str, str, str]:
    amount = f"{text(row['amount'])} {row['currency'] or ''}".strip()
    about = [
        row["channel"],
        row["campaign"],
        row["subject"],
        row["status"],
        "void" if row["is_void"] else None,
    ]
    what = " ".join(dict.fromkeys(filter(None, (row["event"], row["what"])))).replace("_", " ")
    return text(row["happened_at"]), what, " · ".join(part for part in about if part), amount


def _related(
    storage: Storage, table: str, key: str, entity: str, kind: str
) -> list[tuple[str, str, Sequence[str]]]:
    groups = storage.read_released(table)
    own = groups.where(F.col("entity_id") == entity).select(key)
    others = groups.join(own, key).where(F.col("entity_id") != entity)
    found = others.groupBy(key).agg(F.sort_array(F.collect_set("entity_id")).alias("others")).orderBy(key)
    return [(kind, row[key], row["others"]) for row in found.collect()]
