"""Thresholds on pairs: measured against truth, and implied by the model."""

import pytest
from pyspark.sql import DataFrame, Row, SparkSession

from cdi_spark.linkage.evaluation.accuracy import implied_curve, truth_curve
from cdi_spark.spark.local_rows import local_rows


def pairs(spark: SparkSession, *rows: tuple[str, str, float, float]) -> DataFrame:
    columns = "record_id_l string, record_id_r string, match_weight double, match_probability double"
    return local_rows(spark, list(rows), columns)


@pytest.fixture
def truth(spark: SparkSession) -> DataFrame:
    rows = [("a", "P"), ("b", "P"), ("c", "P"), ("d", "Q"), ("e", "Q")]
    return local_rows(spark, rows, "record_id string, person string")


@pytest.fixture
def scored(spark: SparkSession) -> DataFrame:
    return pairs(
        spark, ("a", "b", 9.0, 0.998), ("a", "d", 5.0, 0.97), ("b", "c", 3.0, 0.9), ("a", "z", 9.0, 0.998)
    )


def test_a_pair_exactly_at_the_threshold_is_accepted_and_missed_pairs_count_against_recall(
    scored: DataFrame, truth: DataFrame
) -> None:
    # True pairs: ab, ac, bc, de. Nobody knows who z is, so the pair a and z is not judged.
    assert truth_curve(scored, truth, thresholds=[3.0, 5.0, 5.5]).collect() == [
        Row(threshold=3.0, accepted=3, precision=2 / 3, recall=2 / 4, f1=4 / 7),
        Row(threshold=5.0, accepted=2, precision=1 / 2, recall=1 / 4, f1=2 / 6),
        Row(threshold=5.5, accepted=1, precision=1.0, recall=1 / 4, f1=2 / 5),
    ]


def test_where_nothing_is_accepted_nothing_is_wrong(scored: DataFrame, truth: DataFrame) -> None:
    assert truth_curve(scored, truth, thresholds=[20.0]).collect() == [
        Row(threshold=20.0, accepted=0, precision=1.0, recall=0.0, f1=0.0)
    ]
    assert implied_curve(scored, prior=0.5, records=6, thresholds=[20.0]).collect() == [
        Row(threshold=20.0, accepted=0, implied_precision=1.0, implied_recall=0.0)
    ]


def test_implied_shares_are_posterior_mass_over_accepted_pairs_and_over_prior_times_all_pairs(
    spark: SparkSession,
) -> None:
    scored = pairs(spark, ("a", "b", 9.0, 0.75), ("a", "c", 4.0, 0.5), ("b", "c", 2.0, 0.25))
    # Five records make ten pairs; at a prior of 0.2 two of them match.
    found = implied_curve(scored, prior=0.2, records=5, thresholds=[4.0, 2.0]).collect()
    assert [row["threshold"] for row in found] == [2.0, 4.0]
    assert [row["accepted"] for row in found] == [3, 2]
    assert [row["implied_precision"] for row in found] == pytest.approx([1.5 / 3, 1.25 / 2])
    assert [row["implied_recall"] for row in found] == pytest.approx([1.5 / 2, 1.25 / 2])


def test_measured_and_implied_shares_have_no_name_in_common(scored: DataFrame, truth: DataFrame) -> None:
    measured = truth_curve(scored, truth, thresholds=[3.0]).columns
    implied = implied_curve(scored, prior=0.2, records=5, thresholds=[3.0]).columns
    assert set(measured) & set(implied) == {"threshold", "accepted"}
