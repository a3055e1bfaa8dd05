"""The spelling under which the words of headers are compared, and how words written as one are taken apart."""

from __future__ import annotations

import re
from functools import cache

from cdi_spark.discovery.lexicon.vocabulary import fold, group_by_word, load_lists, word_set
from cdi_spark.schema import FOUND_BY

_FULL_WORDS = group_by_word(load_lists("headers")["abbreviations"])
_NUMBER_AT_END = re.compile(r"(?<=\w{3})(?:nummer|numero|numer|nr)$")
# Scripts that put no blanks between words.
_UNSPACED = re.compile("[\u3005\u3040-\u30ff\u3400-\u9fff]")
_LINKS = ("", "s", "n", "en", "e", "es")
_SHORTEST_PART = 3
# The words of which a compound has its first part (people aside).
_FIRST = ("birth", "customer", "house", "phone", "mobile")


def canon(word: str) -> str:
    """The spelling under which ä, a and ae are equal, in headers and in the words that they are compared with."""
    return word.replace("ae", "a").replace("oe", "o").replace("ue", "u")


def spell(word: str) -> str:
    """The spelling under which words are compared: without abbreviations."""
    return _FULL_WORDS.get(word) or canon(_NUMBER_AT_END.sub("number", word))


def full_word(word: str) -> str:
    """The word that an abbreviation stands for; other words as they are."""
    return _FULL_WORDS.get(word, word)


def canonical_set(text: str) -> frozenset[str]:
    """The words of a list as they are compared."""
    return frozenset(map(canon, word_set(text)))


def split_unspaced(word: str) -> list[str]:
    """The known words of a header in a script without blanks: 契約者名 is 契約者 and 名; other words as they are."""
    if not _UNSPACED.search(word):
        return [word]
    known, longest = _unspaced_words()
    parts: list[str] = []
    unknown, at = "", 0
    while at < len(word):
        length = next(
            (n for n in range(min(longest, len(word) - at), 0, -1) if word[at : at + n] in known), 0
        )
        if not length:
            unknown, at = unknown + word[at], at + 1
            continue
        parts += [*([unknown] if unknown else []), word[at : at + length]]
        unknown, at = "", at + length
    return parts + ([unknown] if unknown else [])


@cache
def translate(token: str) -> tuple[str, ...]:
    """The token in the words that stand for those of all languages; a compound as its two parts (Geburtsmonat)."""
    if token in _synonyms():
        return (_synonyms()[token],)
    if token in roles():
        return (token,)
    for cut in range(len(token) - _SHORTEST_PART, _SHORTEST_PART - 1, -1):
        second = token[cut:]
        if second not in _second_parts():
            continue
        for link in _LINKS:
            first = token[:cut].removesuffix(link) if link else token[:cut]
            if len(first) >= _SHORTEST_PART and first in _first_parts():
                return (_synonyms().get(first, first), _synonyms().get(second, second))
    return (token,)


@cache
def roles() -> frozenset[str]:
    """Words for people by what they are to the owner of the file."""
    return canonical_set(load_lists("header_words")["roles"])


@cache
def _synonyms() -> dict[str, str]:
    """The common word of each word of a language, and of each common word itself."""
    groups: dict[str, str] = load_lists("header_words")["synonyms"]
    return {canon(word): common for word, common in group_by_word(groups).items()} | {c: c for c in groups}


@cache
def _first_parts() -> frozenset[str]:
    return roles() | {word for word, common in _synonyms().items() if common in _FIRST}


@cache
def _second_parts() -> frozenset[str]:
    wanted = ("name", "birth", "date", "day", "month", "year", "place", "number", "surname")
    return frozenset(word for word, common in _synonyms().items() if common in wanted)


@cache
def _unspaced_words() -> tuple[frozenset[str], int]:
    lists = [load_lists(name) for name in ("headers", "header_people", "header_words")]
    texts = [text for one in lists for text in _list_texts(one)]
    texts += [words for found_by in FOUND_BY.values() for words in found_by.words.values()]
    words = {
        part for text in texts for word in text.split() for part in word.rstrip("!").split("_")
        if _UNSPACED.search(part)
    }  # fmt: skip
    folded = frozenset(fold(word) for word in words)
    return folded, max(map(len, folded), default=0)


def _list_texts(lists: dict[str, object]) -> list[str]:
    texts: list[str] = []
    for value in lists.values():
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, dict):
            texts += [*value, *value.values()]
    return texts
