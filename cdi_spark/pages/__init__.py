"""HTML pages: one file each, no script, no network."""

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
    """A linear scale from values to places in a drawing, with round values to mark."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The place of a value; values beyond the ends stay at them."""
        inside = min(max(value, self.low), self.high)
        return round(self.start + (inside - self.low) / (self.high - self.low) * (self.end - self.start), 2)

    def marks(self, about: int = 6) -> list[float]:
        """Round values within the scale, about so many."""
        wide = (self.high - self.low) / about
        power = 10.0 ** _power_of_ten(wide)
        step = next(n * power for n in (1, 2, 5, 10) if n * power >= wide * 0.999)
        first = -(-self.low // step)
        return [
            round((first + n) * step, 10) for n in range(int((self.high - first * step) / step + 1e-9) + 1)
        ]


def line(points: Sequence[tuple[float, float]], across: Axis, up: Axis) -> str:
    """The points of an SVG polyline."""
    return " ".join(f"{across.at(x)},{up.at(y)}" for x, y in points)


def page(template: str, **values: Any) -> str:
    """A template of this folder filled with values, every one of them escaped."""
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
    """An amount with two digits after the point, and the third of currencies that have so small a unit."""
    return f"{amount:,.3f}".removesuffix("0")


def figure(value: float | None) -> str:
    """A measured number with four digits, or whole from a thousand on."""
    if value is None:
        return "none"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def text(value: object) -> str:
    """A value as people write it; empty where there is none."""
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
    """Bits with their sign, a true minus."""
    return f"{value:+.1f}".replace("-", "\N{MINUS SIGN}")


def _percent(share: float) -> str:
    """A share of one, with the digits that tell it from nothing and from all."""
    percent = 100 * share
    if 0 < percent < 0.095:
        told = f"{percent:.1g}" if percent >= 0.0001 else f"{percent:.0e}".replace("e-0", "e-")
        return told.replace("-", "\N{MINUS SIGN}") + "\N{NO-BREAK SPACE}%"
    digits = 2 if percent < 1 or percent > 99 else 1
    while percent < 100 and f"{percent:.{digits}f}".startswith("100"):
        digits += 1
    return f"{percent:.{digits}f}\N{NO-BREAK SPACE}%"


def _words(name: str) -> str:
    """A column's name as words."""
    return name.replace("_", " ")


def _number(value: float) -> str:
    return f"{value:,}"
