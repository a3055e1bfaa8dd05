"""The date of a row's version: of two rows of one key, the later holds."""

from __future__ import annotations

from cdi_spark.discovery.lexicon import headers
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.recognise.sheets import Sheet

# Dates of the person or of something that happened to it, which say nothing of the row's version.
_NEVER = ("birth_date", "created_at", "deleted")
_LEAST_FILLED = 0.5


def find_version(sheet: Sheet, *, kind: str | None) -> Guess | None:
    """The column with the time of the last change, or with the date since when the row holds.

    Args:
        kind: the kind of event that a row is; null for a person.
    """
    if changed := [guess for guess in sheet.of("updated_at") if guess.is_timed]:
        return changed[0]
    if kind is not None:
        return None
    dated = [
        guess
        for guess in sheet.guesses
        if guess.meaning not in _NEVER
        and guess.is_timed
        and guess.column.fill >= _LEAST_FILLED
        and headers.names_version_date(guess.column.path[-1])
    ]
    return max(dated, key=lambda guess: guess.column.fill, default=None)
