"""Releases: what readers of gold see."""

from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from cdi_spark.errors import CdiError
from cdi_spark.schema import ATTRIBUTE, MEMBER, TABLES, TIMELINE
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.storage import Storage
from tests.storage.member_rows import entity_of, members


def customers(spark: SparkSession, *entities: str) -> DataFrame:
    return local_rows(
        spark,
        [
            (entity, "given_name", entity, "crm:1", "crm", None, True, "trusted", "only")
            for entity in entities
        ],
        ATTRIBUTE.schema,
    )


def readers_see(storage: Storage) -> list[str]:
    rows = storage.query("SELECT entity_id FROM gold.attribute").collect()
    return sorted(row["entity_id"] for row in rows)


@pytest.mark.parametrize("catalog", ["", "spark_catalog"])
def test_readers_of_gold_see_the_newest_release_until_the_next(
    spark: SparkSession, tmp_path: Path, catalog: str
) -> None:
    storage = Storage(spark, tmp_path, catalog=catalog, prefix="rel_")
    sql = "SELECT entity_id FROM rel_gold.attribute"
    storage.replace(ATTRIBUTE, customers(spark, "a"))
    with pytest.raises(CdiError, match=r"gold: nothing was released yet .* `cdi run all`"):
        storage.query(sql)
    storage.release("r1")
    storage.replace(ATTRIBUTE, customers(spark, "a", "b"))
    assert storage.query(sql).collect() == [("a",)]
    assert storage.newest_release().read(ATTRIBUTE.name).count() == 1
    assert storage.read(ATTRIBUTE.name).count() == 2
    storage.release("r2")
    assert storage.query(sql).count() == 2
    assert storage.read("ops.release").count() == 2


def test_tables_are_as_released_until_one_of_them_is_written(spark: SparkSession, storage: Storage) -> None:
    storage.replace(ATTRIBUTE, customers(spark, "a"))
    assert storage.as_released(ATTRIBUTE.name) is None
    storage.release("r1")
    assert storage.as_released(ATTRIBUTE.name, MEMBER.name) == "r1"
    storage.replace(MEMBER, members(spark, a="X"))
    assert storage.as_released(ATTRIBUTE.name) == "r1"
    assert storage.as_released(ATTRIBUTE.name, MEMBER.name) is None


def test_a_release_is_read_as_it_was_after_the_next_one(spark: SparkSession, storage: Storage) -> None:
    storage.replace(ATTRIBUTE, customers(spark, "a"))
    storage.release("r1")
    release = storage.newest_release()
    storage.replace(ATTRIBUTE, customers(spark, "a", "b"))
    storage.release("r2")
    assert (release.release_id, release.read(ATTRIBUTE.name).count()) == ("r1", 1)
    assert storage.newest_release().release_id == "r2"


def test_a_released_view_keeps_the_comments_of_its_columns(spark: SparkSession, storage: Storage) -> None:
    storage.replace(ATTRIBUTE, customers(spark, "a"))
    storage.release("r1")
    readers_see(storage)
    comments = {row["col_name"]: row["comment"] for row in spark.sql("DESCRIBE gold.attribute").collect()}
    assert comments["record_id"] == "<source>:<key> of the person record"


def test_a_view_can_be_read_over_other_rows_instead_of_its_tables(
    spark: SparkSession, storage: Storage
) -> None:
    order = TABLES["silver.order"]
    orders = [{"order_id": f"shop:{record}", "record_id": record} for record in ("a", "b")]
    rows = local_rows(spark, [tuple(map(values.get, order.names)) for values in orders], order.schema)
    storage.replace(order, rows)
    storage.replace(MEMBER, members(spark, a="X", b="Y"))
    assert entity_of(storage.read(TIMELINE.name)) == {"a": "X", "b": "Y"}
    given = {order.name: rows.where("record_id = 'a'"), MEMBER.name: members(spark, a="Z")}
    seen = storage.read(TIMELINE.name, instead=given)
    storage.replace(MEMBER, members(spark, a="later"))
    assert entity_of(seen) == {"a": "Z"}


def test_a_release_tried_again_is_one_release(spark: SparkSession, storage: Storage) -> None:
    storage.replace(ATTRIBUTE, customers(spark, "a"))
    storage.release("r1")
    storage.release("r1")
    assert storage.read("ops.release").count() == 1
