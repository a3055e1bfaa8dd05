"""Quality gates: the expectations of the project, checked before a stage ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from pyspark.sql import DataFrame

from cdi_spark.errors import GateError
from cdi_spark.pipeline.last_runs import Counts
from cdi_spark.pipeline.run import Run
from cdi_spark.quality import gates
from cdi_spark.schema import QUALITY_RESULT
from cdi_spark.spark.local_rows import local_rows


def check_and_count(run: Run, *names: str) -> Counts:
    """Check tables against their expectations, and return their numbers of rows.

    Raises:
        GateError: as check_gates().
    """
    check_gates(run, {name: run.storage.read(name) for name in names})
    return run.storage.counts(*names)


def check_gates(run: Run, tables: Mapping[str, DataFrame]) -> None:
    """Check rows against the expectations of their table; append the results to ops.quality_result.

    Raises:
        GateError: names each expectation that failed.
    """
    results = [
        result
        for name, rows in tables.items()
        if name in run.project.quality and run.project.quality[name].expectations
        for result in gates.run_gate(name, rows, run.project.quality[name].expectations)
    ]
    if results:
        at = datetime.now(UTC)
        entries = [
            (run.run_id, r.table, r.expectation, r.column, r.success, r.observed, r.arguments, at)
            for r in results
        ]
        run.storage.append(QUALITY_RESULT, local_rows(run.spark, entries, QUALITY_RESULT.schema))
    failed = [r for r in results if not r.success]
    if failed:
        listed = "; ".join(f"{r.table} {r.expectation} {r.column or ''} ({r.observed})" for r in failed)
        raise GateError(
            f"{listed}. Fix the source or the expectation in {run.project.folder}/quality, then run again."
        )
