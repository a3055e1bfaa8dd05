"""Entity ids that last: an id follows its records from run to run, and comes back when they do."""

from __future__ import annotations

from pyspark import cloudpickle
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdi_spark.entities import assignment
from cdi_spark.entities.assignment import Change, Claim, EventKind
from cdi_spark.schema import EVENT, MEMBER, REDIRECT

# Executors and Connect servers get the tasks with their code.
cloudpickle.register_pickle_by_value(assignment)  # type: ignore[no-untyped-call]


def assign_entity_ids(
    found: DataFrame,
    gone: DataFrame,
    members: DataFrame,
    redirects: DataFrame,
    content_changes: DataFrame,
    *,
    run_id: str,
) -> DataFrame:
    """Assign an id to every entity, and return what changes.

    1. An id goes to the entity that has most of its records; between equal parts, to the one that had it longer.
    2. An entity that could take several ids takes the one with most records in it, then the oldest, then the
       lexically first.
    3. An entity without an id takes back the id of an entity that no longer exists, if it has most of the last
       records of that entity.
    4. Other entities get a new id: a hash of the run and their smallest record_id, so that a repeated run assigns
       the same id.

    A record that was handed over is another person since: it brings no id to its entity, and no id leads or comes back
    to its entity because of it.

    Args:
        found: record_id, and the number of its entity; of all records, or of whole entities and new records.
        gone: record_id of records that no longer exist.
        members: entities.member.
        redirects: entities.redirect.
        content_changes: entities.content_change.
    Returns:
        assignment.CHANGES.
    """
    current = members.where("valid_to IS NULL")
    handed_over = _hand_overs(content_changes).groupBy("record_id").agg(F.max("handed_over_at").alias("last"))
    since = F.unix_micros("valid_from").alias("since")
    is_handed_over = F.coalesce(F.col("last") > F.col("since"), F.lit(False)).alias("is_handed_over")
    kind = F.lit(Claim.CURRENT).alias("kind")
    resolved = found.select("record_id", "entity").unionByName(
        gone.select("record_id", F.lit(None).cast("long").alias("entity"))
    )
    with_ids = (
        resolved.join(current.select("record_id", "entity_id", since), "record_id", "left")
        .join(handed_over, "record_id", "left")
        .select(kind, "record_id", "entity", "entity_id", "since", is_handed_over)
    )
    as_new = {
        "entity_id": F.when(~F.col("is_handed_over"), F.col("entity_id")),
        "is_handed_over": F.lit(False),
    }
    earlier = with_ids.where("is_handed_over").withColumn("entity", F.lit(None).cast("long"))
    last = redirects.where("valid_to IS NULL").select(
        "entity_id", "successor_id", since, F.explode("records").alias("record_id")
    )
    concerned = last.join(resolved, "record_id", "left_semi").select("entity_id").distinct()
    current_ids = current.select("record_id", F.col("entity_id").alias("current_id"))
    redirected = (
        last.join(concerned, "entity_id", "left_semi")
        .join(current_ids, "record_id", "left")
        .join(handed_over, "record_id", "left")
        .withColumns({"is_handed_over": is_handed_over, "kind": F.lit(Claim.REDIRECTED)})
        .drop("last")
    )
    claims = (
        with_ids.withColumns(as_new).unionByName(earlier).unionByName(redirected, allowMissingColumns=True)
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


def events_since(members: DataFrame, content_changes: DataFrame, newest: int, *, run_id: str) -> DataFrame:
    """Derive the events of entities since the newest known event from the memberships.

    A new id was `created` if its records were in no entity, otherwise `split`. An id without records was `merged` if
    its records are in other entities, otherwise `retired`. Records that go from one id to another, while both exist
    before and after, `moved`: this is an event of the id that gets them. A record that is another person since was
    `handed_over`: this is an event of the id that it had last, and for the other events the record is a new one.

    Args:
        members: entities.member, with the changes of this run.
        content_changes: entities.content_change.
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
    handed_over = _handed_over(rows, content_changes)
    changed = rows.where((F.col("since") > newest) | (F.col("until") > newest)).select("entity_id").distinct()
    ended = handed_over.select("record_id", "entity_id", F.col("instant").alias("until"))
    ended = ended.distinct().withColumn("ended", F.lit(True))
    whole = (
        rows.join(changed, "entity_id", "left_semi")
        .join(ended, ["record_id", "entity_id", "until"], "left")
        .withColumn("is_handed_over", F.coalesce("ended", F.lit(False)))
    )
    events = _in_one_task(whole, assignment.MEMBERSHIPS, assignment.derive_events(newest), assignment.EVENTS)
    after = F.array_sort(F.collect_set("new_id")).alias("after")
    of_hand_overs = (
        handed_over.where(F.col("instant") > newest)
        .groupBy("instant", "entity_id")
        .agg(after)
        .withColumns({"kind": F.lit(EventKind.HANDED_OVER), "before": F.array("entity_id")})
    )
    return (
        events.unionByName(of_hand_overs)
        .select(
            F.sha2(F.concat_ws("|", F.lit(run_id), "entity_id", "kind", "instant"), 256).alias("event_id"),
            "entity_id",
            "kind",
            "before",
            "after",
            F.timestamp_micros("instant").alias("happened_at"),
            F.lit(run_id).alias("run_id"),
        )
        .select(*EVENT.names)
    )


def _handed_over(memberships: DataFrame, content_changes: DataFrame) -> DataFrame:
    """Return record_id, the id that it had before a hand-over, the id that it got after it (new_id), and when.

    Args:
        memberships: record_id, entity_id, since.
    """
    both = memberships.join(_hand_overs(content_changes), "record_id")
    is_before = F.col("since") < F.col("handed_over_at")
    first_after = F.when(~is_before, F.col("since"))
    return (
        both.groupBy("record_id", "handed_over_at")
        .agg(
            F.max_by("entity_id", F.when(is_before, F.col("since"))).alias("entity_id"),
            F.min_by("entity_id", first_after).alias("new_id"),
            F.min(first_after).alias("instant"),
        )
        .where("entity_id IS NOT NULL AND instant IS NOT NULL")
    )


def _hand_overs(content_changes: DataFrame) -> DataFrame:
    """Return record_id and handed_over_at, in microseconds since 1970."""
    at = F.unix_micros("happened_at").alias("handed_over_at")
    return content_changes.where("is_handed_over").select("record_id", at)


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
