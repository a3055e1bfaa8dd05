"""Marts: every event, with the customer it belongs to now."""

from collections.abc import Callable

import pytest
from pyspark.sql import DataFrame

from cdi_spark.gold.marts import with_entity
from cdi_spark.storage import conform
from cdi_spark.tables import EVENT_TABLES, Table, mart

Make = Callable[..., DataFrame]


def test_an_event_goes_to_the_customer_that_its_record_is_in_now(members: Make, silver: Make) -> None:
    orders = silver("order", {"record_id": "shop:1", "status": "paid", "content_hash": "h"})
    belong = members({"bob": ["shop:1"]}, ended={"ann": ["shop:1"]})
    rows = orders.transform(with_entity, belong).select("entity_id", "order_id", "record_id", "status")
    assert rows.collect() == [("bob", "shop:0", "shop:1", "paid")]


def test_an_event_of_nobody_known_stays_without_a_customer(members: Make, silver: Make) -> None:
    orders = silver("order", {"record_id": "shop:2"}, {"record_id": None})
    rows = orders.transform(with_entity, members({"ann": ["shop:1"]})).collect()
    assert [row.entity_id for row in rows] == [None, None]


@pytest.mark.parametrize("event", EVENT_TABLES, ids=lambda event: event.name)
def test_a_mart_has_its_declared_columns_in_order(members: Make, silver: Make, event: Table) -> None:
    rows = silver(event.name.removeprefix("silver.")).transform(with_entity, members({"ann": ["shop:1"]}))
    assert rows.columns == mart(event).names
    conform(rows, mart(event))
