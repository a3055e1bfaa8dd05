"""Population statistics: computed from customers with purchases, and the same when they are read back."""

from decimal import Decimal

from pyspark.sql import SparkSession

from cdi_spark.gold.measures.linear_model import FeatureScale, LinearModel
from cdi_spark.gold.measures.population_statistics import PopulationStatistics
from cdi_spark.schema import POPULATION_STATISTICS
from cdi_spark.spark.local_rows import local_rows

PURCHASES = (
    "recency_days int, frequency bigint, monetary_value decimal(18,3), lifetime_value decimal(28,3), "
    "value_year decimal(28,3)"
)
MODEL = LinearModel(
    {"days since the last activity": FeatureScale(0.1, 1 / 3, -2.0, 9.5)}, {"days since the last activity": -1e-7}, 0.3
)  # fmt: skip


def bought(days: int, times: int, worth: str) -> tuple[int, int, Decimal, Decimal, Decimal]:
    return days, times, Decimal(worth), Decimal(worth), Decimal(worth)


def test_limits_and_the_average_are_of_customers_with_purchases(spark: SparkSession) -> None:
    rows = [bought(10 * n, n, f"{n}.900") for n in range(1, 7)]
    never = (None, 0, None, None, Decimal(0))
    unknown = (5, 1, None, None, None)
    purchases = local_rows(spark, [*rows, never, unknown], PURCHASES)
    found = PopulationStatistics.of_customers(purchases, made_from="today", churn=None, value=None)
    assert found.limits == {
        "recency": [20.0, 30.0, 40.0, 50.0], "frequency": [2.0, 3.0, 4.0, 5.0], "value": [2.0, 3.0, 4.0, 5.0],
    }  # fmt: skip
    assert found.average_year == 4.4


def test_without_purchases_there_are_no_limits_and_an_average_below_0_is_none(spark: SparkSession) -> None:
    empty = PopulationStatistics.of_customers(
        local_rows(spark, [], PURCHASES), made_from="", churn=None, value=None
    )
    assert (empty.limits, empty.average_year) == ({"recency": [], "frequency": [], "value": []}, None)
    credited = local_rows(spark, [bought(1, 1, "-5")], PURCHASES)
    assert (
        PopulationStatistics.of_customers(credited, made_from="", churn=None, value=None).average_year is None
    )


def test_a_row_of_the_table_gives_the_same_statistics(spark: SparkSession) -> None:
    statistics = PopulationStatistics(
        "today", 4.4, {"recency": [1.0], "frequency": [2.0], "value": []}, MODEL, None
    )
    row = local_rows(spark, [statistics.row], POPULATION_STATISTICS.schema).first()
    assert row is not None
    assert PopulationStatistics.of(row) == statistics
