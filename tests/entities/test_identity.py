"""Entity ids follow their records from run to run."""

from datetime import UTC, datetime

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from cdi_spark.entities.identity import assign_ids, events, membership_changes, redirect_changes
from cdi_spark.tables import MEMBER, REDIRECT

OLD = datetime(2024, 1, 1, tzinfo=UTC)
LATER = datetime(2024, 6, 1, tzinfo=UTC)
NEW = datetime(2025, 1, 1, tzinfo=UTC)


def found(spark: SparkSession, groups: str) -> DataFrame:
    """Components as words: "ab c" is one of a and b, and one of c."""
    rows = [(record, i) for i, group in enumerate(groups.split()) for record in group]
    return spark.createDataFrame(rows, "record_id string, entity long")


def held(spark: SparkSession, **entities: str) -> DataFrame:
    rows = [(r, entity, OLD, None, "r0") for entity, group in entities.items() for r in group]
    return spark.createDataFrame(rows, MEMBER.schema)


def ids(
    spark: SparkSession, groups: str, members: DataFrame, run_id: str = "r1", gone: str = ""
) -> dict[str, str]:
    left = spark.createDataFrame([(record,) for record in gone], "record_id string")
    named = assign_ids(found(spark, groups), members, left, run_id=run_id)
    return {r["record_id"]: r["entity_id"] for r in named.collect()}


def ended(spark: SparkSession, **entities: str) -> DataFrame:
    rows = [(r, entity, OLD, LATER, "r0") for entity, group in entities.items() for r in group]
    return spark.createDataFrame(rows, MEMBER.schema)


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


def test_an_id_that_was_merged_away_is_back_with_its_records_after_a_split(spark: SparkSession) -> None:
    merged = held(spark, Y="abcde").unionByName(ended(spark, X="ab"))
    assert ids(spark, "ab cde", merged) == {**dict.fromkeys("ab", "X"), **dict.fromkeys("cde", "Y")}
    # Most of its last records are in the entity that keeps Y: a third of them brings it back to nobody.
    torn = held(spark, Y="abcdef").unionByName(ended(spark, X="abc"))
    assert ids(spark, "abdef c", torn)["c"] not in ("X", "Y")


def test_an_id_comes_back_only_where_most_of_its_last_records_are(spark: SparkSession) -> None:
    # Two of X's records are in Z, which no change reaches; b alone does not bring it back.
    members = held(spark, Y="bcf", Z="ade").unionByName(ended(spark, X="abd"))
    assert "X" not in ids(spark, "b cf", members).values()
    # Records that are gone do not count.
    assert (
        ids(spark, "b cf", held(spark, Y="bcf", Z="ad").unionByName(ended(spark, X="abd")), gone="ad")["b"]
        == "X"
    )


def test_an_id_whose_records_were_all_deleted_comes_back_with_them(spark: SparkSession) -> None:
    assert ids(spark, "ab", ended(spark, X="ab")) == {"a": "X", "b": "X"}


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


def homes(members: DataFrame, known: DataFrame) -> dict[str, tuple[str | None, bool]]:
    changes = redirect_changes(members, known, run_id="r1", at=F.lit(NEW)).collect()
    return {r["entity_id"]: (r["lives_in"], r["valid_to"] is None) for r in changes}


def test_an_id_that_is_no_more_leads_to_the_entity_that_has_most_of_its_last_records(
    spark: SparkSession,
) -> None:
    nothing = spark.createDataFrame([], REDIRECT.schema)
    members = held(spark, Y="abc", Z="d").unionByName(ended(spark, X="abd", W="e"))
    assert homes(members, nothing) == {"X": ("Y", True), "W": (None, True)}
    known = spark.createDataFrame(
        [("X", "Y", LATER, None, "r0"), ("W", None, LATER, None, "r0")], REDIRECT.schema
    )
    assert homes(members, known) == {}
    # Y merges into Z: X leads to where its records are now, at once.
    merged = held(spark, Z="abcd").unionByName(ended(spark, X="abd", W="e", Y="abc"))
    rows = redirect_changes(merged, known, run_id="r1", at=F.lit(NEW)).collect()
    told = sorted((r["entity_id"], r["lives_in"], r["valid_to"] is None) for r in rows)
    assert told == [("X", "Y", False), ("X", "Z", True), ("Y", "Z", True)]
    # It is back: nobody is sent elsewhere any more.
    assert homes(held(spark, X="abd", W="e", Y="c"), known) == {"X": ("Y", False), "W": (None, False)}


def test_events_tell_created_merged_split_moved_and_retired(spark: SparkSession) -> None:
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


def test_records_that_pass_between_two_ids_that_stay_are_told_of_the_one_that_gets_them(
    spark: SparkSession,
) -> None:
    assigned = spark.createDataFrame(
        [("a", "X"), ("b", "Y"), ("c", "Y")], "record_id string, entity_id string"
    )
    told = events(assigned, held(spark, X="ab", Y="c"), run_id="r1", at=F.lit(NEW)).collect()
    assert [(r["entity_id"], r["kind"], r["before"], r["after"]) for r in told] == [
        ("Y", "moved", ["X"], ["Y"])
    ]
