"""The engine itself over a project: its own stages, from raw files to entities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from cdi_spark.config import Project
from cdi_spark.gold.customer.members import current_members
from cdi_spark.pipeline.run import Run
from cdi_spark.pipeline.runner import run_stages
from cdi_spark.schema import MEMBER, PERSON
from cdi_spark.storage import Storage

_LINKAGE = ("train", "score", "resolve")


def standardised(project: Project, storage: Storage) -> pa.Table:
    """Land and standardise the raw files; return the live rows of silver.person."""
    _run(project, storage, ("ingest", "standardise"))
    table: pa.Table = storage.read(PERSON.name).where("NOT is_deleted").toArrow()
    return table.sort_by("record_id")


def entities(project: Project, storage: Storage) -> tuple[dict[str, str], float]:
    """Link the standardised records; return the entity of each, and the seconds that linking took."""
    seconds = _run(project, storage, _LINKAGE)
    rows: list[dict[str, Any]] = current_members(storage.read(MEMBER.name)).toArrow().to_pylist()
    return {row["record_id"]: row["entity_id"] for row in rows}, seconds


def _run(project: Project, storage: Storage, stages: Sequence[str]) -> float:
    return sum(done.seconds for done in run_stages(Run(project, storage), stages))
