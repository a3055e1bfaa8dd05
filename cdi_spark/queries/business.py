"""The newest release in numbers: sums and counts, and no customer's value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdi_spark.gold.customer.members import live_records
from cdi_spark.monitoring import logs
from cdi_spark.schema import (
    CLEANING,
    CUSTOMER_360,
    FINANCE,
    JOURNEY,
    LEDGER,
    MEASURE,
    MEMBER,
    METRIC,
    PERSON,
    QUALITY_RESULT,
    REVENUE,
    RUN,
)
from cdi_spark.storage import Storage

# Most rows of money per month, and most runs, that an answer holds.
_FINANCE_ROWS, _RUNS = 72, 30
# Most reasons for dropped values that an answer holds.
_DROPS = 60
_DOCUMENTS = ("order", "invoice", "payment")

Sizes = Sequence[tuple[str, int]]
ByMonth = Mapping[date, float]


@dataclass(frozen=True)
class BusinessAnswer:
    """The newest release in numbers.

    Attributes:
        records: of all customers together.
        states, rfm, segments: labels with the customers that have them, the largest first.
        new_customers: by the month since when they are known.
        sources: per source, its records, the customers that they are, and customers with several records.
        currency: the reporting currency; None where no document has a value in it.
        revenue: by kind of document ("orders", "invoices", "payments"), its value in that currency by month.
        finance: newest rows of gold.finance, the newest first.
        metrics: the forecasts' scores.
        quality: per run, oldest first: expectations, failed ones, rows emitted, rows in quarantine.
        cleaning: what cleaning dropped when each source was last standardised, most rows first: source, table,
            column, outcome, reason, rows, places (files and row numbers).
        runs: oldest first: when each started, its seconds, and its stages' status.
    """

    release_id: str
    released_at: datetime
    customers: int
    records: int
    states: Sizes
    new_customers: ByMonth
    sources: Sequence[Mapping[str, Any]]
    rfm: Sizes
    segments: Sizes
    currency: str | None
    revenue: Mapping[str, ByMonth]
    finance: Sequence[Mapping[str, Any]]
    metrics: Sequence[Mapping[str, Any]]
    quality: Sequence[Mapping[str, Any]]
    cleaning: Sequence[Mapping[str, Any]]
    runs: Sequence[Mapping[str, Any]]


def answer_business(storage: Storage) -> BusinessAnswer:
    """Count and sum the newest release.

    Raises:
        CdiError: nothing was released yet.
    """
    release = storage.newest_release()
    customers, measures = release.read(CUSTOMER_360.name), release.read(MEASURE.name)
    count = customers.agg(F.count("*").alias("customers"), F.sum("record_count").alias("records")).first()
    currency, revenue = _revenue(release.read(REVENUE.name))
    finance = release.read(FINANCE.name).orderBy(F.desc("month"), "document", "currency")
    metrics = storage.read_or_empty(METRIC).where(F.col("run_id") == release.release_id)
    return BusinessAnswer(
        release_id=release.release_id,
        released_at=release.released_at,
        customers=count["customers"] if count else 0,
        records=(count and count["records"]) or 0,
        states=_sizes(customers, F.coalesce("state", F.lit("none"))),
        new_customers=_new_customers(release.read(JOURNEY.name)),
        sources=_sources(storage),
        rfm=_sizes(measures.where("rfm_segment IS NOT NULL"), F.col("rfm_segment")),
        segments=_sizes(measures, F.explode("segments")),
        currency=currency,
        revenue=revenue,
        finance=_rows(finance.limit(_FINANCE_ROWS)),
        metrics=_rows(metrics.orderBy("metric")),
        quality=_quality(storage),
        cleaning=_cleaning(storage),
        runs=_runs(storage),
    )


def _sizes(customers: DataFrame, label: Column) -> Sizes:
    """The customers of each label, the largest first."""
    logs.doing("counting customers")
    counts = customers.select(label.alias("label")).groupBy("label").count()
    return [(row["label"], row["count"]) for row in counts.orderBy(F.desc("count"), "label").collect()]


def _new_customers(journey: DataFrame) -> ByMonth:
    logs.doing("counting new customers by month")
    first = journey.groupBy("entity_id").agg(F.min("since").alias("since")).where("since IS NOT NULL")
    rows = first.groupBy(F.trunc("since", "month").alias("month")).agg(F.count("*").alias("customers"))
    return {row["month"]: float(row["customers"]) for row in rows.collect()}


def _revenue(revenue: DataFrame) -> tuple[str | None, dict[str, ByMonth]]:
    """The reporting currency, and the value of each kind of document in it, by month."""
    logs.doing("adding up revenue by month")
    sums = [F.sum(f"{kind}_value").cast("double").alias(kind) for kind in _DOCUMENTS]
    rows = (
        revenue.where("month IS NOT NULL").groupBy("month").agg(F.max("reporting_currency"), *sums).collect()
    )
    values = {
        f"{kind}s": {row["month"]: float(row[kind]) for row in rows if row[kind] is not None}
        for kind in _DOCUMENTS
    }
    return max((row[1] for row in rows if row[1]), default=None), {k: v for k, v in values.items() if v}


def _sources(storage: Storage) -> list[dict[str, Any]]:
    logs.doing("counting records by source")
    records = live_records(storage.read(PERSON.name), storage.read(MEMBER.name))
    each = records.groupBy("source", "entity_id").agg(F.count("*").alias("records"))
    by_source = each.groupBy("source").agg(
        F.sum("records").alias("records"),
        F.count("*").alias("customers"),
        F.count_if(F.col("records") > 1).alias("more_than_once"),
    )
    return _rows(by_source.orderBy("source"))


def _quality(storage: Storage) -> list[dict[str, Any]]:
    logs.doing("reading what was checked")
    checks = (
        storage.read_or_empty(QUALITY_RESULT)
        .groupBy("run_id")
        .agg(
            F.count("*").alias("checks"),
            F.count_if(~F.col("success")).alias("failed"),
            F.max("checked_at").alias("at"),
        )
    )
    ledger = storage.read_or_empty(LEDGER).groupBy("run_id")
    rows = ledger.agg(F.sum("emitted").alias("emitted"), F.sum("quarantined").alias("quarantined"))
    return _rows(checks.join(rows, "run_id", "left").orderBy(F.desc("at")).limit(_RUNS))[::-1]


def _cleaning(storage: Storage) -> list[dict[str, Any]]:
    logs.doing("reading what cleaning dropped")
    # A table that lost nothing has no row in ops.cleaning, but one in the ledger.
    newest = storage.read_or_empty(LEDGER).groupBy("source", "table")
    last = newest.agg(F.max_by("run_id", "counted_at").alias("run_id"))
    dropped = storage.read_or_empty(CLEANING).where("outcome <> 'changed'")
    columns = ("source", "table", "column", "outcome", "reason", "rows", "places")
    found = dropped.join(last, ["source", "table", "run_id"], "left_semi").select(*columns)
    return _rows(found.orderBy(F.desc("rows"), *columns[:5]).limit(_DROPS))


def _runs(storage: Storage) -> list[dict[str, Any]]:
    logs.doing("reading the runs")
    runs = storage.read(RUN.name).groupBy("run_id").agg(
        F.min("started_at").alias("at"),
        F.sum("seconds").alias("seconds"),
        F.concat_ws(", ", F.sort_array(F.collect_set("status"))).alias("status"),
    )  # fmt: skip
    return _rows(runs.orderBy(F.desc("at")).limit(_RUNS))[::-1]


def _rows(rows: DataFrame) -> list[dict[str, Any]]:
    return [row.asDict() for row in rows.collect()]
