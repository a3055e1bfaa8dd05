"""The customers that changed since they were last published."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.gold.customer.members import current_members


def hash_events(timeline: DataFrame) -> DataFrame:
    """Return entity_id and events_hash: a hash of all events of each customer.

    Args:
        timeline: gold.timeline.
    """
    each = F.xxhash64("event", "event_id", "what", "content_hash", "reporting_amount")
    # Exclusive or does not depend on the order of the rows. Each row has its own key, so no two cancel out.
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
    """Return the customers that are new, changed or gone.

    Args:
        persons: silver.person.
        members: entities.member.
        decisions: record_id, and content: a hash of a steward's decision about the record.
        events: hash_events(); None if no event changed since the last publish.
        rules: what else a customer's row depends on.
        as_of: the date for which states are computed; a customer whose state changes by then has changed.
        published: gold.customer_360 as it is; without it all customers are new.
    Returns:
        entity_id, and made_from: a hash of records and decisions; null if the customer has no live record.
    """
    content = F.xxhash64(F.lit("person"), "record_id", "content_hash", "updated_at", "trust")
    current = current_members(members)
    live = (
        persons.where("NOT is_deleted")
        .select("record_id", content.alias("content"))
        .join(current, "record_id")
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
    others = (F.max(name).alias(name) for name in ("events_hash", "made_before", "events_before"))
    return (
        rows.groupBy("entity_id")
        .agg(*together, *others)
        .withColumn("made_from", made_from)
        .where("NOT made_from <=> made_before OR live AND NOT events_hash <=> events_before")
        .select("entity_id", "made_from")
    )
