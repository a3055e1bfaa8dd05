"""How a delivery differs from the previous one: what ends the run, and what is only reported."""

from __future__ import annotations

import math

from pyspark.sql import Row

from cdi_spark.config import Source
from cdi_spark.connectors.files.deliveries import Delivery
from cdi_spark.errors import SourceError
from cdi_spark.sql_text import columns_read

# JSON rows leave out missing values, so only these formats always list all columns.
_STATES_ITS_COLUMNS = ("csv", "parquet")


def check(delivery: Delivery, source: Source, *, last: Row | None, first: bool) -> None:
    """Refuse a delivery that would silently remove data.

    Args:
        last: the previous row of ops.delivery of the source.
        first: whether nothing ever landed from the source.
    Raises:
        SourceError: a snapshot has no rows where there were some, or far fewer; the files have no columns; or a mapped
            column is missing.
    """
    rows = sum(file.rows for file in delivery.files)
    if first and not delivery.columns:
        raise SourceError(
            f"source {source.name}: {source.path}: the files have no columns. Deliver a file with a header or rows."
        )
    before = last["rows"] if last else 0
    if source.load == "snapshot" and before and not rows and not source.allow_empty:
        raise SourceError(
            f"source {source.name}: {source.path}: the snapshot has no rows, the last delivery had {before}; it "
            "would delete them all. Deliver it again, or allow it with allow_empty: true."
        )
    gone = 1 - rows / before if before else 0.0
    if source.load == "snapshot" and rows and gone > source.largest_drop:
        raise SourceError(
            f"source {source.name}: {source.path}: the snapshot has {rows} rows, the last delivery had {before}; "
            f"{gone:.0%} of the records would count as deleted, and largest_drop allows "
            f"{source.largest_drop:.0%}. Deliver it again, or allow it with "
            f"largest_drop: {math.ceil(gone * 100) / 100}."
        )
    if last is None or not delivery.columns or source.format not in _STATES_ITS_COLUMNS:
        return
    lost = sorted((last["columns"].keys() - delivery.columns.keys()) & _read_by(source))
    if lost:
        raise SourceError(
            f"source {source.name}: {source.path}: the files no longer have {', '.join(lost)}, which the conf reads. "
            "Deliver the files with it, or remove it from the conf."
        )


def notices(delivery: Delivery, source: Source, *, last: Row | None) -> list[str]:
    """Return what an operator should know about a delivery, as sentences."""
    found = [f"{path} has the same rows as another file; it is read once" for path in delivery.repeated]
    found += [
        f"{file.path}: {file.faulty} rows cannot be read; they go to quarantine"
        for file in delivery.files
        if file.faulty
    ]
    if not sum(file.rows for file in delivery.files):
        found.append("the delivery has no rows")
    if last is None or not delivery.columns:
        return found
    before, now = last["columns"], delivery.columns
    found += [
        f"new column {name}: it lands, but no conf reads it"
        for name in sorted(now.keys() - before.keys() - _read_by(source))
    ]
    found += [f"column {name} is missing" for name in sorted(before.keys() - now.keys())]
    found += [
        f"column {name} was {before[name]} and is {now[name]}"
        for name in sorted(now.keys() & before.keys())
        if now[name] != before[name]
    ]
    return found


def _read_by(source: Source) -> set[str]:
    expressions = [*source.expressions().values()]
    expressions += [sql for emit in source.emits for sql in emit.expressions().values()]
    return set().union(*map(columns_read, expressions))
