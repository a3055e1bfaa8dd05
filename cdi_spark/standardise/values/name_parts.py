"""Given and family names that come in columns of their own, with what such columns hold besides."""

from __future__ import annotations

from cdi_spark.standardise.values.couples import BETWEEN, JOINERS, people
from cdi_spark.standardise.values.names import name_part
from cdi_spark.standardise.values.people import gender
from cdi_spark.standardise.values.text import title_case
from cdi_spark.standardise.values.titles import LISTS, Words, without_titles, words_by_comma

_IN_COLUMNS = LISTS["honorifics"] | LISTS["joiners"] | LISTS["joiners_or_not"] | LISTS["knightly"]
_TITLES = frozenset(phrase.split()[0].rstrip(".") for phrase in _IN_COLUMNS)
_NO_NAMES = ("dr", "doctor", "prof", "professor")
_MARKS = ("&", "+", "/", ",")


def given_part(name: str) -> str | None:
    """Return a given name without titles; of two people, both: Rob & Beth.

    >>> given_part("Mr & Mrs R"), given_part("rob and beth"), given_part("Dr. Ann Mary")
    ('R', 'Rob & Beth', 'Ann Mary')
    >>> given_part("Mr & Mrs") is None, given_part("unknown") is None
    (True, True)
    >>> given_part("Jean-Luc")
    'Jean-Luc'
    """
    whole = name_part(name)
    if whole is None or not _has_more(whole):
        return whole
    words = _bare_words(whole)
    if not words:
        # Of one word, some titles are given names, too (Hon, Maga).
        is_title = " " in whole or "." in whole or gender(whole) is not None or whole.lower() in _NO_NAMES
        return None if is_title else whole
    # A column of given names has no family name, so that a word between two names joins two people.
    is_joined = len(words) == 3 and words[1].lower and words[1].key in JOINERS
    persons = [words[:1], words[2:]] if is_joined else people(words)
    return BETWEEN.join(title_case(" ".join(word.text for word in one)) for one in persons) or None


def family_part(name: str, *, has_given: bool = False) -> str | None:
    """Return a family name without titles, and with its particles in front.

    Null, written so, is a family name beside a given name; software writes null, NULL and None where it has no value.

    >>> family_part("Okonjo, Mr"), family_part("Berg, van den"), family_part("Familie MÜLLER")
    ('Okonjo', 'van den Berg', 'Müller')
    >>> family_part("Null", has_given=True), family_part("NULL", has_given=True), family_part("Null")
    ('Null', None, None)
    >>> family_part("Costa e Silva"), family_part("Herr")
    ('Costa e Silva', 'Herr')
    """
    whole = name_part(name)
    if whole is None:
        return "Null" if has_given and name.strip() == "Null" else None
    if not _has_more(whole):
        return whole
    words = _bare_words(whole)
    return title_case(" ".join(word.text for word in words)) if words else whole


def _has_more(name: str) -> bool:
    """Whether a title, a second person or a comma may be in it; most names are one word."""
    if name.isalpha():
        return name.lower() in _TITLES
    return any(mark in name for mark in _MARKS) or not _TITLES.isdisjoint(
        word.rstrip(".,") for word in name.lower().split()
    )


def _bare_words(name: str) -> Words:
    """The words without titles; particles behind a comma come first."""
    parts, _ = without_titles(words_by_comma(name))
    if not parts:
        return []
    first, *others = parts
    rest = [word for part in others for word in part]
    if rest and all(word.key in LISTS["trailing_particles"] for word in rest):
        return [*rest, *first]
    return [*first, *rest]
