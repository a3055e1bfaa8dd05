"""Entity ids that last: an id follows its records from run to run, and comes back with them."""

from __future__ import annotations

from pyspark import cloudpickle
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdi_spark.entities import assignment
from cdi_spark.schema import EVENT, MEMBER, REDIRECT

# The tasks go to executors and Connect servers with their code.
cloudpickle.register_pickle_by_value(assignment)  # type: ignore[no-untyped-call]


def named(
    found: DataFrame, gone: DataFrame, members: DataFrame, redirects: DataFrame, *, run_id: str
) -> DataFrame:
    """Name every entity, keeping the ids that its records had; what changes by it.

    An old id goes to the entity that holds most of its records, of equal parts to the one that had it longer, for
    what was merged into it has an id to go back to; an entity to which several old ids would go takes the one with
    most records in it, then the oldest, then the lexically first. An entity that gets none so takes back the id of one
    that is no more, if most of that one's last records are in it. Others get an id minted from the run and their
    smallest record_id, so that a run tried again mints the same.

    Args:
        found: record_id, entity: its number; of all records, or of whole entities of `members` and new records.
        gone: record_id; records that are no more.
        members: entities.member.
        redirects: entities.redirect.
    Returns:
        assignment.NAMER_GIVES.
    """
    current = members.where("valid_to IS NULL")
    reached = found.select("record_id", "entity").unionByName(
        gone.select("record_id", F.lit(None).cast("long").alias("entity"))
    )
    since = F.unix_micros("valid_from").alias("since")
    held = reached.join(current.select("record_id", "entity_id", since), "record_id", "left")
    last = redirects.where("valid_to IS NULL").select(
        "entity_id", "successor_id", since, F.explode("records").alias("record_id")
    )
    concerned = last.join(reached, "record_id", "left_semi").select("entity_id").distinct()
    holders = current.select("record_id", F.col("entity_id").alias("held_by"))
    old = last.join(concerned, "entity_id", "left_semi").join(holders, "record_id", "left")
    rows = held.withColumn("kind", F.lit("held")).unionByName(
        old.withColumn("kind", F.lit("old")), allowMissingColumns=True
    )
    return _in_one_task(rows, assignment.NAMER_READS, assignment.namer(run_id), assignment.NAMER_GIVES)


def membership_changes(named: DataFrame, members: DataFrame, *, run_id: str, at: Column) -> DataFrame:
    """What changes in entities.member: rows that open, and open rows that close.

    Args:
        named: named().
        members: entities.member.
        at: timestamp of the change.
    """
    closed = named.where("kind = 'close'").select("record_id")
    closing = members.where("valid_to IS NULL").join(closed, "record_id", "left_semi")
    opening = named.where("kind = 'open'").select("record_id", "entity_id", *_opens(at, run_id))
    return _as_closed(closing, at).select(*MEMBER.names).unionByName(opening)


def redirect_changes(named: DataFrame, redirects: DataFrame, *, run_id: str, at: Column) -> DataFrame:
    """What changes in entities.redirect: every id that no record has now lives where most of its last records are.

    Args:
        named: named().
        redirects: entities.redirect.
        at: timestamp of the change.
    """
    back = named.where("kind = 'back'").select("entity_id")
    closing = redirects.where("valid_to IS NULL").join(back, "entity_id", "left_semi")
    opening = named.where("kind = 'away'").select("entity_id", "successor_id", "records", *_opens(at, run_id))
    return _as_closed(closing, at).select(*REDIRECT.names).unionByName(opening.select(*REDIRECT.names))


def newest_event(events: DataFrame) -> int:
    """When the newest known event happened, microseconds since 1970; 0 where none is known.

    Args:
        events: entities.event.
    """
    last = events.agg(F.max(F.unix_micros("happened_at"))).first()
    return (last and last[0]) or 0


def events_since(members: DataFrame, newest: int, *, run_id: str) -> DataFrame:
    """What happened to entities since the newest known event, read off the membership; entities.event rows.

    An id appears: `created` where its records were in none, else `split`. An id is gone: `merged` where its records
    are in others, else `retired`. Records pass from one id to another, and both are there before and after: `moved`,
    told of the one that gets them.

    Args:
        members: entities.member, with the changes of this run.
        newest: newest_event().
    """
    rows = members.select(
        "record_id",
        "entity_id",
        F.unix_micros("valid_from").alias("since"),
        F.unix_micros("valid_to").alias("until"),
    )
    changed = rows.where((F.col("since") > newest) | (F.col("until") > newest)).select("entity_id").distinct()
    whole = rows.join(changed, "entity_id", "left_semi")
    told = _in_one_task(whole, assignment.TELLER_READS, assignment.teller(newest), assignment.TELLER_GIVES)
    return told.select(
        F.sha2(F.concat_ws("|", F.lit(run_id), "entity_id", "kind", "instant"), 256).alias("event_id"),
        "entity_id",
        "kind",
        "before",
        "after",
        F.timestamp_micros("instant").alias("happened_at"),
        F.lit(run_id).alias("run_id"),
    ).select(*EVENT.names)


def _opens(at: Column, run_id: str) -> list[Column]:
    never = F.lit(None).cast("timestamp").alias("valid_to")
    return [at.alias("valid_from"), never, F.lit(run_id).alias("run_id")]


def _as_closed(rows: DataFrame, at: Column) -> DataFrame:
    return rows.withColumn("valid_to", at)


def _in_one_task(rows: DataFrame, reads: str, task: assignment.Task, gives: str) -> DataFrame:
    """The task over all rows; one takes a million rows in seconds, and more than its memory holds go to its disk."""
    columns = [part.split()[0] for part in reads.split(", ")]
    return rows.select(*columns).repartition(1).mapInArrow(task, gives)
