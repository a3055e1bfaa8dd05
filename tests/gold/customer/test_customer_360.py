"""One row per customer: golden values, counts of events, and empty values without events."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from cdi_spark.gold.customer.customer_360 import customer_360
from cdi_spark.schema import ATTRIBUTES, BIRTH_DATE_PRECISION, CUSTOMER_360, ENTITY_ID, Table
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.storage.declared import conform

Make = Callable[..., DataFrame]
Rows = dict[str, dict[str, Any]]
GOLDEN = Table("golden", "", (), (ENTITY_ID, *ATTRIBUTES, BIRTH_DATE_PRECISION))
SUMMARY = CUSTOMER_360.names[CUSTOMER_360.names.index("first_event_at") : -1]
JAN, FEB, MAR = (datetime(2025, month, 1, tzinfo=UTC) for month in (1, 2, 3))
LONG_AGO = datetime(2023, 2, 1, tzinfo=UTC)

# Every customer has one record, shop:<name>; ann also has crm:ann, and gus has only a deleted record.
PERSONS: list[dict[str, Any]] = [
    {"record_id": "shop:ann", "updated_at": LONG_AGO, "emails": ["ann@old.org"], "phones": ["+441"]},
    {
        "record_id": "crm:ann",
        "updated_at": FEB,
        "emails": ["ann@new.org"],
        "phones": ["+442", "+441"],
        "street": "1 High Street",
        "city": "Leeds",
        "country": "GB",
    },
    *({"record_id": f"shop:{name}"} for name in ("idle", "buyer", "odd", "rich", "loyal")),
    {"record_id": "shop:gus", "is_deleted": True},
]
MONTH = JAN.date()
EVENTS: list[dict[str, Any]] = [
    {"entity_id": "ann", "event": "order", "amount": Decimal("0.10"), "currency": "GBP", "happened_at": FEB,
     "reporting_amount": Decimal("0.12")},
    {"entity_id": "ann", "event": "order", "amount": Decimal("0.20"), "currency": "GBP", "happened_at": JAN,
     "reporting_amount": Decimal("0.24")},
    {"entity_id": "ann", "event": "order", "amount": Decimal("7.00"), "currency": "EUR", "happened_at": JAN,
     "reporting_amount": Decimal("7.00")},
    {"entity_id": "ann", "event": "order", "amount": Decimal("9.00"), "currency": "USD", "happened_at": JAN},
    {"entity_id": "ann", "event": "order", "amount": Decimal("5.00"), "currency": "EUR", "happened_at": MAR,
     "reporting_amount": Decimal("5.00"), "is_void": True},
    {"entity_id": "ann", "event": "support_case", "what": "opened"},
    {"entity_id": "ann", "event": "consent", "what": "granted", "subject": "marketing", "happened_at": JAN},
    {"entity_id": "ann", "event": "consent", "what": "refused", "subject": "marketing", "happened_at": FEB},
    {"entity_id": "ann", "event": "consent", "what": "granted", "subject": "profiling", "channel": "email",
     "happened_at": JAN},
    {"entity_id": "ann", "event": "consent", "what": "refused", "subject": "profiling", "channel": "sms",
     "happened_at": JAN},
    {"entity_id": "ann", "event": "consent", "what": "granted", "subject": "profiling", "channel": "sms",
     "happened_at": JAN},
    {"entity_id": "rich", "event": "order", "amount": Decimal("999999999999999.99"), "currency": "GBP"},
    {"entity_id": "rich", "event": "order", "amount": Decimal("999999999999999.99"), "currency": "GBP"},
    {"entity_id": "rich", "event": "order", "amount": Decimal("1.00"), "currency": "EUR"},
    {"entity_id": "gus", "event": "order", "amount": Decimal("1.00"), "currency": "EUR"},
    {"entity_id": None, "event": "order"},
    {"entity_id": "buyer", "event": "invoice", "amount": Decimal("3.00"), "currency": "EUR"},
    {"entity_id": "buyer", "event": "invoice", "what": "credit_note", "amount": Decimal("-2.00"), "currency": "EUR"},
    {"entity_id": "buyer", "event": "invoice", "currency": "EUR"},
    {"entity_id": "odd", "event": "invoice", "currency": "GBP"},
    {"entity_id": "odd", "event": "invoice", "amount": Decimal("9.00")},
    {"entity_id": "loyal", "event": "subscription", "what": "started", "subject": "Pro"},
    {"entity_id": "loyal", "event": "subscription", "what": "started", "subject": "Basic", "ends_on": MONTH},
    {"entity_id": "loyal", "event": "subscription", "what": "ended", "subject": "Basic", "happened_at": JAN},
    {"entity_id": "loyal", "event": "support_case", "what": "opened", "ends_on": MONTH},
    {"entity_id": "loyal", "event": "support_case", "what": "closed", "happened_at": JAN},
    {"entity_id": "loyal", "event": "usage", "what": "closed", "happened_at": FEB},
    {"entity_id": "loyal", "event": "usage", "happened_at": JAN},
]  # fmt: skip


def plain(at: datetime) -> datetime:
    """Return the instant as Spark returns it to Python: in the machine's time zone, without a time zone."""
    return at.astimezone().replace(tzinfo=None)


def summarised(
    spark: SparkSession, persons: Make, members: Make, timeline: Make, events: list[dict[str, Any]]
) -> Rows:
    mails, numbers = ["ann@new.org", "ann@old.org"], ["+441", "+442"]
    known: list[dict[str, Any]] = [
        {"entity_id": "ann", "city": "Leeds", "emails": mails, "phones": numbers},
        {"entity_id": "odd", "emails": ["by@hand.org"]},
    ]
    golden = local_rows(spark, [tuple(map(row.get, GOLDEN.names)) for row in known], GOLDEN.schema)
    ids = [row["record_id"] for row in PERSONS]
    now = {name: [i for i in ids if i.endswith(name)] for name in (i.split(":")[1] for i in ids)}
    belong = members(now, ended={"idle": ["shop:ann"]})
    everybody = persons(*PERSONS)
    hashes = local_rows(spark, [(name, 1) for name in now], "entity_id string, made_from long")
    kinds = "entity_id string, state string, state_since date, state_until date"
    states = local_rows(spark, [("ann", "customer", MONTH, None)], kinds)
    weakest = local_rows(
        spark, [("ann", 4.0, 0.94)], "entity_id string, weakest_link double, confidence double"
    )
    made = customer_360(hashes, golden, everybody, belong, timeline(*events), states, weakest)
    rows = conform(made, CUSTOMER_360).collect()
    assert len(rows) == len({row.entity_id for row in rows}), "a customer twice"
    return {row.entity_id: row.asDict(recursive=True) for row in rows}


@pytest.fixture(scope="module")
def customers(spark_session_of_all_tests: SparkSession, persons: Make, members: Make, timeline: Make) -> Rows:
    return summarised(spark_session_of_all_tests, persons, members, timeline, EVENTS)


def test_a_customer_is_its_golden_record_and_the_records_behind_it(customers: Rows) -> None:
    ann = customers["ann"]
    assert (ann["city"], ann["record_count"], ann["sources"]) == ("Leeds", 2, ["crm", "shop"])
    assert (ann["weakest_link"], customers["idle"]["weakest_link"]) == (4.0, None)
    assert (ann["first_updated_at"], ann["last_updated_at"]) == (plain(LONG_AGO), plain(FEB))


def test_a_customer_without_any_attribute_has_a_row(customers: Rows) -> None:
    idle = customers["idle"]
    assert (idle["record_count"], idle["city"], idle["last_updated_at"]) == (1, None, None)


def test_a_customer_whose_records_are_all_deleted_is_gone(customers: Rows) -> None:
    assert customers.keys() == {"ann", "idle", "buyer", "odd", "rich", "loyal"}


def test_without_events_counts_are_0_and_totals_and_times_null(customers: Rows) -> None:
    idle = {name: customers["idle"][name] for name in SUMMARY}
    assert idle == {name: 0 if name.endswith("_count") else None for name in SUMMARY}


def test_money_is_summed_by_currency_to_the_cent_without_void_events(customers: Rows) -> None:
    ann = customers["ann"]
    assert ann["order_total"] == {"EUR": Decimal("7.00"), "GBP": Decimal("0.30"), "USD": Decimal("9.00")}
    assert (ann["order_count"], ann["last_order_at"]) == (4, plain(FEB))


def test_amounts_without_a_known_rate_add_nothing_in_the_reporting_currency(customers: Rows) -> None:
    assert customers["ann"]["order_value"] == Decimal("7.36")
    assert customers["buyer"]["invoice_value"] is None


def test_credit_notes_reduce_the_invoiced_sum(customers: Rows) -> None:
    buyer = customers["buyer"]
    assert (buyer["invoice_count"], buyer["invoice_total"]) == (3, {"EUR": Decimal("1.00")})


def test_without_an_amount_or_a_currency_an_invoice_counts_but_adds_nothing(customers: Rows) -> None:
    assert (customers["odd"]["invoice_count"], customers["odd"]["invoice_total"]) == (2, None)


def test_a_sum_too_large_for_the_column_is_null_in_its_currency(customers: Rows) -> None:
    assert customers["rich"]["order_total"] == {"EUR": Decimal("1.00"), "GBP": None}


def test_active_subscriptions_and_open_cases_are_counted_separately(customers: Rows) -> None:
    ann, loyal = customers["ann"], customers["loyal"]
    assert (loyal["subscription_count"], loyal["active_subscription_count"], loyal["plans"]) == (
        2,
        1,
        ["Pro"],
    )
    assert (loyal["support_case_count"], loyal["open_support_case_count"]) == (1, 0)
    assert (ann["support_case_count"], ann["open_support_case_count"]) == (1, 1)
    assert (loyal["usage_count"], loyal["last_usage_at"]) == (2, plain(FEB))
    assert (loyal["first_event_at"], loyal["last_event_at"]) == (plain(JAN), plain(FEB))


def test_the_newest_consent_of_a_purpose_and_channel_wins_and_of_two_at_once_the_refusal(
    customers: Rows,
) -> None:
    wanted = {"marketing": False, "profiling:email": True, "profiling:sms": False}
    assert customers["ann"]["consents"] == wanted


def test_a_customer_has_the_state_of_its_journey(customers: Rows) -> None:
    assert (customers["ann"]["state"], customers["ann"]["state_since"]) == ("customer", MONTH)
    assert customers["idle"]["state"] is None


def test_every_contact_has_the_time_when_it_was_last_confirmed(customers: Rows) -> None:
    shown = [(c["kind"], c["value"], c["records"], c["last_confirmed_at"], c["is_stale"])
            for c in customers["ann"]["contacts"]]  # fmt: skip
    assert shown == [
        ("address", "1 High Street, Leeds, GB", 1, plain(FEB), False),
        ("email", "ann@new.org", 1, plain(FEB), False),
        ("email", "ann@old.org", 1, plain(LONG_AGO), True),
        ("phone", "+441", 2, plain(FEB), False),
        ("phone", "+442", 1, plain(FEB), False),
    ]


def test_the_preferred_contact_is_confirmed_last_and_by_most_records(customers: Rows) -> None:
    ann = customers["ann"]
    assert (ann["preferred_email"], ann["preferred_phone"]) == ("ann@new.org", "+441")
    assert customers["idle"]["preferred_email"] is None
    assert customers["odd"]["preferred_email"] == "by@hand.org"


def test_a_project_without_events_has_zero_counts(
    customers: Rows, spark: SparkSession, persons: Make, members: Make, timeline: Make
) -> None:
    without = summarised(spark, persons, members, timeline, [])
    assert without["idle"] == customers["idle"]
    assert without["loyal"] == {**customers["idle"], "entity_id": "loyal"}
