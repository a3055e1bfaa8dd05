"""What of gold must be made anew: customers and events of which something changed since they were published."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdi_spark.tables import CUSTOMER_360, TABLES

CUSTOMER = "customer_360"
_PERSON = "person"


def inputs(persons: DataFrame, members: DataFrame, events: Mapping[str, DataFrame]) -> DataFrame:
    """What gold is made of, a row a live record and event: table, key, content (a hash), entity_id.

    Args:
        persons: silver.person.
        members: entities.member.
        events: silver's event tables by short name.
    """
    content = F.xxhash64(F.lit(_PERSON), "record_id", "content_hash", "updated_at", "trust")
    live = persons.where("NOT is_deleted").select(
        F.lit(_PERSON).alias("table"), F.col("record_id").alias("key"), "record_id", content.alias("content")
    )
    rows = [_event_rows(name, rows, "record_id") for name, rows in events.items()]
    current = members.where("valid_to IS NULL").select("record_id", "entity_id")
    return reduce(DataFrame.unionByName, rows, live).join(current, "record_id", "left").drop("record_id")


def touched(
    inputs: DataFrame,
    *,
    how: str,
    published: DataFrame | None = None,
    marts: Mapping[str, DataFrame] | None = None,
) -> DataFrame:
    """Rows of gold that are to come, to change or to go: table (its short name), key, content (null: to go).

    Of a customer with a live record, content is made_from: a hash of all that the customer is made from.

    Args:
        inputs: inputs().
        how: what else decides about a customer's row.
        published: gold.customer_360 as it is; without it, all customers and no events.
        marts: gold's event tables as they are, by short name.
    """
    is_person = F.col("table") == _PERSON
    of_customer = F.struct(
        F.lit(CUSTOMER).alias("table"), F.col("entity_id").alias("key"), "content", is_person.alias("live")
    )
    of_event = F.struct("table", "key", _with_entity().alias("content"), F.lit(True).alias("live"))
    told = [F.when(F.col("entity_id").isNotNull(), of_customer)]
    rows = []
    if published is not None:
        told.append(F.when(~is_person, of_event))
        held = published.select(F.lit(CUSTOMER).alias("table"), F.col("entity_id").alias("key"), "made_from")
        rows.append(_as_before(held, F.col("made_from")))
    rows += [
        _as_before(_event_rows(name, mart, "entity_id"), _with_entity())
        for name, mart in (marts or {}).items()
    ]
    each = F.inline(F.array_compact(F.array(*told)))
    rows.append(inputs.select(each, F.lit(None).cast("long").alias("before")))
    # Exclusive or, for no order of the rows must count; each has a key of its own, so none cancels another.
    together = reduce(DataFrame.unionByName, rows).groupBy("table", "key").agg(
        F.bit_xor("content").alias("content"), F.bool_or("live").alias("live"), F.max("before").alias("before")
    )  # fmt: skip
    made_from = F.when(F.col("table") == CUSTOMER, F.xxhash64("content", F.lit(how))).otherwise(
        F.col("content")
    )
    now = together.withColumn("content", F.when(F.col("live"), made_from))
    return now.where("NOT content <=> before").select("table", "key", "content")


def touched_customers(touched: DataFrame) -> DataFrame:
    """entity_id and made_from of the customers that are to come or to change."""
    changed = touched.where((F.col("table") == CUSTOMER) & F.col("content").isNotNull())
    return changed.select(F.col("key").alias("entity_id"), F.col("content").alias("made_from"))


def of_table(touched: DataFrame, name: str) -> DataFrame:
    """The keys of one table's touched rows."""
    table = CUSTOMER_360 if name == CUSTOMER else TABLES[f"silver.{name}"]
    return touched.where(F.col("table") == name).select(F.col("key").alias(table.key[0]))


def _event_rows(name: str, rows: DataFrame, with_column: str) -> DataFrame:
    key = TABLES[f"silver.{name}"].key[0]
    content = F.xxhash64(F.lit(name), key, "record_id", "content_hash")
    return rows.select(
        F.lit(name).alias("table"), F.col(key).alias("key"), with_column, content.alias("content")
    )


def _as_before(rows: DataFrame, content: Column) -> DataFrame:
    nothing = {"content": F.lit(None).cast("long"), "live": F.lit(False), "before": content}
    return rows.withColumns(nothing).select("table", "key", "content", "live", "before")


def _with_entity() -> Column:
    return F.xxhash64("content", "entity_id")
