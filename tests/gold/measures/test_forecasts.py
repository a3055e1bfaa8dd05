"""Forecasts: trained if there is enough data, published only if they beat a simple baseline."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from cdi_spark.gold.measures import forecasts
from cdi_spark.gold.measures.forecasts import PAST, churn, examples, try_churn, try_value, value, with_average

World = Callable[..., DataFrame]
NOTHING = {
    "days_since_act": "10", "days_known": "400", "acts_year": "3", "acts_90d": "1", "acts_next": "1", "running": "0",
    "usage_90d": "0", "usage_90d_before": "0", "cases_90d": "0", "satisfaction": "CAST(NULL AS DOUBLE)",
    "frequency": "2", "purchases_year": "1", "lifetime_value": "100BD", "value_year": "100BD", "value_next": "0BD",
}  # fmt: skip
# A random number per customer and day that is independent of everything else.
CHANCE = "pmod(xxhash64(id, days_back, '{}'), 100)"


@pytest.fixture(scope="module")
def world(spark_session_of_all_tests: SparkSession) -> World:
    """world(600, acts_next="…"): facts() of this many customers, with these columns as SQL."""

    def world(customers: int, **said: str) -> DataFrame:
        days = ", ".join(map(str, (0, *PAST)))
        rows = spark_session_of_all_tests.sql(
            f"SELECT id, CAST(id AS STRING) entity_id, explode(array({days})) days_back FROM range({customers})"
        )
        for name, sql in (*NOTHING.items(), *said.items()):
            rows = rows.withColumn(name, F.expr(sql))
        return with_average(rows)

    return world


def training_data(rows: DataFrame) -> pa.Table:
    return examples(rows.where("days_back > 0")).toArrow()


def test_complaints_predict_churn_and_spark_scores_as_the_driver_does(world: World) -> None:
    chance, other = CHANCE.format("went"), CHANCE.format("complained")
    rows = world(
        800, cases_90d=f"IF({other} < 30, 3, 0)", acts_next=f"IF({chance} < IF(cases_90d > 0, 80, 10), 0, 1)"
    )
    trial = try_churn(training_data(rows))
    assert trial.published is not None
    assert trial.error is not None
    assert trial.baseline is not None
    assert trial.error < trial.baseline - 0.05
    scored = (
        rows.where("days_back = 0")
        .withColumns(churn(trial.published))
        .withColumn("score", trial.published.score)
    )
    risks = {
        row["cases_90d"]: (row["churn_risk"], row["churn_drivers"], row["score"])
        for row in scored.where("id < 40").collect()
    }
    (low, _, at_ease), (high, drivers, _) = risks[0], risks[3]
    assert low == pytest.approx(0.1, abs=0.06)
    assert high == pytest.approx(0.8, abs=0.08)
    assert drivers == ["high support cases in 90 days"]
    # A feature that did not vary in the training data, or not that far, changes nothing.
    known = {name: np.array([1e9]) for name in forecasts.FEATURES} | {
        "support cases in 90 days": np.array([-1.0])
    }
    assert trial.published.scores(known)[0] == pytest.approx(at_ease)
    assert try_churn(training_data(rows.repartition(7))).error == trial.error


def test_a_forecast_that_is_no_better_than_its_baseline_is_not_published(world: World) -> None:
    # Only recency matters: everything else is random.
    going = f"IF({CHANCE.format('went')} < days_since_act / 4, 0, 1)"
    noise = {name: CHANCE.format(name) for name in ("cases_90d", "acts_90d", "usage_90d", "running")}
    # Every customer's year is like the last one.
    year = f"CAST({CHANCE.format('value')} AS DECIMAL(28,3))"
    rows = world(
        800,
        days_since_act=f"{CHANCE.format('since')} * 3",
        acts_next=going,
        value_year=year,
        value_next="value_year",
        **noise,
    )
    data = training_data(rows)
    for trial in (try_churn(data), try_value(data)):
        assert trial.error is not None
        assert (trial.published, trial.why_not) == (None, "")
    scored = rows.limit(1).select("*", value(None).alias("forecast")).withColumns(churn(None)).collect()[0]
    assert (scored["churn_risk"], scored["churn_drivers"], scored["forecast"]) == (None, None, None)


def test_the_value_of_a_year_is_forecast_if_the_last_year_was_random(world: World) -> None:
    spends = f"CAST(IF({CHANCE.format('{}')} < 50, 0, 1) * 100 * (1 + running) AS DECIMAL(28,3))"
    rows = world(
        800,
        running=f"CAST({CHANCE.format('plan')} < 50 AS INT)",
        value_year=spends.format("last"),
        value_next=spends.format("next"),
    )
    trial = try_value(training_data(rows))
    assert trial.published is not None
    scored = rows.where("days_back = 0").groupBy("running").agg(F.avg(value(trial.published)).alias("mean"))
    means = {row["running"]: row["mean"] for row in scored.collect()}
    assert means[0] == pytest.approx(50, rel=0.2)
    assert means[1] == pytest.approx(100, rel=0.2)
    assert rows.limit(1).withColumn("lifetime_value", F.lit(None)).select(
        value(trial.published)
    ).collect() == [(None,)]


def test_with_too_few_customers_or_one_class_there_is_no_model_and_a_reason(world: World) -> None:
    few, faithful = training_data(world(40)), training_data(world(600))
    none = few.slice(0, 0)
    for data in (few, none):
        for trial in (try_churn(data), try_value(data)):
            assert "at least 100 and 20 are needed" in trial.why_not
            assert (trial.published, trial.error) == (None, None)
    assert " 0 of the rarer class" in try_churn(faithful).why_not
    assert " 0 of the rarer class" in try_value(faithful).why_not
