"""Comparison keys of golden values: values that differ only in accents, punctuation and capitals are the same."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from cdi_spark.standardise.values.addresses import street_key
from cdi_spark.standardise.values.memo import Memo
from cdi_spark.standardise.values.text import fold

_NUMBER = re.compile("[0-9]+")
# Addresses that agree in all other parts are the same, even if these differ.
_IMPLIED = ("region", "country")
_folded = Memo(fold)


def comparison_key(names: Sequence[str], lists: Collection[str], *values: str | None) -> str | None:
    """Return the key by which offers are compared: their folded values; None if nothing is left of them.

    In an address with a postcode, the numbers of the street replace street and city: people rarely move to the same
    number in the same postcode, and streets are often misspelt.

    Args:
        names: the attributes that survive together.
        lists: attributes whose values are lists, as JSON.
        values: one per name.

    >>> comparison_key(["company"], [], "ACMÉ Ltd.")
    'acme ltd'
    >>> comparison_key(["street", "city", "postcode"], [], "1 Hihg St", "Leeds", "LS1 1AA")
    '1|ls1 1aa'
    >>> comparison_key(["street", "city", "postcode"], [], "1 High St", "Leeds", None)
    '1 high street|leeds'
    """
    known = {name: value for name, value in zip(names, values, strict=True) if value is not None}
    has_code = "postcode" in known
    words = [
        value if name in lists else _street(value, has_code) if name == "street" else _folded(value)
        for name, value in known.items()
        if name not in _IMPLIED and not (name == "city" and has_code)
    ]
    return "|".join(word for word in words if word is not None) or None


def _street(line: str, has_code: bool) -> str | None:
    numbers = " ".join(_NUMBER.findall(line)) if has_code else ""
    if numbers:
        return numbers
    folded = _folded(line)
    return folded and street_key(folded)
