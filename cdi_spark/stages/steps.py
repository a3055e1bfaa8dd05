"""Logs whose entries are numbered: who decides at the same time as somebody else gets another number."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import functions as F

from cdi_spark.errors import ConflictError
from cdi_spark.storage import Storage
from cdi_spark.tables import Table

# So often an entry is tried under a new number.
TRIES = 10


def last_step(storage: Storage, table: Table) -> int:
    """The number of the newest entry; 0 before the first."""
    newest = storage.read_or_empty(table).agg(F.max("step").alias("step")).first()
    return (newest and newest["step"]) or 0


def was_appended(
    storage: Storage, table: Table, entries: Sequence[tuple[object, ...]], *, first: int
) -> bool:
    """Append entries with steps from `first` on; whether it was these that got them.

    Args:
        table: its first column is step, its last the time of the entry.
    """
    try:
        rows = storage.spark.createDataFrame(entries, table.schema)
        # Who decides meanwhile has read no later step than this one, and so goes by this number or a smaller one.
        storage.append(table, rows, token=table.name.split(".")[1], step=first)
    except ConflictError:
        return False
    steps = F.col("step").between(first, first + len(entries) - 1)
    there = storage.read(table.name).where(steps).drop(table.names[-1]).orderBy("step").collect()
    return [tuple(row) for row in there] == [entry[:-1] for entry in entries]
