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


def made_from(inputs: DataFrame, *, how: str) -> DataFrame:
    """entity_id and made_from, a hash of all that a customer is made from; of entities with a live record.

    Args:
        inputs: inputs().
        how: what else decides about a customer's row.
    """
    # Exclusive or, for no order of the rows must count; each has a key of its own, so none cancels another.
    together = inputs.where("entity_id IS NOT NULL").groupBy("entity_id").agg(
        F.bit_xor("content").alias("content"), F.bool_or(F.col("table") == _PERSON).alias("live")
    )  # fmt: skip
    return together.where("live").select("entity_id", F.xxhash64("content", F.lit(how)).alias("made_from"))


def touched(
    inputs: DataFrame, customers: DataFrame, *, published: DataFrame, marts: Mapping[str, DataFrame]
) -> DataFrame:
    """Rows of gold that are to come, to change or to go: table (its short name), key.

    Args:
        inputs: inputs().
        customers: made_from().
        published: gold.customer_360 as it is.
        marts: gold's event tables as they are, by short name.
    """
    now = _customer_rows(customers).unionByName(
        inputs.where(F.col("table") != _PERSON).select("table", "key", _with_entity().alias("content"))
    )
    held = [
        _event_rows(name, rows, "entity_id").select("table", "key", _with_entity().alias("content"))
        for name, rows in marts.items()
    ]
    before = reduce(DataFrame.unionByName, held, _customer_rows(published))
    both = now.join(before.withColumnRenamed("content", "before"), ["table", "key"], "full_outer")
    return both.where("NOT content <=> before").select("table", "key")


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


def _customer_rows(customers: DataFrame) -> DataFrame:
    return customers.select(
        F.lit(CUSTOMER).alias("table"), F.col("entity_id").alias("key"), F.col("made_from").alias("content")
    )


def _with_entity() -> Column:
    return F.xxhash64("content", "entity_id")
