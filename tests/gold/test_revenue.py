"""Revenue by month and customer, and orders attributed to the touches before them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import DataFrame

from cdi_spark.gold.finance.money import conversion, exchange_rates
from cdi_spark.schema import CONVERSION, MEMBER
from cdi_spark.storage import Storage

Make = Callable[..., DataFrame]
NOON = datetime(2026, 5, 10, 12, tzinfo=UTC)
HUGE = "999999999999999.99"


def order(number: str, person: str | None, amount: str, **more: Any) -> dict[str, Any]:
    said = {"order_id": number, "record_id": person, "ordered_at": NOON, "amount": Decimal(amount)}
    return {**said, "currency": "EUR", **more}


def touch(person: str, channel: str | None, days: float, campaign: str | None = None) -> dict[str, Any]:
    at = NOON - timedelta(days=days)
    return {"record_id": person, "channel": channel, "campaign": campaign, "occurred_at": at}


@pytest.fixture
def sold(storage: Storage, silver: Make, members: Make) -> Callable[[str], DataFrame]:
    """The views of gold over orders, with the interactions of their customers before."""
    tables = {
        "order": [
            order("a", "shop:ann", "100"),
            order("v", "shop:ann", "9", is_void=True),
            order("b", "shop:bob", "0.02"),
            order("c", "shop:cid", HUGE),
            order("d", "shop:cid", HUGE, ordered_at=None),
            order("e", "shop:cid", "5", currency="CHF"),
            order("n", None, "7"),
        ],
        "interaction": [
            touch("crm:ann", "mail", 90.4, "Spring"),
            touch("crm:ann", "call", 3),
            touch("shop:ann", "mail", 2, "Spring"),
            touch("crm:ann", None, 1),
            touch("crm:ann", "store", 91),
            touch("crm:ann", "store", -0.1),
            touch("shop:bob", "call", 3),
            touch("shop:bob", "chat", 2),
            touch("shop:bob", "mail", 1),
        ],
        "invoice": [{"record_id": "shop:ann", "kind": "credit_note", "issued_on": NOON.date(), "currency": "EUR",
                     "amount": Decimal(-3)}],
    }  # fmt: skip
    rows_of = {f"silver.{name}": silver(name, *rows) for name, rows in tables.items()} | {
        CONVERSION.name: conversion(exchange_rates(silver("rate")), to="EUR"),
        MEMBER.name: members({"ann": ["shop:ann", "crm:ann"], "bob": ["shop:bob"], "cid": ["shop:cid"]}),
    }
    return lambda view: storage.read(view, instead=rows_of)


def test_each_model_attributes_an_order_to_the_cent_and_lists_orders_without_a_touch(
    sold: Callable[[str], DataFrame],
) -> None:
    rows = sold("gold.attribution").selectExpr(
        "order_id",
        "channel",
        "campaign",
        "CAST(array(first_touch, last_touch, linear) AS ARRAY<STRING>) AS shares",
    )
    found = {tuple(row)[:3]: row["shares"] for row in rows.collect()}
    assert found == {
        # Two of three touches are of the same campaign.
        ("a", "mail", "Spring"): ["100.000", "100.000", "66.670"],
        ("a", "call", None): ["0.000", "0.000", "33.330"],
        # A third of two cents rounds to nothing; the last touch gets both cents.
        ("b", "call", None): ["0.020", "0.000", "0.000"],
        ("b", "chat", None): ["0.000", "0.000", "0.000"],
        ("b", "mail", None): ["0.000", "0.020", "0.020"],
        ("c", None, None): ["999999999999999.990"] * 3,
        ("d", None, None): ["999999999999999.990"] * 3,
        ("e", None, None): [None] * 3,
        ("n", None, None): ["7.000"] * 3,
    }  # fmt: skip


def test_revenue_is_by_month_customer_and_currency(sold: Callable[[str], DataFrame]) -> None:
    month = "2026-05-01"
    rows = sold("gold.revenue").selectExpr(
        "CAST(month AS STRING)",
        "entity_id",
        "currency",
        "CAST(array(order_amount, order_value) AS ARRAY<STRING>)",
        "CAST(array(invoice_amount, invoice_value) AS ARRAY<STRING>)",
        "payment_amount",
        "reporting_currency",
    )
    found = {tuple(row)[:3]: tuple(row)[3:] for row in rows.collect()}
    assert found == {
        (month, "ann", "EUR"): (["100.000"] * 2, ["-3.000"] * 2, None, "EUR"),
        (month, "bob", "EUR"): (["0.020"] * 2, [None] * 2, None, "EUR"),
        (month, "cid", "EUR"): (["999999999999999.990"] * 2, [None] * 2, None, "EUR"),
        (None, "cid", "EUR"): (["999999999999999.990"] * 2, [None] * 2, None, "EUR"),
        (month, "cid", "CHF"): (["5.000", None], [None] * 2, None, "EUR"),
        (month, None, "EUR"): (["7.000"] * 2, [None] * 2, None, "EUR"),
    }
