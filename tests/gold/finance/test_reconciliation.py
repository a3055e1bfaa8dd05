"""Gold compared with the ledger to the cent, and how differences are listed."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import DataFrame

from cdi_spark.errors import GateError
from cdi_spark.gold.finance.reconciliation import check_against_ledger, differences
from cdi_spark.schema import LEDGER_ENTRY, MEMBER
from cdi_spark.storage import Storage

Make = Callable[..., DataFrame]


def document(key: str, amount: str | None, day: int = 5, **more: Any) -> dict[str, Any]:
    at = datetime(2024, 5, day, tzinfo=UTC)
    row = {"entity_id": "ann", "event": "order", "event_id": key, "currency": "EUR", "happened_at": at}
    return {**row, "amount": None if amount is None else Decimal(amount), **more}


def entry(key: str, amount: str, day: int = 5, **more: Any) -> dict[str, Any]:
    row = {"document": "order", "document_id": key, "currency": "EUR", "booked_on": date(2024, 5, day)}
    return {**row, "amount": Decimal(amount), **more}


@pytest.fixture
def found(timeline: Make, silver: Make) -> Callable[..., set[str]]:
    """Return the documents that differ between gold and the ledger."""

    def found(held: list[dict[str, Any]], booked: list[dict[str, Any]]) -> set[str]:
        rows = differences(timeline(*held), silver("ledger_entry", *booked)).collect()
        return {row["document_id"] for row in rows}

    return found


def test_equal_amounts_match_in_any_order_and_in_parts(found: Callable[..., set[str]]) -> None:
    held = [document("shop:1", "10.00"), document("shop:2", "0.30", entity_id=None)]
    assert found(held, [entry("shop:2", "0.10"), entry("shop:1", "10"), entry("shop:2", "0.20")]) == set()


def test_a_cent_a_currency_or_a_missing_document_is_a_difference(found: Callable[..., set[str]]) -> None:
    held = [document("shop:1", "10.00"), document("shop:2", "1"), document("shop:3", "1")]
    booked = [entry("shop:1", "10.01"), entry("shop:2", "1", currency="USD"), entry("shop:4", "1")]
    assert found(held, booked) == {"shop:1", "shop:2", "shop:3", "shop:4"}


def test_documents_that_are_void_or_have_no_amount_are_ignored(found: Callable[..., set[str]]) -> None:
    held = [document("shop:1", "10"), document("shop:2", "10", is_void=True), document("shop:3", None)]
    assert found(held, [entry("shop:1", "10")]) == set()
    assert found(held, [entry("shop:1", "10"), entry("shop:2", "10")]) == {"shop:2"}


def test_documents_outside_the_dates_or_kinds_of_the_ledger_are_not_compared(
    found: Callable[..., set[str]],
) -> None:
    other = document("shop:9", "1", event="invoice")
    held = [document("shop:1", "10"), document("shop:2", "10", day=6), document("shop:0", "10", day=4), other]
    assert found(held, [entry("shop:1", "10")]) == set()
    assert found(held, [entry("shop:1", "10"), entry("shop:2", "10", day=9)]) == set()
    assert found(
        [*held, document("shop:3", "1", day=7)], [entry("shop:1", "10"), entry("shop:2", "10", day=9)]
    ) == {"shop:3"}


def test_a_difference_is_listed_without_its_amount(timeline: Make, silver: Make) -> None:
    held = [document("shop:1", "10"), document("shop:2", "77.77")]
    booked = silver("ledger_entry", entry("shop:1", "10"), entry("shop:2", "88.88"), entry("shop:3", "99.99"))
    with pytest.raises(GateError) as fault:
        check_against_ledger(timeline(*held), booked)
    message = str(fault.value)
    assert "order shop:2 has another amount in the ledger; order shop:3 is only in the ledger" in message
    assert "shop:1 " not in message
    assert not any(amount in message for amount in ("77.77", "88.88", "99.99"))
    check_against_ledger(timeline(held[0]), silver("ledger_entry", entry("shop:1", "10")))


def test_unattributed_amounts_by_month_are_shown_with_booked_ones(
    storage: Storage, members: Make, silver: Make
) -> None:
    def order(record: str, amount: str, month: int) -> dict[str, Any]:
        at = datetime(2024, month, 3, tzinfo=UTC)
        return {"record_id": record, "amount": Decimal(amount), "currency": "EUR", "ordered_at": at}

    orders = silver("order", order("crm:1", "10", 5), order("crm:2", "5", 5), order("crm:1", "7", 6))
    rows_of = {
        "silver.order": orders,
        MEMBER.name: members({"ann": ["crm:1"]}),
        LEDGER_ENTRY.name: silver("ledger_entry", entry("shop:0", "15")),
    }
    rows = storage.read("gold.finance", instead=rows_of).orderBy("month").collect()
    assert [tuple(row) for row in rows] == [
        ("order", date(2024, 5, 1), "EUR", Decimal(15), Decimal(5), Decimal(15)),
        ("order", date(2024, 6, 1), "EUR", Decimal(7), Decimal(0), None),
    ]
