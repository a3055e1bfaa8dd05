"""Clusters against truth: pairs after transitive closure."""

from pyspark.sql import DataFrame, SparkSession

from cdi_spark.linkage.evaluation.accuracy import evaluate
from cdi_spark.spark.local_rows import local_rows


def rows(spark: SparkSession, name: str, *pairs: tuple[str, str]) -> DataFrame:
    return local_rows(spark, list(pairs), f"record_id string, {name} string")


def test_pairs_are_counted_over_clusters(spark: SparkSession) -> None:
    truth = rows(spark, "person", ("a", "P"), ("b", "P"), ("c", "P"), ("d", "Q"))
    clusters = rows(spark, "entity_id", ("a", "1"), ("b", "1"), ("c", "2"), ("d", "2"))
    found = evaluate(clusters, truth)
    # True pairs ab, ac, bc; predicted ab, cd; both ab.
    assert (found.true_pairs, found.predicted_pairs, found.records) == (3, 2, 4)
    assert (found.precision, found.recall, found.f1) == (1 / 2, 1 / 3, 2 / 5)
    assert found.exact_cluster_f1 == 0


def test_right_clusters_score_one(spark: SparkSession) -> None:
    truth = rows(spark, "person", ("a", "P"), ("b", "P"), ("c", "Q"))
    found = evaluate(rows(spark, "entity_id", ("a", "9"), ("b", "9"), ("c", "8")), truth)
    assert (found.precision, found.recall, found.f1, found.exact_cluster_f1) == (1, 1, 1, 1)


def test_a_record_in_no_cluster_stands_alone_and_one_unknown_to_truth_does_not_count(
    spark: SparkSession,
) -> None:
    truth = rows(spark, "person", ("a", "P"), ("b", "P"))
    found = evaluate(rows(spark, "entity_id", ("a", "1"), ("z", "1")), truth)
    assert (found.predicted_pairs, found.recall, found.exact_cluster_f1) == (0, 0, 0)
