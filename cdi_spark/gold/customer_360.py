"""One row per customer: the golden record, the records behind it, and what the customer did."""

from collections.abc import Mapping
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdi_spark.gold.survivorship import live_records
from cdi_spark.tables import ATTRIBUTES, CUSTOMER_360, MONEY

# What an event tells the summary, as SQL over its row; the types are those that nothing at all has.
_NOTHING = {
    "currency": "cast(null AS string)",
    "amount": "cast(null AS decimal(18,2))",
    "happened_at": "cast(null AS timestamp)",
    "is_open": "false",
}
_TOLD = {
    "order": {"currency": "currency", "amount": "amount", "happened_at": "ordered_at"},
    "invoice": {"currency": "currency", "amount": "amount"},
    "subscription": {"is_open": "ended_on IS NULL"},
    "support_case": {"is_open": "closed_at IS NULL"},
    "usage": {"happened_at": "occurred_at"},
}


def customer_360(
    made_from: DataFrame,
    golden: DataFrame,
    persons: DataFrame,
    members: DataFrame,
    events: Mapping[str, DataFrame],
) -> DataFrame:
    """What is known of each customer that has a live record, in one row.

    Counts are 0 where nothing happened, times null. A total sums an event's amounts by currency, whatever
    its status: without a currency or an amount an event counts but adds nothing, without any sum the map
    is null, and a sum beyond decimal(18,2) is null in its currency.

    Args:
        made_from: entity_id and made_from (gold/changes.py).
        golden: entity_id and the golden attributes; an entity may be missing.
        persons: silver.person.
        members: entities.member.
        events: silver's event tables by short name (order, invoice, …); one that a project lacks is left out.
    Returns:
        gold.customer_360.
    """
    known = (
        persons.transform(live_records, members)
        .groupBy("entity_id")
        .agg(
            F.count("*").alias("record_count"),
            F.sort_array(F.collect_set("source")).alias("sources"),
            F.min("updated_at").alias("first_updated_at"),
            F.max("updated_at").alias("last_updated_at"),
        )
    )
    attributes = golden.select("entity_id", *(c.name for c in ATTRIBUTES))
    rows = (
        known.join(made_from, "entity_id", "left")
        .join(attributes, "entity_id", "left")
        .join(_summary(members, events), "entity_id", "left")
    )
    counts = {name: F.coalesce(name, F.lit(0)) for name in CUSTOMER_360.names if name.endswith("_count")}
    return rows.withColumns(counts).select(*CUSTOMER_360.names)


def _summary(members: DataFrame, events: Mapping[str, DataFrame]) -> DataFrame:
    """entity_id and customer_360's columns about events, for entities with any."""
    told = [_told(events[name], name) for name in _TOLD if name in events]
    nothing = _told(members.where("false"), "none")
    by_currency = (
        # One join with members for all events together, not one each.
        reduce(DataFrame.unionByName, told, nothing)
        .join(members.where("valid_to IS NULL").select("record_id", "entity_id"), "record_id")
        .groupBy("entity_id", "event", "currency")
        .agg(
            F.count("*").alias("events"),
            F.count_if("is_open").alias("open"),
            F.max("happened_at").alias("last_at"),
            F.count("amount").alias("priced"),
            F.try_sum("amount").try_cast(MONEY).alias("total"),
        )
    )
    return by_currency.groupBy("entity_id").agg(
        _sum_of("events", "order").alias("order_count"),
        _totals("order").alias("order_total"),
        _last("order").alias("last_order_at"),
        _sum_of("events", "invoice").alias("invoice_count"),
        _totals("invoice").alias("invoice_total"),
        _sum_of("events", "subscription").alias("subscription_count"),
        _sum_of("open", "subscription").alias("active_subscription_count"),
        _sum_of("events", "support_case").alias("support_case_count"),
        _sum_of("open", "support_case").alias("open_support_case_count"),
        _sum_of("events", "usage").alias("usage_count"),
        _last("usage").alias("last_usage_at"),
    )


def _told(event: DataFrame, name: str) -> DataFrame:
    told = {**_NOTHING, **_TOLD.get(name, {})}
    return event.select(
        "record_id", F.lit(name).alias("event"), *(F.expr(s).alias(c) for c, s in told.items())
    )


def _sum_of(number: str, event: str) -> Column:
    return F.sum(F.when(F.col("event") == event, F.col(number)))


def _last(event: str) -> Column:
    return F.max(F.when(F.col("event") == event, F.col("last_at")))


def _totals(event: str) -> Column:
    """Currency to sum; null where no event of the entity has both a currency and an amount."""
    has_sum = (F.col("event") == event) & F.col("currency").isNotNull() & (F.col("priced") > 0)
    sums = F.array_sort(F.collect_list(F.when(has_sum, F.struct("currency", "total"))))
    return F.when(F.size(sums) > 0, F.map_from_entries(sums))
