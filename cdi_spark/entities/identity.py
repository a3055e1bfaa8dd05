"""Entity ids that last: an id follows its records from run to run, and comes back with them."""

from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from cdi_spark.tables import EVENT, MEMBER, REDIRECT


def assign_ids(found: DataFrame, members: DataFrame, gone: DataFrame, *, run_id: str) -> DataFrame:
    """Name every entity, keeping the ids that its records had.

    An old id goes to the entity that holds most of its records; an entity to which several old ids would
    go takes the one with most records in it, then the oldest, then the lexically first. An entity that gets none
    so takes back the id of one that is no more, if most of that one's last records are in it. Others get an id
    minted from the run and their smallest record_id, so that a run tried again mints the same.

    Args:
        found: record_id, entity: its number; of all records, or of whole entities of `members` and new records.
        members: entities.member.
        gone: record_id; records that are no more.
    Returns:
        record_id, entity_id.
    """
    current = members.where("valid_to IS NULL").select("record_id", "entity_id", "valid_from")
    held = found.join(current, "record_id", "left")
    followed = _best_claims(
        held.where("entity_id IS NOT NULL")
        .groupBy("entity", "entity_id")
        .agg(
            F.count("*").alias("records"),
            F.min("valid_from").alias("since"),
            F.min("record_id").alias("smallest"),
        )
    )
    first = held.groupBy("entity").agg(F.min(F.struct("record_id", "entity_id")).alias("first"))
    nameless = first.join(followed, "entity", "left_anti").select("entity")
    elsewhere = current.join(gone, "record_id", "left_anti")
    returned = _best_claims(_claims_of_old(found, nameless, members, elsewhere))
    # What its first record was in before tells a part from the whole that the same run named.
    words = F.concat_ws("|", F.lit(run_id), "first.record_id", "first.entity_id")
    minted = F.substring(F.sha2(words, 256), 1, 20)
    named = first.join(followed.unionByName(returned), "entity", "left").select(
        "entity", F.coalesce("entity_id", minted).alias("entity_id")
    )
    return found.join(named, "entity").select("record_id", "entity_id")


def membership_changes(assigned: DataFrame, current: DataFrame, *, run_id: str, at: Column) -> DataFrame:
    """What changes in entities.member: rows that open, and open rows that close.

    Args:
        assigned: record_id, entity_id as of now.
        current: entities.member rows that hold now, of these records and of those that are gone.
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


def redirect_changes(members: DataFrame, known: DataFrame, *, run_id: str, at: Column) -> DataFrame:
    """What changes in entities.redirect: every id that no record has now lives where most of its last records are.

    Args:
        members: entities.member, with the changes of this run.
        known: entities.redirect.
        at: timestamp of the change.
    """
    current = members.where("valid_to IS NULL").select("record_id", "entity_id")
    last = _last_records(members, current)
    at_home = last.join(current.withColumnRenamed("entity_id", "lives_in"), "record_id", "left")
    shares = at_home.groupBy("entity_id", "lives_in").agg(
        F.count("*").alias("records"), F.min("record_id").alias("smallest")
    )
    # Where none of them is live, the one row without a home is all there is.
    best = Window.partitionBy("entity_id").orderBy(F.col("lives_in").isNull(), F.desc("records"), "smallest")
    homes = shares.withColumn("nth", F.row_number().over(best)).where("nth = 1")
    new = homes.select("entity_id", F.col("lives_in").alias("new_home"), F.lit(True).alias("away"))
    both = known.where("valid_to IS NULL").join(new, "entity_id", "full_outer")
    changed = both.where("away IS NULL OR run_id IS NULL OR NOT lives_in <=> new_home")
    closing = changed.where("run_id IS NOT NULL").withColumn("valid_to", at).select(*REDIRECT.names)
    opening = changed.where("away").select(
        "entity_id",
        F.col("new_home").alias("lives_in"),
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
    parts = [_events_at(members, F.lit(row[0]).cast("timestamp"), run_id) for row in found]
    return reduce(lambda a, b: a.unionByName(b), parts, known.limit(0).select(*EVENT.names))


def events(assigned: DataFrame, current: DataFrame, *, run_id: str, at: Column) -> DataFrame:
    """What happened to entities; entities.event rows.

    An id appears: `created` where its records were in none, else `split`. An id is gone: `merged` where its records
    are in others, else `retired`. Records pass from one id to another, and both are there before and after: `moved`,
    told of the one that gets them.

    Args:
        assigned: record_id, entity_id after; of all entities, or of whole ones before and after.
        current: record_id, entity_id before, of the same.
    """
    new = assigned.withColumnRenamed("entity_id", "new_id")
    both = current.select("record_id", "entity_id").join(new, "record_id", "full_outer")
    before, after = current.select("entity_id").distinct(), new.select("new_id").distinct()
    from_ids = F.sort_array(F.collect_set("entity_id")).alias("before")
    gained = both.where("new_id IS NOT NULL").groupBy(F.col("new_id").alias("id")).agg(from_ids)
    appeared = gained.join(before.withColumnRenamed("entity_id", "id"), "id", "left_anti").withColumn(
        "kind", F.when(F.size("before") > 0, "split").otherwise("created")
    )
    gone = (
        both.where("entity_id IS NOT NULL")
        .groupBy(F.col("entity_id").alias("id"))
        .agg(F.sort_array(F.collect_set("new_id")).alias("after"))
        .join(after.withColumnRenamed("new_id", "id"), "id", "left_anti")
        .withColumn("kind", F.when(F.size("after") > 0, "merged").otherwise("retired"))
    )
    moved = (
        both.where("entity_id <> new_id")
        .join(after.withColumnRenamed("new_id", "entity_id"), "entity_id", "left_semi")
        .join(before.withColumnRenamed("entity_id", "new_id"), "new_id", "left_semi")
        .groupBy(F.col("new_id").alias("id"))
        .agg(from_ids)
        .withColumn("kind", F.lit("moved"))
    )
    itself = F.array("id")
    return (
        appeared.unionByName(moved)
        .withColumn("after", itself)
        .unionByName(gone.withColumn("before", itself))
        .select(
            F.sha2(F.concat_ws("|", F.lit(run_id), "id", "kind", at.cast("string")), 256).alias("event_id"),
            F.col("id").alias("entity_id"),
            "kind",
            "before",
            "after",
            at.alias("happened_at"),
            F.lit(run_id).alias("run_id"),
        )
        .select(*EVENT.names)
    )


def _events_at(members: DataFrame, at: Column, run_id: str) -> DataFrame:
    changed = members.where((F.col("valid_from") == at) | (F.col("valid_to") == at))
    whole = members.join(changed.select("entity_id").distinct(), "entity_id", "left_semi")
    before = whole.where(
        (F.col("valid_from") < at) & (F.col("valid_to").isNull() | (F.col("valid_to") >= at))
    )
    after = whole.where((F.col("valid_from") <= at) & (F.col("valid_to").isNull() | (F.col("valid_to") > at)))
    return events(after.select("record_id", "entity_id"), before, run_id=run_id, at=at)


def _best_claims(claims: DataFrame) -> DataFrame:
    """entity, entity_id: each id goes to one entity, and each entity takes one id.

    Args:
        claims: entity (null: one that takes none), entity_id, records of the id in the entity, since when, smallest
            record_id of these.
    """
    by_id = Window.partitionBy("entity_id").orderBy(F.desc("records"), "smallest")
    by_entity = Window.partitionBy("entity").orderBy(F.desc("records"), "since", "entity_id")
    won = claims.withColumn("nth", F.row_number().over(by_id)).where("nth = 1 AND entity IS NOT NULL")
    taken = won.withColumn("nth", F.row_number().over(by_entity)).where("nth = 1")
    return taken.select("entity", "entity_id")


def _claims_of_old(
    found: DataFrame, nameless: DataFrame, members: DataFrame, current: DataFrame
) -> DataFrame:
    """Where the last records of ids that are no more are now, of ids that had some of a nameless entity's records."""
    last = _last_records(members, current)
    named = nameless.withColumn("nameless", F.lit(True))
    here = found.join(named, "entity", "left").select("record_id", "entity", "nameless")
    placed = last.join(here, "record_id", "left")
    wanted = placed.where("nameless").select("entity_id").distinct()
    # Records that are not in `found` are together in the entity that they had.
    stay = current.select("record_id", F.col("entity_id").alias("held_by"))
    where_now = (
        placed.join(wanted, "entity_id", "left_semi")
        .join(stay, "record_id", "left")
        .where("entity IS NOT NULL OR held_by IS NOT NULL")
        .withColumn("held_by", F.when(F.col("entity").isNull(), F.col("held_by")))
    )
    return (
        where_now.groupBy("entity_id", "entity", "held_by")
        .agg(
            F.count("*").alias("records"),
            F.min("since").alias("since"),
            F.min("record_id").alias("smallest"),
            F.first("nameless").alias("nameless"),
        )
        .withColumn("entity", F.when(F.col("nameless"), F.col("entity")))
    )


def _last_records(members: DataFrame, current: DataFrame) -> DataFrame:
    """entity_id, record_id, since: the records that an id had last, of ids that no record has now."""
    closed = members.where("valid_to IS NOT NULL").join(current.select("entity_id"), "entity_id", "left_anti")
    ends = closed.groupBy("entity_id").agg(F.max("valid_to").alias("valid_to"))
    return closed.join(ends, ["entity_id", "valid_to"]).select(
        "entity_id", "record_id", F.col("valid_from").alias("since")
    )
