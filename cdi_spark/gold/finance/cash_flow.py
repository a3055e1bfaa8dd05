"""What came in by month, and what is expected of the next months."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from datetime import date

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from cdi_spark.schema import CASH_FLOW, MONEY

# Months that are forecast, and the known ones that show how well it would have gone.
_AHEAD, _TRIED = 3, 6
# Months in a plan are counted from the year 0.
_MONTH_NO = "year(month) * 12 + month(month) - 1"


def by_month(timeline: DataFrame, *, as_of: date) -> DataFrame:
    """What was invoiced, paid and refunded until a day.

    Args:
        timeline: gold.timeline; void documents, those without a day or a currency and later ones count for nothing.
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
    """How far the forecast and its baseline would have been off in the last six whole months.

    Args:
        months: by_month().
    Returns:
        currency, error and baseline_error: means of absolute differences, in the currency. No row of a currency
        whose payments do not reach back far enough.
    """
    last = _last_whole_month(as_of)
    tried = _expected(months, last).where(f"number BETWEEN {last - _TRIED + 1} AND {last}")
    off = {"error": "forecast", "baseline_error": "baseline"}
    return (
        tried.groupBy("currency")
        .agg(
            F.count("forecast").alias("tried"),
            *(F.avg(F.abs(F.col("net") - F.col(of))).cast("double").alias(name) for name, of in off.items()),
        )
        .where(F.col("tried") == _TRIED)
        .select("currency", *off)
    )


def cash_flow(months: DataFrame, *, as_of: date, published: Collection[str]) -> DataFrame:
    """Months as they were, and what is expected of the three after the last whole one.

    Args:
        months: by_month().
        published: currencies of which the forecast is told.
    Returns:
        gold.cash_flow.
    """
    last = _last_whole_month(as_of)
    to_come = (
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
    return months.join(to_come, ["month", "currency"], "full_outer").select(*CASH_FLOW.names)


def _expected(months: DataFrame, last: int) -> DataFrame:
    """currency, number (of the month), net, forecast and baseline, of months around the last whole one."""
    net = months.select(
        "currency",
        F.expr(_MONTH_NO).alias("number"),
        F.expr("coalesce(paid, 0) + coalesce(refunded, 0)").alias("came_in"),
    ).where("paid IS NOT NULL OR refunded IS NOT NULL")
    net = net.where(F.col("number") <= last)
    begun = net.groupBy("currency").agg(F.min("number").alias("first"), F.max("number").alias("latest"))
    span = F.explode(F.sequence(F.lit(last - 12 - _TRIED - _AHEAD), F.lit(last + _AHEAD))).alias("number")
    is_known = F.col("number").between(F.col("first"), F.lit(last))
    series = (
        # In what nobody has paid for a year nothing is expected.
        begun.where(F.col("latest") > last - 12)
        .select("currency", "first", span)
        .join(net, ["currency", "number"], "left")
        .withColumn("net", F.when(is_known, F.coalesce("came_in", F.lit(0))))
    )
    by_month = Window.partitionBy("currency").orderBy("number")
    # As far back as the last month ahead has to look.
    year_before = by_month.rowsBetween(-11 - _AHEAD, -_AHEAD)
    level = F.when(F.count("net").over(year_before) == 12, F.avg("net").over(year_before))
    return series.withColumn("baseline", F.lag("net", 12).over(by_month).try_cast(MONEY)).select(
        "currency",
        "number",
        "net",
        "baseline",
        # Two forecasts that err in different ways: their mean errs less (Bates & Granger 1969).
        ((F.col("baseline") + level) / 2).try_cast(MONEY).alias("forecast"),
    )


def _last_whole_month(as_of: date) -> int:
    is_whole = as_of.day == monthrange(as_of.year, as_of.month)[1]
    return as_of.year * 12 + as_of.month - (1 if is_whole else 2)
