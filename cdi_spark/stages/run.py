"""A run, and what every stage does: work side by side, count rows, hold them against expectations."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from cdi_spark.config import Expectation, Project, Source
from cdi_spark.errors import GateError
from cdi_spark.quality import gates
from cdi_spark.storage import Storage
from cdi_spark.tables import DELIVERY, QUALITY_RESULT

Counts = dict[str, int]
Item = TypeVar("Item")
Result = TypeVar("Result")


def new_run_id() -> str:
    """A name for a run: when it began (UTC), and what no other run has."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"


@dataclass
class Run:
    """One run of the job over one project and warehouse."""

    spark: SparkSession
    project: Project
    storage: Storage
    retrain: bool = False
    run_id: str = field(default_factory=new_run_id)


def side_by_side(work: Callable[[Item], Result], items: list[Item]) -> list[Result]:
    """Do independent work on all items, a few at a time: while one plans, another computes."""
    with ThreadPoolExecutor(max_workers=4) as pool:
        return list(pool.map(work, items))


def last_delivery(run: Run, source: Source) -> Row | None:
    """The source's newest entry in ops.delivery."""
    deliveries = run.storage.read_or_empty(DELIVERY).where(F.col("source") == source.name)
    return deliveries.orderBy(F.desc("delivered_at")).first()


def gated(run: Run, *names: str) -> Counts:
    """Count the tables' rows, and hold them against their expectations; see gated_rows."""
    return gated_rows(run, {name: run.storage.read(name) for name in names})


def gated_rows(run: Run, tables: dict[str, DataFrame]) -> Counts:
    """Count rows, and hold them against their table's expectations.

    Raises:
        GateError: a table failed an expectation; the results are in ops.quality_result all the same.
    """

    def expected(name: str) -> Sequence[Expectation]:
        return run.project.quality[name].expectations if name in run.project.quality else ()

    results = [
        result
        for name, rows in tables.items()
        if expected(name)
        for result in gates.run_gate(name, rows, expected(name))
    ]
    if results:
        at = datetime.now(UTC)
        entries = [
            (run.run_id, r.table, r.expectation, r.column, r.success, r.observed, r.arguments, at)
            for r in results
        ]
        entry = run.spark.createDataFrame(entries, QUALITY_RESULT.schema)
        run.storage.append(QUALITY_RESULT, entry, token=f"{run.run_id}:{'|'.join(tables)}:{at.isoformat()}")
    failed = [r for r in results if not r.success]
    if failed:
        told = "; ".join(f"{r.table} {r.expectation} {r.column or ''} ({r.observed})" for r in failed)
        raise GateError(
            f"{told}. Mend the source or the expectation in {run.project.folder}/quality, and run again."
        )
    return {name: rows.count() for name, rows in tables.items()}
