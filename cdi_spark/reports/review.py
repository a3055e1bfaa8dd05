"""Pairs as an HTML page on which a steward answers them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cdi_spark.pages import page
from cdi_spark.schema import SHOWN
from cdi_spark.spreadsheet import GUARD, NUMBER


@dataclass(frozen=True)
class Values:
    """The values of one column in two records, each with whether the other record contradicts it."""

    name: str
    left: list[tuple[str, bool]]
    right: list[tuple[str, bool]]


def review_page(pairs: Sequence[Mapping[str, Any]]) -> str:
    """Render pairs side by side, with a script that keeps the answers and writes them as CSV.

    Args:
        pairs: of queries.review_queue.pairs_to_review().
    Returns:
        HTML without network; every value is escaped, and none is in the script.
    """
    ids = "\n".join(f"{pair['record_id_l']}\t{pair['record_id_r']}" for pair in pairs)
    # The browser keeps answers under this name; another list of pairs must not find them.
    name = sha256(ids.encode()).hexdigest()[:16]
    compared = [(pair, compare_values(pair)) for pair in pairs]
    return page("review.html.j2", pairs=compared, name=name, guard=GUARD, number=NUMBER)


def compare_values(pair: Mapping[str, Any]) -> list[Values]:
    """Return the columns in which a record of the pair has a value."""
    found = []
    for name in SHOWN:
        left, right = (_values(pair[f"{name}_{side}"]) for side in "lr")
        if left or right:
            found.append(Values(name.replace("_", " "), _mark(left, right), _mark(right, left)))
    return found


def _mark(own: list[str], other: list[str]) -> list[tuple[str, bool]]:
    """Mark the values that the other record contradicts: it has values, and not this one."""
    others = {value.casefold() for value in other}
    return [(value, bool(other) and value.casefold() not in others) for value in own]


def _values(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(one) for one in values if one is not None]
