"""Entity ids follow their records from run to run."""

from datetime import UTC, datetime

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from cdi_spark.entities.identity import assign_ids, events, membership_changes
from cdi_spark.tables import MEMBER

OLD = datetime(2024, 1, 1, tzinfo=UTC)
NEW = datetime(2025, 1, 1, tzinfo=UTC)


def found(spark: SparkSession, groups: str) -> DataFrame:
    """Components as words: "ab c" is one of a and b, and one of c."""
    rows = [(record, i) for i, group in enumerate(groups.split()) for record in group]
    return spark.createDataFrame(rows, "record_id string, entity long")


def held(spark: SparkSession, **entities: str) -> DataFrame:
    rows = [(r, entity, OLD, None, "r0") for entity, group in entities.items() for r in group]
    return spark.createDataFrame(rows, MEMBER.schema)


def ids(spark: SparkSession, groups: str, current: DataFrame, run_id: str = "r1") -> dict[str, str]:
    return {
        r["record_id"]: r["entity_id"]
        for r in assign_ids(found(spark, groups), current, run_id=run_id).collect()
    }


def test_an_id_stays_with_its_records(spark: SparkSession) -> None:
    assert ids(spark, "ab c", held(spark, X="ab", Y="c")) == {"a": "X", "b": "X", "c": "Y"}


def test_the_larger_part_of_a_split_keeps_the_id(spark: SparkSession) -> None:
    named = ids(spark, "a bc", held(spark, X="abc"))
    assert named["b"] == named["c"] == "X" != named["a"]


def test_a_merged_entity_takes_the_id_that_brings_most_records(spark: SparkSession) -> None:
    assert set(ids(spark, "abc", held(spark, X="a", Y="bc")).values()) == {"Y"}


def test_new_ids_are_the_same_when_a_run_is_tried_again_and_others_in_another_run(
    spark: SparkSession,
) -> None:
    nobody = held(spark)
    assert ids(spark, "ab c", nobody) == ids(spark, "c ab", nobody)
    assert ids(spark, "ab", nobody)["a"] != ids(spark, "ab", nobody, run_id="r2")["a"]


def test_only_what_changes_is_written(spark: SparkSession) -> None:
    current = held(spark, X="ab", Y="c", Z="d")
    assigned = spark.createDataFrame(
        [("a", "X"), ("b", "X"), ("c", "X"), ("e", "W")], "record_id string, entity_id string"
    )
    changes = membership_changes(assigned, current, run_id="r1", at=F.lit(NEW)).collect()
    told = {(r["record_id"], r["entity_id"], r["valid_to"] is None) for r in changes}
    assert told == {("c", "Y", False), ("c", "X", True), ("d", "Z", False), ("e", "W", True)}
    unchanged = current.select("record_id", "entity_id")
    assert membership_changes(unchanged, current, run_id="r1", at=F.lit(NEW)).isEmpty()


def test_events_tell_created_merged_split_and_retired(spark: SparkSession) -> None:
    current = held(spark, X="ab", Y="c", Z="d")
    assigned = spark.createDataFrame(
        [("a", "X"), ("b", "N"), ("c", "X"), ("e", "M")], "record_id string, entity_id string"
    )
    told = {
        (r["entity_id"], r["kind"]): (r["before"], r["after"])
        for r in events(assigned, current, run_id="r1", at=F.lit(NEW)).collect()
    }
    assert told == {
        ("N", "split"): (["X"], ["N"]),
        ("M", "created"): ([], ["M"]),
        ("Y", "merged"): (["Y"], ["X"]),
        ("Z", "retired"): (["Z"], []),
    }
