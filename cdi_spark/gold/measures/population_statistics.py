"""Statistics and models of all customers, which the measures of each customer depend on.

They are kept while the date, the configuration and the events stay the same.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from cdi_spark.gold.measures.linear_model import FeatureScale, LinearModel

# The measures that are divided into fifths. Money in whole units: an exact percentile holds each distinct value.
RANKED = {
    "recency": "recency_days",
    "frequency": "frequency",
    "value": "floor(monetary_value)",
}
# Customers with fifths: they have purchases of known amounts.
BOUGHT = "frequency > 0 AND recency_days IS NOT NULL AND monetary_value IS NOT NULL"


@dataclass(frozen=True)
class PopulationStatistics:
    """A row of gold.population_statistics.

    Attributes:
        limits: by key of RANKED, the four limits between fifths; empty without purchases.
        churn, value: the published models.
    """

    made_from: str
    average_year: float | None
    limits: dict[str, list[float]]
    churn: LinearModel | None
    value: LinearModel | None

    @classmethod
    def of_customers(
        cls,
        purchases: DataFrame,
        *,
        made_from: str,
        churn: LinearModel | None,
        value: LinearModel | None,
    ) -> PopulationStatistics:
        """Compute the statistics of all customers.

        Args:
            purchases: purchases() of all customers.
            made_from: a hash of the date and the configuration.
            churn, value: the published models.
        """
        limits = (
            F.expr(f"percentile({sql}, array(0.2, 0.4, 0.6, 0.8)) FILTER (WHERE {BOUGHT})").alias(name)
            for name, sql in RANKED.items()
        )
        average = F.expr("avg(value_year) FILTER (WHERE lifetime_value IS NOT NULL)").cast("double")
        row = purchases.agg(average.alias("average"), *limits).first()
        assert row is not None
        mean = row["average"]
        return cls(
            made_from,
            mean if mean is not None and mean > 0 else None,
            {name: row[name] or [] for name in RANKED},
            churn,
            value,
        )

    @classmethod
    def of(cls, row: Row) -> PopulationStatistics:
        """Read a row of gold.population_statistics."""
        return cls(
            row["made_from"],
            row["average_year"],
            {name: row[f"{name}_limits"] for name in RANKED},
            _model(row["churn_model"]),
            _model(row["value_model"]),
        )

    @property
    def row(self) -> tuple[str | float | list[float] | None, ...]:
        """The row of gold.population_statistics."""
        models = (json.dumps(asdict(model)) if model else None for model in (self.churn, self.value))
        recency, frequency, value = (self.limits[name] for name in RANKED)
        return self.made_from, self.average_year, recency, frequency, value, *models


def _model(text: str | None) -> LinearModel | None:
    if text is None:
        return None
    model = json.loads(text)
    scales = {name: FeatureScale(**scale) for name, scale in model["scales"].items()}
    return LinearModel(scales, model["weights"], model["intercept"])
