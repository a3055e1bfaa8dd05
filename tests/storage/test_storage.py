"""Tables are written once per token, in their declared shape, and never mixed between warehouses."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from cdi_spark.errors import CdiError
from cdi_spark.schema import CLEANING, COMPONENT, MEMBER, PERSON, Table
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.spark.profile import DELETION_VECTORS
from cdi_spark.spark.session import spark_session
from cdi_spark.storage import Storage
from cdi_spark.storage.declared import conform
from tests.storage.member_rows import SINCE, entity_of, members


def log_of(storage: Storage, table: Table) -> str:
    """The actions of all commits."""
    log = Path(storage.warehouse) / table.name.replace(".", "/") / "_delta_log"
    return "".join(commit.read_text() for commit in log.glob("*.json"))


def test_a_batch_lands_once_even_if_its_rows_differ_the_second_time(
    spark: SparkSession, storage: Storage
) -> None:
    for row, token in (("1", "b1"), ("2", "b1"), ("3", "b2")):
        storage.append_once("bronze.crm", spark.sql(f"select {row} as id"), token=token)
    assert {r["id"] for r in storage.read("bronze.crm").collect()} == {1, 3}


def test_bronze_takes_any_column_name_and_new_columns_later(spark: SparkSession, storage: Storage) -> None:
    storage.append_once("bronze.crm", spark.sql("select 1 as `Post Code (home)`"), token="b1")
    wider = spark.sql("select 2 as `Post Code (home)`, 'x' as `a;b = {c}`")
    storage.append_once("bronze.crm", wider, token="b2")
    rows = storage.read("bronze.crm")
    assert rows.columns == ["Post Code (home)", "a;b = {c}"]
    assert {tuple(r) for r in rows.collect()} == {(1, None), (2, "x")}


def test_an_append_without_a_declared_column_is_refused(spark: SparkSession, storage: Storage) -> None:
    with pytest.raises(CdiError, match=r"entities\.component: component is missing"):
        storage.append(COMPONENT, local_rows(spark, [("a",)], "record_id string"))
    assert not storage.exists(COMPONENT.name)


def test_merge_inserts_new_keys_and_updates_only_what_changed(spark: SparkSession, storage: Storage) -> None:
    storage.merge(MEMBER, members(spark, a="X", b="Y", c="Z"), when_changed=())
    again = members(spark, a="W", b="Y", c="Z", d="V").withColumns(
        {"run_id": F.lit("r2"), "valid_to": F.when(F.col("record_id") == "c", F.lit(SINCE))}
    )
    storage.merge(MEMBER, again, when_changed=("entity_id", "valid_to"))
    rows = storage.read(MEMBER.name)
    assert entity_of(rows) == {"a": "W", "b": "Y", "c": "Z", "d": "V"}
    assert {r["record_id"]: r["run_id"] for r in rows.collect()} == {
        "a": "r2",
        "b": "r1",
        "c": "r2",
        "d": "r2",
    }


def test_a_table_that_was_made_small_gets_deletion_vectors_when_it_is_changed_as_a_large_one(
    spark: SparkSession, storage: Storage
) -> None:
    storage.merge(MEMBER, members(spark, a="X", b="Y"), when_changed=())
    spark_session()  # as a command in the same process does
    storage.merge(MEMBER, members(spark, a="Z"), when_changed=("entity_id",))
    assert "deletionVector" not in log_of(storage, MEMBER)
    try:
        spark.conf.set(DELETION_VECTORS, "true")
        storage.merge(MEMBER, members(spark, a="W"), when_changed=("entity_id",))
        assert "deletionVector" in log_of(storage, MEMBER)
        assert entity_of(storage.read(MEMBER.name)) == {"a": "W", "b": "Y"}
        enabled = storage.versions([MEMBER.name])
        storage.replace_keys(MEMBER, members(spark, b="Y").select("entity_id"), members(spark, b="V"))
        assert storage.versions([MEMBER.name]) == {MEMBER.name: enabled[MEMBER.name] + 2}
    finally:
        spark.conf.set(DELETION_VECTORS, "false")
    assert entity_of(storage.read(MEMBER.name)) == {"a": "W", "b": "V"}


def test_merge_with_nothing_to_compare_never_updates(spark: SparkSession, storage: Storage) -> None:
    storage.merge(MEMBER, members(spark, a="X"), when_changed=())
    storage.merge(MEMBER, members(spark, a="Z", b="Y"), when_changed=())
    assert entity_of(storage.read(MEMBER.name)) == {"a": "X", "b": "Y"}


def test_replace_leaves_only_these_rows_even_if_they_come_from_the_table_itself(
    spark: SparkSession, storage: Storage
) -> None:
    storage.replace(MEMBER, members(spark, a="X", b="Y"))
    storage.replace(MEMBER, storage.read(MEMBER.name).where("record_id = 'b'"))
    assert entity_of(storage.read(MEMBER.name)) == {"b": "Y"}


def test_a_table_comes_in_the_declared_order_with_comments(spark: SparkSession) -> None:
    rows = local_rows(
        spark,
        [(1, 2, 2, 3, "a", "x")],
        "entity long, component long, part long, stamp long, record_id string, more string",
    )
    fitted = conform(rows, COMPONENT)
    assert fitted.columns == ["record_id", "component", "part", "entity", "stamp"]
    assert fitted.schema["component"].metadata["comment"].startswith("number of its connected component")


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("record_id string", r"entities\.component: component is missing"),
        ("record_id string, component int", r"entities\.component: component is int, wants bigint"),
    ],
)
def test_a_table_of_another_shape_is_refused_and_never_cast(
    spark: SparkSession, schema: str, message: str
) -> None:
    with pytest.raises(CdiError, match=message):
        conform(local_rows(spark, [], schema), COMPONENT)


def test_an_error_about_a_missing_table_names_the_command_to_run(storage: Storage) -> None:
    with pytest.raises(CdiError, match=r"entities\.member: no such table .* `cdi run all`"):
        storage.read(MEMBER.name)
    empty = storage.read_or_empty(MEMBER)
    assert empty.isEmpty()
    assert empty.columns == MEMBER.names


def test_queries_read_only_their_own_warehouse(spark: SparkSession, tmp_path: Path) -> None:
    sql = "SELECT entity_id FROM `entities`.`member`"
    both = [Storage(spark, tmp_path / name) for name in ("one", "two")]
    for storage, entity in zip(both, "XY", strict=True):
        storage.replace(MEMBER, members(spark, a=entity))
    first, second = both[0].query(sql), both[1].query(sql)
    assert (first.collect(), second.collect()) == ([("X",)], [("Y",)])
    assert both[0].query(sql).collect() == [("X",)]


def test_a_query_does_not_find_a_table_of_another_warehouse(spark: SparkSession, tmp_path: Path) -> None:
    full, bare = Storage(spark, tmp_path / "full"), Storage(spark, tmp_path / "bare")
    full.replace(MEMBER, members(spark, a="X"))
    assert full.query("SELECT entity_id FROM entities.member").collect() == [("X",)]
    with pytest.raises(CdiError, match=r"entities\.member: no such table"):
        bare.query("SELECT entity_id FROM Entities.Member").collect()


def test_a_prefix_separates_two_projects_in_one_warehouse(spark: SparkSession, tmp_path: Path) -> None:
    plain, test = Storage(spark, tmp_path), Storage(spark, tmp_path, prefix="test_")
    plain.replace(MEMBER, members(spark, a="X"))
    test.replace(MEMBER, members(spark, a="Y"))
    assert plain.query("SELECT entity_id FROM entities.member").collect() == [("X",)]
    assert test.query("SELECT entity_id FROM test_entities.member").collect() == [("Y",)]


def test_a_catalog_holds_tables_under_names_of_three_parts(spark: SparkSession, tmp_path: Path) -> None:
    storage = Storage(spark, tmp_path, catalog="spark_catalog", prefix="cat_")
    assert not storage.exists(MEMBER.name)
    storage.merge(MEMBER, members(spark, a="X"), when_changed=())
    storage.merge(MEMBER, members(spark, a="Y", b="Z"), when_changed=("entity_id",))
    assert entity_of(spark.table("spark_catalog.cat_entities.member")) == {"a": "Y", "b": "Z"}
    assert entity_of(storage.query("SELECT * FROM cat_entities.member")) == {"a": "Y", "b": "Z"}
    with storage.scratch() as keep:
        assert keep("silver.person", spark.range(3)).count() == 3


def test_a_warehouse_may_be_a_uri(spark: SparkSession, tmp_path: Path) -> None:
    storage = Storage(spark, (tmp_path / "of uri").as_uri().replace("%20", " "))
    storage.replace(MEMBER, members(spark, a="X"))
    assert (tmp_path / "of uri" / "entities" / "member" / "_delta_log").is_dir()
    assert entity_of(storage.query("SELECT * FROM entities.member")) == {"a": "X"}
    with storage.scratch() as keep:
        assert keep("silver.person", spark.range(3)).count() == 3
    assert not (tmp_path / "of uri" / "_scratch").exists()


def test_merge_deletes_rows_that_are_gone(spark: SparkSession, storage: Storage) -> None:
    storage.replace(MEMBER, members(spark, a="X", b="Y", c="Z"))
    rows = members(spark, a="W", b="Y", d="V").withColumn("_gone", F.col("record_id").isin("b", "d"))
    storage.merge(MEMBER, rows, when_changed=("entity_id",))
    assert entity_of(storage.read(MEMBER.name)) == {"a": "W", "c": "Z"}


def test_new_rows_of_some_keys_replace_all_rows_of_these_keys(spark: SparkSession, storage: Storage) -> None:
    def components(**rows: int) -> DataFrame:
        return local_rows(spark, [(r, n, n, n, n) for r, n in rows.items()], COMPONENT.schema)

    def keys(name: str, *values: str) -> DataFrame:
        return local_rows(spark, [(value,) for value in values], f"{name} string")

    storage.replace(COMPONENT, components(a=1, b=1, c=1))
    storage.replace_keys(COMPONENT, keys("record_id", "a", "b", "d"), components(a=2, d=2))
    rows = {row["record_id"]: row["entity"] for row in storage.read(COMPONENT.name).collect()}
    assert rows == {"a": 2, "c": 1, "d": 2}
    assert spark.sql(f"DESCRIBE HISTORY {storage.address(COMPONENT.name)}").count() == 2

    # By a column that is a part of the key.
    storage.replace(MEMBER, members(spark, a="X", b="X", c="Y"))
    storage.replace_keys(MEMBER, keys("entity_id", "X", "Z"), members(spark, b="X", d="Z"))
    assert entity_of(storage.read(MEMBER.name)) == {"b": "X", "c": "Y", "d": "Z"}


def test_a_column_declared_after_the_table_was_written_is_null_until_a_merge_fills_it(
    spark: SparkSession, storage: Storage
) -> None:
    older = Table(MEMBER.name, MEMBER.comment, MEMBER.key, MEMBER.columns[:-1])
    storage.merge(older, members(spark, a="X").drop("run_id"), when_changed=())
    assert [row["run_id"] for row in storage.read_or_empty(MEMBER).collect()] == [None]
    gone = members(spark, b="Y", c="Z").withColumn("_gone", F.col("record_id") == "c")
    storage.merge(MEMBER, gone, when_changed=("entity_id",))
    rows = storage.read(MEMBER.name)
    assert set(rows.columns) == set(MEMBER.names)
    assert {row["record_id"]: row["run_id"] for row in rows.collect()} == {"a": None, "b": "r1"}


def test_a_step_that_is_already_written_is_not_written_again(spark: SparkSession, storage: Storage) -> None:
    storage.append(MEMBER, members(spark, a="X"), token="lease", step=1)
    storage.append(MEMBER, members(spark, b="X"), token="lease", step=1)
    storage.append(MEMBER, members(spark, c="X"), token="lease", step=2)
    assert sorted(entity_of(storage.read(MEMBER.name))) == ["a", "c"]


def test_a_table_that_was_written_before_a_column_was_declared_is_read_and_written(
    spark: SparkSession, storage: Storage
) -> None:
    later = ("birth_date_precision",)
    before = replace(PERSON, columns=tuple(c for c in PERSON.columns if c.name not in later))
    old = {"record_id": "crm:1", "birth_date": date(1980, 1, 1), "is_deleted": False}
    storage.merge(
        before, local_rows(spark, [tuple(map(old.get, before.names))], before.schema), when_changed=()
    )
    [row] = storage.read(PERSON.name).select("birth_date", *later).collect()
    assert tuple(row) == (date(1980, 1, 1), None)
    [row] = storage.read(PERSON.name, version=0).select("birth_date", *later).collect()
    assert tuple(row) == (date(1980, 1, 1), None)
    new = {**old, "record_id": "crm:2", "birth_date_precision": "year"}
    rows = local_rows(spark, [tuple(map(new.get, PERSON.names))], PERSON.schema)
    storage.merge(PERSON, rows, when_changed=("content_hash",))
    told = storage.read(PERSON.name).select("record_id", *later).collect()
    assert {tuple(row) for row in told} == {("crm:1", None), ("crm:2", "year")}


def test_counts_of_cleaning_go_on_in_a_table_without_reasons(spark: SparkSession, storage: Storage) -> None:
    before = replace(
        CLEANING, columns=tuple(c for c in CLEANING.columns if c.name not in ("reason", "places"))
    )
    at = datetime(2024, 1, 1, tzinfo=UTC)
    old = ("r1", "crm", "silver.person", "emails", "invalid", 3, at)
    storage.append(before, local_rows(spark, [old], before.schema))
    new = ("r2", "crm", "silver.person", "emails", "invalid", 2, at, "no e-mail address", [("a.csv", 7)])
    storage.append(CLEANING, local_rows(spark, [new], CLEANING.schema))
    rows = {row["run_id"]: row["reason"] for row in storage.read(CLEANING.name).collect()}
    assert rows == {"r1": None, "r2": "no e-mail address"}
