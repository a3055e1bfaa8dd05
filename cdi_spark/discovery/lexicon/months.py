"""The months in words of many languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache

from cdi_spark.discovery.lexicon.vocabulary import fold, load_lists


def month_of(word: str) -> int | None:
    """The number of the month that a word names in any language.

    >>> [month_of(word) for word in ("März", "juil.", "Ocak", "listopad", "Mond")]
    [3, 7, 1, 11, None]
    """
    return _all_months().get(fold(word))


def choose_languages(words: Counter[str]) -> tuple[str, ...]:
    """The fewest languages in which the words are months, the one of most words first.

    A word counts as it is written or without accents, as Spark will find it.
    """
    left = Counter({word.lower(): 0 for word in words})
    for word, times in words.items():
        left[word.lower()] += times
    chosen: list[str] = []
    while left:
        counts = {
            language: sum(times for word, times in left.items() if word in months)
            for language, months in _months().items()
        }
        best = max(counts, key=lambda language: counts[language])
        if not counts[best]:
            break
        chosen.append(best)
        left = Counter({word: times for word, times in left.items() if word not in _months()[best]})
    return tuple(chosen)


def read_month(word: str, languages: Sequence[str]) -> int | None:
    """The number of the month that a word names in one of some languages, the first of them first."""
    lower = word.lower()
    return next((_months()[one][lower] for one in languages if lower in _months()[one]), None)


def list_words(languages: Sequence[str]) -> list[list[str]]:
    """The words of each month in some languages, as written and without accents, in lower case.

    A word that means another month in an earlier language is left out.
    """
    found = []
    for number in range(1, 13):
        words = {
            word
            for language in languages
            for word in _months()[language]
            if read_month(word, languages) == number
        }
        found.append(sorted(words, key=lambda word: (-len(word), word)))
    return found


@cache
def _months() -> Mapping[str, dict[str, int]]:
    """By language, the month of each word, as written and without accents."""
    return {
        language: {
            spelled: number
            for number, words in enumerate(months, 1)
            for word in words.split()
            for spelled in (fold(word), word)
        }
        for language, months in load_lists("months")["languages"].items()
    }


@cache
def _all_months() -> dict[str, int]:
    return {fold(word): number for months in _months().values() for word, number in months.items()}
