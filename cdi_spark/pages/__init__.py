"""HTML pages from the templates of this folder: one file each, no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined


@dataclass(frozen=True)
class Axis:
    """A linear scale from values to positions in a drawing, with round values as marks."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the position of a value; values beyond an end are placed at the end."""
        inside = min(max(value, self.low), self.high)
        return round(self.start + (inside - self.low) / (self.high - self.low) * (self.end - self.start), 2)

    def marks(self, about: int = 6) -> list[float]:
        """Return about this many round values within the scale."""
        wide = (self.high - self.low) / about
        power = 10.0 ** _power_of_ten(wide)
        step = next(n * power for n in (1, 2, 5, 10) if n * power >= wide * 0.999)
        first = -(-self.low // step)
        return [
            round((first + n) * step, 10) for n in range(int((self.high - first * step) / step + 1e-9) + 1)
        ]


def line(points: Sequence[tuple[float, float]], across: Axis, up: Axis) -> str:
    """Return the points of an SVG polyline."""
    return " ".join(f"{across.at(x)},{up.at(y)}" for x, y in points)


def page(template: str, **values: Any) -> str:
    """Fill a template of this folder with values, all of them escaped."""
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Not by path: under --py-files the package is read from inside a wheel.
        loader=FunctionLoader(
            lambda name: files("cdi_spark").joinpath("pages", name).read_text(encoding="utf-8")
        ),
    )
    environment.filters |= {
        "bits": _bits,
        "percent": _percent,
        "number": _number,
        "words": _words,
        "money": money,
        "figure": figure,
        "text": text,
    }
    return environment.get_template(template).render(**values)


def money(amount: Decimal) -> str:
    """Return an amount with two decimals, and with the third of currencies that have three."""
    return f"{amount:,.3f}".removesuffix("0")


def figure(value: float | None) -> str:
    """Return a measured number with four digits; without decimals from a thousand up."""
    if value is None:
        return "none"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def text(value: object) -> str:
    """Return a value as text for readers; empty for None."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(map(text, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{text(amount)} {key}" for key, amount in value.items() if amount is not None)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, Decimal):
        return money(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _power_of_ten(value: float) -> int:
    return int(f"{value:e}".partition("e")[2])


def _bits(value: float) -> str:
    """Return bits with a sign, a true minus sign."""
    return f"{value:+.1f}".replace("-", "\N{MINUS SIGN}")


def _percent(share: float) -> str:
    """Return a share as percent, with enough digits to differ from 0 and from 100."""
    percent = 100 * share
    if 0 < percent < 0.095:
        digits_only = f"{percent:.1g}" if percent >= 0.0001 else f"{percent:.0e}".replace("e-0", "e-")
        return digits_only.replace("-", "\N{MINUS SIGN}") + "\N{NO-BREAK SPACE}%"
    digits = 2 if percent < 1 or percent > 99 else 1
    while percent < 100 and f"{percent:.{digits}f}".startswith("100"):
        digits += 1
    return f"{percent:.{digits}f}\N{NO-BREAK SPACE}%"


def _words(name: str) -> str:
    """Return a column's name as words."""
    return name.replace("_", " ")


def _number(value: float) -> str:
    return f"{value:,}"
