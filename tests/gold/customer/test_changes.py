"""Only customers that changed are recomputed."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from cdi_spark.gold.customer.changes import changed_customers, hash_events
from cdi_spark.spark.local_rows import local_rows

Make = Callable[..., DataFrame]
PERSONS: list[dict[str, Any]] = [
    {"record_id": "crm:1", "content_hash": "a"},
    {"record_id": "crm:2", "content_hash": "b"},
    {"record_id": "crm:3", "content_hash": "c"},
]
ORDERS: list[dict[str, Any]] = [{"entity_id": "ann", "event": "order", "content_hash": "o"}]
TODAY = date(2024, 6, 1)
ENTITIES = {"ann": ["crm:1", "crm:2"], "bob": ["crm:3"]}


@pytest.fixture
def changed(
    spark: SparkSession, persons: Make, members: Make, timeline: Make
) -> Callable[..., dict[str, bool]]:
    """The customers that changed since the first publish, and whether each still has a live record."""

    def decided(about: tuple[str, ...]) -> DataFrame:
        return local_rows(spark, [(record, 1) for record in about], "record_id string, content long")

    def changed(
        people: list[dict[str, Any]] = PERSONS,
        orders: list[dict[str, Any]] | None = ORDERS,
        entities: dict[str, list[str]] = ENTITIES,
        rules: str = "rules",
        state: tuple[date | None, date | None] = (TODAY, None),
        judged: tuple[str, ...] = (),
    ) -> dict[str, bool]:
        first = changed_customers(
            persons(*PERSONS), members(ENTITIES), decided(()), timeline(*ORDERS).transform(hash_events),
            rules="rules", as_of=TODAY,
        ).join(timeline(*ORDERS).transform(hash_events), "entity_id", "left")  # fmt: skip
        since, until = (F.lit(day).cast("date") for day in state)
        second = changed_customers(
            persons(*people),
            members(entities),
            decided(judged),
            None if orders is None else timeline(*orders).transform(hash_events),
            rules=rules,
            as_of=TODAY,
            published=first.withColumns({"state_since": since, "state_until": until}),
        )
        found = second.select("entity_id", F.col("made_from").isNotNull()).collect()
        return {row[0]: row[1] for row in found}

    return changed


def test_without_a_change_no_customer_changed(changed: Callable[..., dict[str, bool]]) -> None:
    assert changed(people=PERSONS[::-1]) == {}


def test_a_record_with_other_values_changes_its_customer(
    changed: Callable[..., dict[str, bool]],
) -> None:
    assert changed(people=[PERSONS[0], {**PERSONS[1], "content_hash": "x"}, PERSONS[2]]) == {"ann": True}


def test_an_event_that_is_new_changed_or_gone_changes_its_customer(
    changed: Callable[..., dict[str, bool]],
) -> None:
    assert changed(orders=[*ORDERS, {**ORDERS[0], "entity_id": "bob"}]) == {"bob": True}
    assert changed(orders=[{**ORDERS[0], "content_hash": "x"}]) == {"ann": True}
    assert changed(orders=[]) == {"ann": True}


def test_if_no_event_changed_only_records_and_decisions_change_customers(
    changed: Callable[..., dict[str, bool]],
) -> None:
    assert changed(orders=None) == {}
    assert changed(orders=None, entities={"ann": ["crm:1"], "bob": ["crm:2", "crm:3"]}) == {
        "ann": True, "bob": True,
    }  # fmt: skip


def test_another_rate_changes_the_customers_whose_amounts_it_changes(
    changed: Callable[..., dict[str, bool]],
) -> None:
    assert changed(orders=[{**ORDERS[0], "reporting_amount": Decimal("1.00")}]) == {"ann": True}


def test_a_record_that_moves_changes_both_customers(changed: Callable[..., dict[str, bool]]) -> None:
    assert changed(entities={"ann": ["crm:1"], "bob": ["crm:2", "crm:3"]}) == {"ann": True, "bob": True}


def test_a_customer_without_a_live_record_is_gone(changed: Callable[..., dict[str, bool]]) -> None:
    gone = {**PERSONS[2], "is_deleted": True}
    without = {"ann": ["crm:1", "crm:2"]}
    assert changed(people=[*PERSONS[:2], gone], entities=without) == {"bob": False}
    ended = (None, TODAY)
    assert changed(people=[*PERSONS[:2], gone], entities=without, state=ended) == {"ann": True, "bob": False}


def test_other_rules_change_all_customers(changed: Callable[..., dict[str, bool]]) -> None:
    assert changed(rules="others") == {"ann": True, "bob": True}


def test_a_decision_about_a_record_changes_the_customer_of_the_record(
    changed: Callable[..., dict[str, bool]],
) -> None:
    assert changed(judged=("crm:3", "gone:1")) == {"bob": True}


def test_a_customer_whose_state_ended_or_has_not_begun_changed(
    changed: Callable[..., dict[str, bool]],
) -> None:
    tomorrow, yesterday = TODAY.replace(day=2), TODAY.replace(month=5)
    assert changed(state=(yesterday, tomorrow)) == {}
    assert changed(state=(yesterday, TODAY)) == {"ann": True, "bob": True}
    assert changed(state=(tomorrow, None)) == {"ann": True, "bob": True}
