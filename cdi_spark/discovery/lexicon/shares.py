"""Shares of a column's values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable


def share_of(values: Counter[str], test: Callable[[str], bool]) -> float:
    """The share of the values that pass a test, each value weighted by its frequency; 0 when there are none."""
    total = sum(values.values())
    return sum(n for value, n in values.items() if test(value)) / total if total else 0.0


def percent(share: float) -> str:
    """A share in whole percent; a share that is neither none nor all is not rounded to 0% or 100%."""
    if 0.995 <= share < 1:
        return ">99%"
    if 0 < share < 0.005:
        return "<1%"
    return f"{share:.0%}"
