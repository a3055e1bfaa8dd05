"""Marts: every event with its current customer; readers of gold see those of the last release."""

from collections.abc import Callable

import pytest
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.schema import MARTS, MEMBER, TABLES, Table
from cdi_spark.storage import Storage
from cdi_spark.storage.declared import conform

Make = Callable[..., DataFrame]
ORDER = TABLES["silver.order"]


@pytest.fixture
def rows_of(members: Make, silver: Make) -> dict[Table, DataFrame]:
    """An order of shop:1, which moved from ann to bob, one of an unknown record and one without a record."""
    orders = silver("order", {"record_id": "shop:1", "status": "paid"}, {"record_id": "shop:2"}, {})
    return {ORDER: orders, MEMBER: members({"bob": ["shop:1"]}, ended={"ann": ["shop:1"]})}


@pytest.fixture
def ordered(storage: Storage, rows_of: dict[Table, DataFrame]) -> Storage:
    """A warehouse with these rows."""
    for table, rows in rows_of.items():
        storage.replace(table, rows)
    return storage


def test_an_event_belongs_to_the_current_customer_of_its_record_or_to_none(
    storage: Storage, rows_of: dict[Table, DataFrame]
) -> None:
    rows = storage.read("gold.order", instead={table.name: rows for table, rows in rows_of.items()})
    found = [(r.order_id, r.entity_id, r.record_id, r.status) for r in rows.collect()]
    assert sorted(found) == [
        ("shop:0", "bob", "shop:1", "paid"), ("shop:1", None, "shop:2", None), ("shop:2", None, None, None),
    ]  # fmt: skip


def test_an_event_moves_with_its_record_in_the_next_release(ordered: Storage, members: Make) -> None:
    ordered.release("monday")
    ordered.replace(MEMBER, members({"cid": ["shop:1"]}))
    ordered.replace(ORDER, ordered.read("silver.order").withColumn("status", F.lit("sent")))

    def seen() -> list[tuple[str, str]]:
        rows = ordered.query("SELECT entity_id, status FROM gold.order WHERE order_id = 'shop:0'").collect()
        return [tuple(row) for row in rows]

    assert seen() == [("bob", "paid")]
    ordered.release("tuesday")
    assert seen() == [("cid", "sent")]


def test_a_mart_without_events_is_empty_and_has_its_declared_columns(
    ordered: Storage,
) -> None:
    ordered.release("monday")
    for mart in MARTS:
        rows = ordered.query(f"SELECT * FROM {mart.name}")
        assert rows.columns == mart.names
        conform(rows, mart)
        described = {f.name: f.metadata.get("comment") for f in rows.schema}
        assert described == {column.name: column.comment for column in mart.columns}
    assert ordered.query("SELECT * FROM gold.invoice").isEmpty()
    assert ordered.query("SELECT * FROM gold.timeline").count() == 3
