"""One run of the job: its workspace, its id and options, and what it looks up once."""

from __future__ import annotations

import uuid
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property

from pyspark.sql import Row
from pyspark.sql import functions as F

from cdi_spark.config import Source
from cdi_spark.connectors.files.deliveries import list_files
from cdi_spark.pipeline.last_runs import LastRun, last_runs
from cdi_spark.schema import DELIVERY
from cdi_spark.workspace import Workspace


def new_run_id() -> str:
    """Return a unique id for a run that starts now (UTC)."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"


@dataclass
class Run(Workspace):
    """One run of the job over one project and warehouse.

    Attributes:
        retrain: train a new model.
        full: score, resolve and publish everything, not only what changed.
        day: the date on which it started, UTC.
    """

    _: KW_ONLY
    retrain: bool = False
    full: bool = False
    run_id: str = field(default_factory=new_run_id)
    day: date = field(default_factory=lambda: datetime.now(UTC).date())
    # Not copied by replace(): the copy is another run.
    _files: dict[str, list[tuple[str, int, int]]] = field(default_factory=dict, init=False)
    _deliveries: dict[int | None, dict[str, Row]] = field(default_factory=dict, init=False)

    @property
    def as_of(self) -> date:
        """The date for which states and measures are computed."""
        return self.project.file.as_of or self.day

    @cached_property
    def last(self) -> dict[str, LastRun]:
        """By stage, how it ended before this run."""
        return last_runs(self.storage)

    def files_of(self, source: Source) -> list[tuple[str, int, int]]:
        """Return list_files() of a source, listed once: the files that are read are those that were compared.

        Raises:
            SourceError: no file at the path.
        """
        if source.name not in self._files:
            self._files[source.name] = list_files(self.spark, source)
        return self._files[source.name]

    def newest_deliveries(self) -> dict[str, Row]:
        """Return by source its newest row of ops.delivery; read again when the table has changed."""
        version = self.storage.versions([DELIVERY.name]).get(DELIVERY.name)
        if version not in self._deliveries:
            newest = F.max_by(F.struct(*DELIVERY.names), "delivered_at").alias("newest")
            rows = self.storage.read_or_empty(DELIVERY).groupBy("source").agg(newest).collect()
            self._deliveries = {version: {row["source"]: row["newest"] for row in rows}}
        return self._deliveries[version]


def must_rebuild(run: Run, stage: str) -> bool:
    """Return whether a stage must recompute everything: on request, or because it did not succeed last time.

    A run that failed or was killed may have left tables half written.
    """
    return run.full or not run.last.get(stage, LastRun()).succeeded
