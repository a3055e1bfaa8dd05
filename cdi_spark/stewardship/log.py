"""Stewards' logs, whose entries are numbered: who decides at the same time as somebody else gets another number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from pyspark.sql import functions as F

from cdi_spark.errors import CdiError, ConflictError
from cdi_spark.schema import Table
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.storage import Storage

Entries = Sequence[tuple[object, ...]]

# So often an entry is tried under a new number.
_TRIES = 10


def append_in_turn(storage: Storage, table: Table, entries: Callable[[int], Entries]) -> None:
    """Append entries under the next free numbers.

    Args:
        table: its first column is step, its last the time of the entry.
        entries: makes them, numbered from the step that it is given on; asked again where somebody else got that step,
            and none where nothing is to be written.
    Raises:
        ConflictError: others got every step that was tried.
    """
    for _ in range(_TRIES):
        newest = storage.read_or_empty(table).agg(F.max("step").alias("step")).first()
        # The step first: who decides before the entries are made gets it, and they are made again.
        first = ((newest and newest["step"]) or 0) + 1
        made = entries(first)
        if not made or _was_appended(storage, table, made, first=first):
            return
    raise ConflictError(f"{table.name}: others decide all the time. Try again.")


def no_such_record(command: str, records: Iterable[str]) -> CdiError:
    """What a steward is told who names records that are not there."""
    return CdiError(
        f"{command}: {' and '.join(records)}: no such record in silver.person. A record id is <source>:<key>; "
        "`cdi why ENTITY` lists a customer's."
    )


def _was_appended(storage: Storage, table: Table, entries: Entries, *, first: int) -> bool:
    """Whether it was these that got their steps."""
    try:
        rows = local_rows(storage.spark, entries, table.schema)
        # Who decides meanwhile has read no later step than this one, and so goes by this number or a smaller one.
        storage.append(table, rows, token=table.name.split(".")[1], step=first)
    except ConflictError:
        return False
    steps = F.col("step").between(first, first + len(entries) - 1)
    there = storage.read(table.name).where(steps).drop(table.names[-1]).orderBy("step").collect()
    return [tuple(row) for row in there] == [entry[:-1] for entry in entries]
