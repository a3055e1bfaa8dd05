"""Small rules about a person."""

from __future__ import annotations

from cdi_spark.standardise.values.text import fold, is_unknown
from cdi_spark.standardise.values.word_lists import word_list

_WORDS = {kind: frozenset(map(fold, words)) for kind, words in word_list("genders").items()}
_UNKNOWN = _WORDS.pop("unknown")
_GENDERS = {word: gender for gender, words in _WORDS.items() for word in words}


def gender(word: str) -> str | None:
    """A gender as female, male or other; None for any other word, and for one that says that it is not known.

    Numbers are codes of their column: `cdi init` reads a column of ISO 5218, a single 1 may mean either gender.

    >>> gender("F"), gender("männlich"), gender("Non-Binary")
    ('female', 'male', 'other')
    >>> gender("Frau")
    'female'
    >>> gender("unknown") is None, gender("U") is None, gender("1") is None
    (True, True, True)
    """
    return _GENDERS.get(fold(word) or "")


def is_placeholder_gender(word: str) -> bool:
    """Whether a word says that the gender is not known.

    >>> is_placeholder_gender("Prefer not to say"), is_placeholder_gender("9"), is_placeholder_gender("female")
    (True, True, False)
    """
    return fold(word) in _UNKNOWN or is_unknown(word)
