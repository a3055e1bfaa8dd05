"""What values of golden attributes are compared by: what differs in accents, signs and capitals alone is the same."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from cdi_spark.standardise.values.addresses import street_key
from cdi_spark.standardise.values.memo import Memo
from cdi_spark.standardise.values.text import fold

_NUMBER = re.compile("[0-9]+")
# Where two addresses agree in the rest, these do not part them.
_IMPLIED = ("region", "country")
_folded = Memo(fold)


def comparison_key(names: Sequence[str], lists: Collection[str], *values: str | None) -> str | None:
    """What an offer is compared by: its values, folded; None where they fold to nothing.

    Of an address with a postcode the numbers in the street stand for it, and for the city: a person seldom moves to
    the same number under the same postcode, and streets are often misspelt.

    Args:
        names: the attributes that survive together.
        lists: attributes of which lists are offered, as JSON.
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
