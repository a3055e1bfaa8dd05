"""Why a value is dropped, and what spreadsheets leave of a number."""

from __future__ import annotations

import re

PLACEHOLDER = "placeholder"
DAMAGED = "damaged by a spreadsheet"

_FLOAT = re.compile(r"\s*(?P<whole>\d{5,})[.,]0+\s*")
_SCIENTIFIC = re.compile(r"\s*\+?(?P<first>\d)(?:[.,](?P<rest>\d+))?[eE]\+?(?P<power>\d{1,2})\s*")
# A column that is too narrow, and a formula that has no result.
_NO_RESULT = re.compile(r"\s*#(?:##+|(?:VALUE|REF|NAME|NUM|DIV/0|NULL|WERT|BEZUG)[!?]?)\s*", re.IGNORECASE)


def whole_number(text: str) -> str | None:
    """The digits of a whole number that a program wrote as a fraction, or in powers of ten with all its digits.

    >>> whole_number("447911123456.0"), whole_number("4.47911123456E+11"), whole_number("4.48E+11")
    ('447911123456', '447911123456', None)
    """
    if match := _FLOAT.fullmatch(text):
        return match["whole"]
    match = _SCIENTIFIC.fullmatch(text)
    if match is None:
        return None
    digits, places = match["first"] + (match["rest"] or ""), int(match["power"]) + 1
    return digits if len(digits) == places else None


def is_damaged(text: str) -> bool:
    """Whether a spreadsheet has replaced digits of a value, so that nobody can tell what it was.

    >>> is_damaged("4.48E+11"), is_damaged("########"), is_damaged("#REF!"), is_damaged("020 7946 0018")
    (True, True, True, False)
    """
    is_rounded = _SCIENTIFIC.fullmatch(text) is not None and whole_number(text) is None
    return is_rounded or _NO_RESULT.fullmatch(text) is not None
