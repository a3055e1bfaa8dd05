"""What the rows of a file or array are, by its name."""

from __future__ import annotations

from functools import cache

from cdi_spark.discovery.lexicon.headers import tokens_of
from cdi_spark.discovery.lexicon.spelling import canon
from cdi_spark.schema import DATE, FOUND_BY, LEDGER_ENTRY, TABLES, TIMESTAMP

LEDGER = LEDGER_ENTRY.short
# Meanings of columns that fill a date or a time of such a table.
EVENT_DATES = frozenset(
    meaning
    for kind, found_by in FOUND_BY.items()
    for column in TABLES[f"silver.{kind}"].columns
    if column.type in (DATE, TIMESTAMP)
    for meaning in found_by.columns.get(column.name, "").split()
)


def event_kind_of(name: str) -> str | None:
    """What event a file's, array's or column's name speaks of, if any; a longer word wins."""
    tokens = tokens_of(name)
    kinds = _kinds()
    for length in range(min(len(tokens), 3), 0, -1):
        for start in range(len(tokens) - length + 1):
            phrase = "".join(tokens[start : start + length])
            if phrase in kinds:
                return kinds[phrase]
    return None


@cache
def _kinds() -> dict[str, str]:
    return {word: kind for kind, by in FOUND_BY.items() for word in map(canon, by.names.split())}
