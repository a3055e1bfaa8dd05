"""Which customers must be made anew: those of whom something changed since they were published."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.tables import TABLES


def touched(
    persons: DataFrame,
    members: DataFrame,
    events: Mapping[str, DataFrame],
    *,
    how: str,
    published: DataFrame | None = None,
) -> DataFrame:
    """Customers that are to come, to change or to go.

    Args:
        persons: silver.person.
        members: entities.member.
        events: silver's event tables by short name.
        how: what else decides about a customer's row.
        published: gold.customer_360 as it is; without it all customers are to come.
    Returns:
        entity_id, made_from: a hash of all that the customer is made from; null where it has no live record.
    """
    content = F.xxhash64(F.lit("person"), "record_id", "content_hash", "updated_at", "trust")
    live = persons.where("NOT is_deleted").select(
        "record_id", content.alias("content"), F.lit(True).alias("live")
    )
    contents = reduce(DataFrame.unionByName, [_of_event(name, rows) for name, rows in events.items()], live)
    current = members.where("valid_to IS NULL").select("record_id", "entity_id")
    rows = contents.join(current, "record_id").select(
        "entity_id", "content", "live", F.lit(None).cast("long").alias("before")
    )
    if published is not None:
        nothing = {"content": F.lit(None).cast("long"), "live": F.lit(False), "before": F.col("made_from")}
        rows = rows.unionByName(published.select("entity_id", *(c.alias(n) for n, c in nothing.items())))
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


def _of_event(name: str, rows: DataFrame) -> DataFrame:
    key = TABLES[f"silver.{name}"].key[0]
    content = F.xxhash64(F.lit(name), key, "content_hash")
    return rows.select("record_id", content.alias("content"), F.lit(False).alias("live"))
