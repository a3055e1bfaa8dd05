"""Tells files apart by their content, and files of changes by their name too."""

from __future__ import annotations

import hashlib
import operator
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import NamedTuple
from urllib.parse import unquote

from pyspark.sql import types as T

from cdi_spark.config import Source

# Of one partition of a file: file, partition, batch, and the number of row ids before the file's first row.
Place = tuple[str, int, str, int]


class Part(NamedTuple):
    """What a partition has of a file: the id of its first row, its rows and faulty rows, and hashes of the content."""

    file: str
    partition: int
    first: int
    rows: int
    faulty: int
    sum: int
    xor: int


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
    """A batch in bronze: its rows and files, and when it landed, in microseconds since 1970."""

    rows: int
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
        by_file.setdefault(part.file, []).append(part)
    known = _Known(source, landed, changed_at) if source.load == "changes" else None
    files: dict[str, File] = {}
    repeated: list[str] = []
    places: list[Place] = []
    for path, own in by_file.items():
        batch = _content_hash(own)
        if known:
            batch = known.batch_of(batch, path, taken=files.keys())
        if batch in files:
            repeated.append(path)
            continue
        files[batch] = File(path, batch, sum(part.rows for part in own), sum(part.faulty for part in own))
        before = 0
        for part in own:
            places.append((path, part.partition, batch, part.first - before))
            before += part.rows
    return list(files.values()), repeated, places


def plain_path(file: str) -> str:
    """Return a file's address in the one way in which it can be compared: Spark writes it in several.

    >>> plain_path("file:///in/a%20b.csv") == plain_path("file:/in/a b.csv") == "/in/a b.csv"
    True
    """
    return re.sub(r"^file:/+", "/", unquote(file))


def glob_escaped(path: str) -> str:
    """Escape a file's path for where Spark expects a pattern."""
    return re.sub(r"([\[\]{}*?\\])", r"\\\1", path)


def _content_hash(parts: Sequence[Part]) -> str:
    xor = reduce(operator.xor, (part.xor for part in parts))
    rows, total = sum(part.rows for part in parts), sum(part.sum for part in parts)
    return hashlib.sha256(f"{rows}:{total}:{xor}".encode()).hexdigest()


class _Known:
    """The batches of a source of changes, by their content and the names of their files."""

    def __init__(self, source: Source, landed: Landed, changed_at: int | None) -> None:
        self._newest, self._changed_at = frozenset(landed.newest), changed_at
        # The part of the path that is the same for all files.
        self._fixed = _parts(re.split(r"[^/]*[*?\[{]", plain_path(source.path), maxsplit=1)[0])
        self._by_content: dict[str, dict[str, Batch]] = {}
        for batch, known in landed.batches.items():
            self._by_content.setdefault(batch.partition("-")[0], {})[batch] = known

    def batch_of(self, content: str, path: str, *, taken: Collection[str]) -> str:
        """Return the batch of a file: it is known if it landed under its name.

        A value that goes back comes in a file with the content of an earlier one. Such a file has another name, or it
        is the source's only file and was written again after that content landed and something else followed.
        """
        same, name = self._by_content.get(content, {}), self._name(path)
        free = [
            batch
            for batch, known in same.items()
            if batch not in taken and any(_parts(file)[-len(name) :] == name for file in known.files)
        ]
        if free:
            newest = max(free, key=lambda batch: (batch in self._newest, same[batch].landed_at))
            is_same = newest in self._newest or same[newest].landed_at >= (self._changed_at or 0)
            return newest if is_same else f"{content}-{_short_hash(str(self._changed_at))}"
        if same or content in taken:
            return f"{content}-{_short_hash('/'.join(name))}"
        return content

    def _name(self, path: str) -> list[str]:
        """Return the parts of a file's path that the source's path does not fix; at least the last one."""
        parts = _parts(path)
        is_below = parts[: len(self._fixed)] == self._fixed and len(parts) > len(self._fixed)
        return parts[len(self._fixed) :] if is_below else parts[-1:]


def _parts(path: str) -> list[str]:
    return plain_path(path).strip("/").split("/")


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
