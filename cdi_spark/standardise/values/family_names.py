"""Where the family name begins among the words of a name in order, given name first."""

from __future__ import annotations

from cdi_spark.standardise.values.given_names import (
    HISPANIC,
    as_written,
    is_frequent_given_name,
    listed_names,
)
from cdi_spark.standardise.values.text import fold
from cdi_spark.standardise.values.titles import INITIALS, LISTS, Word, Words
from cdi_spark.standardise.values.word_lists import word_list

_GIVEN_ENDINGS = frozenset(word_list("name_orders")["given_endings"].split(", "))
_HISPANIC_FAMILY_NAMES = listed_names("hispanic_family_names")
# A name in plain Latin letters ends in one family name, unless it has four words, or its last word but one is one of
# these, in lower case, or ends in ez.
FIRST_OF_TWO = as_written("hispanic_family_names")
_ARABIC_ARTICLES = ("al ", "el ")


def given_length(words: Words) -> int:
    """How many words the first given name takes: one, unless it is a name of two and a family name follows.

    >>> from cdi_spark.standardise.values.titles import words_by_comma
    >>> [given_length(words_by_comma(text)[0]) for text in ("St John Smith", "Ann Lee", "María del Carmen López")]
    [2, 1, 3]
    >>> given_length(words_by_comma("Abdul Rahman Khan")[0]), given_length([])
    (2, 0)
    """
    if len(words) > 1 and words[0].key in LISTS["given_beginnings"]:
        length = 3 if words[1].key in ("al", "el", "ur") else 2
        if len(words) > length or words[0].key == "st":
            return min(length, len(words))
    ending = _ending_length(words, 1)
    return 1 + ending if ending and len(words) > 1 + ending else min(1, len(words))


def family_start(words: Words) -> int:
    """The first particle after the given name, or the first of two family names; else the last word.

    >>> from cdi_spark.standardise.values.titles import words_by_comma
    >>> [family_start(words_by_comma(text)[0]) for text in ("Jan van den Berg", "Mary Ann Lee", "Ann García Ruiz")]
    [1, 2, 1]
    >>> family_start(words_by_comma("José Ortega y Gasset")[0])
    1
    """
    at, last = given_length(words), len(words) - 1
    given = at
    while at < last:
        if ending := _ending_length(words, at):
            at += ending
            continue
        if is_particle(words, at) or words[at].key.startswith(_ARABIC_ARTICLES):
            return _first_of_two(words, at, given)
        if at + 1 < last and joins_family_names(words, at + 1):
            return at
        at += 1
    start = max(given, last)
    while start > given and is_capitals(words[last]) and is_capitals(words[start - 1]):
        start -= 1
    return _first_of_two(words, start, given) if start == last else start


def is_particle(words: Words, at: int) -> bool:
    """Whether a family name may begin with the word (van, de la, bin, d').

    >>> from cdi_spark.standardise.values.titles import words_by_comma
    >>> [is_particle(words_by_comma(text)[0], 1) for text in ("Jan van Dam", "John Ben Smith", "Anna auf der Heide")]
    [True, False, True]
    """
    key, after = words[at].key, words[at + 1].key if at + 1 < len(words) else ""
    return (
        key in LISTS["particles"]
        or (key in LISTS["particles_or_names"] and bool(words[at].lower))
        or (key in LISTS["prepositions"] and after in LISTS["articles"])
        or (key.endswith("'") and len(key) < 6)
    )


def joins_family_names(words: Words, at: int) -> bool:
    """Whether the word joins two family names, and is no initial (JOHN PAUL E SMITH).

    >>> from cdi_spark.standardise.values.titles import words_by_comma
    >>> joins_family_names(words_by_comma("José Ortega y Gasset")[0], 2)
    True
    >>> joins_family_names(words_by_comma("JOHN PAUL E SMITH")[0], 2)
    False
    """
    key, lower = words[at].key, words[at].lower
    if key not in LISTS["family_joiners"] or lower:
        return key in LISTS["family_joiners"]
    return key == "y" and (lower is None or (is_capitals(words[at - 1]) and is_capitals(words[at + 1])))


def is_capitals(word: Word) -> bool:
    """Whether a word stands out by its capitals and is no row of initials (JRR).

    >>> from cdi_spark.standardise.values.titles import words_by_comma
    >>> [is_capitals(word) for word in words_by_comma("Ann LEE JRR")[0]]
    [False, True, False]
    """
    text = word.text
    is_word = len(text) > 3 or (len(text) == 3 and (not text.isascii() or any(v in text for v in "AEIOUY")))
    return word.lower is False and text.isupper() and is_word and not INITIALS.fullmatch(text)


def _ending_length(words: Words, at: int) -> int:
    """del Carmen; de los Ángeles: the words that follow there, if a family name is left"""
    if at < len(words) and words[at].key in ("de", "del"):
        for count in (2, 3):
            phrase = " ".join([word.key for word in words[at : at + count]])
            if phrase in _GIVEN_ENDINGS and at + count < len(words):
                return count
    return 0


def _first_of_two(words: Words, start: int, given: int) -> int:
    """Gabriel García Márquez; María José Carreño Quiñones; Pedro Calderón de la Barca"""
    if start <= given:
        return start
    folded = [fold(word.text) or "" for word in words]
    has_hispanic_given_name = folded[0] in HISPANIC
    if len(words) == 4 and start == 3 and has_hispanic_given_name and folded[1] in HISPANIC:
        return start if is_frequent_given_name(words[2].text) else 2
    while start > given and (
        (
            folded[start - 1] in _HISPANIC_FAMILY_NAMES
            and (has_hispanic_given_name or _is_hispanic(folded[start]))
        )
        or (has_hispanic_given_name and folded[start - 1].endswith("ez"))
    ):
        start -= 1
    return start


def _is_hispanic(word: str) -> bool:
    return word in _HISPANIC_FAMILY_NAMES or (len(word) > 4 and word.endswith("ez"))
