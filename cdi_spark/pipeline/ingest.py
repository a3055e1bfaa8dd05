"""The stage ingest: append the new files of every source to bronze."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from cdi_spark.config import Source
from cdi_spark.connectors.files import drift
from cdi_spark.connectors.files.batches import Batch, Landed
from cdi_spark.connectors.files.deliveries import as_source_errors, landed_schema, read_delivery
from cdi_spark.errors import LedgerError, SourceError
from cdi_spark.linkage.model.person_model import digest
from cdi_spark.monitoring import logs
from cdi_spark.pipeline.last_runs import Counts
from cdi_spark.pipeline.run import Run
from cdi_spark.schema import DELIVERY
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.spark.parallel import side_by_side

# A row of ops.delivery.
_Entry = tuple[object, ...]


def ingest(run: Run, names: Collection[str]) -> Counts:
    """Append the new files of sources to bronze, and record each new delivery in ops.delivery.

    A file whose content was appended before is skipped.

    Args:
        names: the sources.
    Raises:
        SourceError: one line per source that cannot be read; the others are appended.
    """
    counts: Counts = {}
    delivered: list[_Entry] = []
    faults: list[str] = []
    last = run.newest_deliveries()

    def append_or_fault(source: Source) -> tuple[int, _Entry | None] | SourceError:
        try:
            return _append_new_files(run, source, last.get(source.name))
        except SourceError as fault:
            return fault

    sources = [source for source in run.project.sources if source.name in names]
    results = side_by_side(append_or_fault, sources, doing=lambda source: f"reading {source.name}")
    for source, result in zip(sources, results, strict=True):
        if isinstance(result, SourceError):
            faults.append(str(result))
        else:
            counts[f"bronze.{source.name}"] = result[0]
            delivered += [result[1]] if result[1] else []
    if delivered:
        run.storage.append(DELIVERY, local_rows(run.spark, delivered, DELIVERY.schema))
    if faults:
        raise SourceError("\n".join(faults))
    return counts


def _append_new_files(run: Run, source: Source, last: Row | None) -> tuple[int, _Entry | None]:
    """Append new files to the source's bronze table.

    Returns:
        The number of rows in the table, and the row of ops.delivery if the delivery differs from the last one.
    """
    table = f"bronze.{source.name}"
    bronze = run.storage.read(table) if run.storage.exists(table) else None
    before = _landed(bronze, last) if bronze else Landed()
    listed = run.files_of(source)
    delivery = read_delivery(run.spark, source, run_id=run.run_id, landed=before, listed=listed)
    drift.check(delivery, source, last=last, first=bronze is None)
    for notice in drift.notices(delivery, source, last=last):
        logs.notice(notice, run_id=run.run_id, stage="ingest", source=source.name)
    landed = {batch: known.rows for batch, known in before.batches.items()}
    fresh = [file for file in delivery.files if file.batch not in landed]
    if fresh or bronze is None:
        batches = [file.batch for file in fresh]
        with as_source_errors(source):
            new = delivery.rows.where(F.col("_batch").isin(batches))
            run.storage.append_once(table, new, token=digest(batches))
        landed = _rows_by_batch(run.storage.read(table))
    for file in fresh:
        if landed.get(file.batch) != file.rows:
            raise LedgerError(
                f"source {source.name}: {file.rows} rows in {file.path}, {landed.get(file.batch, 0)} in {table}. "
                "The files changed while they were read. Run again when they no longer change."
            )
    total = sum(landed.values())
    if last is not None and sorted(last["batches"]) == delivery.batches:
        return total, None
    rows = sum(file.rows for file in delivery.files)
    entry = (source.name, datetime.now(UTC), delivery.batches, rows, delivery.columns, run.run_id)
    return total, entry


def _landed(bronze: DataFrame, last: Row | None) -> Landed:
    found = bronze.groupBy("_batch").agg(
        F.count("*").alias("rows"),
        F.collect_set("_file").alias("files"),
        F.max(F.unix_micros("_ingested_at")).alias("landed_at"),
    )
    batches = {row["_batch"]: Batch(row["rows"], row["files"], row["landed_at"]) for row in found.collect()}
    return Landed(landed_schema(bronze), batches, last["batches"] if last else ())


def _rows_by_batch(bronze: DataFrame) -> dict[str, int]:
    return {row["_batch"]: row["count"] for row in bronze.groupBy("_batch").count().collect()}
