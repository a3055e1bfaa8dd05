"""The stages in order, under a lease, on record: what a run is."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cdi_spark.monitoring import logs
from cdi_spark.pipeline.dependencies import PARTS
from cdi_spark.pipeline.ingest import ingest
from cdi_spark.pipeline.last_runs import FAILED, INTERRUPTED, SUCCEEDED, Counts, LastRun, Part
from cdi_spark.pipeline.publish import publish
from cdi_spark.pipeline.resolve import resolve
from cdi_spark.pipeline.run import Run, must_rebuild
from cdi_spark.pipeline.score import score
from cdi_spark.pipeline.standardise import standardise
from cdi_spark.pipeline.train import train
from cdi_spark.schema import RUN
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.storage.lease import Lease, lease

# A row of ops.run.
_Entry = tuple[str, str, datetime, float, str, Counts, dict[str, str]]

# Each does the parts that it is given; those that have no parts, all.
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
    """What a stage did: rows by table, and seconds; nothing where nothing that it goes by has changed."""

    stage: str
    rows: Counts
    seconds: float
    is_unchanged: bool = False


def run_stages(run: Run, names: Sequence[str], *, wait_seconds: float = 0) -> Iterator[StageResult]:
    """Run stages one after the other while nobody else works on the warehouse.

    A stage, or its part for a source or a table, that nothing reached since it last succeeded is left as it is.

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
            killed: _Entry = (held.interrupted, "", datetime.now(UTC), 0.0, INTERRUPTED, {}, {})
            _record(run, [killed])
        unchanged: list[_Entry] = []
        try:
            for name in names:
                yield _run_stage(run, name, held, unchanged)
        finally:
            _record(run, unchanged)


def _run_stage(run: Run, stage: str, held: Lease, unchanged: list[_Entry]) -> StageResult:
    """Run what of a stage is to be run, and record it in ops.run, failed or not.

    Args:
        unchanged: entries of stages that had nothing to do; they are written together, for each commit takes a while.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    logs.stage_began(stage)
    status, rows, made_from = FAILED, Counts(), dict[str, str]()
    stale: Collection[str] | None = None
    try:
        parts = PARTS[stage](run)
        before = run.storage.versions(_tables(parts))
        last = run.last.get(stage, LastRun())
        known = {} if must_rebuild(run, stage) else last.made_from
        stale = [name for name, part in parts.items() if known.get(name) != part.made_from(before)]
        kept = _tables(parts) & last.rows.keys() if stale != list(parts) else set()
        rows = {name: last.rows[name] for name in kept}
        if stale:
            held.check()
            rows |= STAGES[stage](run, stale)
        # What others write meanwhile, as judgements, the stage may not have seen.
        written = {name for part in parts.values() for name in part.writes}
        now = before | (run.storage.versions(written) if stale else {})
        made_from = {name: part.made_from(now) for name, part in parts.items()}
        status = SUCCEEDED
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


def _tables(parts: Mapping[str, Part]) -> set[str]:
    return {name for part in parts.values() for name in (*part.reads, *part.writes)}


def _record(run: Run, entries: Sequence[_Entry]) -> None:
    if entries:
        run.storage.append(RUN, local_rows(run.spark, entries, RUN.schema))
