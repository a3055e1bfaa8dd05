"""Cash flow: past months, and a forecast only if it would have been better than last year's value."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from pyspark.sql import DataFrame

from cdi_spark.gold.finance.cash_flow import by_month, cash_flow, errors
from cdi_spark.schema import CASH_FLOW
from cdi_spark.storage.declared import conform

Make = Callable[..., DataFrame]


def paid(currency: str | None, month: int, amount: int, **more: Any) -> dict[str, Any]:
    """A payment in a month, counted from January 2024."""
    at = datetime(2024 + month // 12, month % 12 + 1, 28, tzinfo=UTC)
    said = {
        "event": "payment",
        "what": "payment",
        "happened_at": at,
        "currency": currency,
        "amount": Decimal(amount),
    }
    return {**said, **more}


def test_a_forecast_is_published_for_currencies_in_which_it_beat_last_year(timeline: Make) -> None:
    # June 2026 is the last whole month: number 29. The years alternate.
    erratic = [100 if (month + month // 12) % 2 else 300 for month in range(30)]
    seasonal = [100 if month % 2 else 300 for month in range(30)]
    events = [
        *(paid("EUR", month, amount) for month, amount in enumerate(erratic)),
        *(paid("GBP", month, amount) for month, amount in enumerate(seasonal)),
        *(paid("USD", month, 100) for month in range(20, 30)),
        paid("EUR", 29, -40, what="refund"),
        paid("EUR", 29, 70, event="invoice", what="invoice"),
        paid("EUR", 29, -20, event="invoice", what="credit_note"),
        paid("EUR", 29, 9, is_void=True),
        paid("EUR", 30, 5, happened_at=datetime(2026, 7, 2, tzinfo=UTC)),
        paid("EUR", 30, 9, happened_at=datetime(2026, 7, 20, tzinfo=UTC)),
        paid("EUR", 0, 9, happened_at=None),
        paid(None, 0, 9),
        paid("CHF", 0, 7, happened_at=datetime(1, 1, 1, tzinfo=UTC)),
    ]
    as_of = date(2026, 7, 10)
    months = by_month(timeline(*events), as_of=as_of)
    # The year before differs by 200, and June had a refund; the mean of that and 200 is half as far off.
    tried = {
        row["currency"]: (row["error"], row["baseline_error"])
        for row in errors(months, as_of=as_of).collect()
    }
    assert tried.keys() == {"EUR", "GBP"}
    assert tried["EUR"][0] < tried["EUR"][1]
    assert tried["GBP"] == (50.0, 0.0)
    rows = conform(cash_flow(months, as_of=as_of, published=["EUR"]), CASH_FLOW).collect()
    shown = {(row["currency"], row["month"]): tuple(row)[2:] for row in rows}
    assert len(shown) == len(rows)
    assert shown["CHF", date(1, 1, 1)] == (None, Decimal(7), None, None, None)
    assert shown["EUR", date(2026, 6, 1)] == (Decimal(50), Decimal(erratic[29]), Decimal(-40), None, None)
    # The current month has both payments and a forecast.
    level = (sum(erratic[16:28])) / 12
    assert shown["EUR", date(2026, 7, 1)] == (None, 5, None, (erratic[18] + level) / 2, erratic[18])
    assert shown["EUR", date(2026, 9, 1)][3] is not None
    assert ("EUR", date(2026, 10, 1)) not in shown
    assert shown["GBP", date(2026, 8, 1)] == (None, None, None, None, seasonal[19])
    assert ("USD", date(2026, 7, 1)) not in shown
    assert ("CHF", date(2026, 7, 1)) not in shown
