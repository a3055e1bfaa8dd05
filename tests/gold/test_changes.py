"""What is made anew: customers of whom something changed, and none else."""

from collections.abc import Callable
from typing import Any

import pytest
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.gold.changes import touched

Make = Callable[..., DataFrame]
PERSONS: list[dict[str, Any]] = [
    {"record_id": "crm:1", "content_hash": "a"},
    {"record_id": "crm:2", "content_hash": "b"},
    {"record_id": "crm:3", "content_hash": "c"},
]
ORDERS: list[dict[str, Any]] = [{"record_id": "crm:1", "content_hash": "o"}]
ENTITIES = {"ann": ["crm:1", "crm:2"], "bob": ["crm:3"]}


@pytest.fixture
def changed(persons: Make, members: Make, silver: Make) -> Callable[..., dict[str, bool]]:
    """Entities that a second look at these persons, orders and entities touches, and whether they live on."""

    def changed(
        people: list[dict[str, Any]] = PERSONS,
        orders: list[dict[str, Any]] = ORDERS,
        entities: dict[str, list[str]] = ENTITIES,
        how: str = "rules",
    ) -> dict[str, bool]:
        def first() -> DataFrame:
            return touched(
                persons(*PERSONS), members(ENTITIES), {"order": silver("order", *ORDERS)}, how="rules"
            )

        second = touched(
            persons(*people),
            members(entities),
            {"order": silver("order", *orders)},
            how=how,
            published=first(),
        )
        found = second.select("entity_id", F.col("made_from").isNotNull()).collect()
        return {row[0]: row[1] for row in found}

    return changed


def test_without_a_change_nobody_is_touched(changed: Callable[..., dict[str, bool]]) -> None:
    assert changed(people=PERSONS[::-1]) == {}


def test_a_record_that_says_something_else_touches_its_customer(
    changed: Callable[..., dict[str, bool]],
) -> None:
    assert changed(people=[PERSONS[0], {**PERSONS[1], "content_hash": "x"}, PERSONS[2]]) == {"ann": True}


def test_an_event_that_is_new_changed_or_gone_touches_its_customer(
    changed: Callable[..., dict[str, bool]],
) -> None:
    assert changed(orders=[*ORDERS, {"record_id": "crm:3", "content_hash": "p"}]) == {"bob": True}
    assert changed(orders=[{"record_id": "crm:1", "content_hash": "x"}]) == {"ann": True}
    assert changed(orders=[]) == {"ann": True}


def test_a_record_that_moves_touches_both_its_customers(changed: Callable[..., dict[str, bool]]) -> None:
    assert changed(entities={"ann": ["crm:1"], "bob": ["crm:2", "crm:3"]}) == {"ann": True, "bob": True}


def test_a_customer_without_a_live_record_is_to_go(changed: Callable[..., dict[str, bool]]) -> None:
    gone = {**PERSONS[2], "is_deleted": True}
    assert changed(people=[*PERSONS[:2], gone], entities={"ann": ["crm:1", "crm:2"]}) == {"bob": False}


def test_other_rules_touch_everybody(changed: Callable[..., dict[str, bool]]) -> None:
    assert changed(how="others") == {"ann": True, "bob": True}
