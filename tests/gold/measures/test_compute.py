"""The measures of a customer: which events count, in which days, and the values without events."""

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from cdi_spark.config import Segment
from cdi_spark.gold.measures.compute import measures, purchases
from cdi_spark.gold.measures.facts import facts
from cdi_spark.gold.measures.linear_model import LinearModel
from cdi_spark.gold.measures.population_statistics import PopulationStatistics
from cdi_spark.schema import CUSTOMER_360, MEASURE, MONEY, POPULATION_STATISTICS
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.storage.declared import conform

Make = Callable[..., DataFrame]
Rows = dict[str, dict[str, Any]]
TODAY = date(2026, 6, 30)
HUGE = "999999999999999.999"
OWED = "SELECT 'ann' AS entity_id, 9.000BD AS open_balance, 2.000BD AS overdue_balance"
SEGMENTS = [
    Segment(name="big", when="lifetime_value >= 100"),
    Segment(name="of two records", when="record_count = 2 and frequency = 0"),
]


def event(
    who: str | None, name: str, days: int | None, amount: str | None = None, **more: Any
) -> dict[str, Any]:
    """An event this many days before TODAY."""
    at = None if days is None else datetime(2026, 6, 30, 18, tzinfo=UTC) - timedelta(days=days)
    value = None if amount is None else Decimal(amount)
    return {"entity_id": who, "event": name, "happened_at": at, "reporting_amount": value, **more}


EVENTS = [
    event("ann", "order", 364, "100"),
    event("ann", "order", 365, "50"),
    event("ann", "order", 1, "7", is_void=True),
    event("ann", "order", -1, "7"),
    event("ann", "order", None, "7"),
    event("ann", "invoice", 20, "60", what="invoice"),
    event("ann", "invoice", 5, "-30", what="credit_note"),
    event("ann", "payment", 3, "60", what="payment"),
    event("bob", "invoice", 400, "200", what="invoice"),
    event("odd", "order", 2),
    event("rich", "order", 2, HUGE),
    event("rich", "order", 2, HUGE),
    event("old", "order", 0, "5", happened_at=datetime(1, 1, 1, tzinfo=UTC)),
    event("old", "usage", 0, happened_at=datetime(9999, 12, 31, tzinfo=UTC)),
    *(event("user", "usage", days) for days in (0, 1, 89, 90, 179, 180)),
    event("user", "support_case", 89, what="opened"),
    event("user", "support_case", 1, what="closed"),
    event("user", "support_case", 90, what="opened"),
    event("user", "interaction", 364, score=4.0),
    event("user", "interaction", 1, score=9.0),
    event("user", "interaction", 365, score=1.0),
    event(None, "order", 1, "5"),
]


@pytest.fixture(scope="module")
def measured(spark_session_of_all_tests: SparkSession, timeline: Make) -> Callable[..., Rows]:
    """Return gold.measure by customer, for customers with these events."""
    spark = spark_session_of_all_tests

    def measured(
        who: list[str],
        *events: dict[str, Any],
        orders_are_invoiced: bool = True,
        money: str = "EUR",
        value: LinearModel | None = None,
    ) -> Rows:
        known = [tuple(map({"entity_id": name, "record_count": 2}.get, CUSTOMER_360.names)) for name in who]
        customers = local_rows(spark, known, CUSTOMER_360.schema)
        known_of = facts(
            timeline(*events), as_of=TODAY, days_back=[0], orders_are_invoiced=orders_are_invoiced
        )
        bought = purchases(customers, known_of)
        found = PopulationStatistics.of_customers(bought, made_from="", churn=None, value=value)
        shown = local_rows(spark, [found.row], POPULATION_STATISTICS.schema).first()
        assert shown is not None
        rows = measures(
            customers,
            known_of,
            spark.sql(OWED).select(
                "entity_id", *(F.col(f"{n}_balance").cast(MONEY) for n in ("open", "overdue"))
            ),
            spark.sql("SELECT 'bob' AS entity_id, 'TEA' AS next_product"),
            as_of=TODAY,
            money=money,
            statistics=PopulationStatistics.of(shown),
            segments=SEGMENTS,
        )
        found = conform(rows, MEASURE).collect()
        assert sorted(row.entity_id for row in found) == sorted(who)
        return {row.entity_id: row.asDict() for row in found}

    return measured


@pytest.fixture(scope="module")
def customers(measured: Callable[..., Rows]) -> Rows:
    return measured(["ann", "bob", "odd", "rich", "old", "user", "idle"], *EVENTS)


def test_without_events_counts_are_0_and_other_measures_null(customers: Rows) -> None:
    nothing = dict.fromkeys(MEASURE.names) | {
        "entity_id": "idle", "as_of": TODAY, "frequency": 0, "cases_90d": 0, "segments": ["of two records"],
    }  # fmt: skip
    assert customers["idle"] == nothing


def test_purchases_are_orders_less_credit_notes_until_the_day_and_a_year_has_365_days(
    customers: Rows,
) -> None:
    ann = customers["ann"]
    assert (ann["recency_days"], ann["frequency"]) == (20, 2)
    assert (ann["monetary_value"], ann["lifetime_value"]) == (Decimal(70), Decimal(120))
    assert (ann["open_balance"], ann["overdue_balance"]) == (Decimal(9), Decimal(2))


def test_without_orders_invoices_are_purchases_and_without_recent_ones_the_value_is_0(
    customers: Rows,
) -> None:
    bob = customers["bob"]
    assert (bob["frequency"], bob["monetary_value"], bob["lifetime_value"]) == (1, Decimal(0), Decimal(200))
    assert bob["next_product"] == "TEA"


def test_without_a_known_amount_or_with_one_too_large_a_value_is_null(customers: Rows) -> None:
    for name, count in (("odd", 1), ("rich", 2)):
        shown = customers[name]
        assert (shown["frequency"], shown["lifetime_value"], shown["monetary_value"], shown["rfm"]) == (
            count, None, None, None,
        )  # fmt: skip


def test_dates_may_be_in_year_1_and_9999(customers: Rows) -> None:
    old = customers["old"]
    assert (old["recency_days"], old["lifetime_value"], old["usage_trend"]) == (739796, Decimal(5), None)


def test_usage_cases_and_satisfaction_are_of_their_periods(customers: Rows) -> None:
    user = customers["user"]
    assert (user["usage_trend"], user["cases_90d"], user["satisfaction"]) == (0.5, 1, 6.5)


def test_a_customer_is_in_every_segment_whose_expression_holds(customers: Rows) -> None:
    assert {name: row["segments"] for name, row in customers.items() if row["segments"]} == {
        "ann": ["big"], "bob": ["big"], "user": ["of two records"], "idle": ["of two records"],
    }  # fmt: skip


def test_rfm_has_fifths_with_equal_values_in_one_and_orders_and_invoices_add_up(
    measured: Callable[..., Rows],
) -> None:
    # The n-th of five bought n times, last 60 - 10n days ago, for 10 each; two more are as the third.
    who = {"a1": 1, "a2": 2, "a3": 3, "b3": 3, "c3": 3, "a4": 4, "a5": 5}
    events = [
        event(name, "order" if number else "invoice", 60 - 10 * n + number, "10", what="invoice")
        for name, n in who.items()
        for number in range(n)
    ]
    found = measured([*who, "idle"], *events, orders_are_invoiced=False)
    assert {
        name: (row["frequency"], row["lifetime_value"]) for name, row in found.items() if row["frequency"]
    } == {name: (n, Decimal(10 * n)) for name, n in who.items()}
    assert {name: (row["rfm"], row["rfm_segment"]) for name, row in found.items()} == {
        "a1": ("1-1-1", "dormant"),
        "a2": ("1-1-1", "dormant"),
        "a3": ("4-2-2", "promising"), "b3": ("4-2-2", "promising"), "c3": ("4-2-2", "promising"),
        "a4": ("5-5-5", "champion"),
        "a5": ("5-5-5", "champion"),
        "idle": (None, None),
    }  # fmt: skip


@pytest.mark.parametrize(("money", "forecast"), [("EUR", "9.030"), ("JPY", "9.000"), ("KWD", "9.025")])
def test_a_forecast_of_money_is_rounded_to_the_minor_unit(
    measured: Callable[..., Rows], money: str, forecast: str
) -> None:
    model = LinearModel({}, {}, math.log(1.805))
    found = measured(["ann"], event("ann", "order", 10, "5"), money=money, value=model)
    assert found["ann"]["lifetime_value_forecast"] == Decimal(forecast)
