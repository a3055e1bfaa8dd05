"""Small rules about a person: gender, and identifiers issued by systems."""

from __future__ import annotations

from collections.abc import Iterable

from cdi_spark.standardise.values.text import clean_text, fold
from cdi_spark.standardise.values.word_lists import word_list

_GENDERS = {word: gender for gender, words in word_list("genders").items() for word in words}


def gender(word: str) -> str | None:
    """A gender as female, male or other; None for any other word.

    >>> gender("F"), gender("männlich"), gender("Non-Binary")
    ('female', 'male', 'other')
    >>> gender("Frau")
    'female'
    >>> gender("unknown") is None
    True
    """
    return _GENDERS.get(fold(word) or "")


def identifiers(ids: Iterable[str | None]) -> list[str] | None:
    """Account numbers, device ids and the like: clean text, distinct, sorted; None when none is left.

    >>> identifiers([" A-2", "A-1", "A-2", None])
    ['A-1', 'A-2']
    >>> identifiers(["n/a", ""]) is None
    True
    >>> identifiers([]) is None
    True
    """
    cleaned = {clean_text(one) for one in ids if one is not None}
    return sorted(one for one in cleaned if one is not None) or None
