"""What a file lists where it lists neither people nor events of theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise

from cdi_spark.discovery.lexicon import headers, name_forms
from cdi_spark.discovery.lexicon.shares import share_of
from cdi_spark.discovery.lexicon.vocabulary import load_lists
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.recognise.sheets import (
    Sheet,
    explain_skipped,
    find_event_kind,
    is_organisation,
    is_person,
)

_LISTS = load_lists("things")
# What only people have. A store may have a phone number and an e-mail address.
_OF_A_PERSON = ("birth_date", "gender", "national_id", "birth_year", "middle_name", "title")
_EMPLOYEES = "employees"


def find_things(sheets: Sequence[Sheet]) -> dict[str, str]:
    """What each sheet lists whose rows are neither people nor events, by its name: a kind of `words/things.yml`.

    Employees are left out only beside a list of other people.
    """
    free = [sheet for sheet in sheets if find_event_kind(sheet) is None]
    found = {sheet.name: kind for sheet in free if (kind := find_thing(sheet.stem, sheet.guesses))}
    others = [sheet for sheet in free if sheet.name not in found and is_person(sheet)]
    return {name: kind for name, kind in found.items() if others or kind != _EMPLOYEES}


def may_be_people(sheet: Sheet, things: Mapping[str, str]) -> bool:
    """Whether the rows are people, or organisations, which have numbers that people refer to."""
    return sheet.name not in things and (is_person(sheet) or is_organisation(sheet))


def explain_left_out(sheet: Sheet, things: Mapping[str, str]) -> str:
    """Why a sheet becomes no source, as text for the user."""
    if kind := things.get(sheet.name):
        rest = "not of customers" if kind == _EMPLOYEES else "and describes no people"
        return f"it looks like a list of {_LISTS[kind]['says']}, {rest}"
    if is_organisation(sheet):
        return (
            "it looks like a list of companies: it has no people, and nothing that links it to any (a phone number, an "
            "e-mail address, or a number that another file has)"
        )
    return explain_skipped(sheet)


def find_thing(stem: str, guesses: Sequence[Guess]) -> str | None:
    """What the rows of a table are, by the name of its file, its ids and its headers; null where they may be people.

    Returns:
        A kind of `words/things.yml`.
    """
    tokens = [token for token in headers.tokens_of(stem) if not token.isdigit()]
    named = {*tokens, *("".join(pair) for pair in pairwise(tokens))}
    own = {g.subject for g in guesses[:2] if g.subject}
    said = {"".join(headers.tokens_of(g.column.path[-1])) for g in guesses}
    names_people = headers.names_person(stem)
    for kind, (files, columns) in _words().items():
        by_name, by_id, hints = bool(named & files), bool(own & files), len(said & columns)
        is_evident = (by_name and not names_people) or (by_id and hints) or hints >= 3
        if is_evident and (kind == _EMPLOYEES or not _describes_a_person(guesses)):
            return kind
    return None


@cache
def _words() -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    return {
        kind: (_spell_all(lists["files"]), _spell_all(lists["headers"])) for kind, lists in _LISTS.items()
    }


def _spell_all(words: str) -> frozenset[str]:
    return frozenset("".join(headers.tokens_of(word)) for word in words.split())


def _describes_a_person(guesses: Sequence[Guess]) -> bool:
    meanings = {g.meaning for g in guesses}
    if meanings & set(_OF_A_PERSON) or {"given_name", "family_name"} <= meanings:
        return True
    named = [g for g in guesses if g.meaning in ("full_name", "family_name", "given_name")]
    return any(
        (g.header_score >= 0.75 and "name_word" not in headers.find_meanings(g.column.path[-1]))
        or share_of(g.column.values, name_forms.is_known_full_name) >= 0.5
        for g in named
    )
