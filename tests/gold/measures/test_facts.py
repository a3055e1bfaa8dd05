"""Facts at the end of a day: nothing of what happened later, except in separate columns."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from pyspark.sql import DataFrame

from cdi_spark.gold.measures.facts import YEAR, facts

Make = Callable[..., DataFrame]
TODAY = date(2026, 6, 30)
TO_COME = ("acts_next", "value_next")
# By customer, events this many days before TODAY. The reference day is 400 days back.
BEFORE: list[tuple[int, dict[str, Any]]] = [
    (400, {"event": "order", "reporting_amount": Decimal(5)}),
    (764, {"event": "invoice", "what": "invoice", "reporting_amount": Decimal(7)}),
    (500, {"event": "subscription", "what": "started"}),
    (400, {"event": "subscription", "what": "ended"}),
    (450, {"event": "usage"}),
    (420, {"event": "support_case", "what": "opened"}),
    (410, {"event": "interaction", "score": 3.0}),
]
AFTER: list[tuple[int, dict[str, Any]]] = [
    (399, {"event": "order", "reporting_amount": Decimal(11)}),
    (35, {"event": "invoice", "what": "credit_note", "reporting_amount": Decimal(-1)}),
    (34, {"event": "order", "reporting_amount": Decimal(100)}),
    (300, {"event": "usage"}),
    (300, {"event": "payment", "what": "payment", "reporting_amount": Decimal(50)}),
    (300, {"event": "support_case", "what": "opened"}),
    (300, {"event": "interaction", "score": 9.0}),
    (300, {"event": "interaction", "what": "started"}),
]


def test_later_events_are_only_in_the_columns_of_the_year_after(timeline: Make) -> None:
    def of(who: str, events: list[tuple[int, dict[str, Any]]]) -> list[dict[str, Any]]:
        midnight = datetime(2026, 6, 30, tzinfo=UTC)
        return [{"entity_id": who, "happened_at": midnight - timedelta(days=n), **said} for n, said in events]

    rows = timeline(*of("both", BEFORE + AFTER), *of("before", BEFORE), *of("after", AFTER))
    found = facts(rows, as_of=TODAY, days_back=[400, 765], orders_are_invoiced=True).collect()
    shown = {(row["entity_id"], row["days_back"]): row.asDict() for row in found}
    # A customer without events until then has no row.
    assert shown.keys() == {("both", 400), ("before", 400)}
    both, before = shown["both", 400], shown["before", 400]
    assert {k: v for k, v in both.items() if k not in (*TO_COME, "entity_id")} == {
        k: v for k, v in before.items() if k not in (*TO_COME, "entity_id")
    }
    assert (both["acts_next"], both["value_next"]) == (3, Decimal(10))
    assert (before["acts_next"], before["value_next"]) == (0, Decimal(0))
    assert before == {
        "entity_id": "before", "days_back": 400, "recency_days": 0, "days_since_act": 0, "days_known": YEAR - 1,
        "acts_year": 4, "acts_90d": 2, "acts_next": 0, "running": 1, "usage_90d": 1, "usage_90d_before": 0,
        "cases_90d": 1, "satisfaction": 3.0, "frequency": 1, "purchases_year": 1, "lifetime_value": Decimal(5),
        "value_year": Decimal(5), "value_next": Decimal(0),
    }  # fmt: skip
