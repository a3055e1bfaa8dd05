"""Entity ids that last: an id follows its records from run to run."""

from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from cdi_spark.tables import EVENT, MEMBER


def assign_ids(found: DataFrame, current: DataFrame, *, run_id: str) -> DataFrame:
    """Name every entity, keeping the ids that its records had.

    An old id goes to the entity that holds most of its records; an entity to which several old ids would
    go takes the one with most records in it, then the oldest, then the lexically first. Other entities get
    an id minted from the run and their smallest record_id, so that a run tried again mints the same.

    Args:
        found: record_id, entity: its number.
        current: entities.member rows that hold now.
    Returns:
        record_id, entity_id.
    """
    first = found.groupBy("entity").agg(F.min("record_id").alias("first_record"))
    shared = found.join(current, "record_id").groupBy("entity", "entity_id")
    overlap = shared.agg(F.count("*").alias("records"), F.min("valid_from").alias("since")).join(
        first, "entity"
    )
    by_id = Window.partitionBy("entity_id").orderBy(F.desc("records"), "first_record")
    by_entity = Window.partitionBy("entity").orderBy(F.desc("records"), "since", "entity_id")
    kept = overlap.withColumn("nth", F.row_number().over(by_id)).where("nth = 1")
    kept = kept.withColumn("nth", F.row_number().over(by_entity)).where("nth = 1")
    minted = F.substring(F.sha2(F.concat_ws("|", F.lit(run_id), "first_record"), 256), 1, 20)
    named = first.join(kept.select("entity", "entity_id"), "entity", "left").select(
        "entity", F.coalesce("entity_id", minted).alias("entity_id")
    )
    return found.join(named, "entity").select("record_id", "entity_id")


def membership_changes(assigned: DataFrame, current: DataFrame, *, run_id: str, at: Column) -> DataFrame:
    """What changes in entities.member: rows that open, and open rows that close.

    Args:
        assigned: record_id, entity_id as of now.
        current: entities.member rows that hold now.
        at: timestamp of the change.
    """
    new = assigned.withColumnRenamed("entity_id", "new_id")
    both = current.join(new, "record_id", "full_outer").where("NOT entity_id <=> new_id")
    closing = both.where("entity_id IS NOT NULL").withColumn("valid_to", at).select(*MEMBER.names)
    opening = both.where("new_id IS NOT NULL").select(
        "record_id",
        F.col("new_id").alias("entity_id"),
        at.alias("valid_from"),
        F.lit(None).cast("timestamp").alias("valid_to"),
        F.lit(run_id).alias("run_id"),
    )
    return closing.unionByName(opening)


def events_since(members: DataFrame, known: DataFrame, *, run_id: str) -> DataFrame:
    """What happened to entities since the newest known event, read off the membership; entities.event rows.

    Args:
        members: entities.member, with the changes of this run.
        known: entities.event.
    """
    last = known.agg(F.max("happened_at")).first()
    instants = members.select(F.explode(F.array("valid_from", "valid_to")).alias("at")).where(
        "at IS NOT NULL"
    )
    if last is not None and last[0] is not None:
        instants = (
            instants.join(known.agg(F.max("happened_at").alias("last"))).where("at > last").drop("last")
        )
    # As text: Python would read a timestamp in the time zone of its machine.
    found = instants.distinct().orderBy("at").select(F.col("at").cast("string")).collect()
    parts = []
    for row in found:
        at = F.lit(row[0]).cast("timestamp")
        before = members.where(
            (F.col("valid_from") < at) & (F.col("valid_to").isNull() | (F.col("valid_to") >= at))
        )
        after = members.where(
            (F.col("valid_from") <= at) & (F.col("valid_to").isNull() | (F.col("valid_to") > at))
        )
        parts.append(events(after.select("record_id", "entity_id"), before, run_id=run_id, at=at))
    return reduce(lambda a, b: a.unionByName(b), parts, known.limit(0).select(*EVENT.names))


def events(assigned: DataFrame, current: DataFrame, *, run_id: str, at: Column) -> DataFrame:
    """What happened to entities: created, split (from), merged (into), retired; entities.event rows."""
    new = assigned.withColumnRenamed("entity_id", "new_id")
    both = current.select("record_id", "entity_id").join(new, "record_id", "full_outer")
    appeared = (
        both.where("new_id IS NOT NULL")
        .groupBy(F.col("new_id").alias("id"))
        .agg(
            F.sort_array(F.collect_set("entity_id")).alias("before"),
            F.array(F.first("new_id")).alias("after"),
        )
        .where("NOT array_contains(before, id)")
        .withColumn("kind", F.when(F.size("before") > 0, "split").otherwise("created"))
    )
    gone = (
        both.where("entity_id IS NOT NULL")
        .groupBy(F.col("entity_id").alias("id"))
        .agg(
            F.array(F.first("entity_id")).alias("before"),
            F.sort_array(F.collect_set("new_id")).alias("after"),
        )
        .join(assigned.select(F.col("entity_id").alias("id")).distinct(), "id", "left_anti")
        .withColumn("kind", F.when(F.size("after") > 0, "merged").otherwise("retired"))
    )
    return (
        appeared.unionByName(gone)
        .select(
            F.sha2(F.concat_ws("|", F.lit(run_id), "id", "kind"), 256).alias("event_id"),
            F.col("id").alias("entity_id"),
            "kind",
            "before",
            "after",
            at.alias("happened_at"),
            F.lit(run_id).alias("run_id"),
        )
        .select(*EVENT.names)
    )
