"""Which customers must be made anew: those of whom something changed since they were published."""

from __future__ import annotations

from datetime import date
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.gold.members import current_members


def touched(
    persons: DataFrame,
    members: DataFrame,
    timeline: DataFrame,
    decisions: DataFrame,
    *,
    how: str,
    as_of: date,
    published: DataFrame | None = None,
) -> DataFrame:
    """Customers that are to come, to change or to go.

    Args:
        persons: silver.person.
        members: entities.member.
        timeline: gold.timeline.
        decisions: record_id and content: a hash of what stewards decided about it, and what follows for its customer.
        how: what else decides about a customer's row.
        as_of: the day on which states are told; who comes into another by it has changed.
        published: gold.customer_360 as it is; without it all customers are to come.
    Returns:
        entity_id, made_from: a hash of all that the customer is made from; null where it has no live record.
    """
    said = F.xxhash64(F.lit("person"), "record_id", "content_hash", "updated_at", "trust")
    nothing = F.lit(None).cast("long")
    current = current_members(members)
    live = (
        persons.where("NOT is_deleted").select("record_id", said.alias("content")).join(current, "record_id")
    )
    happened = F.xxhash64("event", "event_id", "what", "content_hash", "reporting_amount")
    contents = [
        live.select("entity_id", "content", F.lit(True).alias("live")),
        timeline.where("entity_id IS NOT NULL").select(
            "entity_id", happened.alias("content"), F.lit(False).alias("live")
        ),
        decisions.join(current, "record_id").select("entity_id", "content", F.lit(False).alias("live")),
    ]
    rows = reduce(DataFrame.unionByName, contents).withColumn("before", nothing)
    if published is not None:
        moved_on = (F.col("state_until") <= F.lit(as_of)) | (F.col("state_since") > F.lit(as_of))
        before = F.when(moved_on, F.bitwise_not("made_from")).otherwise(F.col("made_from"))
        rows = rows.unionByName(
            published.select(
                "entity_id", nothing.alias("content"), F.lit(False).alias("live"), before.alias("before")
            )
        )
    # Exclusive or, for no order of the rows must count; each has a key of its own, so none cancels another.
    together = rows.groupBy("entity_id").agg(
        F.bit_xor("content").alias("content"),
        F.bool_or("live").alias("live"),
        F.max("before").alias("before"),
    )
    made_from = F.when(F.col("live"), F.xxhash64("content", F.lit(how)))
    return (
        together.withColumn("made_from", made_from)
        .where("NOT made_from <=> before")
        .select("entity_id", "made_from")
    )
