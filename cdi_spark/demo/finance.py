"""Finance: payments of billing's invoices, exchange rates, and the ledger that books all documents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Final

from cdi_spark.demo.formats import CURRENCY_SPELLINGS, amount_of
from cdi_spark.demo.people import FIRST_DAY, LAST_DAY
from cdi_spark.demo.raw import RawRow, Row, write_csv

_CODES: Final = {spelling: code for code, all_ in CURRENCY_SPELLINGS.items() for spelling in all_.split()}
_METHODS: Final = ("card", "card", "direct debit", "transfer")
_CENT: Final = Decimal("0.01")


def payments(accounts: list[RawRow], rng: Random) -> list[Row]:
    """Make one row per payment or refund, ordered by day; paid credit notes are refunded."""
    rows: list[Row] = []
    for account, invoice, amount, currency in _invoices(accounts):
        if invoice["status"] != "paid":
            continue
        is_refund = invoice.get("kind") == "credit_note"
        parts = [amount]
        if not is_refund and amount > 100 and rng.random() < 0.05:
            half = (amount / 2).quantize(_CENT)
            parts = [half, amount - half]
        due = date.fromisoformat(invoice["due"]) + timedelta(days=rng.randrange(-12, 6))
        for number, part in enumerate(parts):
            day = min(due + timedelta(days=30 * number), LAST_DAY)
            rows.append(
                {
                    "payment_id": "",
                    "account_id": account,
                    "invoice_id": invoice["id"],
                    "paid_on": day.isoformat(),
                    "kind": "refund" if is_refund else "payment",
                    "method": rng.choice(_METHODS),
                    "amount": f"{part}",
                    "currency": currency,
                }
            )
    rows.sort(key=lambda row: (row["paid_on"], row["invoice_id"]))
    for number, row in enumerate(rows, 1):
        row["payment_id"] = f"PAY-{number:06}"
    return rows


def rates(rng: Random) -> list[Row]:
    """Make one row per weekday: the value of a euro in pounds and dollars."""
    pounds, dollars, day, rows = 0.88, 1.13, FIRST_DAY, []
    while day <= LAST_DAY:
        if day.weekday() < 5:
            rows.append({"date": day.isoformat(), "GBP": f"{pounds:.5f}", "USD": f"{dollars:.4f}"})
        pounds += 0.02 * (0.86 - pounds) + rng.gauss(0, 0.003)
        dollars += 0.02 * (1.10 - dollars) + rng.gauss(0, 0.004)
        day += timedelta(days=1)
    return rows


def ledger(accounts: list[RawRow], paid: list[Row], orders: list[RawRow]) -> list[Row]:
    """Book every valid document that is not void, ordered by day; credits are negative."""
    booked = [
        (invoice["issued"], "invoice", f"billing:{invoice['id']}",
         -amount if invoice.get("kind") == "credit_note" else amount, currency)
        for _, invoice, amount, currency in _invoices(accounts)
        if invoice["status"] != "void"
    ]  # fmt: skip
    booked += [
        (row["paid_on"], "payment", f"payments:{row['payment_id']}",
         Decimal(row["amount"]) * (-1 if row["kind"] == "refund" else 1), row["currency"])
        for row in paid
    ]  # fmt: skip
    booked += [
        (order["ordered_at"].date().isoformat(), "order", f"shop:{order['order_id']}", order["total"],
         order["currency"])
        for order in (row.values for row in orders)
        if order["order_id"] and order["total"] >= 0 and order["currency"] in CURRENCY_SPELLINGS
        and order["status"] != "returned"
    ]  # fmt: skip
    return [
        {"entry": f"L{number:07}", "booked_on": day, "document": kind, "document_id": key, "amount": f"{amount}",
         "currency": currency}
        for number, (day, kind, key, amount, currency) in enumerate(sorted(booked, key=lambda b: b[:3]), 1)
    ]  # fmt: skip


def write(out: Path, paid: list[Row], by_day: list[Row], booked: list[Row]) -> None:
    """Write payments/payments.csv, rates/rates.csv and ledger/ledger.csv."""
    write_csv(out / "payments" / "payments.csv", paid)
    write_csv(out / "rates" / "rates.csv", by_day)
    write_csv(out / "ledger" / "ledger.csv", booked)


def _invoices(accounts: list[RawRow]) -> Iterator[tuple[str, Row, Decimal, str]]:
    """Return account, invoice, amount and ISO code of the valid invoices."""
    for row in accounts:
        for invoice in row.values["invoices"]:
            amount, currency = amount_of(invoice["total"]), _CODES.get(invoice["currency"])
            if amount is not None and currency is not None:
                yield row.values["account_id"], invoice, amount, currency
