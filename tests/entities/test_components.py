"""Components: every record once, joined exactly as links say."""

import pytest
from pyspark.sql import DataFrame, SparkSession

from cdi_spark.entities.components import check_components, components
from cdi_spark.errors import CdiError


def records(spark: SparkSession, *ids: str) -> DataFrame:
    return spark.createDataFrame([(i,) for i in ids], "record_id string")


def links(spark: SparkSession, *pairs: str) -> DataFrame:
    return spark.createDataFrame([tuple(p) for p in pairs], "record_id_l string, record_id_r string")


def partition(found: DataFrame) -> set[frozenset[str]]:
    groups: dict[int, set[str]] = {}
    for row in found.collect():
        groups.setdefault(row["component"], set()).add(row["record_id"])
    return {frozenset(group) for group in groups.values()}


def test_links_join_over_others_and_a_record_without_a_link_stays_alone(spark: SparkSession) -> None:
    found = components(records(spark, *"abcdef"), links(spark, "ab", "bc", "de"))
    assert partition(found) == {frozenset("abc"), frozenset("de"), frozenset("f")}
    check_components(found, records(spark, *"abcdef"), links(spark, "ab", "bc", "de"))


def test_without_links_every_record_is_its_own(spark: SparkSession) -> None:
    assert partition(components(records(spark, *"ab"), links(spark))) == {frozenset("a"), frozenset("b")}


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([("a", 1), ("b", 1)], "wants 3"),
        ([("a", 1), ("b", 1), ("c", 1), ("c", 2)], "wants 3"),
        ([("a", 1), ("b", 2), ("c", 3)], "join two components"),
        ([("a", 1), ("b", 1), ("c", 1)], "without a link"),
    ],
)
def test_a_wrong_clustering_is_refused(
    spark: SparkSession, rows: list[tuple[str, int]], complaint: str
) -> None:
    found = spark.createDataFrame(rows, "record_id string, component long")
    with pytest.raises(CdiError, match=complaint):
        check_components(found, records(spark, *"abc"), links(spark, "ab"))
