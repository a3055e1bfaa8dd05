"""The stages in order, under a lease and recorded in ops.run."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cdi_spark.monitoring import logs
from cdi_spark.pipeline.dependencies import PARTS
from cdi_spark.pipeline.ingest import ingest
from cdi_spark.pipeline.last_runs import Counts, LastRun, StageStatus
from cdi_spark.pipeline.publish import publish
from cdi_spark.pipeline.resolve import resolve
from cdi_spark.pipeline.run import Run, must_rebuild
from cdi_spark.pipeline.score import score
from cdi_spark.pipeline.standardise import standardise
from cdi_spark.pipeline.train import train
from cdi_spark.schema import RUN
from cdi_spark.spark.acting_user import acting_user
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.storage.lease import Lease, lease

# A row of ops.run, but for who recorded it.
_Entry = tuple[str, str, datetime, float, str, Counts, dict[str, str]]

# Ingest and standardise do the parts that they are given; the others have one part only.
STAGES: dict[str, Callable[[Run, Collection[str]], Counts]] = {
    "ingest": ingest,
    "standardise": standardise,
    "train": lambda run, _: train(run),
    "score": lambda run, _: score(run),
    "resolve": lambda run, _: resolve(run),
    "publish": lambda run, _: publish(run),
}


@dataclass(frozen=True)
class StageResult:
    """What a stage did.

    Attributes:
        rows: rows by table that it wrote or kept.
        is_unchanged: it did nothing, because nothing that it depends on has changed.
    """

    stage: str
    rows: Counts
    seconds: float
    is_unchanged: bool = False


def run_stages(run: Run, names: Sequence[str], *, wait_seconds: float = 0) -> Iterator[StageResult]:
    """Run stages one after the other under the lease of the warehouse.

    A stage, or its part for a source or a table, is skipped if nothing that it depends on has changed since it last
    succeeded.

    Args:
        names: keys of STAGES, in their order.
        wait_seconds: how long to wait for another run to end, seconds.
    Raises:
        LeaseError: another run holds the lease.
    """
    with lease(run.storage, run.run_id, wait_seconds=wait_seconds) as held:
        if held.interrupted:
            logs.notice(
                f"run {held.interrupted} was interrupted; this run continues from the tables that it left",
                run_id=run.run_id,
            )
            interrupted: _Entry = (
                held.interrupted, "", datetime.now(UTC), 0.0, StageStatus.INTERRUPTED, {}, {},
            )  # fmt: skip
            _record(run, [interrupted])
        unchanged: list[_Entry] = []
        try:
            for name in names:
                yield _run_stage(run, name, held, unchanged)
        finally:
            _record(run, unchanged)


def _run_stage(run: Run, stage: str, held: Lease, unchanged: list[_Entry]) -> StageResult:
    """Run the parts of a stage whose dependencies changed, and record how it ended.

    Args:
        unchanged: gets the entry of a stage that had nothing to do; these are written in one commit at the end.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    logs.stage_began(stage)
    status, rows, made_from = StageStatus.FAILED, Counts(), dict[str, str]()
    stale: Collection[str] | None = None
    try:
        parts = PARTS[stage](run)
        tables = {name for part in parts.values() for name in part.tables}
        before = run.storage.versions(tables)
        last = run.last.get(stage, LastRun())
        known = {} if must_rebuild(run, stage) else last.made_from
        stale = [name for name, part in parts.items() if known.get(name) != part.fingerprint(before)]
        if len(stale) < len(parts):
            rows = {name: last.rows[name] for name in tables & last.rows.keys()}
        if stale:
            held.check()
            rows |= STAGES[stage](run, stale)
        # Only the tables that the stage wrote: others may have written the rest, as judgements, meanwhile.
        written = {name for part in parts.values() for name in part.writes}
        after = before | (run.storage.versions(written) if stale else {})
        made_from = {name: part.fingerprint(after) for name, part in parts.items()}
        status = StageStatus.SUCCEEDED
    finally:
        seconds = time.monotonic() - clock
        logs.stage_ended(
            stage, status, run_id=run.run_id, seconds=seconds, rows=rows, is_unchanged=stale == []
        )
        entry = (run.run_id, stage, started, seconds, status, rows, made_from)
        if stale == []:
            unchanged.append(entry)
        else:
            _record(run, [entry])
    return StageResult(stage, rows, seconds, is_unchanged=not stale)


def _record(run: Run, entries: Sequence[_Entry]) -> None:
    if entries:
        recorded_by = acting_user(run.spark)
        rows = [(*entry, *recorded_by) for entry in entries]
        run.storage.append(RUN, local_rows(run.spark, rows, RUN.schema))
