"""Columns that refer to the people of another file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cdi_spark.discovery.lexicon import headers, patterns
from cdi_spark.discovery.lexicon.shares import share_of
from cdi_spark.discovery.read.forms import AS_WRITTEN, Form
from cdi_spark.discovery.read.sampling import Samples
from cdi_spark.discovery.recognise.id_matches import (
    IdMatch,
    apply_to_all,
    find_in_text,
    match_ids,
    prefixes_of,
)
from cdi_spark.discovery.recognise.keys import NOT_KEYS, ROW_SUBJECTS, is_code, is_person_id
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.recognise.sheets import Sheet, find_event_kind, is_person

# Meanings of texts that may hold numbers, but none of a customer.
_NO_TEXTS = frozenset(("phone", "street", "email", "full_name", "city", "postcode", "national_id", "company"))


@dataclass(frozen=True)
class Reference:
    """A column that refers to persons of another sheet by their key.

    `found` is the share of its values that are keys there once both are in `form`; `sheet` is its own.
    """

    sheet: Sheet
    guess: Guess
    target: Sheet
    key: Guess
    found: float
    form: Form = AS_WRITTEN

    @property
    def fill(self) -> float:
        """The share of the rows that refer to a person."""
        return self.guess.column.fill


@dataclass(frozen=True)
class NearMiss:
    """A column that looks like a reference, and is none: what to report to the user."""

    guess: Guess
    text: str


def find_reference(
    sheet: Sheet, persons: Sequence[tuple[Sheet, Guess]], samples: Samples, *, least_kinship: int = 1
) -> tuple[Reference | None, list[NearMiss]]:
    """The column of a sheet that refers to the persons of another sheet; and those that look so, and do not.

    Args:
        persons: sheets of people with their likely key columns.
        least_kinship: how similar the names must be, see _rate_kinship.
    """
    best: Reference | None = None
    nearest = 0
    missed: dict[Guess, tuple[float, NearMiss]] = {}
    # Lists of two shops count their customers alike.
    lists_people = is_person(sheet) and find_event_kind(sheet) is None
    for guess in sheet.guesses:
        if not _may_refer(guess):
            continue
        for target, key in persons:
            kinship = 0 if target is sheet else _rate_kinship(guess, key, target)
            if kinship < max(least_kinship, nearest):
                continue
            match = match_ids(guess, target, key, samples)
            found, form = _accept_form(match, guess, key, kinship)
            if kinship >= 2 and (found < 0.3 or match.lost.steps):
                miss = NearMiss(guess, match.describe_miss(guess.column.name, target.name))
                if guess not in missed or match.would_be > missed[guess][0]:
                    missed[guess] = (match.would_be, miss)
            better = best is None or kinship > nearest or found > best.found + 0.01
            # The recipient of goods may differ from the customer, so a code that is found outweighs the name.
            sure = kinship >= 2 and found >= 0.9 and not lists_people and not _are_small_numbers(guess, form)
            if (
                found >= 0.3
                and better
                and (sure or _people_agree(Reference(sheet, guess, target, key, found, form), samples))
            ):
                best, nearest = Reference(sheet, guess, target, key, found, form), kinship
    if best is None:
        return None, [miss for _, miss in missed.values()]
    if _looks_only(best.guess):
        best.guess.meaning = ""
    used = (best.guess.column, *best.guess.column.parts)
    return best, [miss for guess, (_, miss) in missed.items() if guess.column not in used]


def find_reference_in_text(
    sheet: Sheet, persons: Sequence[tuple[Sheet, Guess]], samples: Samples
) -> Reference | None:
    """The column of free text that names persons of another sheet by their key, where most rows do."""
    for guess in sheet.guesses:
        column = guess.column
        if column.is_list or column.kind != "text" or share_of(column.values, lambda x: " " in x) < 0.5:
            continue
        if guess.meaning in _NO_TEXTS:
            continue
        for target, key in persons:
            if target is not sheet and (match := find_in_text(guess, target, key, samples)):
                numbers = apply_to_all(match.form, column.values)
                share = numbers.total() / max(1, column.values.total())
                named = replace(
                    column,
                    values=numbers,
                    distinct=len(numbers),
                    filled=round(share * column.filled),
                )
                found = Guess(named, "reference", doubt="taken from the text")
                sheet.guesses.append(found)
                return Reference(sheet, found, target, key, match.found, match.form)
    return None


def find_handles(sheet: Sheet) -> list[Guess]:
    """Columns by which other files may refer to the sheet's people: ids of the row or the person, nearly unique."""
    return [
        g
        for g in sheet.guesses
        if (
            is_person_id(g)
            or (not g.meaning and share_of(g.column.values, patterns.is_hash) >= 0.95)
            or (g.subject in ("", *ROW_SUBJECTS) and g.meaning in ("", "date") and not g.column.is_list)
        )
        and g.column.filled
        # Each file of a list may have all of its people.
        and g.column.distinct * len(sheet.delivery.files) >= 0.9 * g.column.filled
    ]


def _may_refer(guess: Guess) -> bool:
    if guess.meaning in ("label", *NOT_KEYS) and not _looks_only(guess):
        return False
    if guess.column.is_list or guess.column.fill < 0.02:
        return False
    if headers.names_another_person(guess.column.path[-1]):
        return False
    return is_code(guess) or guess.subject is not None


def _looks_only(guess: Guess) -> bool:
    """Whether its values alone, not its header, make a column a phone number or a postcode."""
    return guess.by_values and guess.meaning in ("phone", "postcode")


def _accept_form(match: IdMatch, guess: Guess, key: Guess, kinship: int) -> tuple[float, Form]:
    """The share of the values that are found, and the form; nothing where only the form makes other things equal."""
    if kinship >= 2 or not match.form.steps:
        return match.found, match.form
    # P-17 is a product, C-17 a customer.
    mine, theirs = prefixes_of(guess.column.values), prefixes_of(key.column.values)
    of_another = "prefix" in match.form.steps and mine and theirs and not mine & theirs
    if of_another or _are_small_numbers(guess, match.form):
        return 0.0, AS_WRITTEN
    return match.found, match.form


def _rate_kinship(guess: Guess, key: Guess, target: Sheet) -> int:
    """How similar the names of a column and a key are, from 3 to 0; at 0, equal values are chance."""
    mine, theirs = headers.tokens_of(guess.column.path[-1]), headers.tokens_of(key.column.path[-1])
    # A column called customer holds numbers of customers too.
    named = guess.subject or ("".join(mine) if guess.subject is None else "")
    if (named and named == key.subject) or (mine == theirs and guess.subject != ""):
        return 3
    roots = {
        t.rstrip("s") for t in headers.tokens_of(target.stem) if headers.is_person_subject(t.rstrip("s"))
    }
    if roots & {t.rstrip("s") for t in mine}:
        return 2
    if is_person_id(guess):
        return int(key.subject in (None, "", *ROW_SUBJECTS) or is_person_id(key))
    # Numbers of other things may lie in the range of the keys; codes with letters do not.
    lettered = share_of(guess.column.values, lambda x: not x.isdigit()) >= 0.9
    return int(not _are_small_numbers(guess) and (guess.subject in (None, "") or lettered))


def _are_small_numbers(guess: Guess, form: Form = AS_WRITTEN) -> bool:
    """Whether most values are numbers so small that any list of numbers has them."""
    return share_of(apply_to_all(form, guess.column.values), lambda x: x.isdigit() and len(x) < 6) >= 0.5


def _people_agree(reference: Reference, samples: Samples) -> bool:
    """Whether rows of both sheets with the same id describe the same people."""
    sheet, target = reference.sheet, reference.target
    for meaning in ("email", "family_name", "full_name", "birth_date"):
        mine, theirs = sheet.of(meaning)[:1], target.of(meaning)[:1]
        if mine and theirs and not mine[0].column.is_list and not theirs[0].column.is_list:
            ours = (sheet.delivery, reference.guess.column, mine[0].column)
            other = (target.delivery, reference.key.column, theirs[0].column)
            return samples.measure_match(ours, other, reference.form) >= 0.4
    return True
