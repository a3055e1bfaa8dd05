"""How each stage ended when it last ran, as ops.run records it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pyspark.sql import functions as F

from cdi_spark.schema import RUN
from cdi_spark.storage import Storage

# Rows by table.
Counts = dict[str, int]


class StageStatus(StrEnum):
    """How a stage ended; ops.run.status."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    # The run was killed; the next run records this.
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class LastRun:
    """How a stage last ended.

    Attributes:
        rows: ops.run.rows.
        made_from: ops.run.made_from.
    """

    succeeded: bool = False
    rows: Counts = field(default_factory=dict)
    made_from: Mapping[str, str] = field(default_factory=dict)


def last_runs(storage: Storage) -> dict[str, LastRun]:
    """Return by stage how it last ended.

    Every stage that ended before a run was killed counts as failed: the killed run may have done part of it again.
    """
    is_interrupted = F.col("status") == F.lit(StageStatus.INTERRUPTED)
    last = F.max_by(F.struct("started_at", "status", "rows", "made_from"), "started_at").alias("last")
    found = storage.read_or_empty(RUN).groupBy("stage", is_interrupted).agg(last).collect()
    by_stage = [(row["stage"], row["last"]) for row in found]
    killed = [run["started_at"] for _, run in by_stage if run["status"] == StageStatus.INTERRUPTED]
    return {
        stage: LastRun(
            run["status"] == StageStatus.SUCCEEDED and not any(run["started_at"] < at for at in killed),
            run["rows"] or {},
            run["made_from"] or {},
        )
        for stage, run in by_stage
        if stage
    }
