"""How a delivery differs from the one before: what ends the run, and what is only told."""

from __future__ import annotations

from pyspark.sql import Row

from cdi_spark.config import Source
from cdi_spark.connectors.files.deliveries import Delivery
from cdi_spark.errors import SourceError
from cdi_spark.sql_text import columns_read

# A JSON row leaves out what it has not; a table of columns does not.
_STATES_ITS_COLUMNS = ("csv", "parquet")


def check(delivery: Delivery, source: Source, *, last: Row | None, first: bool) -> None:
    """Refuse a delivery that would silently take something away.

    Args:
        last: the row of ops.delivery before this one.
        first: nothing ever landed from the source.
    Raises:
        SourceError: a snapshot without rows where there were some, no columns at all, or a mapped column
            that is gone.
    """
    rows = sum(file.rows for file in delivery.files)
    if first and not delivery.columns:
        raise SourceError(
            f"source {source.name}: {source.path}: holds no columns. Give a file with a header or rows."
        )
    before = last["rows"] if last else 0
    if source.load == "snapshot" and before and not rows and not source.allow_empty:
        raise SourceError(
            f"source {source.name}: {source.path}: holds no rows, where the last delivery had {before}; as a "
            "snapshot it would delete them all. Deliver it again, or allow it with allow_empty: true."
        )
    if last is None or not delivery.columns or source.format not in _STATES_ITS_COLUMNS:
        return
    lost = sorted((last["columns"].keys() - delivery.columns.keys()) & _read_by(source))
    if lost:
        raise SourceError(
            f"source {source.name}: {source.path}: no longer has {', '.join(lost)}, which its conf reads. Deliver "
            "the file with it, or take it out of the conf."
        )


def notices(delivery: Delivery, source: Source, *, last: Row | None) -> list[str]:
    """What an operator should know of a delivery, in plain words."""
    told = [f"{path} holds the same rows as another file; it counts once" for path in delivery.repeated]
    told += [
        f"{file.path}: {file.faulty} rows cannot be read; they go to quarantine"
        for file in delivery.files
        if file.faulty
    ]
    if not sum(file.rows for file in delivery.files):
        told.append("the delivery holds no rows")
    if last is None or not delivery.columns:
        return told
    before, now = last["columns"], delivery.columns
    told += [
        f"new column {name}: it lands, and no conf reads it"
        for name in sorted(now.keys() - before.keys() - _read_by(source))
    ]
    told += [f"column {name} is gone" for name in sorted(before.keys() - now.keys())]
    told += [
        f"column {name} was {before[name]} and is {now[name]}"
        for name in sorted(now.keys() & before.keys())
        if now[name] != before[name]
    ]
    return told


def _read_by(source: Source) -> set[str]:
    expressions = [*source.expressions().values()]
    expressions += [sql for emit in source.emits for sql in emit.expressions().values()]
    return set().union(*map(columns_read, expressions))
