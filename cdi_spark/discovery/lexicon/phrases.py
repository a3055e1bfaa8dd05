"""Phrases of headers with their meanings, found whatever the order of a header's words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import chain, pairwise, permutations

from cdi_spark.discovery.lexicon.spelling import spell
from cdi_spark.discovery.lexicon.vocabulary import load_lists
from cdi_spark.schema import FOUND_BY

# The most words of a phrase that are found in any order, and of a header in which they are.
_MOST_REORDERED = 3
_LONGEST_REORDERED = 7
_LONGEST = 5
# Less than what a word without meaning costs.
_COST_OF_ORDER = 0.01
Phrases = dict[str, list[str]]


def match_phrases(tokens: Sequence[str], is_context: Callable[[str], bool]) -> dict[str, float]:
    """The meanings of the phrases in a header, each with the share of the header that supports it (0 to 1).

    Args:
        is_context: whether a word leaves the meaning of the others as it is.
    """
    whole, inside = phrases_by_use()
    found: dict[str, float] = {}
    for phrase, others, in_order in _list_candidates(tokens):
        meanings = (*whole.get(phrase, ()), *inside.get(phrase, ()))
        if not meanings:
            continue
        foreign = [t for t in others if not is_context(t)]
        for meaning in meanings:
            must_be_whole = meaning in whole.get(phrase, ())
            if must_be_whole and (foreign or (_is_id(others) and meaning != "record_id")):
                continue
            score = 1 - len(foreign) / (len(tokens) + 1) - 0.02 * (len(others) - len(foreign))
            score -= 0 if in_order else _COST_OF_ORDER
            found[meaning] = max(found.get(meaning, 0.0), round(score, 3))
    return found


def _list_candidates(tokens: Sequence[str]) -> Iterator[tuple[str, list[str], bool]]:
    """Words of the header joined, with its other words, and whether they stand in that order side by side."""
    count = len(tokens)
    for length in range(min(count, _LONGEST), 0, -1):
        for start in range(count - length + 1):
            yield "".join(tokens[start : start + length]), [*tokens[:start], *tokens[start + length :]], True
    if count > _LONGEST_REORDERED:
        return
    for length in range(2, min(count, _MOST_REORDERED) + 1):
        for places in permutations(range(count), length):
            if any(b - a != 1 for a, b in pairwise(places)):
                others = [token for place, token in enumerate(tokens) if place not in places]
                yield "".join(tokens[place] for place in places), others, False


def match_inside(joined: str) -> dict[str, float]:
    """The meanings of the longest word of six or more letters inside a compound name (kundenvorname)."""
    hits = [
        (len(phrase), meanings)
        for phrase, meanings in phrases_by_use()[1].items()
        if len(phrase) >= 6 and phrase in joined
    ]
    if not hits:
        return {}
    longest = max(hits)[0]
    score = 0.4 + 0.4 * longest / len(joined)
    return {
        meaning: round(score, 3) for length, meanings in hits if length == longest for meaning in meanings
    }


@cache
def phrases_by_use() -> tuple[Phrases, Phrases]:
    """The meanings of each phrase: of phrases that must be the whole name, and of those that may be a part of it."""
    whole: Phrases = {}
    inside: Phrases = {}
    own = (found_by.words.items() for found_by in FOUND_BY.values())
    changed = (("updated_at", load_lists("references")["updated_at"]),)
    lists = (load_lists(name)["meanings"].items() for name in ("header_people", "headers"))
    for meaning, phrases in chain(*lists, changed, *own):
        for phrase in phrases.split():
            target = whole if phrase.endswith("!") else inside
            words = phrase.rstrip("!").split("_")
            for key in {spell("".join(words)), "".join(map(spell, words))}:
                if meaning not in target.setdefault(key, []):
                    target[key].append(meaning)
    return whole, inside


def _is_id(tokens: Sequence[str]) -> bool:
    return any(t in ("id", "ids", "uuid", "guid", "key", "ref") for t in tokens)
