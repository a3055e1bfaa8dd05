"""Pairs as a page on which a clerk answers them; it needs no other file and no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cdi_spark.pages import page
from cdi_spark.schema import SHOWN


@dataclass(frozen=True)
class Said:
    """What two records say of one thing: each value, and whether the other record says otherwise."""

    name: str
    left: list[tuple[str, bool]]
    right: list[tuple[str, bool]]


def review_page(pairs: Sequence[Mapping[str, Any]]) -> str:
    """The page: every pair side by side, with a script that keeps the answers and writes them as CSV.

    Args:
        pairs: of review.pairs_to_review().
    Returns:
        HTML; every value is escaped, and none is in the script.
    """
    ids = "\n".join(f"{pair['record_id_l']}\t{pair['record_id_r']}" for pair in pairs)
    # A browser keeps answers under this name: another list of pairs must not find them.
    name = sha256(ids.encode()).hexdigest()[:16]
    return page("review.html.j2", pairs=[(pair, said(pair)) for pair in pairs], name=name)


def said(pair: Mapping[str, Any]) -> list[Said]:
    """What the two records of a pair say, of what either says something."""
    found = []
    for name in SHOWN:
        left, right = (_values(pair[f"{name}_{side}"]) for side in "lr")
        if left or right:
            found.append(Said(name.replace("_", " "), _beside(left, right), _beside(right, left)))
    return found


def _beside(own: list[str], other: list[str]) -> list[tuple[str, bool]]:
    """Values that the other record contradicts are marked: it says something, and not this."""
    there = {value.casefold() for value in other}
    return [(value, bool(other) and value.casefold() not in there) for value in own]


def _values(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(one) for one in values if one is not None]
