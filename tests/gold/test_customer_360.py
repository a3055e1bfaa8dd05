"""One row per customer: who is there, what they did, and what is said where nothing happened."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from cdi_spark.gold.customer_360 import customer_360
from cdi_spark.storage import conform
from cdi_spark.tables import ATTRIBUTES, CUSTOMER_360, ENTITY_ID, Table

Make = Callable[..., DataFrame]
GOLDEN = Table("golden", "", (), (ENTITY_ID, *ATTRIBUTES))
JAN, FEB = datetime(2025, 1, 31, tzinfo=UTC), datetime(2025, 2, 1, tzinfo=UTC)


def plain(at: datetime) -> datetime:
    """As the session, which is in UTC, gives it back to Python."""
    return at.astimezone().replace(tzinfo=None)


@pytest.fixture
def customers(spark: SparkSession, persons: Make, members: Make) -> Callable[..., dict[str, Any]]:
    """customers(order=…): rows by entity of ann (shop:1 and crm:1) and bob (crm:2), as the table has them."""

    def customers(**events: DataFrame) -> dict[str, Any]:
        people = persons(
            {"record_id": "shop:1", "updated_at": JAN},
            {"record_id": "crm:1", "updated_at": FEB},
            {"record_id": "crm:2"},
        )
        golden = spark.createDataFrame(
            [tuple({"entity_id": "ann", "city": "Leeds"}.get(n) for n in GOLDEN.names)], GOLDEN.schema
        )
        belong = members(ended={"bob": "shop:1"}, ann="shop:1 crm:1", bob="crm:2")
        rows = customer_360(golden, people, belong, events)
        return {row.entity_id: row.asDict() for row in conform(rows, CUSTOMER_360).collect()}

    return customers


def test_a_customer_is_its_golden_record_and_the_records_behind_it(
    customers: Callable[..., dict[str, Any]],
) -> None:
    ann = customers()["ann"]
    assert (ann["city"], ann["record_count"], ann["sources"]) == ("Leeds", 2, ["crm", "shop"])
    assert (ann["first_updated_at"], ann["last_updated_at"]) == (plain(JAN), plain(FEB))


def test_a_customer_of_whom_no_attribute_is_known_is_still_there(
    customers: Callable[..., dict[str, Any]],
) -> None:
    bob = customers()["bob"]
    assert (bob["record_count"], bob["city"], bob["last_updated_at"]) == (1, None, None)


@pytest.mark.parametrize("has_tables", [True, False])
def test_where_nothing_happened_counts_are_0_and_totals_and_times_null(
    customers: Callable[..., dict[str, Any]], silver: Make, has_tables: bool
) -> None:
    names = ("order", "invoice", "subscription", "support_case", "usage")
    ann = customers(**{name: silver(name) for name in names if has_tables})["ann"]
    assert {v for k, v in ann.items() if k.endswith("_count") and k != "record_count"} == {0}
    assert {str(v) for k, v in ann.items() if k.endswith("_total") or k.startswith("last_o")} == {"None"}


def test_money_is_summed_by_currency_to_the_cent(
    customers: Callable[..., dict[str, Any]], silver: Make
) -> None:
    orders = silver(
        "order",
        {"record_id": "shop:1", "amount": Decimal("0.10"), "currency": "GBP", "ordered_at": FEB},
        {"record_id": "crm:1", "amount": Decimal("0.20"), "currency": "GBP", "ordered_at": JAN},
        {"record_id": "shop:1", "amount": Decimal("7.00"), "currency": "EUR", "status": "cancelled"},
        {"record_id": "crm:2", "amount": Decimal("5.00"), "currency": "USD"},
    )
    rows = customers(order=orders)
    assert rows["ann"]["order_total"] == {"EUR": Decimal("7.00"), "GBP": Decimal("0.30")}
    assert (rows["ann"]["order_count"], rows["ann"]["last_order_at"]) == (3, plain(FEB))
    assert rows["bob"]["order_total"] == {"USD": Decimal("5.00")}


def test_without_an_amount_or_a_currency_an_invoice_counts_but_adds_nothing(
    customers: Callable[..., dict[str, Any]], silver: Make
) -> None:
    invoices = silver(
        "invoice",
        {"record_id": "shop:1", "currency": "GBP"},
        {"record_id": "shop:1", "amount": Decimal("9.00")},
        {"record_id": "crm:2", "amount": Decimal("1.00"), "currency": "EUR"},
        {"record_id": "crm:2", "currency": "EUR"},
    )
    rows = customers(invoice=invoices)
    assert (rows["ann"]["invoice_count"], rows["ann"]["invoice_total"]) == (2, None)
    assert (rows["bob"]["invoice_count"], rows["bob"]["invoice_total"]) == (2, {"EUR": Decimal("1.00")})


def test_a_sum_too_great_for_the_column_is_null_in_its_currency_and_ends_no_run(
    customers: Callable[..., dict[str, Any]], silver: Make
) -> None:
    most = {"record_id": "shop:1", "amount": Decimal("9999999999999999.99"), "currency": "GBP"}
    rest = {"record_id": "shop:1", "amount": Decimal("1.00"), "currency": "EUR"}
    total = customers(order=silver("order", most, most, rest))["ann"]["order_total"]
    assert total == {"EUR": Decimal("1.00"), "GBP": None}


def test_what_runs_or_is_open_is_counted_apart(
    customers: Callable[..., dict[str, Any]], silver: Make
) -> None:
    rows = customers(
        subscription=silver(
            "subscription", {"record_id": "crm:2"}, {"record_id": "crm:2", "ended_on": date(2025, 1, 1)}
        ),
        support_case=silver(
            "support_case", {"record_id": "crm:2", "closed_at": FEB}, {"record_id": "shop:1"}
        ),
        usage=silver(
            "usage", {"record_id": "crm:2", "occurred_at": JAN}, {"record_id": "crm:2", "occurred_at": FEB}
        ),
    )
    ann, bob = rows["ann"], rows["bob"]
    assert (bob["subscription_count"], bob["active_subscription_count"]) == (2, 1)
    assert (bob["support_case_count"], bob["open_support_case_count"]) == (1, 0)
    assert (ann["support_case_count"], ann["open_support_case_count"]) == (1, 1)
    assert (bob["usage_count"], bob["last_usage_at"]) == (2, plain(FEB))


def test_events_of_records_in_no_customer_are_left_out(
    customers: Callable[..., dict[str, Any]], silver: Make
) -> None:
    rows = customers(usage=silver("usage", {"record_id": "web:404"}, {"record_id": None}))
    assert {entity: row["usage_count"] for entity, row in rows.items()} == {"ann": 0, "bob": 0}


def test_a_customer_whose_records_are_all_deleted_is_gone(
    spark: SparkSession, persons: Make, members: Make, silver: Make
) -> None:
    people = persons({"record_id": "shop:1", "is_deleted": True}, {"record_id": "shop:2"})
    golden = spark.createDataFrame([], GOLDEN.schema)
    orders = silver("order", {"record_id": "shop:1"})
    rows = customer_360(golden, people, members(ann="shop:1", bob="shop:2"), {"order": orders})
    assert [row.entity_id for row in rows.collect()] == ["bob"]
