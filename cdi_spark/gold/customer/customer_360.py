"""One row per customer: the golden record, its source records, and what the customer did."""

from collections.abc import Callable
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdi_spark.gold.customer.changes import hash_events
from cdi_spark.gold.customer.members import live_records
from cdi_spark.schema import (
    ATTRIBUTES,
    BIRTH_DATE_PRECISION,
    CUSTOMER_360,
    EVENT_TABLES,
    MONEY,
    STRINGS,
    SummaryOf,
    spark_type,
)
from cdi_spark.standardise.batches import Rule
from cdi_spark.standardise.rule_step import apply_rules
from cdi_spark.standardise.values.phones import mobiles

# A contact is stale if no record confirmed it for this long before the newest confirmation of any contact.
_STALE_AFTER = "730 days"
# Rows of gold.timeline that end an event do not count as a second event.
_ENDS = " OR ".join(f"({table.ends})" for table in EVENT_TABLES if table.ends)
_COUNTS = f"NOT is_void AND NOT ({_ENDS})"


def customer_360(
    made_from: DataFrame,
    golden: DataFrame,
    persons: DataFrame,
    members: DataFrame,
    timeline: DataFrame,
    states: DataFrame,
    weakest: DataFrame,
) -> DataFrame:
    """Return one row per customer with a live record.

    Without events, counts are 0 and times are null. Void events are ignored. An event without a currency or an amount
    is counted, but adds nothing to totals. A map without sums is null, and so is a sum that is too large for its type.

    Args:
        made_from: entity_id and made_from, of changed_customers().
        golden: golden_records(); an entity may be missing.
        persons: silver.person.
        members: entities.member.
        timeline: gold.timeline.
        states: entity_id, state, state_since and state_until; an entity may be missing.
        weakest: entity_id, weakest_link and confidence; an entity may be missing.
    Returns:
        gold.customer_360.
    """
    live = persons.transform(live_records, members)
    known = live.groupBy("entity_id").agg(
        F.count("*").alias("record_count"),
        F.sort_array(F.collect_set("source")).alias("sources"),
        F.min("updated_at").alias("first_updated_at"),
        F.max("updated_at").alias("last_updated_at"),
    )
    attributes = (
        golden.select("entity_id", *(c.name for c in ATTRIBUTES), BIRTH_DATE_PRECISION.name)
        .withColumn("mobiles", F.when(F.size("phones") > 1, F.col("phones")))
        .transform(
            apply_rules, [Rule(("mobiles",), ("mobiles",), mobiles)], made={"mobiles": spark_type(STRINGS)}
        )
    )
    of_events = [timeline.transform(_summary), timeline.transform(hash_events)]
    parts = [made_from, attributes, live.transform(_contacts), *of_events, states, weakest]
    rows = reduce(lambda rows, part: rows.join(part, "entity_id", "left"), parts, known)
    counts = {name: F.coalesce(name, F.lit(0)) for name in CUSTOMER_360.names if name.endswith("_count")}
    preferred = {
        "preferred_email": _preferred("email", F.col("emails")),
        "preferred_phone": _preferred("phone", F.col("mobiles")),
    }
    return rows.withColumns(counts | preferred).select(*CUSTOMER_360.names)


def _contacts(live: DataFrame) -> DataFrame:
    """Return entity_id and contacts, for entities with any."""
    address = F.concat_ws(", ", "street", "postcode", "city", "region", "country")
    offered = F.concat(
        _of_kind("email", F.col("emails")),
        _of_kind("phone", F.col("phones")),
        _of_kind("address", F.array(F.nullif(address, F.lit("")))),
    )
    contact = F.struct("kind", "value", "records", "last_confirmed_at")
    contacts = (
        live.select("entity_id", "updated_at", F.inline(offered))
        .groupBy("entity_id", "kind", "value")
        .agg(F.count("*").alias("records"), F.max("updated_at").alias("last_confirmed_at"))
        .groupBy("entity_id")
        .agg(
            F.array_sort(F.collect_list(contact)).alias("contacts"),
            (F.max("last_confirmed_at") - F.expr(f"INTERVAL {_STALE_AFTER}")).alias("late"),
        )
    )
    with_stale = F.transform(
        "contacts",
        lambda contact: contact.withField("is_stale", contact["last_confirmed_at"] <= F.col("late")),
    )
    return contacts.select("entity_id", with_stale.alias("contacts"))


def _of_kind(kind: str, values: Column) -> Column:
    known = F.coalesce(F.array_compact(values), F.array().cast("array<string>"))
    return F.transform(known, lambda value: F.struct(F.lit(kind).alias("kind"), value.alias("value")))


def _preferred(kind: str, own: Column) -> Column:
    """Return the golden value that was confirmed last, those in `own` first; a steward's value may be in no record."""
    golden = F.col(f"{kind}s")
    confirmed = F.filter("contacts", lambda c: (c["kind"] == kind) & F.array_contains(golden, c["value"]))
    best = F.array_max(
        F.transform(
            confirmed,
            lambda c: F.struct(
                F.array_contains(own, c["value"]), c["last_confirmed_at"], c["records"], c["value"]
            ),
        )
    )
    return F.coalesce(best["value"], F.get(golden, F.lit(0)))


def _summary(timeline: DataFrame) -> DataFrame:
    """Return entity_id and the columns of customer_360 about events, for entities with any."""
    is_open = F.col("event").isin([t.short for t in EVENT_TABLES if t.ends]) & F.col("ends_on").isNull()
    is_answer = F.col("event").isin(_tables_with(SummaryOf.ANSWERS))
    has_subject = F.col("event").isin(_tables_with(SummaryOf.OPEN_SUBJECTS)) & is_open
    topic = F.when(is_answer, F.concat_ws(":", "subject", "channel")).when(has_subject, F.col("subject"))
    each = (
        timeline.where("entity_id IS NOT NULL")
        .where(_COUNTS)
        .groupBy("entity_id", "event", "currency", topic.alias("topic"))
        .agg(
            F.count("*").alias("events"),
            F.count_if(is_open).alias("open"),
            F.min("happened_at").alias("first_at"),
            F.max("happened_at").alias("last_at"),
            F.count("amount").alias("priced"),
            F.try_sum("amount").try_cast(MONEY).alias("total"),
            F.try_sum("reporting_amount").try_cast(MONEY).alias("value"),
            # Of two consents at the same moment the refusal wins.
            F.max_by("what", F.struct("happened_at", F.col("what") == "refused")).alias("last_what"),
        )
    )
    summaries = [
        _SUMMED[summary.of](table.short).alias(summary.column.name)
        for table in EVENT_TABLES
        for summary in table.summary
    ]
    return each.groupBy("entity_id").agg(
        F.min("first_at").alias("first_event_at"), F.max("last_at").alias("last_event_at"), *summaries
    )


def _tables_with(of: SummaryOf) -> list[str]:
    return [table.short for table in EVENT_TABLES if any(summary.of is of for summary in table.summary)]


def _of(event: str, value: str) -> Column:
    """A column of the rows of one event table; null in others."""
    return F.when(F.col("event") == event, F.col(value))


def _totals(event: str) -> Column:
    """Return a map from currency to sum; null if no event of the entity has both a currency and an amount."""
    has_sum = (F.col("event") == event) & F.col("currency").isNotNull() & (F.col("priced") > 0)
    sums = F.array_sort(F.collect_list(F.when(has_sum, F.struct("currency", "total"))))
    return F.when(F.size(sums) > 0, F.map_from_entries(sums))


def _answers(event: str) -> Column:
    """Topic to whether the newest answer grants it; null without any."""
    is_answer = (F.col("event") == event) & (F.col("topic") != "")
    answers = F.collect_list(F.when(is_answer, F.struct("topic", F.col("last_what") == "granted")))
    return F.when(F.size(answers) > 0, F.map_from_entries(F.array_sort(answers)))


def _or_null(values: Column) -> Column:
    return F.when(F.size(values) > 0, values)


_SUMMED: dict[SummaryOf, Callable[[str], Column]] = {
    SummaryOf.COUNT: lambda event: F.sum(_of(event, "events")),
    SummaryOf.TOTALS: _totals,
    SummaryOf.VALUE: lambda event: F.try_sum(_of(event, "value")).try_cast(MONEY),
    SummaryOf.LAST: lambda event: F.max(_of(event, "last_at")),
    SummaryOf.OPEN_COUNT: lambda event: F.sum(_of(event, "open")),
    SummaryOf.OPEN_SUBJECTS: lambda event: _or_null(F.sort_array(F.collect_set(_of(event, "topic")))),
    SummaryOf.ANSWERS: _answers,
}
