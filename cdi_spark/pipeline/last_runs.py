"""What the stages were made from when they last ran: what has not changed since is not made again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from pyspark.sql import functions as F

from cdi_spark.schema import RUN
from cdi_spark.storage import Storage

Counts = dict[str, int]

# How a stage ended, in ops.run; of a run that was killed a row says so when the next one begins.
SUCCEEDED, FAILED, INTERRUPTED = "succeeded", "failed", "interrupted"
# Their rules decide about values and links as the package's own do.
_RULES_OF = ("phonenumbers", "email-validator", "pycountry", "nicknames", "splink", "duckdb")


@dataclass(frozen=True)
class Part:
    """What a part of a stage is made from: a source for ingest, a table for standardise, else the whole stage.

    Attributes:
        conf: what decides about it beside tables: conf, files, the day.
        reads: tables that it reads.
        writes: tables that it writes, or reads and writes.
    """

    conf: Any
    reads: Collection[str]
    writes: Collection[str]

    def made_from(self, versions: Mapping[str, int]) -> str:
        """A hash of what it is made from, where the tables have these versions."""
        tables = {name: versions.get(name) for name in (*self.reads, *self.writes)}
        told = json.dumps([self.conf, tables, code_hash()], sort_keys=True, default=str)
        return hashlib.sha256(told.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class LastRun:
    """How a stage last ended, as ops.run has it."""

    succeeded: bool = False
    rows: Counts = field(default_factory=dict)
    made_from: Mapping[str, str] = field(default_factory=dict)


def last_runs(storage: Storage) -> dict[str, LastRun]:
    """By stage, how it last ended; one that ended before a run was killed counts as failed, for it may be half done."""
    last = F.max_by(F.struct("started_at", "status", "rows", "made_from"), "started_at").alias("last")
    rows = storage.read_or_empty(RUN).groupBy("stage", F.col("status") == INTERRUPTED).agg(last).collect()
    killed = [row["last"]["started_at"] for row in rows if row["last"]["status"] == INTERRUPTED]
    return {
        row["stage"]: LastRun(
            row["last"]["status"] == SUCCEEDED and not any(row["last"]["started_at"] < at for at in killed),
            row["last"]["rows"] or {},
            row["last"]["made_from"] or {},
        )
        for row in rows
        if row["stage"]
    }


@cache
def code_hash() -> str:
    """A hash of this package's files, and of the packages whose rules it uses."""
    whole = hashlib.sha256()
    for name, content in sorted(_contents(files("cdi_spark"), "")):
        whole.update(name.encode() + b"\0" + content + b"\0")
    for package in _RULES_OF:
        try:
            whole.update(f"{package} {version(package)}".encode())
        except PackageNotFoundError:
            continue
    return whole.hexdigest()


def _contents(folder: Traversable, path: str) -> list[tuple[str, bytes]]:
    found = []
    for entry in folder.iterdir():
        name = f"{path}/{entry.name}"
        if entry.is_dir():
            found += _contents(entry, name) if entry.name != "__pycache__" else []
        elif entry.name.endswith((".py", ".yml", ".sql")):
            found.append((name, entry.read_bytes()))
    return found
