"""Facts about each customer at the end of a day, and what happened in the year after it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.schema import EVENT_TABLES, INTERACTION, STATE_ENDED, STATE_RUNNING, SUPPORT_CASE, USAGE

# Days of a year, for measures and forecasts.
YEAR = 365
# By window, how many days an event may be before the reference day; later events have a negative number.
_WINDOWS = {"to_date": ">= 0", "year": f"BETWEEN 0 AND {YEAR - 1}", "next": f"BETWEEN {-YEAR} AND -1"}
_DOCUMENT = (
    "CASE WHEN event = 'order' THEN 'order' WHEN event = 'invoice' AND what <=> 'credit_note' THEN 'credit_note' "
    "WHEN event = 'invoice' THEN 'invoice' END"
)
_BOUGHT = "document IN ('order', 'invoice')"
_STARTED = " OR ".join(f"({table.begins})" for table in STATE_RUNNING.values())
_ACTED = f"({' OR '.join(f'({table.acts})' for table in EVENT_TABLES if table.acts)})"


def _count(what: str, days: str) -> str:
    return f"count_if(({what}) AND since {days})"


def _sum(document: str, days: str) -> str:
    amounts = f"try_sum(reporting_amount) FILTER (WHERE document = '{document}' AND since {days})"
    return f"CAST({amounts} AS DECIMAL(28,3))"


_COUNTED = {
    "recency_days": f"min(since) FILTER (WHERE {_BOUGHT} AND since >= 0)",
    "days_since_act": f"min(since) FILTER (WHERE {_ACTED} AND since >= 0)",
    "days_known": "max(since)",
    "acts_year": _count(_ACTED, _WINDOWS["year"]),
    "acts_next": _count(_ACTED, _WINDOWS["next"]),
    "acts_90d": _count(_ACTED, "BETWEEN 0 AND 89"),
    # A running event includes its last day.
    "running": f"greatest({_count(_STARTED, '>= 0')} - {_count(STATE_ENDED, '> 0')}, 0)",
    "usage_90d": _count(USAGE.begins, "BETWEEN 0 AND 89"),
    "usage_90d_before": _count(USAGE.begins, "BETWEEN 90 AND 179"),
    "cases_90d": _count(SUPPORT_CASE.begins, "BETWEEN 0 AND 89"),
    # Decimals, so that the last digit does not depend on the order of the rows.
    "satisfaction": "CAST(avg(try_cast(score AS DECIMAL(18,6))) "
    f"FILTER (WHERE {INTERACTION.begins} AND since {_WINDOWS['year']}) AS DOUBLE)",
}
# By window, the number of orders and invoices, and the sums of orders, invoices and credit notes.
_DOCUMENTS = {
    **{f"{d}s_{w}": _count(f"document = '{d}'", days) for w, days in _WINDOWS.items() for d in ("order", "invoice")},
    **{f"{d}_value_{w}": _sum(d, days) for w, days in _WINDOWS.items() for d in ("order", "invoice", "credit_note")},
}  # fmt: skip


def facts(
    timeline: DataFrame, *, as_of: date, days_back: Sequence[int], orders_are_invoiced: bool
) -> DataFrame:
    """Return facts about customers at the end of several reference days.

    Ignores events that are void, have no date or no customer, or are later than as_of. Purchases are orders and
    invoices. Values are in the reporting currency, less credit notes, and null if no amount is known. An act is a
    purchase, a payment, a new subscription or usage.

    Args:
        timeline: gold.timeline.
        as_of: the last day that is included.
        days_back: the reference days, in days before as_of.
        orders_are_invoiced: an invoice is a purchase only of a customer without orders.
    Returns:
        entity_id and days_back; until the reference day: recency_days (since the last order or invoice),
        days_since_act, days_known (since the first event), frequency (purchases), purchases_year, lifetime_value,
        value_year, acts_year, acts_90d, running (subscriptions), usage_90d, usage_90d_before, cases_90d and
        satisfaction (mean score of a year); in the year after: acts_next and value_next. Customers without events
        until the reference day have no row.
    """
    age = F.datediff(F.lit(as_of), F.to_date("happened_at"))
    seen = (
        timeline.where("entity_id IS NOT NULL AND NOT is_void")
        .select(
            "entity_id",
            "event",
            "what",
            "score",
            "reporting_amount",
            F.expr(_DOCUMENT).alias("document"),
            age.alias("age"),
            F.explode(F.array(*map(F.lit, days_back))).alias("days_back"),
        )
        .withColumn("since", F.col("age") - F.col("days_back"))
        .where(f"age >= 0 AND since >= {-YEAR}")
    )
    counted = seen.groupBy("entity_id", "days_back").agg(
        *(F.expr(sql).alias(name) for name, sql in {**_COUNTED, **_DOCUMENTS}.items())
    )
    also = {
        window: f"{had} = 0" if orders_are_invoiced else "true"
        for window, had in (
            ("to_date", "orders_to_date"), ("year", "orders_to_date"), ("next", "orders_to_date + orders_next"),
        )
    }  # fmt: skip
    bought = {w: f"(orders_{w} + IF({also[w]}, invoices_{w}, 0))" for w in _WINDOWS}
    value = {w: _value(w, also[w], bought[w]) for w in _WINDOWS}
    derived = {
        "frequency": bought["to_date"],
        "purchases_year": bought["year"],
        "lifetime_value": f"IF({bought['to_date']} > 0, {value['to_date']}, NULL)",
        "value_year": value["year"],
        "value_next": value["next"],
    }
    return counted.where("days_known >= 0").select(
        "entity_id", "days_back", *_COUNTED, *(F.expr(sql).alias(name) for name, sql in derived.items())
    )


def _value(window: str, invoices_count: str, purchases: str) -> str:
    """Return SQL for the value of the purchases of a window; 0 without purchases."""
    invoiced = f"IF({invoices_count}, invoice_value_{window}, NULL)"
    parts = (f"order_value_{window}", invoiced, f"credit_note_value_{window}")
    total = " + ".join(f"coalesce({part}, 0)" for part in parts)
    return f"IF({purchases} = 0 OR coalesce({', '.join(parts)}) IS NOT NULL, {total}, NULL)"
