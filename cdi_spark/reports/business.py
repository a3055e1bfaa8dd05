"""The newest release in numbers, as one HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cdi_spark.pages import Axis, page
from cdi_spark.queries.business import BusinessAnswer, ByMonth, Sizes

# Most months in a chart.
_MONTHS = 60
_WIDTH, _HEIGHT = 700, 200


@dataclass(frozen=True)
class Bar:
    """A bar of a group: `share` of the longest, 0 to 1."""

    label: str
    value: int
    share: float


@dataclass(frozen=True)
class Column:
    """A vertical bar for a month, as an SVG rectangle.

    Attributes:
        label: the month or year below the bar; empty where none is written.
        title: the month and its value, shown on hover.
    """

    x: float
    y: float
    width: float
    height: float
    label: str
    title: str


@dataclass(frozen=True)
class Chart:
    """Months from left to right; `zero` is the height of the value 0, because values may be negative."""

    columns: Sequence[Column]
    up: Axis
    zero: float


def business_page(found: BusinessAnswer, *, title: str) -> str:
    """Render the release as one HTML page without script or network.

    Args:
        title: the project's name.
    """
    revenue = {kind: chart for kind, values in found.revenue.items() if (chart := _chart(values))}
    return page(
        "business_report.html.j2",
        title=title,
        found=found,
        states=_bars(found.states),
        growth=_chart(found.new_customers),
        rfm=_bars(found.rfm),
        segments=_bars(found.segments),
        revenue=revenue,
    )


def _bars(sizes: Sizes) -> list[Bar]:
    most = max((size for _, size in sizes), default=1)
    return [Bar(label, size, size / most) for label, size in sizes]


def _chart(values: ByMonth) -> Chart | None:
    """Chart the newest months, a month without a value as 0; None without any value."""
    if not values:
        return None
    months = [month for month in _months(max(values)) if month >= min(values)]
    shown = [values.get(month, 0.0) for month in months]
    up = Axis(min(0.0, *shown), max(1.0, *shown), _HEIGHT, 10)
    zero, wide = up.at(0.0), _WIDTH / len(months)
    columns = []
    for place, (month, value) in enumerate(zip(months, shown, strict=True)):
        top, label = up.at(value), month.month == 1 or len(months) <= 12
        columns.append(
            Column(
                round(60 + place * wide, 2),
                min(top, zero),
                round(wide * 0.8, 2),
                round(abs(top - zero), 2),
                f"{month:%Y}" if label and len(months) > 12 else f"{month:%Y-%m}" if label else "",
                f"{month:%Y-%m}: {value:,.0f}",
            )
        )
    return Chart(columns, up, zero)


def _months(last: date) -> list[date]:
    """The months up to the last one, _MONTHS of them at most."""
    ends = range(last.year * 12 + last.month - _MONTHS, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in ends if number >= 12]
