"""The history of an entity id: its records and events over time, and the entity that it is part of now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.errors import CdiError
from cdi_spark.schema import EVENT, MEMBER, REDIRECT
from cdi_spark.storage import Storage


@dataclass(frozen=True)
class Membership:
    """A record in the entity, since and until when; `until` is None while it is a member."""

    record_id: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class EntityEvent:
    """A row of entities.event."""

    at: datetime
    entity_id: str
    kind: str
    before: list[str]
    after: list[str]
    run_id: str


@dataclass(frozen=True)
class History:
    """An entity id and its history.

    Attributes:
        successor_id: the entity that the id is part of: itself, or the one with most of its last records; None if
            none of them is live.
        records: records of `successor_id`, by record_id.
        memberships: all records that the id ever had, oldest first.
        events: events with the id, oldest first.
    """

    entity_id: str
    successor_id: str | None
    records: list[str]
    memberships: list[Membership]
    events: list[EntityEvent]


def valid_rows(rows: DataFrame, at: datetime | None) -> DataFrame:
    """Keep the rows with valid_from and valid_to that are valid now, or were at a time."""
    if at is None:
        return rows.where("valid_to IS NULL")
    moment = F.lit(at)
    return rows.where(
        (F.col("valid_from") <= moment) & (F.col("valid_to").isNull() | (F.col("valid_to") > moment))
    )


def history(storage: Storage, entity: str, *, at: datetime | None = None) -> History:
    """Return the history of an entity id, as it is now or was at a time.

    Args:
        entity: an id that was ever published.
        at: a time with a time zone; later events are left out.
    Raises:
        CdiError: no record ever had the id, or none did by then.
    """
    members = storage.read(MEMBER.name)
    until = at or datetime.now(UTC)
    own = members.where((F.col("entity_id") == entity) & (F.col("valid_from") <= F.lit(until)))
    memberships = [
        Membership(row["record_id"], _utc(row["valid_from"]), _before(row["valid_to"], until))
        for row in own.orderBy("valid_from", "record_id").collect()
    ]
    if not memberships:
        when = f" by {at:%Y-%m-%d %H:%M}" if at else ""
        raise CdiError(
            f"entities.member: no record had the entity id {entity}{when}. Ids are in gold.customer_360; "
            "a record's are in entities.member."
        )
    successor_id: str | None = entity
    if all(member.until for member in memberships):
        moved = valid_rows(storage.read_or_empty(REDIRECT), at).where(F.col("entity_id") == entity).first()
        successor_id = moved["successor_id"] if moved else None
    current = valid_rows(members, at).where(F.col("entity_id").eqNullSafe(F.lit(successor_id)))
    records = sorted(row["record_id"] for row in current.select("record_id").collect())
    own_events = storage.read_or_empty(EVENT).where(
        (F.array_contains("before", entity) | F.array_contains("after", entity))
        & (F.col("happened_at") <= F.lit(until))
    )
    events = [
        EntityEvent(_utc(e["happened_at"]), e["entity_id"], e["kind"], e["before"], e["after"], e["run_id"])
        for e in own_events.orderBy("happened_at", "entity_id", "kind").collect()
    ]
    return History(entity, successor_id, records, memberships, events)


def _before(moment: datetime | None, until: datetime) -> datetime | None:
    """Return a time in UTC, unless it is later."""
    if moment is None or _utc(moment) > until:
        return None
    return _utc(moment)


def _utc(moment: datetime) -> datetime:
    # Spark returns naive times in the machine's zone.
    return moment.astimezone(UTC)
