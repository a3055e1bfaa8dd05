"""Tells files apart by their content, and files of changes by their name too."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from pyspark.sql import types as T

from cdi_spark.config import Source

# Of one partition of a file: file, partition, first row id, rows, faulty rows, and hashes of the content.
Part = tuple[str, int, int, int, int, int, int]
# Of one partition of a file: file, partition, batch, and the number of row ids before the file's first row.
Place = tuple[str, int, str, int]


@dataclass(frozen=True)
class File:
    """One file of a delivery.

    `batch` is the hash of its rows, independent of its name and their order. Where a file of changes has the rows of
    another, what tells it apart stands behind the hash.
    """

    path: str
    batch: str
    rows: int
    faulty: int


@dataclass(frozen=True)
class Batch:
    """A batch in bronze: its files, and when it landed, in microseconds since 1970."""

    files: Sequence[str]
    landed_at: int


@dataclass(frozen=True)
class Landed:
    """What is known of a source: its columns in bronze, its batches there, and those of the newest delivery."""

    columns: T.StructType = field(default_factory=T.StructType)
    batches: Mapping[str, Batch] = field(default_factory=dict)
    newest: Collection[str] = ()


def tell_apart(
    parts: Sequence[Part], source: Source, landed: Landed, *, changed_at: int | None
) -> tuple[list[File], list[str], list[Place]]:
    """Return the files to land, the files that repeat the content of another, and where the rows of each begin.

    Args:
        changed_at: when the file last changed, in microseconds since 1970, if the source has a single file.
    """
    by_file: dict[str, list[Part]] = {}
    for part in parts:
        by_file.setdefault(part[0], []).append(part)
    files: dict[str, File] = {}
    repeated: list[str] = []
    places: list[Place] = []
    for path, own in by_file.items():
        batch = _content_hash(own)
        if source.load == "changes":
            batch = _batch_of_changes(batch, path, source, files.keys(), landed, changed_at)
        if batch in files:
            repeated.append(path)
            continue
        files[batch] = File(path, batch, sum(part[3] for part in own), sum(part[4] for part in own))
        before = 0
        for _, partition, first, count, *_rest in own:
            places.append((path, partition, batch, first - before))
            before += count
    return list(files.values()), repeated, places


def plain_path(file: str) -> str:
    """Return a file's address in the one way in which it can be compared: Spark writes it in several.

    >>> plain_path("file:///in/a%20b.csv") == plain_path("file:/in/a b.csv") == "/in/a b.csv"
    True
    """
    return re.sub(r"^file:/+", "/", unquote(file))


def _content_hash(parts: Sequence[Part]) -> str:
    xor = 0
    for part in parts:
        xor ^= part[6]
    rows, total = sum(part[3] for part in parts), sum(part[5] for part in parts)
    return hashlib.sha256(f"{rows}:{total}:{xor}".encode()).hexdigest()


def _batch_of_changes(
    content: str, path: str, source: Source, taken: Collection[str], landed: Landed, changed_at: int | None
) -> str:
    """Return the batch of a file of changes: it is known if it landed under its name.

    A value that goes back comes in a file with the content of an earlier one. Such a file has another name, or it is
    the source's only file and was written again after that content landed and something else followed.
    """
    depth = _depth(path, source)
    same = {batch: known for batch, known in landed.batches.items() if batch.partition("-")[0] == content}
    mine = [
        batch for batch, known in same.items() if _end(path, depth) in {_end(f, depth) for f in known.files}
    ]
    free = [batch for batch in mine if batch not in taken]
    if free:
        newest = max(free, key=lambda batch: (batch in landed.newest, same[batch].landed_at))
        if changed_at is None or newest in landed.newest or changed_at <= same[newest].landed_at:
            return newest
        return f"{content}-{_short_hash(str(changed_at))}"
    if same or content in taken:
        return f"{content}-{_short_hash(_end(path, depth))}"
    return content


def _depth(path: str, source: Source) -> int:
    """Return how many parts of a file's path are its name: those that the source's path does not fix."""
    fixed = re.split(r"[^/]*[*?\[{]", plain_path(source.path), maxsplit=1)[0].strip("/").split("/")
    parts = plain_path(path).strip("/").split("/")
    return max(1, len(parts) - len(fixed)) if parts[: len(fixed)] == fixed else 1


def _end(path: str, depth: int) -> str:
    return "/".join(plain_path(path).split("/")[-depth:])


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
