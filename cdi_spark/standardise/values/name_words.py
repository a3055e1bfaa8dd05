"""The words of a name for comparing: in Latin letters where that is safe, and particles joined with what follows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from cdi_spark.standardise.values.memo import Memo
from cdi_spark.standardise.values.names import phonetic
from cdi_spark.standardise.values.scripts import latin, script
from cdi_spark.standardise.values.text import fold
from cdi_spark.standardise.values.titles import LISTS
from cdi_spark.standardise.values.word_lists import word_list

Words = tuple[str, ...]

_WORDS = word_list("name_words")
_SPELLINGS: dict[str, str] = _WORDS["spellings"]
_SYLLABLES, _VIETNAMESE, _INSEPARABLE, _FAMILY_LETTERS = (
    frozenset(_WORDS[name].split(", ")) for name in ("syllables", "vietnamese", "inseparable", "letters")
)


def _folded_list(*names: str) -> frozenset[str]:
    phrases = (phrase for name in names for phrase in LISTS[name] if "/" not in phrase and " " not in phrase)
    return frozenset(latin(fold(phrase) or "") or phrase for phrase in phrases)


_ARTICLES, _PREPOSITIONS = _folded_list("articles"), _folded_list("prepositions")
_TRAILING = frozenset(word for word in _folded_list("trailing_particles") if len(word) > 1)
_PARTICLES = frozenset(word for word in _folded_list("particles") if len(word) > 1) | {"ste"}
_FAMILY_PARTICLES = _PARTICLES | _FAMILY_LETTERS | _folded_list("particles_or_names")
_GIVEN_PARTICLES = _PARTICLES | _folded_list("given_beginnings")
_TITLES = (_folded_list("honorifics") | frozenset(_WORDS["households"].split(", "))) - frozenset(
    _WORDS["titles_or_names"].split(", ")
)
# Between a particle and what it belongs to: von und zu, van het, von dem.
_INNER = _ARTICLES | {"und"}
_LOOSE = _PARTICLES | _ARTICLES
_FAMILY_JOINERS = LISTS["family_joiners"]
_ABBREVIATED = re.compile(r"\Av ?(?:d|(d(?:e[rn]?)))(?= [^ ]{2})")
_TOGETHER = re.compile(rf"(?:{'|'.join(_WORDS['together'].split(', '))})([a-z]{{4,}})")
_JOINERS = re.compile(r"[&\uff06+/]| (?:[aA]nd|AND|[uU]nd|UND|[eE]t|ET|y|e|och|og|en|i|и|και) ")


class NameWords(NamedTuple):
    """The words of one part of a name.

    Attributes:
        text: the words in their order, particles joined with what follows; without words of unsafe scripts if there
            are others.
        script: the script it was written in; the first of the words in `text`.
        words: the words of two letters or more, without the particles before them.
        tokens: `words`, then the words with the particles before them in one (vanderhoeven).
        sounds: the sounds of `words`.
    """

    text: str
    script: str
    words: tuple[str, ...]
    tokens: tuple[str, ...]
    sounds: tuple[str, ...]


class PersonName(NamedTuple):
    """The words of a person's name; None for a part without any."""

    given: tuple[NameWords, ...]
    middle: NameWords | None
    family: NameWords | None

    def parts(self) -> list[NameWords]:
        """Return all parts, in their order."""
        return [*self.given, *(part for part in (self.middle, self.family) if part)]


def is_word(word: str) -> bool:
    """Whether it is more than an initial; one character of another script can be a word.

    >>> is_word("li"), is_word("l"), is_word("李")
    (True, False, True)
    """
    return len(word) > 1 or script(word) == "han"


def person_name(given: str | None, middle: str | None, family: str | None) -> PersonName:
    """Return the words of a name. Particles behind a given or middle name belong to the family name.

    The given name of a couple (Rob & Beth) has two parts.

    >>> person_name("Piet", "van der", "Hoeven").family.text
    'vanderhoeven'
    >>> person_name("Minh", "Van", "Nguyen").family.text
    'nguyen'
    >>> [part.text for part in person_name("Rob & Beth", None, "Eddowes").given]
    ['rob', 'beth']
    """
    firsts, others, lasts = _couple(given or ""), _folded_words(middle or ""), _folded_words(family or "")
    if lasts and lasts[0] not in _VIETNAMESE:
        if moved := _loose_particles(others, keep=0):
            others, lasts = others[:-moved], (*others[-moved:], *lasts)
        elif not others and len(firsts) == 1 and (moved := _loose_particles(firsts[0], keep=1)):
            firsts, lasts = (firsts[0][:-moved],), (*firsts[0][-moved:], *lasts)
    return PersonName(
        tuple([part for words in firsts if (part := _given_words(words))]),
        _given_words(others),
        _family_words(lasts),
    )


@Memo
def _couple(given: str) -> tuple[Words, ...]:
    """Ann; Rob and Beth; none of Mr & Mrs; M. et Mme; Familie"""
    found = [words for part in _JOINERS.split(given) if (words := _folded_words(part))]
    parts = [_without_titles(words) for words in found]
    if len(parts) > 1 and not all(parts):  # M is a title beside one.
        parts = [words for words in parts if any(map(is_word, words))]
    return tuple(filter(None, parts))


def _without_titles(words: Words) -> Words:
    start = 0
    while start < len(words) and words[start] in _TITLES:
        start += 1
    return words[start:]


@Memo
def _folded_words(text: str) -> Words:
    return tuple((fold(text) or "").split())


def _loose_particles(words: Words, *, keep: int) -> int:
    """How many words at the end are particles of the family name."""
    start = len(words)
    while start > keep and words[start - 1] in _LOOSE:
        start -= 1
    loose = words[start:]
    return 0 if len(loose) == 1 and loose[0] in _SYLLABLES else len(loose)


@Memo
def _given_words(words: Words) -> NameWords | None:
    return _name_words(words, _GIVEN_PARTICLES)


@Memo
def _family_words(words: Words) -> NameWords | None:
    """van der Hoeven; Hoeven, van der; v.d. Hoeven; García y Vega"""
    start = len(words)
    while start and words[start - 1] in _TRAILING:
        start -= 1
    if 0 < start < len(words) and not (start == len(words) - 1 and words[start] in _SYLLABLES):
        words = (*words[start:], *words[:start])
    if words and words[0][0] == "v":
        words = tuple(_ABBREVIATED.sub(lambda v: f"van {v[1] or 'der'}", " ".join(words)).split(" "))
    words = tuple(
        word
        for at, word in enumerate(words)
        if not (0 < at < len(words) - 1 and word in _FAMILY_JOINERS and len(words[at - 1]) > 1)
    )
    if len(words) == 1 and (together := _TOGETHER.fullmatch(words[0])):
        word = together[1]
        return NameWords(words[0], "latin", (word,), (word, words[0]), (phonetic(word),))
    return _name_words(words, _FAMILY_PARTICLES)


def _name_words(folded: Words, particles: frozenset[str]) -> NameWords | None:
    if not folded:
        return None
    spelled = [latin(word) for word in folded]
    read = [word for word in spelled if word is not None]
    words = [word or as_written for word, as_written in zip(spelled, folded, strict=True)]
    texts: list[str] = []
    alone: list[str] = []
    joined: list[str] = []
    run: list[str] = []
    for at, word in enumerate(words):
        if _is_particle(words, at, particles, run):
            run.append(_SPELLINGS.get(word, word))
            continue
        text = "".join([*run, word])
        if not run or word in particles or not _INSEPARABLE.isdisjoint(run):
            alone.append(text)
        else:
            alone.append(word)
            joined.append(text)
        if spelled[at] is not None or not read:
            texts.append(text)
        run = []
    of_text = next(word for word, known in zip(folded, spelled, strict=True) if known is not None or not read)
    plain, tokens = (
        tuple(word for word in dict.fromkeys(found) if is_word(word)) for found in (alone, [*alone, *joined])
    )
    return NameWords(" ".join(texts), script(of_text), plain, tokens, tuple(map(phonetic, plain)))


def _is_particle(words: Sequence[str], at: int, particles: frozenset[str], run: Sequence[str]) -> bool:
    if at + 1 == len(words):
        return False
    word, after = _SPELLINGS.get(words[at], words[at]), words[at + 1]
    if len(word) == 1 and word in _FAMILY_LETTERS and word != "t" and at:
        return False
    return (
        word in particles
        or (bool(run) and word in _INNER and (word != "und" or after in particles))
        or (word in _PREPOSITIONS and after in _ARTICLES)
    )
