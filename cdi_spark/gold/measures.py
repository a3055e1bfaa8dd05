"""One row per customer: what it is worth, how it is doing, and what may come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdi_spark.config import Segment
from cdi_spark.gold import forecasts
from cdi_spark.gold.forecasts import LinearModel
from cdi_spark.standardise.currencies import in_minor_units
from cdi_spark.tables import CUSTOMER_360, INT, MEASURE, MONEY, STRINGS

# The first that holds is the customer's, by its fifths; 5 is best.
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
    churn: LinearModel | None,
    value: LinearModel | None,
    segments: Sequence[Segment],
) -> DataFrame:
    """What is measured of each customer.

    Args:
        customers: gold.customer_360.
        facts: gold/forecasts.py's beside_average() of facts as of that day; a customer may be missing.
        balances: gold/balances.py; a customer may be missing.
        next_products: gold/next_product.py; a customer may be missing.
        as_of: the last day that counts.
        money: the reporting currency, ISO 4217 code.
        churn: the model of churn_risk; without one it is null.
        value: the model of lifetime_value_forecast; without one it is null.
        segments: project.yml's.
    Returns:
        gold.measure.
    """
    known = (
        customers.select(*CUSTOMER_360.names)
        .join(facts, "entity_id", "left")
        .withColumns(
            {
                "as_of": F.lit(as_of),
                "recency_days": F.col("recency_days").cast(INT),
                "frequency": F.coalesce("frequency", F.lit(0)),
                "cases_90d": F.coalesce("cases_90d", F.lit(0)),
                "monetary_value": F.expr("IF(lifetime_value IS NULL, NULL, value_year)").try_cast(MONEY),
                **forecasts.churn(churn),
                "lifetime_value_forecast": in_minor_units(
                    forecasts.value(value).try_cast(MONEY), F.lit(money).cast("string")
                ).try_cast(MONEY),
                "usage_trend": F.expr("IF(usage_90d_before > 0, usage_90d / usage_90d_before - 1, NULL)"),
            }
        )
        .withColumn("lifetime_value", F.col("lifetime_value").try_cast(MONEY))
        .transform(_with_rfm)
        .join(balances, "entity_id", "left")
        .join(next_products, "entity_id", "left")
    )
    return known.withColumn("segments", _in_segments(segments)).select(*MEASURE.names)


def _with_rfm(known: DataFrame) -> DataFrame:
    """Adds rfm and rfm_segment, of who ever bought at amounts that are known."""
    # In whole units of money, for an exact percentile holds every different value.
    looked_at = {"r": "recency_days", "f": "frequency", "m": "floor(monetary_value)"}
    bought = "frequency > 0 AND recency_days IS NOT NULL AND monetary_value IS NOT NULL"
    limits = known.where(bought).agg(
        *(
            F.expr(f"percentile({sql}, array(0.2, 0.4, 0.6, 0.8))").alias(f"{key}_limits")
            for key, sql in looked_at.items()
        )
    )
    over = {
        key: F.expr(f"size(filter({key}_limits, a_limit -> {sql} > a_limit))")
        for key, sql in looked_at.items()
    }
    fifths = {"r": 5 - over["r"], "f": over["f"] + 1, "m": over["m"] + 1}
    has_rfm = F.expr(bought)
    rfm = F.concat_ws("-", *(F.col(key).cast("string") for key in fifths))
    return (
        known.crossJoin(F.broadcast(limits))
        .withColumns(fifths)
        .withColumn("rfm", F.when(has_rfm, rfm))
        .withColumn("rfm_segment", F.when(has_rfm, _first_that_holds(_RFM_SEGMENTS)))
    )


def _first_that_holds(segments: dict[str, str]) -> Column:
    return F.coalesce(*(F.when(F.expr(sql), name) for name, sql in segments.items()))


def _in_segments(segments: Sequence[Segment]) -> Column:
    if not segments:
        return F.lit(None).cast(STRINGS)
    found = F.array_compact(F.array(*(F.when(F.expr(s.when), s.name) for s in segments)))
    return F.when(F.size(found) > 0, found)
