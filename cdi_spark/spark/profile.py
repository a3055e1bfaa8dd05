"""How much there is to work on, looked up before Spark starts: it decides how Spark is set."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from glob import iglob
from pathlib import Path
from typing import Literal

Name = Literal["tiny", "small", "large"]

# Whether tables that are made mark rows that go in the files that hold them, and do not write these again.
DELETION_VECTORS = "spark.databricks.delta.properties.defaults.enableDeletionVectors"

# Small data is done before compiled code pays. Spark's own is made for each query, and a run has a thousand different
# ones; the JVM's second compiler takes a third of all processor time of a run over some hundred people.
_INTERPRETED = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    # With them, each query lists a table's files twice.
    DELETION_VECTORS: "false",
}
SETTINGS: dict[Name, dict[str, str]] = {"tiny": _INTERPRETED, "small": _INTERPRETED, "large": {}}
JAVA_OPTIONS: dict[Name, str] = {
    "tiny": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC",
    "small": "-XX:+UseParallelGC",
    "large": "-XX:+UseParallelGC",
}


# Bytes up to which data is tiny, and small.
_LIMITS_OF_RUNS = (4_000_000, 100_000_000)
_LIMITS_OF_READERS = (200_000_000, 1_000_000_000)


@dataclass(frozen=True)
class Work:
    """What there is to read, bytes; None where it does not lie on this machine."""

    sources: int | None
    tables: int | None


def profile_of(work: Work, *, runs: bool) -> Name:
    """The profile for so much work.

    Args:
        runs: sources are read and tables written; else a query or two read tables, and compiled code pays later.
    """
    if work.sources is None or work.tables is None:
        return "large"
    # Tables are compressed, and hold what landed several times over.
    whole = max(work.sources, work.tables)
    tiny, small = _LIMITS_OF_RUNS if runs else _LIMITS_OF_READERS
    return "tiny" if whole <= tiny else "small" if whole <= small else "large"


def work_at(sources: Iterable[str], warehouse: str) -> Work:
    """Bytes of the files at the sources' paths, and of the tables below a warehouse.

    Args:
        sources: paths and patterns of the sources; URIs and those that only Spark reads are unknown.
    """
    sizes = [_size_at(path) for path in sources]
    known = [size for size in sizes if size is not None]
    tables = None if "://" in warehouse else _size_below(Path(warehouse), ".parquet")
    return Work(sum(known) if len(known) == len(sizes) else None, tables)


def _size_at(path: str) -> int | None:
    local = path.removeprefix("file:")
    if ":" in local or "{" in local:
        return None
    found = iglob(local)  # noqa: PTH207  a pattern may begin at the root
    return sum(_size_below(Path(path)) for path in found)


def _size_below(place: Path, ending: str = "") -> int:
    if place.is_file():
        return place.stat().st_size
    total = 0
    for folder, _, names in os.walk(place):
        for name in names:
            if name.endswith(ending):
                try:
                    total += (Path(folder) / name).stat().st_size
                except FileNotFoundError:  # gone meanwhile
                    continue
    return total
