"""Linear models over scaled features, for driver-side rows and as Spark columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
from pyspark.sql import Column
from pyspark.sql import functions as F

from cdi_spark.graph.arrays import Floats

RECENCY = "days since the last activity"
# The features of the models: plain name, and SQL over forecasts.with_average().
FEATURES = {
    RECENCY: "log1p(days_since_act)",
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


@dataclass(frozen=True)
class FeatureScale:
    """Standardises a feature: clipped to the range of the training data, in standard deviations from its mean.

    An unknown value becomes the mean.
    """

    mean: float
    spread: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Floats) -> FeatureScale:
        """Return the scale of a feature in the training data."""
        known = values[~np.isnan(values)]
        if not len(known):
            return cls(0.0, 1.0, 0.0, 0.0)
        least, most = float(known.min()), float(known.max())
        # Not `spread > 0`: rounding leaves a small spread between equal values.
        return cls(float(known.mean()), float(known.std()) if least < most else 1.0, least, most)

    def scaled(self, values: Floats) -> Floats:
        """Scale values on the driver."""
        return np.nan_to_num((np.clip(values, self.least, self.most) - self.mean) / self.spread)

    def column(self, feature: Column) -> Column:
        """Scale a column in Spark."""
        within = F.least(F.greatest(feature, F.lit(self.least)), F.lit(self.most))
        return (F.when(feature.isNotNull(), within).otherwise(self.mean) - self.mean) / self.spread


@dataclass(frozen=True)
class LinearModel:
    """intercept + sum of weight * feature, each feature scaled by its FeatureScale."""

    scales: dict[str, FeatureScale]
    weights: dict[str, float]
    intercept: float

    def scores(self, rows: dict[str, Floats]) -> Floats:
        """Return the model's sum for driver-side rows."""
        parts = [self.weights[name] * scale.scaled(rows[name]) for name, scale in self.scales.items()]
        return np.asarray(np.sum(parts, axis=0) + self.intercept)

    def parts(self) -> dict[str, Column]:
        """Return by feature what it adds to the sum, over with_average()."""
        return {
            name: scale.column(F.expr(FEATURES[name])) * self.weights[name]
            for name, scale in self.scales.items()
        }

    @property
    def score(self) -> Column:
        """The model's sum, over with_average()."""
        return reduce(Column.__add__, self.parts().values(), F.lit(self.intercept))
