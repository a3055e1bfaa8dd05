"""Names of people, streets and cities, by which a column without a header is recognised."""

from __future__ import annotations

from functools import cache

from cdi_spark.discovery.lexicon.vocabulary import fold, load_lists, word_set
from cdi_spark.standardise.values.nicknames import nickname_roots

_PEOPLE = load_lists("people")
_ADDRESSES = load_lists("addresses")
_GIVEN_NAMES = word_set(_PEOPLE["given_names"])
_FAMILY_NAMES = word_set(_PEOPLE["family_names"])
_FAMILY_ENDINGS = tuple(_PEOPLE["family_name_endings"].split())
_STREET_WORDS = word_set(_ADDRESSES["street_words"])
_STREET_ENDINGS = tuple(_ADDRESSES["street_endings"].split())


@cache
def given_names() -> frozenset[str]:
    """Given names, folded."""
    return _GIVEN_NAMES | nickname_roots().keys()


def looks_like_family_name(word: str) -> bool:
    """Whether a folded word is a frequent family name or has the ending of one."""
    return word in _FAMILY_NAMES or (len(word) > 4 and word.endswith(_FAMILY_ENDINGS))


def has_street_word(line: str) -> bool:
    """Whether a line has a word for a street (road, Straße, rue, via, …)."""
    words = fold(line).split()
    return any(w in _STREET_WORDS or (len(w) > 5 and w.endswith(_STREET_ENDINGS)) for w in words)


@cache
def city_names() -> frozenset[str]:
    """Names of cities, folded, from the geographic data of the phonenumbers package.

    Takes a second to load; used only where nothing else shows what a column of words holds.
    """
    from phonenumbers.geodata import GEOCODE_DATA

    places = {name.partition(",")[0] for names in GEOCODE_DATA.values() for name in names.values()}
    return frozenset(place.lower() if place.isascii() else fold(place) for place in places)
