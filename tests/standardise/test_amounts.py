"""Amounts: rounded to the minor unit, negative where money goes back."""

from decimal import Decimal

import pytest
from pyspark.sql import SparkSession

from tests.standardise.silver_rows import landed, settle, source


@pytest.mark.parametrize(
    ("currency", "said", "held"),
    [("EUR", "10.005", "10.01"), ("EUR", "-10.005", "-10.01"), ("JPY", "10.5", "11"), ("KWD", "1.2345", "1.235"),
     ("EUR", "12.3445", "12.34"), ("?", "1.2345", "1.235")],
)  # fmt: skip
def test_an_amount_is_rounded_half_up_once_to_the_minor_unit_of_its_currency(
    spark: SparkSession, currency: str, said: str, held: str
) -> None:
    mapping = {"amount": "try_cast(amount as decimal(18,4))", "currency": "currency"}
    [row] = settle(landed(spark, "id amount currency", (1, "1", said, currency)), source(mapping)).collect()
    assert row["amount"] == Decimal(held)


def test_a_price_per_piece_may_be_finer_than_the_minor_unit(spark: SparkSession) -> None:
    mapping = {"unit_price": "try_cast(price as decimal(18,4))", "currency": "'EUR'"}
    [row] = settle(landed(spark, "id price", (1, "1", "0.125")), source(mapping, "order_line")).collect()
    assert row["unit_price"] == Decimal("0.125")


def test_money_back_to_the_customer_is_always_negative(
    spark: SparkSession,
) -> None:
    rows = landed(
        spark,
        "id kind amount",
        (1, "1", "Refund", "5"),
        (1, "2", "refund", "-5"),
        (1, "3", None, "5"),
        (1, "4", "fee", "-5"),
    )
    held = (
        settle(rows, source({"kind": "kind", "amount": "amount"}, "payment")).orderBy("payment_id").collect()
    )
    assert [(row["kind"], row["amount"]) for row in held] == [
        ("refund", Decimal(-5)), ("refund", Decimal(-5)), ("payment", Decimal(5)), ("fee", Decimal(-5)),
    ]  # fmt: skip


def test_a_credit_note_is_known_by_its_kind_and_an_invoice_needs_none(spark: SparkSession) -> None:
    rows = landed(spark, "id kind amount", (1, "1", "Credit-Note", "5"), (1, "2", None, "5"))
    held = (
        settle(rows, source({"kind": "kind", "amount": "amount"}, "invoice")).orderBy("invoice_id").collect()
    )
    assert [(row["kind"], row["amount"]) for row in held] == [
        ("credit_note", Decimal(-5)),
        ("invoice", Decimal(5)),
    ]
