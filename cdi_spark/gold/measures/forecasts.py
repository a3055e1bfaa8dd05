"""Forecasts of a customer's next year: linear models of facts, published where they beat a plainer guess."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from math import sqrt
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdi_spark.gold.measures.facts import YEAR

Numbers = NDArray[np.float64]

# Days before as_of to learn from; their years to come end before the year that the models are held against begins.
_LEARNT_FROM = tuple(range(2 * YEAR, 3 * YEAR, 91))
_HELD_AGAINST = YEAR
PAST = (_HELD_AGAINST, *_LEARNT_FROM)
# Customers to learn from, about; those of one in four are held out.
SAMPLE = 20_000
_PLACES = 1 << 20
_HELD_OUT = "pmod(xxhash64(entity_id), 4) = 0"
# Fewer examples, or fewer of a kind among them, teach and prove nothing.
_EXAMPLES, _OF_A_KIND = 100, 20

_RECENCY = "days since the last activity"
# Plain name and SQL over beside_average() of what the models go by.
FEATURES = {
    _RECENCY: "log1p(days_since_act)",
    "activity in 90 days": "log1p(acts_90d)",
    "activity in a year": "log1p(acts_year)",
    "purchases in a year": "log1p(purchases_year)",
    "value in a year": "log1p(greatest(value_year, 0) / average_year)",
    "purchases to date": "log1p(frequency)",
    "days known": "log1p(days_known)",
    "running subscriptions": "log1p(running)",
    "usage trend": "log1p(usage_90d) - log1p(usage_90d_before)",
    "support cases in 90 days": "log1p(cases_90d)",
    "satisfaction": "satisfaction",
}
# Of whom a forecast is made.
_MAY_CHURN = "acts_year > 0"
_HAS_VALUE = "lifetime_value IS NOT NULL AND value_year IS NOT NULL AND average_year > 0"


@dataclass(frozen=True)
class FeatureScale:
    """How a feature is told: in spreads from its mean, and within what was learnt from; unknown is the mean."""

    mean: float
    spread: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Numbers) -> FeatureScale:
        """Of a feature as it was where a model learns from it."""
        known = values[~np.isnan(values)]
        if not len(known):
            return cls(0.0, 1.0, 0.0, 0.0)
        least, most = float(known.min()), float(known.max())
        # Not by the spread, which rounding leaves above 0 of equal values.
        return cls(float(known.mean()), float(known.std()) if least < most else 1.0, least, most)

    def scaled(self, values: Numbers) -> Numbers:
        """On the driver."""
        return np.nan_to_num((np.clip(values, self.least, self.most) - self.mean) / self.spread)

    def column(self, feature: Column) -> Column:
        """In Spark."""
        within = F.least(F.greatest(feature, F.lit(self.least)), F.lit(self.most))
        return (F.when(feature.isNotNull(), within).otherwise(self.mean) - self.mean) / self.spread


@dataclass(frozen=True)
class LinearModel:
    """intercept + sum of weight * feature, each feature told as its FeatureScale says."""

    scales: dict[str, FeatureScale]
    weights: dict[str, float]
    intercept: float

    def scores(self, rows: dict[str, Numbers]) -> Numbers:
        """The model's sum, of rows on the driver."""
        parts = [self.weights[name] * scale.scaled(rows[name]) for name, scale in self.scales.items()]
        return np.asarray(np.sum(parts, axis=0) + self.intercept)

    def parts(self) -> dict[str, Column]:
        """By feature what it adds to the sum, over beside_average()."""
        return {
            name: scale.column(F.expr(FEATURES[name])) * self.weights[name]
            for name, scale in self.scales.items()
        }

    @property
    def score(self) -> Column:
        """The model's sum, over beside_average()."""
        return reduce(Column.__add__, self.parts().values(), F.lit(self.intercept))


@dataclass(frozen=True)
class Trial:
    """How a model did on customers and a year that it was not made from; `why_not` where none was made.

    Attributes:
        error: the model's mean error, and `baseline` the plainer guess's.
        is_better: the model's error is smaller by more than one standard error of the difference.
    """

    model: LinearModel | None = None
    error: float | None = None
    baseline: float | None = None
    is_better: bool = False
    why_not: str = ""

    @property
    def published(self) -> LinearModel | None:
        return self.model if self.is_better else None


def beside_average(facts: DataFrame) -> DataFrame:
    """Adds average_year, the mean value_year of all who had ever bought at that day; null where it is 0 or less.

    In its units a year of growth or inflation looks like any other.

    Args:
        facts: gold/facts.py.
    """
    mean = F.avg("value_year").cast("double")
    averages = facts.where("lifetime_value IS NOT NULL").groupBy("days_back").agg(mean.alias("average_year"))
    return facts.join(F.broadcast(averages.where("average_year > 0")), "days_back", "left")


def is_sampled(customers: int) -> Column:
    """Whether a customer is one of SAMPLE to learn from, by hash of entity_id.

    Args:
        customers: how many there are.
    """
    # Other bits than those that say who is held out.
    place = F.pmod(F.xxhash64("entity_id", F.lit("sample")), F.lit(_PLACES))
    return place < _PLACES * SAMPLE // max(customers, SAMPLE)


def examples(past: DataFrame) -> DataFrame:
    """What to learn from: facts of days in the past and what came in the year after each.

    Args:
        past: beside_average() of facts at PAST of the customers that are sampled.
    Returns:
        A row per day and customer, in a fixed order: days_back, is_held_out, may_churn, has_value, acts_next,
        value_next, value_year, average_year and FEATURES, numbered.
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


def try_churn(learnt_from: pa.Table) -> Trial:
    """A logistic regression of who does nothing for a year, beside one by recency alone; error: log loss in nats.

    Args:
        learnt_from: examples().
    """
    from sklearn.linear_model import LogisticRegression

    train, test = _divided(learnt_from, "may_churn")
    wanted = [(rows["acts_next"] == 0).astype(float) for rows in (train, test)]
    why_not = _too_few([(len(went), min(went.sum(), len(went) - went.sum())) for went in wanted])
    if why_not:
        return Trial(why_not=why_not)

    def fit(features: Sequence[str]) -> LinearModel:
        return _fit(LogisticRegression(max_iter=1000), train, wanted[0], features)

    def losses(model: LinearModel) -> Numbers:
        return np.logaddexp(0, np.where(wanted[1] == 1, -1, 1) * model.scores(test))

    model = fit(tuple(FEATURES))
    return _held_against(model, losses(model), losses(fit((_RECENCY,))), lambda mean: mean)


def try_value(learnt_from: pa.Table) -> Trial:
    """A Tweedie regression (log link) of the next year's value, beside the last year's; error: root mean square.

    Its sum tells the value in units of average_year.

    Net credits count as 0.

    Args:
        learnt_from: examples().
    """
    from sklearn.linear_model import TweedieRegressor

    train, test = _divided(learnt_from, "has_value")
    wanted = [np.maximum(rows["value_next"], 0) for rows in (train, test)]
    why_not = _too_few([(len(values), (values > 0).sum()) for values in wanted])
    if why_not:
        return Trial(why_not=why_not)
    regression = TweedieRegressor(power=1.5, link="log", alpha=0.01, max_iter=1000)
    model = _fit(regression, train, wanted[0] / train["average_year"], tuple(FEATURES))
    squares = [
        (values - wanted[1]) ** 2
        for values in (np.exp(model.scores(test)) * test["average_year"], np.maximum(test["value_year"], 0))
    ]
    return _held_against(model, squares[0], squares[1], sqrt)


def churn(model: LinearModel | None) -> dict[str, Column]:
    """churn_risk and churn_drivers, over beside_average(); null without a model."""
    if model is None:
        return {"churn_risk": F.lit(None).cast("double"), "churn_drivers": F.lit(None).cast("array<string>")}
    # Beside the average customer: a feature drives the risk up when its part is above 0.
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
    """The next year's value in the reporting currency, over beside_average(); null without a model."""
    if model is None:
        return F.lit(None).cast("double")
    return F.when(F.expr(_HAS_VALUE), F.exp(model.score) * F.col("average_year"))


def _divided(learnt_from: pa.Table, population: str) -> tuple[dict[str, Numbers], dict[str, Numbers]]:
    """The columns of the examples to learn from and of those held out: other customers, and a later year."""
    columns = {name: learnt_from[name].to_numpy() for name in learnt_from.column_names}
    for number, name in enumerate(FEATURES):
        columns[name] = columns.pop(f"feature_{number}")
    of_these = columns[population].astype(bool)
    is_held_out, is_last = columns["is_held_out"].astype(bool), columns["days_back"] == _HELD_AGAINST
    return (
        {name: values[of_these & ~is_held_out & ~is_last] for name, values in columns.items()},
        {name: values[of_these & is_held_out & is_last] for name, values in columns.items()},
    )


def _too_few(counted: list[tuple[int, float]]) -> str:
    """What is missing, by how many examples there are, to learn from and held out, and how many of the rarer kind."""
    for name, (count, rare) in zip(("to learn from", "held out"), counted, strict=True):
        if count < _EXAMPLES or rare < _OF_A_KIND:
            return f"{count:,} examples {name}, {rare:,.0f} of the kind that counts; wants {_EXAMPLES} and {_OF_A_KIND}"
    return ""


def _fit(regression: Any, rows: dict[str, Numbers], wanted: Numbers, features: Sequence[str]) -> LinearModel:
    scales = {name: FeatureScale.of(rows[name]) for name in features}
    regression.fit(np.column_stack([s.scaled(rows[name]) for name, s in scales.items()]), wanted)
    # Six digits say all there is, and hide in which order a machine added.
    weights = [float(f"{weight:.6g}") for weight in np.ravel(regression.coef_)]
    intercept = float(f"{np.ravel(regression.intercept_)[0]:.6g}")
    return LinearModel(scales, dict(zip(features, weights, strict=True)), intercept)


def _held_against(
    model: LinearModel, losses: Numbers, plain: Numbers, told: Callable[[float], float]
) -> Trial:
    gain = plain - losses
    noise = float(gain.std(ddof=1)) / sqrt(len(gain))
    return Trial(
        model, told(float(losses.mean())), told(float(plain.mean())), is_better=float(gain.mean()) > noise
    )
