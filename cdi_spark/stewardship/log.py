"""Numbered logs of stewards: two that decide at the same time get different numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from pyspark.sql import functions as F

from cdi_spark.errors import CdiError, ConflictError
from cdi_spark.schema import TIMESTAMP, Table
from cdi_spark.spark.acting_user import acting_user
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.storage import Storage

Entries = Sequence[tuple[object, ...]]

# How often an entry is tried under a new number.
_TRIES = 10


def append_in_turn(storage: Storage, table: Table, entries: Callable[[int], Entries]) -> None:
    """Append entries under the next free numbers.

    Args:
        table: its first column is step; its last are the time of the entry, and who recorded it.
        entries: returns the entries up to their time, numbered from the given step on; called again where somebody
            else got that step. Without entries nothing is written.
    Raises:
        ConflictError: others got every step that was tried.
    """
    recorded_by = acting_user(storage.spark)
    for _ in range(_TRIES):
        newest = storage.read_or_empty(table).agg(F.max("step").alias("step")).first()
        # The step is read first: if somebody else decides before the entries are written, the entries are made again.
        first = ((newest and newest["step"]) or 0) + 1
        made = [(*entry, *recorded_by) for entry in entries(first)]
        if not made or _was_appended(storage, table, made, first=first):
            return
    raise ConflictError(f"{table.name}: others recorded decisions at the same time. Try again.")


def no_such_record(command: str, records: Iterable[str]) -> CdiError:
    """Return the error for records that do not exist."""
    return CdiError(
        f"{command}: {' and '.join(records)}: no such record in silver.person. A record id is <source>:<key>; "
        "`cdi why ENTITY` lists those of a customer."
    )


def _was_appended(storage: Storage, table: Table, entries: Entries, *, first: int) -> bool:
    """Append the entries; whether they, and not those of somebody else, got their steps."""
    try:
        rows = local_rows(storage.spark, entries, table.schema)
        # Anyone who decides at the same time has read this step or an earlier one, and uses that number.
        storage.append(table, rows, token=table.short, step=first)
    except ConflictError:
        return False
    steps = F.col("step").between(first, first + len(entries) - 1)
    # Not the time, which a table keeps less exactly.
    compared = [n for n, column in enumerate(table.columns) if column.type != TIMESTAMP]
    written = storage.read(table.name).where(steps).orderBy("step").select(*table.names).collect()
    return [[row[n] for n in compared] for row in written] == [
        [entry[n] for n in compared] for entry in entries
    ]
