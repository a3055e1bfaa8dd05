"""The states of a customer over time: which one applies, and when it ends."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from cdi_spark.config import ProjectFile, State
from cdi_spark.gold.customer.journey import first_seen, journey, state_on
from cdi_spark.schema import JOURNEY
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.storage.declared import conform

Make = Callable[..., DataFrame]
Journey = list[tuple[str | None, date | None, date | None]]
START = date(2024, 1, 1)
STATES = [
    State(name="customer", when="active_subscriptions > 0 or days_since_order < 30"),
    State(name="lapsed", when="orders + subscriptions > 0"),
    State(name="lead", when="true"),
]


def day(number: int) -> date:
    return START + timedelta(days=number)


def at(number: int) -> datetime:
    return datetime(2024, 1, 1, 18, tzinfo=UTC) + timedelta(days=number)


def order(number: int | None, **more: Any) -> dict[str, Any]:
    return {"event": "order", "what": "placed", "happened_at": None if number is None else at(number), **more}


@pytest.fixture
def lived(spark: SparkSession, timeline: Make) -> Callable[..., Journey]:
    """Return the journey of ann until a day; she was first seen on day 0."""

    def lived(*events: dict[str, Any], until: int = 1000, seen: date | None = START) -> Journey:
        rows = timeline(*({"entity_id": "ann", **event} for event in events))
        known = local_rows(spark, [("ann", seen)], "entity_id string, first_seen_on date")
        found = conform(journey(rows, known, states=STATES, as_of=day(until)), JOURNEY).collect()
        return sorted(((r.state, r.since, r.until) for r in found), key=lambda step: step[1] or date.min)

    return lived


def test_a_state_lasts_from_the_event_that_causes_it_until_too_much_time_has_passed(
    lived: Callable[..., Journey],
) -> None:
    assert lived(order(10), order(20)) == [
        ("lead", day(0), day(10)),
        ("customer", day(10), day(50)),
        ("lapsed", day(50), None),
    ]


def test_a_lapsed_customer_who_orders_is_a_customer_again(lived: Callable[..., Journey]) -> None:
    assert [step[:2] for step in lived(order(10), order(100))] == [
        ("lead", day(0)), ("customer", day(10)), ("lapsed", day(40)), ("customer", day(100)), ("lapsed", day(130)),
    ]  # fmt: skip


def test_future_events_only_end_the_current_state(lived: Callable[..., Journey]) -> None:
    assert lived(order(10), until=39) == [("lead", day(0), day(10)), ("customer", day(10), day(40))]
    assert lived(order(10), until=40)[-1] == ("lapsed", day(40), None)


def test_a_subscription_includes_its_last_day(lived: Callable[..., Journey]) -> None:
    started = {"event": "subscription", "what": "started", "happened_at": at(5)}
    ended = {"event": "subscription", "what": "ended", "happened_at": at(70)}
    assert lived(started) == [("lead", day(0), day(5)), ("customer", day(5), None)]
    assert lived(started, ended)[1:] == [("customer", day(5), day(71)), ("lapsed", day(71), None)]


def test_void_events_cause_no_state(lived: Callable[..., Journey]) -> None:
    assert lived(order(10, is_void=True)) == [("lead", day(0), None)]


def test_an_event_without_a_date_counts_from_the_start(lived: Callable[..., Journey]) -> None:
    assert lived(order(None)) == [("lapsed", None, None)]
    assert lived(seen=None) == [("lead", None, None)]


def test_a_customer_with_only_future_events_has_no_state_until_then(lived: Callable[..., Journey]) -> None:
    assert lived(seen=day(20), until=10) == [(None, None, day(20))]


def test_a_customer_without_a_live_record_has_no_journey(spark: SparkSession, timeline: Make) -> None:
    no_one_seen = local_rows(spark, [], "entity_id string, first_seen_on date")
    rows = timeline({"entity_id": "gus", **order(1)}, {"entity_id": None, **order(1)})
    assert journey(rows, no_one_seen, states=STATES, as_of=day(9)).isEmpty()


def test_the_current_state_is_the_one_that_has_not_ended(spark: SparkSession) -> None:
    steps = [("ann", "lead", day(0), day(5)), ("ann", "lapsed", day(5), day(9)), ("bob", "lead", None, None)]
    rows = state_on(local_rows(spark, steps, JOURNEY.schema), as_of=day(8)).collect()
    assert sorted(map(tuple, rows)) == [("ann", "lapsed", day(5), day(9)), ("bob", "lead", None, None)]


def test_a_customer_is_known_since_its_oldest_record_last_changed(persons: Make, members: Make) -> None:
    people = persons(
        {"record_id": "crm:1", "updated_at": at(3)},
        {"record_id": "crm:2", "updated_at": at(1)},
        {"record_id": "crm:3", "updated_at": at(0), "is_deleted": True},
    )
    found = first_seen(people, members({"ann": ["crm:1", "crm:2", "crm:3"]})).collect()
    assert [tuple(row) for row in found] == [("ann", day(1))]


def test_a_project_without_states_has_the_four_default_states() -> None:
    assert [state.name for state in ProjectFile(name="p").states] == [
        "customer",
        "lapsed",
        "prospect",
        "lead",
    ]
