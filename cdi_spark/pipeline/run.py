"""A run, and what every stage does: count rows, hold them against expectations."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from cdi_spark.config import Expectation, Source
from cdi_spark.connectors.files.deliveries import list_files
from cdi_spark.errors import GateError
from cdi_spark.pipeline.last_runs import Counts, LastRun, last_runs
from cdi_spark.quality import gates
from cdi_spark.schema import DELIVERY, QUALITY_RESULT
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.workspace import Workspace


def new_run_id() -> str:
    """A name for a run: when it began (UTC), and what no other run has."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"


@dataclass
class Run(Workspace):
    """One run of the job over one project and warehouse.

    Attributes:
        retrain: train a new model.
        full: score, resolve and publish everything, whatever was done before.
        day: when it began, UTC.
    """

    _: KW_ONLY
    retrain: bool = False
    full: bool = False
    run_id: str = field(default_factory=new_run_id)
    day: date = field(default_factory=lambda: datetime.now(UTC).date())
    # Not for a copy, which is another run.
    _files: dict[str, list[tuple[str, int, int]]] = field(default_factory=dict, init=False)
    _deliveries: dict[int | None, dict[str, Row]] = field(default_factory=dict, init=False)

    @property
    def as_of(self) -> date:
        """The day on which states and measures are told."""
        return self.project.file.as_of or self.day

    @cached_property
    def last(self) -> dict[str, LastRun]:
        """By stage, how it ended before this run; looked up once."""
        return last_runs(self.storage)

    def files_of(self, source: Source) -> list[tuple[str, int, int]]:
        """The files of a source, as list_files(); listed once, so that what is read is what was looked at.

        Raises:
            SourceError: no file at the path.
        """
        if source.name not in self._files:
            self._files[source.name] = list_files(self.spark, source)
        return self._files[source.name]

    def newest_deliveries(self) -> dict[str, Row]:
        """By source, its newest entry in ops.delivery; looked up again where there are more."""
        version = self.storage.versions([DELIVERY.name]).get(DELIVERY.name)
        if version not in self._deliveries:
            newest = F.max_by(F.struct(*DELIVERY.names), "delivered_at").alias("newest")
            rows = self.storage.read_or_empty(DELIVERY).groupBy("source").agg(newest).collect()
            self._deliveries = {version: {row["source"]: row["newest"] for row in rows}}
        return self._deliveries[version]


def must_rebuild(run: Run, stage: str) -> bool:
    """Whether a stage must not build on what is there: by wish, or because it did not end well when it last ran.

    What a run that failed or was killed has half written is made whole so, whatever became of its input since.
    """
    return run.full or not run.last.get(stage, LastRun()).succeeded


def check_and_count(run: Run, *names: str) -> Counts:
    """Hold the tables against their expectations, and count their rows.

    Raises:
        GateError: as check_gates().
    """
    check_gates(run, {name: run.storage.read(name) for name in names})
    return run.storage.counts(*names)


def check_gates(run: Run, tables: dict[str, DataFrame]) -> None:
    """Hold rows against the expectations of their table.

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
        entry = local_rows(run.spark, entries, QUALITY_RESULT.schema)
        run.storage.append(QUALITY_RESULT, entry)
    failed = [r for r in results if not r.success]
    if failed:
        told = "; ".join(f"{r.table} {r.expectation} {r.column or ''} ({r.observed})" for r in failed)
        raise GateError(
            f"{told}. Mend the source or the expectation in {run.project.folder}/quality, and run again."
        )
