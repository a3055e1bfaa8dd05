"""Columns that refer to the people of another file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cdi_spark.discovery.lexicon import headers
from cdi_spark.discovery.lexicon.shares import share_of
from cdi_spark.discovery.read.sampling import Samples
from cdi_spark.discovery.recognise.keys import NOT_KEYS, ROW_SUBJECTS, is_code, is_person_id
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.recognise.sheets import Sheet


@dataclass(frozen=True)
class Reference:
    """A column that refers to persons of another sheet by their key; `found` is the share of its values found there."""

    guess: Guess
    target: Sheet
    key: Guess
    found: float


def find_reference(
    sheet: Sheet, persons: Sequence[tuple[Sheet, Guess]], samples: Samples
) -> Reference | None:
    """The column of a sheet that refers to the persons of another sheet.

    Args:
        persons: sheets of people with their likely key columns.
    """
    best: Reference | None = None
    nearest = 0
    for guess in sheet.guesses:
        if not _may_refer(guess):
            continue
        for target, key in persons:
            kinship = 0 if target is sheet else _rate_kinship(guess, key, target)
            if kinship < max(1, nearest):
                continue
            found = samples.measure_containment(sheet.delivery, guess.column, target.delivery, key.column)
            better = best is None or kinship > nearest or found > best.found + 0.01
            # The recipient of goods may differ from the customer, so a code that is found outweighs the name.
            sure = kinship >= 2 and found >= 0.9 and not _are_small_numbers(guess)
            if found >= 0.3 and better and (sure or _people_agree(sheet, guess, target, key, samples)):
                best, nearest = Reference(guess, target, key, found), kinship
    return best


def find_handles(sheet: Sheet) -> list[Guess]:
    """Columns by which other files may refer to the sheet's people: ids of the row or the person, nearly unique."""
    return [
        g
        for g in sheet.guesses
        if (
            is_person_id(g)
            or (g.subject in ("", *ROW_SUBJECTS) and g.meaning in ("", "date") and not g.column.is_list)
        )
        and g.column.filled
        and g.column.distinct >= 0.9 * g.column.filled
    ]


def _may_refer(guess: Guess) -> bool:
    if guess.meaning in ("label", *NOT_KEYS) or guess.column.is_list or guess.column.fill < 0.02:
        return False
    return is_code(guess) or guess.subject is not None


def _rate_kinship(guess: Guess, key: Guess, target: Sheet) -> int:
    """How similar the names of a column and a key are, from 3 to 0; at 0, equal values are chance."""
    mine, theirs = headers.tokens_of(guess.column.path[-1]), headers.tokens_of(key.column.path[-1])
    if (guess.subject and guess.subject == key.subject) or (mine == theirs and guess.subject != ""):
        return 3
    roots = {
        t.rstrip("s") for t in headers.tokens_of(target.stem) if headers.is_person_subject(t.rstrip("s"))
    }
    if roots & {t.rstrip("s") for t in mine}:
        return 2
    if is_person_id(guess):
        return int(key.subject in (None, "", *ROW_SUBJECTS) or is_person_id(key))
    return int(not _are_small_numbers(guess) and guess.subject in (None, ""))


def _are_small_numbers(guess: Guess) -> bool:
    """Whether most values are numbers so small that any list of numbers has them."""
    return share_of(guess.column.values, lambda x: x.isdigit() and len(x) < 6) >= 0.5


def _people_agree(sheet: Sheet, guess: Guess, target: Sheet, key: Guess, samples: Samples) -> bool:
    """Whether rows of both sheets with the same id describe the same people."""
    for meaning in ("email", "family_name", "full_name", "birth_date"):
        mine, theirs = sheet.of(meaning)[:1], target.of(meaning)[:1]
        if mine and theirs and not mine[0].column.is_list and not theirs[0].column.is_list:
            ours = (sheet.delivery, guess.column, mine[0].column)
            return samples.measure_match(ours, (target.delivery, key.column, theirs[0].column)) >= 0.4
    return True
