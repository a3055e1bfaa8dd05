"""Open and overdue balances, and the rate at which they are converted."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.gold.measures.balances import balances

Make = Callable[..., DataFrame]
TODAY = date(2026, 6, 30)
MAY, JUNE = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
HUGE = "999999999999999.999"


def invoice(
    who: str, number: str, amount: str, due: date | None = date(2026, 6, 29), **more: Any
) -> dict[str, Any]:
    return _document(event="invoice", entity_id=who, event_id=number, amount=amount, ends_on=due, **more)


def payment(number: str, amount: str, **more: Any) -> dict[str, Any]:
    return _document(event="payment", event_id=f"pays {number}", amount=amount, **more)


def _document(amount: str, currency: str = "EUR", value: str | None = None, **said: Any) -> dict[str, Any]:
    worth = value or (amount if currency == "EUR" else None)
    return {
        "happened_at": MAY,
        "amount": Decimal(amount),
        "currency": currency,
        "reporting_amount": None if worth is None else Decimal(worth),
        "reporting_currency": "EUR",
        **said,
    }


EVENTS = [
    invoice("part", "p1", "100"),
    payment("p1", "30"),
    payment("p1#later", "70", happened_at=datetime(2026, 7, 1, tzinfo=UTC)),
    payment("p1#void", "70", is_void=True),
    # Paid in full while the rate changed, and paid by a third.
    invoice("abroad", "d1", "100", currency="USD", value="90"),
    payment("d1", "100", currency="USD", value="80"),
    invoice("abroad", "d2", "30", currency="USD", value="27.10"),
    payment("d2", "10", currency="USD", value="8"),
    invoice("other", "o1", "100", currency="USD", value="90"),
    payment("o1", "40"),
    invoice("due today", "t1", "10", due=TODAY),
    invoice("due today", "t2", "10", due=None, happened_at=None),
    invoice("credited", "c1", "50"),
    invoice("credited", "c2", "50", due=date(2026, 7, 30)),
    invoice("credited", "c3", "-20", what="credit_note"),
    invoice("paid back", "b1", "-20", what="credit_note"),
    payment("b1", "-20", what="refund"),
    invoice("owed", "w1", "10"),
    payment("w1", "15"),
    invoice("void", "v1", "10", is_void=True),
    payment("v1", "10"),
    payment("nothing known", "10", entity_id="void"),
    invoice("no rate", "n1", "10", currency="CHF"),
    invoice("rich", "r1", HUGE),
    invoice("rich", "r2", HUGE),
    invoice("nothing", "z1", "0"),
]
# Customer: open and overdue.
OWED = {
    "part": ("70.000", "70.000"),
    "abroad": ("18.070", "18.070"),
    "other": ("50.000", "50.000"),
    "due today": ("20.000", "0.000"),
    "credited": ("80.000", "30.000"),
    "paid back": ("0.000", "0.000"),
    "owed": ("-5.000", "0.000"),
    "no rate": (None, None),
    "rich": (None, None),
    "nothing": (None, None),
}


def test_unpaid_amounts_are_open_at_the_invoices_rate_and_overdue_after_the_due_date(
    timeline: Make, silver: Make
) -> None:
    paid = [e["event_id"] for e in EVENTS if e["event"] == "payment"]
    links = [{"payment_id": p, "paid_invoice_id": p.removeprefix("pays ").split("#")[0]} for p in paid]
    rows = balances(timeline(*EVENTS), silver("payment", *links), as_of=TODAY)
    shown = rows.select("entity_id", *(F.col(c).cast("string") for c in ("open_balance", "overdue_balance")))
    assert {row[0]: (row[1], row[2]) for row in shown.collect()} == OWED
