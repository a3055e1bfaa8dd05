"""Marts: every event, with the customer it belongs to now; readers of gold see those of the last release."""

from collections.abc import Callable

import pytest
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.declared import conform
from cdi_spark.storage import Storage
from cdi_spark.tables import MARTS, MEMBER, TABLES

Make = Callable[..., DataFrame]
ORDER = TABLES["silver.order"]


@pytest.fixture
def ordered(storage: Storage, members: Make, silver: Make) -> Storage:
    """A warehouse with an order of shop:1, who was ann and is bob, one of somebody unknown and one of nobody."""
    orders = silver("order", {"record_id": "shop:1", "status": "paid"}, {"record_id": "shop:2"}, {})
    storage.replace(ORDER, orders)
    storage.replace(MEMBER, members({"bob": ["shop:1"]}, ended={"ann": ["shop:1"]}))
    return storage


def test_an_event_goes_to_the_customer_that_its_record_is_in_now(ordered: Storage) -> None:
    row = ordered.read("gold.order").where("order_id = 'shop:0'").collect()
    assert [(r.entity_id, r.record_id, r.status) for r in row] == [("bob", "shop:1", "paid")]


def test_an_event_of_nobody_known_stays_without_a_customer(ordered: Storage) -> None:
    rows = ordered.read("gold.order").where("order_id <> 'shop:0'").collect()
    assert [row.entity_id for row in rows] == [None, None]


def test_an_event_moves_with_its_record_when_the_next_release_comes(ordered: Storage, members: Make) -> None:
    ordered.release("monday")
    ordered.replace(MEMBER, members({"cid": ["shop:1"]}))
    ordered.replace(ORDER, ordered.read("silver.order").withColumn("status", F.lit("sent")))

    def seen() -> list[tuple[str, str]]:
        rows = ordered.query("SELECT entity_id, status FROM gold.order WHERE order_id = 'shop:0'").collect()
        return [tuple(row) for row in rows]

    assert seen() == [("bob", "paid")]
    ordered.release("tuesday")
    assert seen() == [("cid", "sent")]


def test_a_mart_of_which_the_project_has_no_events_is_empty_and_has_its_declared_columns(
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
