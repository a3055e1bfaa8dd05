"""Cash flow by month: invoices, payments and refunds, and a forecast of the next months."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from datetime import date

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from cdi_spark.schema import CASH_FLOW, MONEY

# Months to forecast, and past months to test the forecast on.
_AHEAD, _TESTED = 3, 6
# Months are numbered from year 0.
_MONTH_NO = "year(month) * 12 + month(month) - 1"


def by_month(timeline: DataFrame, *, as_of: date) -> DataFrame:
    """Return what was invoiced, paid and refunded, by month and currency.

    Args:
        timeline: gold.timeline; documents that are void, without a date or a currency, or later are ignored.
        as_of: the last day that is included.
    Returns:
        month, currency, invoiced, paid, refunded (gold.cash_flow).
    """
    kinds = {
        "invoiced": "event = 'invoice'",
        "paid": "event = 'payment' AND NOT what <=> 'refund'",
        "refunded": "event = 'payment' AND what = 'refund'",
    }
    return (
        timeline.where("event IN ('invoice', 'payment') AND NOT is_void AND currency IS NOT NULL")
        .where(F.to_date("happened_at") <= F.lit(as_of))
        .groupBy(F.trunc(F.to_date("happened_at"), "month").alias("month"), "currency")
        .agg(
            *(
                F.try_sum(F.when(F.expr(sql), F.col("amount"))).try_cast(MONEY).alias(k)
                for k, sql in kinds.items()
            )
        )
    )


def errors(months: DataFrame, *, as_of: date) -> DataFrame:
    """Return the errors of the forecast and of its baseline in the last six whole months.

    Args:
        months: by_month().
    Returns:
        currency, error and baseline_error: mean absolute errors, in the currency. Currencies whose payments do not go
        back far enough have no row.
    """
    last = _last_whole_month(as_of)
    tested = _expected(months, last).where(f"number BETWEEN {last - _TESTED + 1} AND {last}")
    columns = {"error": "forecast", "baseline_error": "baseline"}
    return (
        tested.groupBy("currency")
        .agg(
            F.count("forecast").alias("tested"),
            *(
                F.avg(F.abs(F.col("net") - F.col(of))).cast("double").alias(name)
                for name, of in columns.items()
            ),
        )
        .where(F.col("tested") == _TESTED)
        .select("currency", *columns)
    )


def cash_flow(months: DataFrame, *, as_of: date, published: Collection[str]) -> DataFrame:
    """Return the past months, and the forecast of the three months after the last whole one.

    Args:
        months: by_month().
        published: currencies whose forecast is published.
    Returns:
        gold.cash_flow.
    """
    last = _last_whole_month(as_of)
    future = (
        _expected(months, last)
        .where(F.col("number") > last)
        .where("baseline IS NOT NULL")
        .select(
            F.expr("make_date(CAST(number DIV 12 AS INT), CAST(number % 12 AS INT) + 1, 1)").alias("month"),
            "currency",
            F.when(F.col("currency").isin(*published), F.col("forecast")).alias("forecast"),
            "baseline",
        )
    )
    return months.join(future, ["month", "currency"], "full_outer").select(*CASH_FLOW.names)


def _expected(months: DataFrame, last: int) -> DataFrame:
    """Return currency, number (of the month), net, forecast and baseline of months around the last whole one."""
    net = months.select(
        "currency",
        F.expr(_MONTH_NO).alias("number"),
        F.expr("coalesce(paid, 0) + coalesce(refunded, 0)").alias("received"),
    ).where("paid IS NOT NULL OR refunded IS NOT NULL")
    net = net.where(F.col("number") <= last)
    span = net.groupBy("currency").agg(F.min("number").alias("first"), F.max("number").alias("latest"))
    numbers = F.explode(F.sequence(F.lit(last - 12 - _TESTED - _AHEAD), F.lit(last + _AHEAD))).alias("number")
    is_known = F.col("number").between(F.col("first"), F.lit(last))
    series = (
        # A currency without payments for a year has no forecast.
        span.where(F.col("latest") > last - 12)
        .select("currency", "first", numbers)
        .join(net, ["currency", "number"], "left")
        .withColumn("net", F.when(is_known, F.coalesce("received", F.lit(0))))
    )
    by_month = Window.partitionBy("currency").orderBy("number")
    # The year that is known when the last month ahead is forecast.
    year_before = by_month.rowsBetween(-11 - _AHEAD, -_AHEAD)
    level = F.when(F.count("net").over(year_before) == 12, F.avg("net").over(year_before))
    return series.withColumn("baseline", F.lag("net", 12).over(by_month).try_cast(MONEY)).select(
        "currency",
        "number",
        "net",
        "baseline",
        # The mean of two forecasts with different errors has a smaller error (Bates & Granger 1969).
        ((F.col("baseline") + level) / 2).try_cast(MONEY).alias("forecast"),
    )


def _last_whole_month(as_of: date) -> int:
    is_whole = as_of.day == monthrange(as_of.year, as_of.month)[1]
    return as_of.year * 12 + as_of.month - (1 if is_whole else 2)
