"""Entity ids that last: an id follows its records from run to run, and comes back when they do."""

from __future__ import annotations

from pyspark import cloudpickle
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdi_spark.entities import assignment
from cdi_spark.entities.assignment import Change, Claim
from cdi_spark.schema import EVENT, MEMBER, REDIRECT

# Executors and Connect servers get the tasks with their code.
cloudpickle.register_pickle_by_value(assignment)  # type: ignore[no-untyped-call]


def assign_entity_ids(
    found: DataFrame, gone: DataFrame, members: DataFrame, redirects: DataFrame, *, run_id: str
) -> DataFrame:
    """Assign an id to every entity, and return what changes.

    1. An id goes to the entity that has most of its records; between equal parts, to the one that had it longer.
    2. An entity that could take several ids takes the one with most records in it, then the oldest, then the
       lexically first.
    3. An entity without an id takes back the id of an entity that no longer exists, if it has most of the last
       records of that entity.
    4. Other entities get a new id: a hash of the run and their smallest record_id, so that a repeated run assigns
       the same id.

    Args:
        found: record_id, and the number of its entity; of all records, or of whole entities and new records.
        gone: record_id of records that no longer exist.
        members: entities.member.
        redirects: entities.redirect.
    Returns:
        assignment.CHANGES.
    """
    current = members.where("valid_to IS NULL")
    resolved = found.select("record_id", "entity").unionByName(
        gone.select("record_id", F.lit(None).cast("long").alias("entity"))
    )
    since = F.unix_micros("valid_from").alias("since")
    with_ids = resolved.join(current.select("record_id", "entity_id", since), "record_id", "left")
    last = redirects.where("valid_to IS NULL").select(
        "entity_id", "successor_id", since, F.explode("records").alias("record_id")
    )
    concerned = last.join(resolved, "record_id", "left_semi").select("entity_id").distinct()
    current_ids = current.select("record_id", F.col("entity_id").alias("current_id"))
    redirected = last.join(concerned, "entity_id", "left_semi").join(current_ids, "record_id", "left")
    claims = with_ids.withColumn("kind", F.lit(Claim.CURRENT)).unionByName(
        redirected.withColumn("kind", F.lit(Claim.REDIRECTED)), allowMissingColumns=True
    )
    return _in_one_task(claims, assignment.CLAIMS, assignment.assign_ids(run_id), assignment.CHANGES)


def membership_changes(assigned: DataFrame, members: DataFrame, *, run_id: str, at: Column) -> DataFrame:
    """Return the rows that change in entities.member: new rows, and current rows that end.

    Args:
        assigned: assign_entity_ids().
        members: entities.member.
        at: timestamp of the change.
    """
    closed = assigned.where(_is(Change.CLOSED)).select("record_id")
    closing = members.where("valid_to IS NULL").join(closed, "record_id", "left_semi")
    opening = assigned.where(_is(Change.OPENED)).select("record_id", "entity_id", *_validity(at, run_id))
    return _as_closed(closing, at).select(*MEMBER.names).unionByName(opening)


def redirect_changes(assigned: DataFrame, redirects: DataFrame, *, run_id: str, at: Column) -> DataFrame:
    """Return the rows that change in entities.redirect: an id without records leads to where most of them are now.

    Args:
        assigned: assign_entity_ids().
        redirects: entities.redirect.
        at: timestamp of the change.
    """
    restored = assigned.where(_is(Change.RESTORED)).select("entity_id")
    closing = redirects.where("valid_to IS NULL").join(restored, "entity_id", "left_semi")
    opening = assigned.where(_is(Change.REDIRECTED)).select(
        "entity_id", "successor_id", "records", *_validity(at, run_id)
    )
    return _as_closed(closing, at).select(*REDIRECT.names).unionByName(opening.select(*REDIRECT.names))


def newest_event(events: DataFrame) -> int:
    """Return the time of the newest event, in microseconds since 1970; 0 without events.

    Args:
        events: entities.event.
    """
    last = events.agg(F.max(F.unix_micros("happened_at"))).first()
    return (last and last[0]) or 0


def events_since(members: DataFrame, newest: int, *, run_id: str) -> DataFrame:
    """Derive the events of entities since the newest known event from the memberships.

    A new id was `created` if its records were in no entity, otherwise `split`. An id without records was `merged` if
    its records are in other entities, otherwise `retired`. Records that go from one id to another, while both exist
    before and after, `moved`: this is an event of the id that gets them.

    Args:
        members: entities.member, with the changes of this run.
        newest: newest_event().
    Returns:
        Rows of entities.event.
    """
    rows = members.select(
        "record_id",
        "entity_id",
        F.unix_micros("valid_from").alias("since"),
        F.unix_micros("valid_to").alias("until"),
    )
    changed = rows.where((F.col("since") > newest) | (F.col("until") > newest)).select("entity_id").distinct()
    whole = rows.join(changed, "entity_id", "left_semi")
    events = _in_one_task(whole, assignment.MEMBERSHIPS, assignment.derive_events(newest), assignment.EVENTS)
    return events.select(
        F.sha2(F.concat_ws("|", F.lit(run_id), "entity_id", "kind", "instant"), 256).alias("event_id"),
        "entity_id",
        "kind",
        "before",
        "after",
        F.timestamp_micros("instant").alias("happened_at"),
        F.lit(run_id).alias("run_id"),
    ).select(*EVENT.names)


def _is(change: Change) -> Column:
    return F.col("kind") == F.lit(change)


def _validity(at: Column, run_id: str) -> list[Column]:
    never = F.lit(None).cast("timestamp").alias("valid_to")
    return [at.alias("valid_from"), never, F.lit(run_id).alias("run_id")]


def _as_closed(rows: DataFrame, at: Column) -> DataFrame:
    return rows.withColumn("valid_to", at)


def _in_one_task(rows: DataFrame, reads: str, task: assignment.Task, returns: str) -> DataFrame:
    """Run the task over all rows at once: a million take seconds, and rows beyond its memory spill to disk."""
    columns = [part.split()[0] for part in reads.split(", ")]
    return rows.select(*columns).repartition(1).mapInArrow(task, returns)
