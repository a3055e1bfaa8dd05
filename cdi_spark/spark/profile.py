"""The profile: how Spark is configured, by the amount of data, which is looked up before Spark starts."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from glob import iglob
from pathlib import Path
from typing import Literal

Name = Literal["tiny", "small", "large"]

# The heap of a driver that is started here, unless conf gives another.
DRIVER_MEMORY = "4g"
# Whether new tables mark deleted rows in their files instead of rewriting these.
DELETION_VECTORS = "spark.databricks.delta.properties.defaults.enableDeletionVectors"

# On small data, compiling takes longer than it saves. Spark compiles each query, and a run has a thousand different
# ones; the JVM's second compiler takes a third of the processor time of a run over some hundred people.
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
    """The amount of data to read, bytes; None if it is not on this machine."""

    sources: int | None
    tables: int | None


def profile_of(work: Work, *, runs: bool) -> Name:
    """Return the profile for an amount of work.

    Args:
        runs: sources are read and tables written; else a few queries read tables, and compiling pays only for more.
    """
    if work.sources is None or work.tables is None:
        return "large"
    # Tables are compressed, and have landed rows several times.
    size = max(work.sources, work.tables)
    tiny, small = _LIMITS_OF_RUNS if runs else _LIMITS_OF_READERS
    return "tiny" if size <= tiny else "small" if size <= small else "large"


def work_at(sources: Iterable[str], warehouse: str) -> Work:
    """Return the bytes of the files at the sources' paths, and of the tables below a warehouse.

    Args:
        sources: paths and patterns of the sources; the size of URIs and of paths that only Spark reads is unknown.
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
                except FileNotFoundError:  # deleted meanwhile
                    continue
    return total
