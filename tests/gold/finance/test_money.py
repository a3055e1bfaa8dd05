"""Money in the reporting currency: which rate is valid on which day, and how amounts are rounded."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import DataFrame

from cdi_spark.config import load_project
from cdi_spark.gold.finance.money import conversion, exchange_rates
from cdi_spark.pipeline.publishing.inputs import changed_conversion
from cdi_spark.pipeline.run import Run
from cdi_spark.schema import CONVERSION, MEMBER
from cdi_spark.storage import Storage
from cdi_spark.storage.declared import conform
from tests.paths import ROOT

Make = Callable[..., DataFrame]
MAY = date(2024, 5, 1)


@pytest.fixture
def converted(storage: Storage, silver: Make, members: Make) -> Callable[..., list[Any]]:
    """Convert orders (amount, currency, day) to the reporting currency with rates (currency, to, day, rate)."""

    def converted(
        orders: list[tuple[str, str, date | None]], rates: list[tuple[str, str, date, str]], to: str
    ) -> list[Any]:
        rows = [
            {"currency": c, "to_currency": t, "valid_on": day, "rate": Decimal(rate)}
            for c, t, day, rate in rates
        ]
        placed = [
            {
                "amount": Decimal(amount),
                "currency": currency,
                "ordered_at": datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC) if day else None,
            }
            for amount, currency, day in orders
        ]
        rows_of = {
            CONVERSION.name: conversion(exchange_rates(silver("rate", *rows)), to=to),
            "silver.order": silver("order", *placed),
            MEMBER.name: members({}),
        }
        found = storage.read("gold.order", instead=rows_of).orderBy("order_id")
        return [
            None if row[0] is None else f"{row[0]} {row[1]}"
            for row in found.select("reporting_amount", "reporting_currency").collect()
        ]

    return converted


def test_the_last_rate_known_on_the_day_is_valid_over_a_weekend(converted: Callable[..., list[Any]]) -> None:
    rates = [("USD", "EUR", MAY, "0.90"), ("USD", "EUR", MAY.replace(day=6), "0.80")]
    days = [MAY, MAY.replace(day=5), MAY.replace(day=6), MAY.replace(year=2025)]
    assert converted([("10", "USD", day) for day in days], rates, "EUR") == [
        "9.000 EUR", "9.000 EUR", "8.000 EUR", "8.000 EUR",
    ]  # fmt: skip


def test_before_the_first_rate_without_a_date_or_in_an_unknown_currency_there_is_no_amount(
    converted: Callable[..., list[Any]],
) -> None:
    orders = [("10", "USD", MAY.replace(month=4)), ("10", "USD", None), ("10", "CHF", MAY)]
    assert converted(orders, [("USD", "EUR", MAY, "0.90")], "EUR") == [None, None, None]


def test_a_rate_is_valid_for_a_year_at_most(converted: Callable[..., list[Any]]) -> None:
    orders = [("10", "USD", MAY.replace(year=2025)), ("10", "USD", MAY.replace(year=2025, day=3))]
    assert converted(orders, [("USD", "EUR", MAY, "0.90")], "EUR") == ["9.000 EUR", None]


def test_the_reporting_currency_is_worth_itself_and_negative_amounts_stay_negative(
    converted: Callable[..., list[Any]],
) -> None:
    orders = [("10.01", "EUR", MAY), ("10.01", "EUR", None), ("-10", "USD", MAY)]
    assert converted(orders, [("USD", "EUR", MAY, "0.90")], "EUR") == [
        "10.010 EUR",
        "10.010 EUR",
        "-9.000 EUR",
    ]


def test_a_given_rate_wins_over_its_reverse_and_that_over_a_third_currency(
    converted: Callable[..., list[Any]],
) -> None:
    over_usd = [("USD", "EUR", MAY, "0.5"), ("GBP", "USD", MAY, "3")]
    reverse = ("EUR", "GBP", MAY, "0.8")
    assert converted([("2", "GBP", MAY)], over_usd, "EUR") == ["3.000 EUR"]
    assert converted([("2", "GBP", MAY)], [*over_usd, reverse], "EUR") == ["2.500 EUR"]
    assert converted([("2", "GBP", MAY)], [*over_usd, reverse, ("GBP", "EUR", MAY, "1.1")], "EUR") == [
        "2.200 EUR"
    ]


def test_a_reverse_rate_is_exact_to_the_cent_of_a_billion(converted: Callable[..., list[Any]]) -> None:
    assert converted([("999999999.99", "USD", MAY)], [("EUR", "USD", MAY, "1.1")], "EUR") == [
        "909090909.080 EUR"
    ]
    assert converted([("999999999.99", "USD", MAY)], [("EUR", "USD", MAY, "0.7")], "EUR") == [
        "1428571428.560 EUR"
    ]


def test_over_a_third_currency_each_leg_has_its_own_last_rate(converted: Callable[..., list[Any]]) -> None:
    rates = [
        ("EUR", "USD", MAY, "1.25"),
        ("EUR", "GBP", MAY.replace(day=3), "0.80"),
        ("EUR", "USD", MAY.replace(day=5), "1.00"),
    ]
    orders = [("10", "USD", MAY.replace(day=day)) for day in (2, 3, 4, 5)]
    assert converted(orders, rates, "GBP") == [None, "6.400 GBP", "6.400 GBP", "8.000 GBP"]


def test_an_amount_is_rounded_half_up_to_the_minor_unit_of_the_reporting_currency(
    converted: Callable[..., list[Any]],
) -> None:
    orders = [("0.10", "USD", MAY), ("-0.10", "USD", MAY), ("0.09", "USD", MAY)]
    half = [("USD", "EUR", MAY, "0.05")]
    assert converted(orders, half, "EUR") == ["0.010 EUR", "-0.010 EUR", "0.000 EUR"]
    assert converted([("10", "USD", MAY)], [("USD", "JPY", MAY, "150.05")], "JPY") == ["1501.000 JPY"]
    assert converted([("10", "USD", MAY)], [("USD", "KWD", MAY, "0.30745")], "KWD") == ["3.075 KWD"]


def test_a_rate_of_zero_is_ignored(silver: Make) -> None:
    rates = silver(
        "rate",
        {"currency": "USD", "to_currency": "EUR", "valid_on": MAY, "rate": Decimal(0)},
        {"currency": "EUR", "to_currency": "EUR", "valid_on": MAY, "rate": Decimal(2)},
    )
    rows = conform(conversion(exchange_rates(rates), to="EUR"), CONVERSION).collect()
    assert [(row.currency, row.factor) for row in rows] == [("EUR", 1)]


def test_the_conversion_is_computed_if_the_release_has_none(storage: Storage) -> None:
    storage.release("r0")
    demo = load_project(ROOT / "conf" / "demo", {"raw": "raw"})
    with storage.scratch() as materialise:
        rows = changed_conversion(Run(demo, storage), materialise)
        assert rows is not None
        assert [row["currency"] for row in rows.collect()] == ["GBP"]
