"""Which customers must be made anew: those of whom something changed since they were published."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.gold.customer.members import current_members


def hash_events(timeline: DataFrame) -> DataFrame:
    """entity_id and events_hash: a hash of all that happened to each customer.

    Args:
        timeline: gold.timeline.
    """
    each = F.xxhash64("event", "event_id", "what", "content_hash", "reporting_amount")
    # Exclusive or, for no order of the rows must count; each has a key of its own, so none cancels another.
    known = timeline.where("entity_id IS NOT NULL")
    return known.groupBy("entity_id").agg(F.bit_xor(each).alias("events_hash"))


def changed_customers(
    persons: DataFrame,
    members: DataFrame,
    decisions: DataFrame,
    events: DataFrame | None,
    *,
    rules: str,
    as_of: date,
    published: DataFrame | None = None,
) -> DataFrame:
    """Customers that are to come, to change or to go.

    Args:
        persons: silver.person.
        members: entities.member.
        decisions: record_id and content: a hash of what stewards decided about it, and what follows for its customer.
        events: hash_events(), beside what is published; None where it is the same, but for records in other hands.
        rules: what else decides about a customer's row.
        as_of: the day on which states are told; who comes into another by it has changed.
        published: gold.customer_360 as it is; without it all customers are to come.
    Returns:
        entity_id, made_from: a hash of records and decisions; null where the customer has no live record.
    """
    said = F.xxhash64(F.lit("person"), "record_id", "content_hash", "updated_at", "trust")
    current = current_members(members)
    live = (
        persons.where("NOT is_deleted").select("record_id", said.alias("content")).join(current, "record_id")
    )
    decided = decisions.join(current, "record_id")
    rows = live.select("entity_id", "content", F.lit(True).alias("live")).unionByName(
        decided.select("entity_id", "content", F.lit(False).alias("live"))
    )
    # Exclusive or, as in hash_events().
    together = [F.bit_xor("content").alias("content"), F.bool_or("live").alias("live")]
    made_from = F.when(F.col("live"), F.xxhash64("content", F.lit(rules)))
    if published is None:
        return (
            rows.groupBy("entity_id")
            .agg(*together)
            .where("live")
            .select("entity_id", made_from.alias("made_from"))
        )
    moved_on = (F.col("state_until") <= F.lit(as_of)) | (F.col("state_since") > F.lit(as_of))
    before = {
        "made_before": F.when(moved_on, F.bitwise_not("made_from")).otherwise(F.col("made_from")),
        "events_before": F.col("events_hash"),
    }
    if events is None:
        before["events_hash"] = F.col("events_hash")
    else:
        rows = rows.unionByName(events, allowMissingColumns=True)
    published = published.select("entity_id", *(column.alias(name) for name, column in before.items()))
    rows = rows.unionByName(published, allowMissingColumns=True)
    told = (F.max(name).alias(name) for name in ("events_hash", "made_before", "events_before"))
    return (
        rows.groupBy("entity_id")
        .agg(*together, *told)
        .withColumn("made_from", made_from)
        .where("NOT made_from <=> made_before OR live AND NOT events_hash <=> events_before")
        .select("entity_id", "made_from")
    )
