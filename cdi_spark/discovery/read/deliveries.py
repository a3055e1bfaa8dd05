"""Groups the raw files that belong together: those of one source."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from cdi_spark.discovery.read.dialects import Dialect, unite_dialects
from cdi_spark.discovery.read.encodings import spark_encoding, unite_encodings
from cdi_spark.discovery.read.file_names import build_glob, find_stem, list_paths
from cdi_spark.discovery.read.files import Format, RawFile, expand_glob, list_files, recognise_file
from cdi_spark.errors import SourceError

# The least share of columns that files of one source have in common; others were added or removed over time.
_LEAST_COMMON = 0.6


@dataclass(frozen=True)
class Delivery:
    """Files of one source: one format, most columns in common, and names that differ only by number or date.

    `path` matches all of them, as conf writes it. `encoding` and `dialect` are those that conf names for the source;
    each of `files` has its own. `doubts` are what the user should check about the files.
    """

    raw: tuple[RawFile, ...]
    path: Path
    encoding: str = "utf-8"
    dialect: Dialect | None = None
    doubts: tuple[str, ...] = ()

    @cached_property
    def files(self) -> tuple[Path, ...]:
        return tuple(one.path for one in self.raw)

    @property
    def format(self) -> Format:
        return self.raw[0].format

    @property
    def where(self) -> str:
        return (
            str(self.files[0])
            if len(self.files) == 1
            else f"{self.files[0]} and {len(self.files) - 1} like it"
        )


@dataclass(frozen=True)
class SkippedFile:
    """A file that cannot be read, and why."""

    path: Path
    reason: str


def find_deliveries(given: Sequence[Path]) -> tuple[list[Delivery], list[SkippedFile]]:
    """Detect the format of all files that are given as files, folders (with subfolders) or globs, and group them.

    Raises:
        SourceError: no file exists, or a file that is named itself is empty, not text or not a table. Such a
            file in a folder or glob is skipped.
    """
    opened: list[RawFile] = []
    skipped: list[SkippedFile] = []
    for path, named in list_files(given).items():
        try:
            opened.append(recognise_file(path))
        except (SourceError, OSError) as fault:
            if named:
                raise (
                    fault
                    if isinstance(fault, SourceError)
                    else SourceError(
                        f"{path}: cannot be read ({fault.strerror}). Check that it exists and that you may read it."
                    )
                ) from None
            skipped.append(SkippedFile(path, str(fault).removeprefix(f"{path}: ")))
    return _group_files(opened), skipped


def list_single(delivery: Delivery) -> list[Delivery]:
    """A delivery of each file, with the columns of all."""
    if len(delivery.raw) == 1:
        return [delivery]
    return [replace(delivery, raw=(one,), doubts=()) for one in delivery.raw]


def split_delivery(delivery: Delivery, doubt: str) -> list[Delivery]:
    """One delivery per file."""
    return [_deliver([one], {one.path}, [doubt]) for one in delivery.raw]


def _group_files(opened: list[RawFile]) -> list[Delivery]:
    named: defaultdict[tuple[object, ...], list[RawFile]] = defaultdict(list)
    for one in opened:
        named[find_stem(one.path), one.format].append(one)
    everything = {one.path for one in opened}
    found: list[Delivery] = []
    for alike in named.values():
        for group in _gather(alike):
            readings = _split_by_reading(group)
            doubts = [_WRITTEN_DIFFERENTLY] if len(readings) > 1 else []
            found += [_deliver(files, everything, doubts) for files in readings]
    return sorted(found, key=lambda one: one.files)


_WRITTEN_DIFFERENTLY = (
    "files of the same columns are written with other delimiters, quotes or encodings, and are a source of their "
    "own: a record that is in both counts twice. Write all of them alike and run `cdi init` again"
)


def _gather(files: Iterable[RawFile]) -> list[list[RawFile]]:
    """Groups of files, each of which has most columns in common with another of its group."""
    groups: list[list[RawFile]] = []
    for one in files:
        kin = [group for group in groups if any(_have_same_fields(one, other) for other in group)]
        joined = [other for group in kin for other in group]
        groups = [group for group in groups if group not in kin] + [[*joined, one]]
    return groups


def _have_same_fields(one: RawFile, other: RawFile) -> bool:
    """Whether two files have most columns in common; JSON may lack some of them."""
    if one.dialect and other.dialect and one.dialect.header != other.dialect.header:
        return False
    common = len(one.fields & other.fields)
    # Columns are added over the years, and none is removed.
    grown = common == min(len(one.fields), len(other.fields)) >= 3 and 2 * common >= len(
        one.fields | other.fields
    )
    return grown or common >= _LEAST_COMMON * len(one.fields | other.fields)


def _split_by_reading(group: list[RawFile]) -> list[list[RawFile]]:
    """The files by what Spark can read as one source: one delimiter, and UTF-16 not together with others."""
    kinds: list[list[RawFile]] = []
    for one in sorted(group, key=lambda one: one.path):
        for kind in kinds:
            dialects = [f.dialect for f in (*kind, one) if f.dialect]
            wide = {f.encoding.name if f.encoding.is_wide else "" for f in (*kind, one)}
            if len(wide) == 1 and (not dialects or unite_dialects(dialects)):
                kind.append(one)
                break
        else:
            kinds.append([one])
    return kinds


def _deliver(files: Sequence[RawFile], everything: set[Path], doubts: Sequence[str]) -> Delivery:
    files = sorted(files, key=lambda one: one.path)
    encoding = _choose_encoding(files)
    dialects = [one.dialect for one in files if one.dialect]
    path, fixed = _find_path([one.path for one in files], everything)
    said = (*doubts, *fixed, *_count_broken(files))
    return Delivery(tuple(files), path, encoding, unite_dialects(dialects) if dialects else None, said)


def _choose_encoding(files: Sequence[RawFile]) -> str:
    """The encoding of most files; beside UTF-8 the other, since ingest knows files in UTF-8 by themselves."""
    if one := unite_encodings([file.encoding for file in files]):
        return one
    times = Counter(file.encoding.name for file in files if not file.encoding.is_ascii)
    return max((name for name in times if name != "utf-8"), key=lambda name: times[name])


def _count_broken(files: Sequence[RawFile]) -> list[str]:
    broken = sum(one.encoding.broken for one in files)
    where = [one for one in files if one.encoding.broken]
    if not broken:
        return []
    names = " and ".join(sorted({spark_encoding(one.encoding.name) or "UTF-8" for one in where}))
    effect = (
        "go to silver.quarantine"
        if names == "UTF-8"
        else "are UTF-8; their letters beyond A to Z are read wrongly"
    )
    lines = "1 line" if broken == 1 else f"{broken:,} lines"
    return [
        f"{lines} in {len(where)} of {len(files)} files {'is' if broken == 1 else 'are'} not {names}: they {effect}"
    ]


def _find_path(paths: Sequence[Path], everything: set[Path]) -> tuple[Path, list[str]]:
    """One path for the files that matches no other file; by a pattern for names of one form, else by their names."""
    pattern = build_glob(paths)
    if len(paths) == 1:
        return pattern, []
    if not (everything - set(paths)) & set(expand_glob(pattern)):
        return pattern, []
    return list_paths(paths), [
        "the path lists the files, since a pattern would match others too; add new files to it"
    ]
