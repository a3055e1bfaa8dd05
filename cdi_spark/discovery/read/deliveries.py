"""Finds the raw files, detects their format from their content, and groups those of one source."""

from __future__ import annotations

import bz2
import gzip
import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, cast

import pyarrow.parquet as pq

from cdi_spark.discovery.lexicon.vocabulary import word_set
from cdi_spark.discovery.read.dialects import Dialect, detect_dialect
from cdi_spark.discovery.read.encodings import detect_encoding
from cdi_spark.errors import SourceError

Format = Literal["csv", "json", "jsonl", "parquet"]

_HEAD = 1 << 19
_GZIP, _BZIP = b"\x1f\x8b", b"BZh"
_KNOWN_KINDS = {
    b"PK\x03\x04": "an Excel or zip file: save each sheet as CSV, or unpack it",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file: save each sheet as CSV",
    b"%PDF": "a PDF: export the table behind it as CSV",
    b"ORC": "ORC: convert it to parquet",
    b"Obj\x01": "Avro: convert it to parquet",
    b"SQLite format": "a SQLite database: export its tables as CSV",
    b"7z\xbc\xaf": "a 7z archive: unpack it",
    b"\x28\xb5\x2f\xfd": "compressed with zstd: unpack it",
}
_NO_DATA = word_set(".md .rst .sql .py .sh .html .xml .yml .yaml .crc .ini .toml")


@dataclass(frozen=True)
class Delivery:
    """Files of one source: the same format and columns, and names that differ only by number or date."""

    files: tuple[Path, ...]
    format: Format
    encoding: str = "utf-8"
    dialect: Dialect | None = None

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
    """Detect the format of all files that are given as files, folders (with subfolders) or globs.

    Raises:
        SourceError: no file exists, or a file that is named itself is empty, not text or not a table. Such a
            file in a folder or glob is skipped.
    """
    opened: list[Delivery] = []
    skipped: list[SkippedFile] = []
    for path, named in _list_files(given).items():
        try:
            opened.append(_recognise_file(path))
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


def open_bytes(path: Path) -> BinaryIO:
    """The file's bytes, decompressed by the extension of its name, as Spark does it."""
    if path.suffix == ".gz":
        return cast(BinaryIO, gzip.open(path, "rb"))
    return cast(BinaryIO, bz2.open(path, "rb")) if path.suffix == ".bz2" else path.open("rb")


def build_glob(files: Sequence[Path]) -> Path:
    """One path that matches these files; numbers that differ become *."""
    if len(files) == 1:
        return Path(mask_wildcards(str(files[0])))
    varying = [
        len(set(column)) > 1 for column in zip(*(_split_path(str(path)) for path in files), strict=True)
    ]
    parts = zip(_split_path(str(files[0])), varying, strict=True)
    return Path("".join("*" if moves else mask_wildcards(part) for part, moves in parts))


def mask_wildcards(path: str) -> str:
    """The path with ? for each character that is a wildcard for Spark or for conf."""
    return re.sub(r"[\[\]{}*?\\]", "?", path)


def _list_files(given: Sequence[Path]) -> dict[Path, bool]:
    """Every file, and whether it is named itself."""
    found: dict[Path, bool] = {}
    for entry in given:
        if entry.is_dir():
            inside = sorted(p for p in entry.rglob("*") if p.is_file() and not _is_hidden(p, entry))
            found |= {p.absolute(): False for p in inside if p.absolute() not in found}
        elif entry.exists():
            found[entry.absolute()] = True
        else:
            matches = _expand_glob(entry)
            if not matches:
                raise SourceError(
                    f"{entry}: no such file or folder. Give --source a file, a folder or a glob that exists."
                )
            for match in matches:
                if match.is_file() and match.absolute() not in found:
                    found[match.absolute()] = False
                elif match.is_dir():
                    found |= {
                        p.absolute(): False
                        for p in sorted(match.rglob("*"))
                        if p.is_file() and not _is_hidden(p, match)
                    }
    if not found:
        raise SourceError(
            f"{', '.join(map(str, given)) or '--source'}: contains no file. Give --source a file, a folder or a glob."
        )
    return found


def _expand_glob(pattern: Path) -> list[Path]:
    """The files and folders that match a glob, which may have **."""
    root = Path(pattern.anchor or ".")
    return sorted(root.glob(str(pattern.relative_to(root) if pattern.anchor else pattern)))


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)


def _recognise_file(path: Path) -> Delivery:
    if path.stat().st_size == 0:
        raise SourceError(f"{path}: is empty. Give a file with rows.")
    if path.suffix.lower() in _NO_DATA:
        raise SourceError(
            f"{path}: is not a table by its name ({path.suffix}). Give CSV, JSON, JSON lines or parquet."
        )
    raw = path.open("rb").read(16)
    if raw.startswith(b"PAR1"):
        return Delivery((path,), "parquet")
    if (raw.startswith(_GZIP) and path.suffix != ".gz") or (raw.startswith(_BZIP) and path.suffix != ".bz2"):
        raise SourceError(
            f"{path}: is compressed, but its name does not end in .gz or .bz2, so Spark does not unpack it. Rename it."
        )
    for magic, what in _KNOWN_KINDS.items():
        if raw.startswith(magic):
            raise SourceError(f"{path}: is {what}.")
    try:
        encoding = detect_encoding(path, open_bytes)
    except (EOFError, gzip.BadGzipFile):
        raise SourceError(
            f"{path}: is not compressed as its name says, or is cut off. Give a complete file."
        ) from None
    if encoding is None:
        raise SourceError(f"{path}: is binary. Give CSV, JSON, JSON lines or parquet.")
    head = _read_head(path, encoding)
    if not head.strip():
        raise SourceError(f"{path}: is empty. Give a file with rows.")
    if head.lstrip()[0] in "{[" and (kind := _detect_json(head, path)):
        return Delivery((path,), kind, encoding)
    if re.match(r"\s*<(?:\?xml|!doctype|html|[A-Za-z][\w:.-]*[ >])", head, re.IGNORECASE):
        raise SourceError(f"{path}: is XML or HTML: convert it to CSV or JSON lines.")
    dialect = detect_dialect(head, where=str(path))
    return Delivery((path,), "csv", encoding, dialect)


def _read_head(path: Path, encoding: str) -> str:
    """The first lines of the file, without a last one that is cut off."""
    with open_bytes(path) as file:
        raw = file.read(_HEAD)
        is_all = not file.read(1)
    text = raw.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors="replace")
    return text if is_all else text.rpartition("\n")[0] or text


def _detect_json(head: str, path: Path) -> Format | None:
    """json for one value, jsonl for one object per line; null for text that only begins like JSON."""
    text = head.strip()
    if text[0] == "[":
        return "json" if re.match(r"\[\s*(?:[\[{\"\d\]tfn-])", text) else None
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and all(line.startswith("{") and line.endswith("}") for line in lines[:20]):
        return "jsonl"
    if re.search(r"^\}\s*,?\s*\{", text, re.MULTILINE):
        raise SourceError(
            f"{path}: holds JSON objects one after another over several lines. Write one object per line."
        )
    return "json" if re.match(r"\{\s*\"", text) else None


def _group_files(opened: list[Delivery]) -> list[Delivery]:
    groups: defaultdict[tuple[object, ...], list[list[Delivery]]] = defaultdict(list)
    fields = {one: _read_field_names(one) for one in opened}
    for one in opened:
        shape = "".join(p if i % 2 == 0 else "#" for i, p in enumerate(_split_path(str(one.files[0]))))
        kin = groups[shape, one.format, one.encoding, one.dialect]
        same = next((group for group in kin if _have_same_fields(fields[group[0]], fields[one])), None)
        if same is None:
            kin.append([one])
        else:
            same.append(one)
    found = []
    for alike in (group for kin in groups.values() for group in kin):
        first = alike[0]
        together = tuple(sorted(one.files[0] for one in alike))
        others = {one.files[0] for one in opened} - set(together)
        if len(together) > 1 and others & set(_expand_glob(build_glob(together))):
            found += alike
        else:
            found.append(Delivery(together, first.format, first.encoding, first.dialect))
    return sorted(found, key=lambda one: one.files)


def _read_field_names(one: Delivery) -> frozenset[str]:
    """The names of the columns, for JSON those of its first object; empty for CSV, whose dialect has them."""
    if one.format == "parquet":
        return frozenset(pq.read_schema(one.files[0]).names)
    if one.format == "csv":
        return frozenset()
    head = _read_head(one.files[0], one.encoding)
    try:
        first, _ = json.JSONDecoder().raw_decode(head, max(head.find("{"), 0))
    except ValueError:
        return frozenset()
    return frozenset(first) if isinstance(first, dict) else frozenset()


def _have_same_fields(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    """Whether two files have most fields in common; JSON may lack some of them."""
    return len(ours & theirs) >= 0.6 * len(ours | theirs)


def _split_path(path: str) -> list[str]:
    """The path as text and numbers in turn; dates and random ids count as numbers."""
    return re.split(
        r"([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\d{4}[-_.]\d{2}(?:[-_.]\d{2})?(?!\d)|\d+)", path
    )
