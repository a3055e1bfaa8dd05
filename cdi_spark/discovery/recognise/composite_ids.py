"""Ids of several columns: the shop and the customer number in it."""

from __future__ import annotations

from collections.abc import Sequence

from cdi_spark.discovery.lexicon import headers
from cdi_spark.discovery.read.columns import Column
from cdi_spark.discovery.read.sampling import Samples
from cdi_spark.discovery.recognise.keys import find_key, is_person_id
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.recognise.references import find_handles
from cdi_spark.discovery.recognise.sheets import Sheet


def add_composite_ids(sheets: Sequence[Sheet], people: Sequence[Sheet], samples: Samples) -> None:
    """Add a column for the composite key of every sheet of people, and one to each sheet that has the same columns."""
    for sheet in people:
        if sheet.array or any(is_person_id(guess) for guess in find_handles(sheet)):
            continue
        parts = find_key(sheet, samples, kind=None).columns
        if len(parts) < 2:
            continue
        theirs = [guess for part in parts for guess in sheet.guesses if guess.column is part]
        for other in sheets:
            if other is sheet:
                _add_composite_id(sheet, theirs, samples)
            elif all(mine := [_find_alike(other, guess) for guess in theirs]):
                _add_composite_id(other, [guess for guess in mine if guess], samples)


def drop_composite_ids(sheet: Sheet, used: Sequence[Guess]) -> None:
    """Drop the composite ids of a sheet that no reference uses."""
    sheet.guesses = [guess for guess in sheet.guesses if not guess.column.parts or guess in used]


def _find_alike(sheet: Sheet, wanted: Guess) -> Guess | None:
    """The column of a sheet that is called as one of another sheet, or numbers the same thing."""
    for guess in sheet.guesses:
        if not guess.column.parts and (
            _spell(guess.column) == _spell(wanted.column)
            or (guess.subject and guess.subject == wanted.subject)
        ):
            return guess
    return None


def _spell(column: Column) -> str:
    return "".join(headers.tokens_of(column.path[-1]))


def _add_composite_id(sheet: Sheet, guesses: Sequence[Guess], samples: Samples) -> None:
    parts = tuple(guess.column for guess in guesses)
    name = " and ".join(part.path[-1] for part in parts)
    column = Column((name,), parts[0].base, parts=parts, rows=sheet.rows)
    column.values = samples.list_values(sheet.delivery, column)
    column.filled = round(min(part.fill for part in parts) * sheet.rows)
    column.distinct = samples.count_distinct(sheet.delivery, [column])
    sheet.guesses.append(Guess(column, subject="record"))
