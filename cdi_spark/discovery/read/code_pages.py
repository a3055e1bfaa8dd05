"""Which of the encodings older than Unicode a text is written in, by the letters that it becomes."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache

from cdi_spark.discovery.lexicon.vocabulary import load_lists

_LISTS = load_lists("alphabets")
# Encodings with letters in other places that hold the same alphabets, the more frequent one first.
_SAME_ALPHABETS = {
    "cp1250": ("cp1250", "iso8859-2", "cp852"),
    "cp1251": ("cp1251", "koi8-r", "koi8-u", "iso8859-5", "cp866"),
    "cp1252": ("cp1252", "cp850", "mac_roman"),
    "cp1253": ("cp1253", "iso8859-7"),
}
_NEUTRAL = frozenset("€°§«»…·¨№™©®½¼²³\u2013\u2014\u2018\u2019\u201c\u201d\u201e\u00b4\u00a0\ufeff")
_WORD = re.compile(rb"[A-Za-z\x80-\xff]{1,100}")
_WORDS = 20_000
# Of the characters of a text in several bytes per character: how many may be undecodable, how many must be frequent.
_MOST_BROKEN = 0.01
_LEAST_FREQUENT = 0.12


def find_code_page(lines: bytes) -> str | None:
    """Python's name of the likeliest encoding; null for bytes that are text in none.

    Args:
        lines: lines with bytes beyond ASCII.
    """
    if wide := _find_wide(lines):
        return wide
    words = Counter([word for word in _WORD.findall(lines) if not word.isascii()][:_WORDS])
    scores = {name: _score(words, name, alphabets) for name, alphabets in _alphabets().items()}
    best = max(scores, key=lambda name: scores[name])
    # Western text is so much more frequent that another must be clearly better.
    if scores[best] < scores["cp1252"] + 0.1 * sum(words.values()):
        best = "cp1252"
    if scores[best] <= 0:
        return None
    return "latin-1" if best == "cp1252" and not re.search(rb"[\x80-\x9f]", lines) else best


@cache
def _alphabets() -> dict[str, tuple[bool, list[dict[str, float]]]]:
    """By encoding: whether its letters are Latin, and the weights of each language's letters; frequent ones first."""
    found: dict[str, tuple[bool, list[dict[str, float]]]] = {}
    for group in ("latin", "other"):
        for name, languages in _LISTS[group].items():
            weights = [_weigh(letters) for letters in languages]
            found |= dict.fromkeys(_SAME_ALPHABETS.get(name, (name,)), (group == "latin", weights))
    return found


def _weigh(letters: str) -> dict[str, float]:
    frequent, _, rest = letters.partition(" ")
    return dict.fromkeys(rest, 0.4) | dict.fromkeys(frequent, 1.0)


def _score(words: Counter[bytes], name: str, alphabets: tuple[bool, Sequence[dict[str, float]]]) -> float:
    """How well the words read in an encoding: letters of one language, without breaks within words."""
    is_latin, languages = alphabets
    letters: Counter[str] = Counter()
    score = 0.0
    for word, times in words.items():
        decoded = word.decode(name, errors="replace")
        score -= times * _count_breaks(decoded, is_latin=is_latin)
        letters.update(
            {c: times * decoded.count(c) for c in set(decoded) if not c.isascii() and c not in _NEUTRAL}
        )
    known = [
        sum(times * weights.get(letter.lower(), -0.3) for letter, times in letters.items())
        for weights in languages
    ]
    return score + max(known)


def _count_breaks(word: str, *, is_latin: bool) -> float:
    """What no word has: symbols inside, a capital after a small letter, letters of two alphabets."""
    breaks = 0.0
    for before, letter, after in zip(f" {word}", word, f"{word[1:]} ", strict=False):
        if letter.isascii() or letter in _NEUTRAL:
            continue
        inside = before.isalpha() or after.isalpha()
        if letter == "\ufffd" or not letter.isprintable():
            breaks += 5
        elif not letter.isalpha() and not _is_mark(letter):
            breaks += 2 if inside else 0.2
        elif letter.isupper() and before.islower():
            breaks += 2
    if is_latin:
        return breaks + 3 * len(re.findall(r"[^\W\d_a-zA-Z]{4,}", word))
    return breaks + 3 * bool(re.search(r"[A-Za-z]", word))


def _is_mark(letter: str) -> bool:
    """A vowel or tone above or below a letter, as in Thai."""
    return unicodedata.category(letter) == "Mn"


def _find_wide(lines: bytes) -> str | None:
    """The encoding of East Asian text with several bytes per character, if it is any."""
    found = {name: _share_frequent(lines, name, frequent) for name, frequent in _LISTS["east_asian"].items()}
    best = max(found, key=lambda name: found[name])
    return best if found[best] >= _LEAST_FREQUENT else None


def _share_frequent(lines: bytes, name: str, frequent: str) -> float:
    text = lines.decode(name, errors="replace")
    wide = [c for c in text if ord(c) > 0x2E7F]
    broken = text.count("\ufffd")
    # Western letters with the next letter read as one character stand inside of Latin words.
    mixed = len(re.findall(r"[a-z][\u2e80-\ufffc]|[\u2e80-\ufffc][a-z]", text))
    if not wide or broken > _MOST_BROKEN * len(wide) or mixed > 0.1 * len(wide):
        return 0.0
    known = frozenset(frequent or _LISTS["east_asian"]["cp932"])
    return sum(c in known or "\u3040" <= c <= "\u30ff" for c in wide) / len(wide)
