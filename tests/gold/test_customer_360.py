"""One row per customer: who is there, what they did, and what is said where nothing happened."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from cdi_spark.gold.changes import touched
from cdi_spark.gold.customer_360 import customer_360
from cdi_spark.storage import conform
from cdi_spark.tables import ATTRIBUTES, CUSTOMER_360, ENTITY_ID, Table

Make = Callable[..., DataFrame]
Rows = dict[str, dict[str, Any]]
GOLDEN = Table("golden", "", (), (ENTITY_ID, *ATTRIBUTES))
SUMMARY = CUSTOMER_360.names[CUSTOMER_360.names.index("order_count") : -1]
JAN, FEB = datetime(2025, 1, 31, tzinfo=UTC), datetime(2025, 2, 1, tzinfo=UTC)

# Every customer has one record, shop:<name>; ann has crm:ann as well, gus only what the source deleted.
PERSONS: list[dict[str, Any]] = [
    {"record_id": "shop:ann", "updated_at": JAN},
    {"record_id": "crm:ann", "updated_at": FEB},
    *({"record_id": f"shop:{name}"} for name in ("idle", "buyer", "odd", "rich", "loyal")),
    {"record_id": "shop:gus", "is_deleted": True},
]
EVENTS: dict[str, list[dict[str, Any]]] = {
    "order": [
        {"record_id": "shop:ann", "amount": Decimal("0.10"), "currency": "GBP", "ordered_at": FEB},
        {"record_id": "crm:ann", "amount": Decimal("0.20"), "currency": "GBP", "ordered_at": JAN},
        {"record_id": "shop:ann", "amount": Decimal("7.00"), "currency": "EUR", "status": "cancelled"},
        {"record_id": "shop:rich", "amount": Decimal("9999999999999999.99"), "currency": "GBP"},
        {"record_id": "shop:rich", "amount": Decimal("9999999999999999.99"), "currency": "GBP"},
        {"record_id": "shop:rich", "amount": Decimal("1.00"), "currency": "EUR"},
        {"record_id": "shop:gus", "amount": Decimal("1.00"), "currency": "EUR"},
        {"record_id": "shop:404"},
        {"record_id": None},
    ],
    "invoice": [
        {"record_id": "shop:buyer", "amount": Decimal("1.00"), "currency": "EUR"},
        {"record_id": "shop:buyer", "currency": "EUR"},
        {"record_id": "shop:odd", "currency": "GBP"},
        {"record_id": "shop:odd", "amount": Decimal("9.00")},
    ],
    "subscription": [
        {"record_id": "shop:loyal"},
        {"record_id": "shop:loyal", "ended_on": date(2025, 1, 1)},
    ],
    "support_case": [
        {"record_id": "shop:loyal", "closed_at": FEB},
        {"record_id": "shop:ann"},
    ],
    "usage": [
        {"record_id": "shop:loyal", "occurred_at": FEB},
        {"record_id": "shop:loyal", "occurred_at": JAN},
    ],
}


def plain(at: datetime) -> datetime:
    """The instant as Spark gives it to Python: in the machine's time zone, without saying so."""
    return at.astimezone().replace(tzinfo=None)


def summarised(spark: SparkSession, persons: Make, members: Make, events: dict[str, DataFrame]) -> Rows:
    known = {"entity_id": "ann", "city": "Leeds"}
    golden = spark.createDataFrame([tuple(map(known.get, GOLDEN.names))], GOLDEN.schema)
    ids = [row["record_id"] for row in PERSONS]
    now = {name: [i for i in ids if i.endswith(name)] for name in (i.split(":")[1] for i in ids)}
    belong = members(now, ended={"idle": ["shop:ann"]})
    everybody = persons(*PERSONS)
    hashes = touched(everybody, belong, events, how="rules").where("made_from IS NOT NULL")
    rows = conform(customer_360(hashes, golden, everybody, belong, events), CUSTOMER_360).collect()
    assert len(rows) == len({row.entity_id for row in rows}), "a customer twice"
    return {row.entity_id: row.asDict() for row in rows}


@pytest.fixture(scope="module")
def customers(spark_session_of_all_tests: SparkSession, persons: Make, members: Make, silver: Make) -> Rows:
    events = {name: silver(name, *rows) for name, rows in EVENTS.items()}
    return summarised(spark_session_of_all_tests, persons, members, events)


def test_a_customer_is_its_golden_record_and_the_records_behind_it(customers: Rows) -> None:
    ann = customers["ann"]
    assert (ann["city"], ann["record_count"], ann["sources"]) == ("Leeds", 2, ["crm", "shop"])
    assert (ann["first_updated_at"], ann["last_updated_at"]) == (plain(JAN), plain(FEB))


def test_a_customer_of_whom_no_attribute_is_known_is_still_there(customers: Rows) -> None:
    idle = customers["idle"]
    assert (idle["record_count"], idle["city"], idle["last_updated_at"]) == (1, None, None)


def test_a_customer_whose_records_are_all_deleted_is_gone(customers: Rows) -> None:
    assert customers.keys() == {"ann", "idle", "buyer", "odd", "rich", "loyal"}


def test_where_nothing_happened_counts_are_0_and_totals_and_times_null(customers: Rows) -> None:
    idle = {name: customers["idle"][name] for name in SUMMARY}
    assert idle == {name: 0 if name.endswith("_count") else None for name in SUMMARY}


def test_money_is_summed_by_currency_to_the_cent_whatever_the_status(customers: Rows) -> None:
    ann = customers["ann"]
    assert ann["order_total"] == {"EUR": Decimal("7.00"), "GBP": Decimal("0.30")}
    assert (ann["order_count"], ann["last_order_at"]) == (3, plain(FEB))


def test_without_an_amount_or_a_currency_an_invoice_counts_but_adds_nothing(customers: Rows) -> None:
    buyer, odd = customers["buyer"], customers["odd"]
    assert (buyer["invoice_count"], buyer["invoice_total"]) == (2, {"EUR": Decimal("1.00")})
    assert (odd["invoice_count"], odd["invoice_total"]) == (2, None)


def test_a_sum_too_great_for_the_column_is_null_in_its_currency(customers: Rows) -> None:
    assert customers["rich"]["order_total"] == {"EUR": Decimal("1.00"), "GBP": None}


def test_what_runs_or_is_open_is_counted_apart(customers: Rows) -> None:
    ann, loyal = customers["ann"], customers["loyal"]
    assert (loyal["subscription_count"], loyal["active_subscription_count"]) == (2, 1)
    assert (loyal["support_case_count"], loyal["open_support_case_count"]) == (1, 0)
    assert (ann["support_case_count"], ann["open_support_case_count"]) == (1, 1)
    assert (loyal["usage_count"], loyal["last_usage_at"]) == (2, plain(FEB))


def test_a_table_that_the_project_lacks_says_that_nothing_happened(
    customers: Rows, spark: SparkSession, persons: Make, members: Make
) -> None:
    without = summarised(spark, persons, members, {})
    assert without["idle"] == customers["idle"]
    made_from = without["loyal"]["made_from"]
    assert without["loyal"] == {**customers["idle"], "entity_id": "loyal", "made_from": made_from}
