"""The measures of each customer: value, activity, risk, balances and segments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdi_spark.config import Segment
from cdi_spark.gold.measures import forecasts
from cdi_spark.gold.measures.population_statistics import BOUGHT, RANKED, PopulationStatistics
from cdi_spark.schema import CUSTOMER_360, INT, MEASURE, MONEY, STRINGS
from cdi_spark.standardise.minor_units import in_minor_units

# By segment, its condition on the fifths of a customer (5 is best). The first condition that is true applies.
_RFM_SEGMENTS = {
    "champion": "r >= 4 AND f >= 4",
    "loyal": "r >= 3 AND f >= 3",
    "promising": "r >= 4",
    "wavering": "r >= 3",
    "not to lose": "f >= 4 AND m >= 4",
    "at risk": "f >= 3",
    "dormant": "true",
}


def measures(
    customers: DataFrame,
    facts: DataFrame,
    balances: DataFrame,
    next_products: DataFrame,
    *,
    as_of: date,
    money: str | None,
    statistics: PopulationStatistics,
    segments: Sequence[Segment],
) -> DataFrame:
    """Return the measures of each customer.

    Args:
        customers: gold.customer_360, or some of its rows.
        facts: facts() as of that day; a customer may be missing.
        balances: balances(); a customer may be missing.
        next_products: next_product(); a customer may be missing.
        as_of: the last day that is included.
        money: the reporting currency, ISO 4217 code.
        statistics: statistics of all customers; a forecast without a model is null.
        segments: the segments of project.yml.
    Returns:
        gold.measure.
    """
    known = (
        purchases(customers, facts)
        .withColumn("average_year", F.lit(statistics.average_year).cast("double"))
        .withColumns(
            {
                "as_of": F.lit(as_of),
                "cases_90d": F.coalesce("cases_90d", F.lit(0)),
                **forecasts.churn(statistics.churn),
                "lifetime_value_forecast": in_minor_units(
                    forecasts.value(statistics.value).try_cast(MONEY), F.lit(money).cast("string")
                ).try_cast(MONEY),
                "usage_trend": F.expr("IF(usage_90d_before > 0, usage_90d / usage_90d_before - 1, NULL)"),
            }
        )
        .withColumn("lifetime_value", F.col("lifetime_value").try_cast(MONEY))
        .transform(_with_rfm, statistics)
        .join(balances, "entity_id", "left")
        .join(next_products, "entity_id", "left")
    )
    return known.withColumn("segments", _in_segments(segments)).select(*MEASURE.names)


def purchases(customers: DataFrame, facts: DataFrame) -> DataFrame:
    """Return customers with their facts, and recency_days, frequency and monetary_value of gold.measure.

    Args:
        customers, facts: as for measures().
    """
    columns = {
        "recency_days": F.col("recency_days").cast(INT),
        "frequency": F.coalesce("frequency", F.lit(0)),
        "monetary_value": F.expr("IF(lifetime_value IS NULL, NULL, value_year)").try_cast(MONEY),
    }
    return customers.select(*CUSTOMER_360.names).join(facts, "entity_id", "left").withColumns(columns)


def _with_rfm(known: DataFrame, statistics: PopulationStatistics) -> DataFrame:
    """Add rfm and rfm_segment of customers with purchases of known amounts."""

    def limits_below(name: str) -> Column:
        """Return how many limits are below the value."""
        over = (F.expr(RANKED[name]) > limit for limit in statistics.limits[name])
        return reduce(Column.__add__, (is_over.cast("int") for is_over in over), F.lit(0))

    fifths = {
        "r": 5 - limits_below("recency"),
        "f": limits_below("frequency") + 1,
        "m": limits_below("value") + 1,
    }
    has_rfm = F.expr(BOUGHT)
    rfm = F.concat_ws("-", *(F.col(key).cast("string") for key in fifths))
    return (
        known.withColumns(fifths)
        .withColumn("rfm", F.when(has_rfm, rfm))
        .withColumn("rfm_segment", F.when(has_rfm, _first_true(_RFM_SEGMENTS)))
    )


def _first_true(segments: dict[str, str]) -> Column:
    return F.coalesce(*(F.when(F.expr(sql), name) for name, sql in segments.items()))


def _in_segments(segments: Sequence[Segment]) -> Column:
    if not segments:
        return F.lit(None).cast(STRINGS)
    found = F.array_compact(F.array(*(F.when(F.expr(s.when), s.name) for s in segments)))
    return F.when(F.size(found) > 0, found)
