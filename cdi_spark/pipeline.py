"""The stages in order, under a lease, on record: what a run is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cdi_spark import logs, stages
from cdi_spark.lease import lease
from cdi_spark.rows import local_rows
from cdi_spark.stages import Counts, Run
from cdi_spark.tables import RUN

STAGES: dict[str, Callable[[Run], Counts]] = {
    "ingest": stages.ingest,
    "standardise": stages.standardise,
    "train": stages.train,
    "score": stages.score,
    "resolve": stages.resolve,
    "publish": stages.publish,
}


@dataclass(frozen=True)
class StageResult:
    """What a stage did: rows by table, and seconds."""

    stage: str
    rows: Counts
    seconds: float


def run_stages(run: Run, names: Sequence[str], *, wait_seconds: float = 0) -> Iterator[StageResult]:
    """Run stages one after the other while nobody else works on the warehouse.

    Args:
        names: keys of STAGES, in their order.
        wait_seconds: how long to wait for another run to end, seconds.
    Raises:
        LeaseError: another run is at work.
    """
    with lease(run.storage, run.run_id, wait_seconds=wait_seconds) as held:
        if held.interrupted:
            told = f"run {held.interrupted} did not come to its end; this one goes on from what it left"
            logs.notice(told, run_id=run.run_id)
            _record(run, "", stages.INTERRUPTED, run_id=held.interrupted)
        for name in names:
            held.check()
            yield run_stage(run, name)


def run_stage(run: Run, stage: str) -> StageResult:
    """Run one stage and record it in ops.run, failed or not."""
    started, clock = datetime.now(UTC), time.monotonic()
    logs.stage_began(stage)
    status, rows = stages.FAILED, Counts()
    try:
        rows = STAGES[stage](run)
        status = stages.SUCCEEDED
    finally:
        seconds = time.monotonic() - clock
        logs.stage_ended(stage, status, run_id=run.run_id, seconds=seconds, rows=rows)
        _record(run, stage, status, started=started, seconds=seconds, rows=rows)
    return StageResult(stage, rows, seconds)


def _record(
    run: Run,
    stage: str,
    status: str,
    *,
    run_id: str | None = None,
    started: datetime | None = None,
    seconds: float = 0.0,
    rows: Counts | None = None,
) -> None:
    name, at = run_id or run.run_id, started or datetime.now(UTC)
    entry = local_rows(run.spark, [(name, stage, at, seconds, status, rows or {})], RUN.schema)
    run.storage.append(RUN, entry)
