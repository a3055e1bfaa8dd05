"""Small rules about a person."""

from __future__ import annotations

from cdi_spark.standardise.values.text import fold
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
