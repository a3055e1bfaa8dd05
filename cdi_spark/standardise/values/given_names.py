"""Frequent given names of many languages."""

from __future__ import annotations

from cdi_spark.standardise.values.nicknames import nickname_root
from cdi_spark.standardise.values.text import fold
from cdi_spark.standardise.values.word_lists import word_list

_TEXTS = word_list("name_orders")


def listed_names(name: str) -> frozenset[str]:
    """Return a list of words/name_orders.yml, folded.

    >>> "eva" in listed_names("hungarian_given_names")
    True
    """
    return frozenset(filter(None, map(fold, _TEXTS[name].split())))


def as_written(name: str) -> frozenset[str]:
    """Return a list of words/name_orders.yml in lower case, with and without accents.

    >>> {"éva", "eva"} <= as_written("hungarian_given_names")
    True
    """
    return frozenset(_TEXTS[name].split()) | listed_names(name)


HISPANIC = listed_names("hispanic_given_names")
HUNGARIAN = listed_names("hungarian_given_names")
RUSSIAN = listed_names("russian_given_names")
_FREQUENT = (
    listed_names("given_names")
    | HISPANIC
    | HUNGARIAN
    | RUSSIAN
    | {*word_list("nicknames")["common_names"].split()}
)


def is_frequent_given_name(name: str) -> bool:
    """Whether a name, or the first of its words (Jean-Pierre), is a frequent given name of some language.

    >>> is_frequent_given_name("Éva"), is_frequent_given_name("Jean-Pierre"), is_frequent_given_name("Beth")
    (True, True, True)
    >>> is_frequent_given_name("Smith"), is_frequent_given_name("Young")
    (False, False)
    """
    first = (fold(name) or "").partition(" ")[0]
    # Other full names of the list of nicknames are rather family names (Smith has Smitty).
    return first in _FREQUENT or nickname_root(first) != first
