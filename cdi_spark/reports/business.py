"""The newest release in numbers, as one HTML page: sums and counts, and no customer's value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.gold.customer.members import live_records
from cdi_spark.monitoring import logs
from cdi_spark.pages import Axis, page
from cdi_spark.schema import (
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

# What the page tells of the past: months in pictures, rows of money by month, runs.
_MONTHS, _ROWS, _RUNS = 60, 72, 30
_WIDTH, _HEIGHT = 700, 200


@dataclass(frozen=True)
class Bar:
    """A bar of a group: `share` of the longest, 0 to 1."""

    label: str
    value: int
    share: float


@dataclass(frozen=True)
class Column:
    """An upright bar of a month, as an SVG rectangle; `label` where the month's name is written below."""

    x: float
    y: float
    width: float
    height: float
    label: str
    told: str


@dataclass(frozen=True)
class Chart:
    """Months from left to right; `zero` is the height of nothing, for there may be less."""

    columns: Sequence[Column]
    up: Axis
    zero: float


def business_report(storage: Storage, *, title: str) -> str:
    """Customers by state, growth, duplicates, segments, revenue, forecasts' scores, quality and runs.

    Args:
        title: what the page is about.
    Returns:
        HTML without script or network.
    Raises:
        CdiError: nothing was released yet.
    """
    release = storage.newest_release()
    customers, measures = release.read(CUSTOMER_360.name), release.read(MEASURE.name)
    count = customers.agg(F.count("*").alias("customers"), F.sum("record_count").alias("records")).first()
    revenue = _revenue(release.read(REVENUE.name))
    return page(
        "business_report.html.j2",
        title=title,
        release=release,
        customers=count["customers"] if count else 0,
        records=(count and count["records"]) or 0,
        states=_bars(customers.groupBy(F.coalesce("state", F.lit("none")).alias("label"))),
        growth=_growth(release.read(JOURNEY.name)),
        sources=_by_source(storage),
        rfm=_bars(measures.where("rfm_segment IS NOT NULL").groupBy(F.col("rfm_segment").alias("label"))),
        segments=_bars(measures.select(F.explode("segments").alias("label")).groupBy("label")),
        currency=revenue[0],
        revenue=revenue[1],
        finance=_rows(
            release.read(FINANCE.name).orderBy(F.desc("month"), "document", "currency").limit(_ROWS)
        ),
        metrics=_rows(
            storage.read_or_empty(METRIC).where(F.col("run_id") == release.release_id).orderBy("metric")
        ),
        quality=_quality(storage),
        runs=_runs(storage),
    )


def _bars(groups: Any) -> list[Bar]:
    """The groups of a label with their sizes, the largest first."""
    logs.doing("counting customers")
    rows = [
        (row["label"], row["count"]) for row in groups.count().orderBy(F.desc("count"), "label").collect()
    ]
    most = max((size for _, size in rows), default=1)
    return [Bar(label, size, size / most) for label, size in rows]


def _growth(journey: DataFrame) -> Chart | None:
    """Customers first known in each month."""
    logs.doing("counting new customers by month")
    first = journey.groupBy("entity_id").agg(F.min("since").alias("since")).where("since IS NOT NULL")
    return _by_month(first.groupBy(F.trunc("since", "month").alias("month")).count().collect(), "count")


def _revenue(revenue: DataFrame) -> tuple[str | None, dict[str, Chart]]:
    """The reporting currency, and by kind of document a picture of what it came to in it."""
    logs.doing("adding up revenue by month")
    kinds = ("order", "invoice", "payment")
    sums = [F.sum(f"{kind}_value").cast("double").alias(kind) for kind in kinds]
    rows = (
        revenue.where("month IS NOT NULL").groupBy("month").agg(F.max("reporting_currency"), *sums).collect()
    )
    charts = {f"{kind}s": _by_month([r for r in rows if r[kind] is not None], kind) for kind in kinds}
    return max((row[1] for row in rows if row[1]), default=None), {
        k: chart for k, chart in charts.items() if chart
    }


def _by_month(rows: Sequence[Any], name: str) -> Chart | None:
    """The last months that have any; months between without any are shown as nothing."""
    values = {row["month"]: float(row[name]) for row in rows}
    if not values:
        return None
    months = [month for month in _months(max(values)) if month >= min(values)]
    shown = [values.get(month, 0.0) for month in months]
    up = Axis(min(0.0, *shown), max(1.0, *shown), _HEIGHT, 10)
    zero, wide = up.at(0.0), _WIDTH / len(months)
    columns = []
    for place, (month, value) in enumerate(zip(months, shown, strict=True)):
        top, label = up.at(value), month.month == 1 or len(months) <= 12
        columns.append(
            Column(
                round(60 + place * wide, 2),
                min(top, zero),
                round(wide * 0.8, 2),
                round(abs(top - zero), 2),
                f"{month:%Y}" if label and len(months) > 12 else f"{month:%Y-%m}" if label else "",
                f"{month:%Y-%m}: {value:,.0f}",
            )
        )
    return Chart(columns, up, zero)


def _months(last: date) -> list[date]:
    """The months up to one, as far back as a picture may go."""
    ends = range(last.year * 12 + last.month - _MONTHS, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in ends if number >= 12]


def _by_source(storage: Storage) -> list[dict[str, Any]]:
    """Of each source its records, the customers that they are, and those that it has more than once."""
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
    """By run, oldest first: expectations, those that failed, rows emitted, rows in quarantine."""
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


def _runs(storage: Storage) -> list[dict[str, Any]]:
    """Runs, oldest first: when, how long, and how they ended."""
    logs.doing("reading the runs")
    runs = storage.read(RUN.name).groupBy("run_id")
    told = runs.agg(
        F.min("started_at").alias("at"),
        F.sum("seconds").alias("seconds"),
        F.concat_ws(", ", F.sort_array(F.collect_set("status"))).alias("status"),
    )
    return _rows(told.orderBy(F.desc("at")).limit(_RUNS))[::-1]


def _rows(rows: DataFrame) -> list[dict[str, Any]]:
    return [row.asDict() for row in rows.collect()]
