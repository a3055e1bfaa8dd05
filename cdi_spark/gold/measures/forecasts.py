"""Forecasts of a customer's next year: linear models of facts, published only if they beat a simple baseline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdi_spark.gold.measures.facts import YEAR
from cdi_spark.gold.measures.linear_model import FEATURES, RECENCY, FeatureScale, LinearModel
from cdi_spark.graph.arrays import Floats

# Reference days of the training data, in days before as_of; the year after each ends before the test year starts.
_TRAINING_DAYS = tuple(range(2 * YEAR, 3 * YEAR, 91))
_TEST_DAY = YEAR
PAST = (_TEST_DAY, *_TRAINING_DAYS)
# About how many customers are used; one in four is held out for testing.
SAMPLE = 20_000
_PLACES = 1 << 20
_HELD_OUT = "pmod(xxhash64(entity_id), 4) = 0"
# With fewer examples, or fewer of the rarer class, no model is trained.
_MIN_EXAMPLES, _MIN_RARE = 100, 20

# Customers that get a forecast.
_MAY_CHURN = "acts_year > 0"
_HAS_VALUE = "lifetime_value IS NOT NULL AND value_year IS NOT NULL AND average_year > 0"


@dataclass(frozen=True)
class Trial:
    """The test of a model on customers and a year that it was not trained on.

    Attributes:
        model: None if there was too little data.
        error: the model's mean error.
        baseline: the mean error of the baseline.
        is_better: the model's error is smaller by more than one standard error of the difference.
        why_not: what data was missing, if there is no model.
    """

    model: LinearModel | None = None
    error: float | None = None
    baseline: float | None = None
    is_better: bool = False
    why_not: str = ""

    @property
    def published(self) -> LinearModel | None:
        """The model, if it beats the baseline."""
        return self.model if self.is_better else None


def with_average(facts: DataFrame) -> DataFrame:
    """Add average_year: the mean value_year of all customers with purchases until that day; null if not above 0.

    Values in this unit are comparable between years with different growth or inflation.

    Args:
        facts: facts().
    """
    mean = F.avg("value_year").cast("double")
    averages = facts.where("lifetime_value IS NOT NULL").groupBy("days_back").agg(mean.alias("average_year"))
    return facts.join(F.broadcast(averages.where("average_year > 0")), "days_back", "left")


def is_sampled(customers: int) -> Column:
    """Return whether a customer is in the sample of about SAMPLE customers, by hash of entity_id.

    Args:
        customers: the number of customers.
    """
    # Other bits of the hash than those that decide who is held out.
    place = F.pmod(F.xxhash64("entity_id", F.lit("sample")), F.lit(_PLACES))
    return place < _PLACES * SAMPLE // max(customers, SAMPLE)


def examples(past: DataFrame) -> DataFrame:
    """Return the examples for training and testing: facts at past reference days, and the year after each.

    Args:
        past: with_average() of facts at PAST, for sampled customers.
    Returns:
        One row per customer and reference day, in this order: days_back, is_held_out, may_churn, has_value,
        acts_next, value_next, value_year, average_year and FEATURES, numbered.
    """
    return past.orderBy("entity_id", "days_back").select(
        "days_back",
        F.expr(_HELD_OUT).alias("is_held_out"),
        F.expr(_MAY_CHURN).alias("may_churn"),
        F.expr(f"{_HAS_VALUE} AND value_next IS NOT NULL").alias("has_value"),
        F.col("acts_next").cast("double"),
        F.col("value_next").cast("double"),
        F.col("value_year").cast("double"),
        "average_year",
        *(F.expr(sql).alias(f"feature_{n}") for n, sql in enumerate(FEATURES.values())),
    )


def try_churn(examples: pa.Table) -> Trial:
    """Test a logistic regression of customers without an act in the next year; baseline: recency alone.

    The error is the log loss in nats.

    Args:
        examples: examples().
    """
    from sklearn.linear_model import LogisticRegression

    train, test = _split(examples, "may_churn")
    target = [(rows["acts_next"] == 0).astype(float) for rows in (train, test)]
    why_not = _too_few([(len(went), min(went.sum(), len(went) - went.sum())) for went in target])
    if why_not:
        return Trial(why_not=why_not)

    def fit(features: Sequence[str]) -> LinearModel:
        return _fit(LogisticRegression(max_iter=1000), train, target[0], features)

    def losses(model: LinearModel) -> Floats:
        return np.logaddexp(0, np.where(target[1] == 1, -1, 1) * model.scores(test))

    model = fit(tuple(FEATURES))
    return _trial(model, losses(model), losses(fit((RECENCY,))), lambda mean: mean)


def try_value(examples: pa.Table) -> Trial:
    """Test a Tweedie regression (log link) of the next year's value; baseline: the last year's value.

    The error is the root mean square. The model's sum is the value in units of average_year. Negative values count as
    0.

    Args:
        examples: examples().
    """
    from sklearn.linear_model import TweedieRegressor

    train, test = _split(examples, "has_value")
    target = [np.maximum(rows["value_next"], 0) for rows in (train, test)]
    why_not = _too_few([(len(values), (values > 0).sum()) for values in target])
    if why_not:
        return Trial(why_not=why_not)
    regression = TweedieRegressor(power=1.5, link="log", alpha=0.01, max_iter=1000)
    model = _fit(regression, train, target[0] / train["average_year"], tuple(FEATURES))
    squares = [
        (values - target[1]) ** 2
        for values in (np.exp(model.scores(test)) * test["average_year"], np.maximum(test["value_year"], 0))
    ]
    return _trial(model, squares[0], squares[1], sqrt)


def churn(model: LinearModel | None) -> dict[str, Column]:
    """Return churn_risk and churn_drivers over with_average(); null without a model."""
    if model is None:
        return {"churn_risk": F.lit(None).cast("double"), "churn_drivers": F.lit(None).cast("array<string>")}
    # Compared with the average customer: a feature raises the risk if its part is above 0.
    parts = [
        F.struct(
            (-part).alias("rank"),
            F.lit(f"{'high' if model.weights[name] > 0 else 'low'} {name}").alias("name"),
        )
        for name, part in model.parts().items()
    ]
    raising = F.filter(F.array_sort(F.array(*parts)), lambda part: part["rank"] < 0)
    names = F.transform(F.slice(raising, 1, 3), lambda part: part["name"])
    may_churn = F.expr(_MAY_CHURN)
    return {
        "churn_risk": F.when(may_churn, 1 / (1 + F.exp(-model.score))),
        "churn_drivers": F.when(may_churn & (F.size(names) > 0), names),
    }


def value(model: LinearModel | None) -> Column:
    """Return the next year's value in the reporting currency over with_average(); null without a model."""
    if model is None:
        return F.lit(None).cast("double")
    return F.when(F.expr(_HAS_VALUE), F.exp(model.score) * F.col("average_year"))


def _split(examples: pa.Table, population: str) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Return the columns of the training examples, and of the test examples: other customers in a later year."""
    columns = {name: examples[name].to_numpy() for name in examples.column_names}
    for number, name in enumerate(FEATURES):
        columns[name] = columns.pop(f"feature_{number}")
    of_these = columns[population].astype(bool)
    is_held_out, is_test_day = columns["is_held_out"].astype(bool), columns["days_back"] == _TEST_DAY
    return (
        {name: values[of_these & ~is_held_out & ~is_test_day] for name, values in columns.items()},
        {name: values[of_these & is_held_out & is_test_day] for name, values in columns.items()},
    )


def _too_few(counted: list[tuple[int, float]]) -> str:
    """Return what data is missing, if any.

    Args:
        counted: for training and for testing, the number of examples, and of those in the rarer class.
    """
    for name, (count, rare) in zip(("for training", "for testing"), counted, strict=True):
        if count < _MIN_EXAMPLES or rare < _MIN_RARE:
            return (
                f"{count:,} examples {name}, {rare:,.0f} of the rarer class; "
                f"at least {_MIN_EXAMPLES} and {_MIN_RARE} are needed"
            )
    return ""


def _fit(regression: Any, rows: dict[str, Floats], target: Floats, features: Sequence[str]) -> LinearModel:
    scales = {name: FeatureScale.of(rows[name]) for name in features}
    regression.fit(np.column_stack([s.scaled(rows[name]) for name, s in scales.items()]), target)
    # Six digits are enough, and do not depend on the order in which a machine adds.
    weights = [float(f"{weight:.6g}") for weight in np.ravel(regression.coef_)]
    intercept = float(f"{np.ravel(regression.intercept_)[0]:.6g}")
    return LinearModel(scales, dict(zip(features, weights, strict=True)), intercept)


def _trial(
    model: LinearModel, losses: Floats, baseline: Floats, error_of_mean: Callable[[float], float]
) -> Trial:
    gain = baseline - losses
    noise = float(gain.std(ddof=1)) / sqrt(len(gain))
    return Trial(
        model,
        error_of_mean(float(losses.mean())),
        error_of_mean(float(baseline.mean())),
        is_better=float(gain.mean()) > noise,
    )
