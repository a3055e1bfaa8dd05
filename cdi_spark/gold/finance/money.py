"""Conversion of money to the reporting currency, at the last rate known on each day."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from cdi_spark.schema import CONVERSION, FACTOR
from cdi_spark.standardise.minor_units import minor_units

_VALID_DAYS = 366


def minor_unit(currency: Column) -> Column:
    """Return the smallest unit of a currency, such as 0.01."""
    return F.pow(F.lit(10), -minor_units(currency)).cast("decimal(4,3)")


def exchange_rates(rates: DataFrame) -> DataFrame:
    """Return every rate in both directions, one row per currency, to_currency and day.

    A rate that is given for a direction wins over the reverse of the opposite one. Of two rates for the same day the
    one with the larger rate_id wins. Rates that are not above zero are ignored.

    Args:
        rates: silver.rate.
    Returns:
        currency, to_currency, valid_on, factor.
    """
    given = rates.where("rate > 0 AND currency <> to_currency")
    rate = F.col("rate").cast(FACTOR)
    return (
        given.select(
            "currency", "to_currency", "valid_on", F.lit(1).alias("given"), "rate_id", rate.alias("factor")
        )
        .unionByName(
            given.select(
                F.col("to_currency").alias("currency"),
                F.col("currency").alias("to_currency"),
                "valid_on",
                F.lit(0).alias("given"),
                "rate_id",
                # Divided by the rate in its own type: Spark keeps fewer digits of a quotient of wider decimals.
                (F.lit(1).cast("decimal(18,8)") / F.col("rate")).cast(FACTOR).alias("factor"),
            )
        )
        .groupBy("currency", "to_currency", "valid_on")
        .agg(F.max_by("factor", F.struct("given", "rate_id")).alias("factor"))
    )


def conversion(rates: DataFrame, *, to: str) -> DataFrame:
    """Return what one unit of each currency is worth in the reporting currency, per day.

    A rate between the two currencies wins over the way through a third currency, which takes the last known rate of
    each leg; the third currency is the lexically first. A rate is valid until the next one, for a year at most.

    Args:
        rates: exchange_rates(), computed once.
        to: ISO 4217 code of the reporting currency.
    Returns:
        gold.conversion.
    """
    known = rates.where(F.col("to_currency") == to).drop("to_currency")
    around = rates.where(F.col("currency") != to).join(
        known.select("currency").distinct(), "currency", "left_anti"
    )
    points = known.unionByName(_over_a_third(around, known))
    next_on = F.lead("valid_on").over(Window.partitionBy("currency").orderBy("valid_on"))
    last_on = F.date_add(F.least(next_on, F.date_add("valid_on", _VALID_DAYS)), -1)
    itself = rates.sparkSession.range(1).select(
        F.lit(to).alias("currency"),
        F.lit(None).cast("date").alias("day"),
        F.lit(1).cast(FACTOR).alias("factor"),
    )
    return (
        points.withColumn("last_on", last_on)
        .select("currency", F.explode(F.sequence("valid_on", "last_on")).alias("day"), "factor")
        .unionByName(itself)
        .withColumns({"to_currency": F.lit(to), "minor_unit": minor_unit(F.lit(to))})
        .select(*CONVERSION.names)
    )


def _over_a_third(edges: DataFrame, known: DataFrame) -> DataFrame:
    """Return currency, valid_on and factor through a third currency whose factor is known."""
    first = edges.select(
        "currency", F.col("to_currency").alias("third"), "valid_on", F.col("factor").alias("first")
    )
    ways = first.join(known.select(F.col("currency").alias("third")).distinct(), "third")
    ways = ways.join(
        ways.groupBy("currency").agg(F.min("third").alias("third")), ["currency", "third"], "left_semi"
    )
    second = known.select(F.col("currency").alias("third"), "valid_on", F.col("factor").alias("second"))
    legs = ways.unionByName(
        ways.select("currency", "third").distinct().join(second, "third"), allowMissingColumns=True
    )
    so_far = Window.partitionBy("currency").orderBy("valid_on").rowsBetween(Window.unboundedPreceding, 0)
    by_day = legs.groupBy("currency", "valid_on").agg(
        F.max("first").alias("first"), F.max("second").alias("second")
    )
    both = F.last("first", ignorenulls=True).over(so_far) * F.last("second", ignorenulls=True).over(so_far)
    return by_day.select("currency", "valid_on", both.cast(FACTOR).alias("factor")).where(
        "factor IS NOT NULL"
    )
