"""Masked samples: the shapes of a column's values, which show how they are written and never what they are."""

from __future__ import annotations

import unicodedata
from collections import Counter

from cdi_spark.discovery.read.columns import Column

_LONGEST = 32


def mask(value: str) -> str:
    """The shape of a value: its letters as x and X, its digits as 9, its other characters as they are.

    >>> mask("Ann Lee, 4 Ünter Str.")
    'Xxx Xxx, 9 Xxxxx Xxx.'
    """
    shape = "".join(map(_mask_character, unicodedata.normalize("NFC", value)))
    return shape if len(shape) <= _LONGEST else f"{shape[: _LONGEST - 1]}…"


def sample_shapes(column: Column, most: int = 3) -> list[str]:
    """The most frequent shapes of the column's values."""
    shapes: Counter[str] = Counter()
    for value, times in column.values.items():
        shapes[mask(value)] += times
    return [shape for shape, _ in sorted(shapes.items(), key=lambda item: (-item[1], item[0]))[:most]]


def _mask_character(character: str) -> str:
    kind = unicodedata.category(character)
    if kind[0] == "L":
        return "X" if kind in ("Lu", "Lt") else "x"
    if kind[0] == "N":
        return "9"
    # Accents apart, control characters, emoji: parts of a value that are not punctuation.
    if kind[0] in "MC" or kind == "So":
        return "x"
    return " " if kind[0] == "Z" else character
