"""Entity ids follow their records from run to run, and come back when the records do."""

from datetime import UTC, datetime

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from cdi_spark.entities.identity import (
    assign_entity_ids,
    events_since,
    membership_changes,
    newest_event,
    redirect_changes,
)
from cdi_spark.schema import CONTENT_CHANGE, EVENT, MEMBER, REDIRECT
from cdi_spark.spark.local_rows import local_rows

OLD = datetime(2024, 1, 1, tzinfo=UTC)
BETWEEN = datetime(2024, 6, 1, tzinfo=UTC)
NEW = datetime(2025, 1, 1, tzinfo=UTC)


def members_of(spark: SparkSession, **entities: str) -> DataFrame:
    """entities.member as words: X="ab" is an entity X of the records a and b."""
    rows = [(r, entity, OLD, None, "r0") for entity, group in entities.items() for r in group]
    return local_rows(spark, rows, MEMBER.schema)


def redirects_of(spark: SparkSession, **last: tuple[str | None, str]) -> DataFrame:
    """entities.redirect: X=("Y", "ab") had a and b last, and Y is its successor."""
    rows = [(entity, home, list(records), OLD, None, "r0") for entity, (home, records) in last.items()]
    return local_rows(spark, rows, REDIRECT.schema)


def handed_over(spark: SparkSession, records: str, at: datetime = BETWEEN) -> DataFrame:
    """entities.content_change: these records are other persons since."""
    rows = [(record, at, True, -20.0, ["name", "email"], "1", "2", "m", "r1") for record in records]
    return local_rows(spark, rows, CONTENT_CHANGE.schema)


def changes(
    spark: SparkSession,
    groups: str,
    members: DataFrame,
    redirects: DataFrame | None = None,
    *,
    gone: str = "",
    handed: str = "",
    run_id: str = "r1",
) -> DataFrame:
    """Return what changes if "ab c" are found: one entity of a and b, and one of c."""
    rows = [(record, i) for i, group in enumerate(groups.split()) for record in group]
    found = local_rows(spark, rows, "record_id string, entity long")
    left = local_rows(spark, [(record,) for record in gone], "record_id string")
    known, others = redirects or redirects_of(spark), handed_over(spark, handed)
    return assign_entity_ids(found, left, members, known, others, run_id=run_id)


def after(members: DataFrame, change: DataFrame) -> DataFrame:
    """entities.member after a change."""
    rows = membership_changes(change, members, run_id="r1", at=F.lit(NEW))
    return members.join(rows, ["record_id", "valid_from"], "left_anti").unionByName(rows)


def current(members: DataFrame) -> dict[str, str]:
    return {r["record_id"]: r["entity_id"] for r in members.where("valid_to IS NULL").collect()}


def ids(
    spark: SparkSession, groups: str, members: DataFrame, redirects: DataFrame | None = None
) -> dict[str, str]:
    return current(after(members, changes(spark, groups, members, redirects)))


def test_an_id_stays_with_its_records(spark: SparkSession) -> None:
    assert ids(spark, "ab c", members_of(spark, X="ab", Y="c")) == {"a": "X", "b": "X", "c": "Y"}


def test_the_larger_part_of_a_split_keeps_the_id(spark: SparkSession) -> None:
    found = ids(spark, "a bc", members_of(spark, X="abc"))
    assert found["b"] == found["c"] == "X" != found["a"]


def test_a_merged_entity_takes_the_id_that_brings_most_records(spark: SparkSession) -> None:
    assert set(ids(spark, "abc", members_of(spark, X="a", Y="bc")).values()) == {"Y"}


def test_a_repeated_run_assigns_the_same_new_ids_and_another_run_others(
    spark: SparkSession,
) -> None:
    empty = members_of(spark)
    assert ids(spark, "ab c", empty) == ids(spark, "c ab", empty)
    in_another = changes(spark, "ab", empty, run_id="r2").collect()
    assert ids(spark, "ab", empty)["a"] not in {row["entity_id"] for row in in_another}


def test_an_id_that_was_merged_comes_back_after_a_split(spark: SparkSession) -> None:
    merged, known = members_of(spark, Y="abcde"), redirects_of(spark, X=("Y", "ab"))
    assert ids(spark, "ab cde", merged, known) == {**dict.fromkeys("ab", "X"), **dict.fromkeys("cde", "Y")}
    # Most of its last records stay in Y: the third one alone does not bring the id back.
    torn, known = members_of(spark, Y="abcdef"), redirects_of(spark, X=("Y", "abc"))
    assert ids(spark, "abdef c", torn, known)["c"] not in ("X", "Y")


def test_between_equal_parts_the_one_with_the_id_for_longer_keeps_it_and_the_other_gets_its_own_back(
    spark: SparkSession,
) -> None:
    joined = members_of(spark, Y="a").withColumn("valid_from", F.lit(NEW))
    merged, known = members_of(spark, Y="b").unionByName(joined), redirects_of(spark, X=("Y", "a"))
    assert ids(spark, "a b", merged, known) == {"a": "X", "b": "Y"}


def test_an_id_comes_back_only_where_most_of_its_last_records_are(spark: SparkSession) -> None:
    # Two of X's records are in Z, which does not change; b alone does not bring the id back.
    known = redirects_of(spark, X=("Z", "abd"))
    assert "X" not in ids(spark, "b cf", members_of(spark, Y="bcf", Z="ade"), known).values()
    # Deleted records do not count.
    assert ids(spark, "b cf", members_of(spark, Y="bcf"), known)["b"] == "X"
    members = members_of(spark, Y="bcf", Z="ad")
    assert current(after(members, changes(spark, "b cf", members, known, gone="ad")))["b"] == "X"


def test_an_id_whose_records_were_all_deleted_comes_back_with_them(spark: SparkSession) -> None:
    assert ids(spark, "ab", members_of(spark), redirects_of(spark, X=(None, "ab"))) == {"a": "X", "b": "X"}


def test_only_what_changes_is_written(spark: SparkSession) -> None:
    members = members_of(spark, X="ab", Y="cdg", Z="e")
    change = changes(spark, "abc dgf", members, gone="e")
    rows_changed = membership_changes(change, members, run_id="r1", at=F.lit(NEW)).collect()
    assert {(r["record_id"], r["entity_id"], r["valid_to"] is None) for r in rows_changed} == {
        ("c", "Y", False), ("c", "X", True), ("e", "Z", False), ("f", "Y", True),
    }  # fmt: skip
    assert changes(spark, "ab cdg", members).isEmpty()


def successors(redirects: DataFrame, change: DataFrame) -> list[tuple[str, str | None, list[str], bool]]:
    rows = redirect_changes(change, redirects, run_id="r1", at=F.lit(NEW)).collect()
    found = [(r["entity_id"], r["successor_id"], r["records"], r["valid_to"] is None) for r in rows]
    return sorted(found, key=lambda one: (one[0], one[1] or ""))


def test_the_successor_of_an_id_is_the_entity_with_most_of_its_last_records(
    spark: SparkSession,
) -> None:
    members, nowhere = members_of(spark, X="abd", Y="cefg", W="h"), redirects_of(spark)
    change = changes(spark, "abcefg d", members, gone="h")
    assert successors(nowhere, change) == [("W", None, ["h"], True), ("X", "Y", ["a", "b", "d"], True)]
    # Y merges into Z: Z becomes the successor of X in the same run.
    known = redirects_of(spark, X=("Y", "abd"))
    change = changes(spark, "abcdefghijklm", members_of(spark, Y="abcefg", Z="dhijklm"), known)
    assert successors(known, change) == [
        ("X", "Y", ["a", "b", "d"], False), ("X", "Z", ["a", "b", "d"], True),
        ("Y", "Z", ["a", "b", "c", "e", "f", "g"], True),
    ]  # fmt: skip
    # X has its records back: its redirect ends.
    change = changes(spark, "abd cefg", members_of(spark, Y="abcdefg"), known)
    assert successors(known, change) == [("X", "Y", ["a", "b", "d"], False)]


def derived(members: DataFrame, known: DataFrame, handed: str = "") -> set[tuple[str, str, str, str]]:
    others = handed_over(members.sparkSession, handed)
    rows = events_since(members, others, newest_event(known), run_id="r1").collect()
    return {(r["entity_id"], r["kind"], "".join(r["before"]), "".join(r["after"])) for r in rows}


def test_events_are_created_merged_split_moved_and_retired(spark: SparkSession) -> None:
    nothing = local_rows(spark, [], EVENT.schema)
    before = members_of(spark, X="ab", Y="c", Z="d", V="fg", U="h")
    assert derived(before, nothing) == {(name, "created", "", name) for name in "XYZVU"}
    known = events_since(before, handed_over(spark, ""), 0, run_id="r0")
    assert derived(before, known) == set()
    rows = [
        ("a", "X", OLD, None), ("b", "X", OLD, NEW), ("b", "N", NEW, None), ("c", "Y", OLD, NEW),
        ("c", "X", NEW, None), ("d", "Z", OLD, NEW), ("e", "M", NEW, None), ("f", "V", OLD, None),
        ("g", "V", OLD, NEW), ("g", "U", NEW, None), ("h", "U", OLD, None),
    ]  # fmt: skip
    members = local_rows(spark, [(*row, "r1") for row in rows], MEMBER.schema)
    assert derived(members, known) == {
        ("N", "split", "X", "N"), ("M", "created", "", "M"), ("Y", "merged", "Y", "X"), ("Z", "retired", "Z", ""),
        ("U", "moved", "V", "U"),
    }  # fmt: skip


def test_a_record_that_was_handed_over_leaves_its_id_and_brings_it_to_nobody(spark: SparkSession) -> None:
    # a and b were X; now a alone is another person, c joins her, and d too is another person than Z was.
    members, known = members_of(spark, X="ab", Z="d", Y="c"), redirects_of(spark, W=("Z", "d"), V=("X", "ab"))
    change = changes(spark, "ac b d", members, known, handed="ad")
    moved = after(members, change)
    ids = current(moved)
    assert (ids["a"], ids["c"], ids["b"]) == ("Y", "Y", "X")
    assert ids["d"] not in "XYZWV"
    # Z ends, and neither it nor W, which led to it, leads to the new person; V still leads to X.
    assert successors(known, change) == [
        ("W", None, [], True), ("W", "Z", ["d"], False), ("Z", None, [], True),
    ]  # fmt: skip
    nothing = events_since(members, handed_over(spark, ""), 0, run_id="r0")
    assert derived(moved, nothing, "ad") == {
        ("X", "handed_over", "X", "Y"), ("Z", "handed_over", "Z", ids["d"]), ("Z", "retired", "Z", ""),
        (ids["d"], "created", "", ids["d"]),
    }  # fmt: skip
    # The same hand-over changes nothing once it is written.
    assert changes(spark, "ac b d", moved, handed="ad").isEmpty()


def test_a_record_that_was_handed_over_may_return_to_its_entity_as_one_of_others(spark: SparkSession) -> None:
    # b was always Priya, wrongly joined with Odo's a; now a is Priya too.
    members = members_of(spark, X="ab")
    moved = after(members, changes(spark, "ab", members, handed="a"))
    assert current(moved) == {"a": "X", "b": "X"}
    assert moved.where("record_id = 'a'").count() == 2
    nothing = events_since(members, handed_over(spark, ""), 0, run_id="r0")
    assert derived(moved, nothing, "a") == {("X", "handed_over", "X", "X")}


def test_a_deleted_record_that_returns_as_another_person_does_not_bring_its_id_back(
    spark: SparkSession,
) -> None:
    rows = [("a", "X", OLD, BETWEEN.replace(month=3), "r0")]
    members, known = local_rows(spark, rows, MEMBER.schema), redirects_of(spark, X=(None, "a"))
    change = changes(spark, "a", members, known, handed="a")
    moved = after(members, change)
    minted = current(moved)["a"]
    assert minted != "X"
    assert successors(known, change) == []
    gone = local_rows(spark, [("e", "X", "retired", ["X"], [], BETWEEN, "r0")], EVENT.schema)
    assert derived(moved, gone, "a") == {("X", "handed_over", "X", minted), (minted, "created", "", minted)}


def test_all_records_of_an_entity_that_become_one_other_person_get_a_new_id(spark: SparkSession) -> None:
    members = members_of(spark, X="ab")
    moved = current(after(members, changes(spark, "ab", members, handed="ab")))
    assert moved["a"] == moved["b"] != "X"
