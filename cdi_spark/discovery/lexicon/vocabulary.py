"""The lists of `words/*.yml`, and how their words are compared."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from cdi_spark.standardise.values import text as text_rules
from cdi_spark.standardise.values.word_lists import word_list


@lru_cache(200_000)
def fold(text: str) -> str:
    """Text folded for comparing; empty rather than None."""
    return text_rules.fold(text) or ""


@cache
def load_lists(name: str) -> dict[str, Any]:
    """The lists of `words/<name>.yml` by their names; each file is read once."""
    return word_list(name, package=__package__)


def word_set(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


def group_by_word(groups: Mapping[str, str]) -> dict[str, str]:
    """The group of each word, from the words of each group.

    >>> group_by_word({"home": "private residence", "work": "office"})
    {'private': 'home', 'residence': 'home', 'office': 'work'}
    """
    return {word: group for group, words in groups.items() for word in words.split()}
