"""Currencies as ISO 4217 codes, and the digits that their amounts have."""

from __future__ import annotations

import pycountry

from cdi_spark.standardise.values.text import clean_text, fold
from cdi_spark.standardise.values.word_lists import word_list

_LISTS = word_list("currencies")
NO_DIGITS = frozenset(_LISTS["no_digits"])
THREE_DIGITS = frozenset(_LISTS["three_digits"])


def _words() -> dict[str, str]:
    entries = [entry for entry in pycountry.currencies if entry.alpha_3 not in _LISTS["no_currency"]]
    words = {fold(entry.name) or "": entry.alpha_3 for entry in entries}
    words |= {word: code for code, names in _LISTS["names"].items() for word in names}
    # Codes win over names.
    words |= {entry.alpha_3.lower(): entry.alpha_3 for entry in entries}
    return words | dict(_LISTS["signs"])


# Every word (folded) or sign for a currency, with its code.
CURRENCY_WORDS = _words()
_SIGNS = frozenset(sign for word in _LISTS["signs"] for sign in word if not sign.isalnum())


def currency(name: str) -> str | None:
    """The ISO 4217 code of a currency given by code, sign or name; None when unknown.

    A shared sign or word is read as the currency most traded under it: $ is USD, ¥ is JPY, rupee is INR.

    >>> currency("gbp"), currency("€"), currency("A$")
    ('GBP', 'EUR', 'AUD')
    >>> currency("US Dollar")
    'USD'
    >>> currency("$$") is None
    True

    Source: ISO 4217, as in the pycountry package; `words/currencies.yml`.
    """
    written = (clean_text(name) or "").lower()
    is_sign = not _SIGNS.isdisjoint(written)
    return CURRENCY_WORDS.get(written if is_sign else fold(written) or "")


def minor_units(currency: str) -> int:
    """Digits after the point that amounts of a currency have.

    >>> minor_units("EUR"), minor_units("JPY"), minor_units("KWD")
    (2, 0, 3)

    Source: ISO 4217. Two units of account with four digits (CLF, UYW) count as having two.
    """
    return 0 if currency in NO_DIGITS else 3 if currency in THREE_DIGITS else 2
