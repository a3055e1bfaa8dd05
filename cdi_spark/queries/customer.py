"""Everything that the newest release holds about one customer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from cdi_spark.errors import CdiError
from cdi_spark.gold.customer.members import live_records
from cdi_spark.pages import text
from cdi_spark.queries.history import EntityEvent, history
from cdi_spark.schema import (
    ATTRIBUTE,
    ATTRIBUTES,
    BIRTH_DATE_PRECISION,
    COMPANY,
    CUSTOMER_360,
    HOUSEHOLD,
    JOURNEY,
    MEASURE,
    MEMBER,
    PERSON,
    TIMELINE,
)
from cdi_spark.spark.parallel import side_by_side
from cdi_spark.standardise.partial_dates import LENGTHS
from cdi_spark.storage import Storage

# Most events and records of an answer.
_EVENTS = 20
_RECORDS = 100
# Columns of gold.customer_360 that are not facts: other fields of the answer hold them.
_NOT_FACTS = {
    "entity_id", "state", "state_since", "state_until", "contacts", "consents", "made_from", "events_hash",
    "confidence", "weakest_link", "preferred_email", "preferred_phone", "sources", "record_count",
    *(c.name for c in ATTRIBUTES), BIRTH_DATE_PRECISION.name,
}  # fmt: skip


@dataclass(frozen=True)
class Value:
    """A golden value: its sources, the rule that decided, and when a source last changed it."""

    attribute: str
    value: str
    sources: str
    reason: str
    updated_at: str


@dataclass(frozen=True)
class CustomerAnswer:
    """Everything that the newest release holds about one customer.

    Attributes:
        asked: the id in the question; `entity_id` is the customer that it is part of now.
        customer: the row of gold.customer_360.
        facts: names and values of activity and measures, as text; null values are left out.
        records: id, source, time of change and values of at most 100 records.
        events: the newest rows of gold.timeline, newest first.
        related: kind (household or account), id and the other customers in it.
        entity_events: merges, splits and the like of the entity, oldest first.
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
    entity_events: Sequence[EntityEvent]


def answer_customer(storage: Storage, entity: str) -> CustomerAnswer:
    """Read one customer of the newest release.

    Args:
        entity: any id that was ever published.
    Raises:
        CdiError: no such id, or none of its records is live; or nothing is released yet.
    """
    found = history(storage, entity)
    if found.successor_id is None:
        raise CdiError(f"{entity}: none of its records is live. `cdi history {entity}` shows its history.")
    own = F.col("entity_id") == found.successor_id
    release = storage.newest_release()

    def released(name: str) -> DataFrame:
        return release.read(name).where(own)

    in_order = (F.desc_nulls_last("happened_at"), "event", "event_id")
    queries: list[Callable[[], DataFrame]] = [
        lambda: released(CUSTOMER_360.name),
        lambda: released(MEASURE.name),
        lambda: released(ATTRIBUTE.name).where("is_winner").orderBy("record_id"),
        lambda: released(TIMELINE.name).orderBy(*in_order).limit(_EVENTS),
        lambda: released(JOURNEY.name).orderBy(F.asc_nulls_first("since")),
        lambda: _records(storage, own),
        lambda: _others(release.read(HOUSEHOLD.name), "household_id", own),
        lambda: _others(release.read(COMPANY.name), "account_id", own),
    ]

    def collected(query: Callable[[], DataFrame]) -> list[Row]:
        return query().collect()

    rows = side_by_side(collected, queries, doing=lambda _: "reading gold")
    customers, measures, won, events, states, records, households, accounts = rows
    if not customers:
        raise CdiError(f"{entity}: the newest release has no such customer yet. Run `cdi run publish` first.")
    customer = customers[0].asDict(recursive=True)
    facts = {**customer, **(measures[0].asDict() if measures else {})}
    return CustomerAnswer(
        asked=entity,
        entity_id=found.successor_id,
        customer=customer,
        values=_values(won, customer),
        facts=[
            (name, text(value)) for name, value in facts.items() if name not in _NOT_FACTS and text(value)
        ],
        contacts=customer["contacts"] or [],
        consents=customer["consents"] or {},
        records=[_record(record) for record in records],
        events=[_event(event) for event in events],
        journey=[(s["state"] or "none", text(s["since"]), text(s["until"])) for s in states],
        related=[
            *(("household", row["household_id"], row["others"]) for row in households),
            *(("account", row["account_id"], row["others"]) for row in accounts),
        ],
        entity_events=found.events,
    )


def _values(won: Sequence[Row], customer: Mapping[str, Any]) -> list[Value]:
    """Return the golden values in the order of their table; a list has all its sources, and the newest time."""
    values = []
    for name in (column.name for column in ATTRIBUTES):
        rows = [row for row in won if row["attribute"] == name]
        if customer[name] is None:
            continue
        sources, times = (
            sorted({row["source"] for row in rows}),
            [r["updated_at"] for r in rows if r["updated_at"]],
        )
        last = text(max(times)) if times else ""
        reason = rows[0]["reason"] if rows else ""
        values.append(Value(name, _shown(customer, name), ", ".join(sources), reason, last))
    return values


def _records(storage: Storage, own: Column) -> DataFrame:
    live = live_records(storage.read(PERSON.name), storage.read(MEMBER.name))
    return live.where(own).orderBy("record_id").limit(_RECORDS)


def _record(row: Row) -> tuple[str, str, str, str]:
    values = " · ".join(_shown(row, c.name) for c in ATTRIBUTES if row[c.name])
    return row["record_id"], row["source"], text(row["updated_at"]), values


def _shown(row: Row | Mapping[str, Any], name: str) -> str:
    """Return an attribute as text; of a date of birth what is known."""
    known = LENGTHS.get(row[BIRTH_DATE_PRECISION.name]) if name == "birth_date" else None
    return text(row[name])[:known]


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


def _others(groups: DataFrame, key: str, own: Column) -> DataFrame:
    """Return the groups of the customer: their key, and the other customers in them."""
    others = groups.join(groups.where(own).select(key), key).where(~own)
    return others.groupBy(key).agg(F.sort_array(F.collect_set("entity_id")).alias("others")).orderBy(key)
