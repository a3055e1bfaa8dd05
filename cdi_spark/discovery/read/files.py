"""Finds the raw files, and detects the format of each from its content."""

from __future__ import annotations

import bz2
import gzip
import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, cast

import pyarrow.parquet as pq

from cdi_spark.config.limits import LARGEST_UNPACKED, LARGEST_WHOLE, MOST_FIELDS
from cdi_spark.config.links import find_link_out, root_of
from cdi_spark.discovery.lexicon.vocabulary import word_set
from cdi_spark.discovery.read.dialects import Dialect, detect_dialect
from cdi_spark.discovery.read.encodings import Encoding, detect_encoding
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
_JSON = json.JSONDecoder()
_BLANKS = re.compile(r"\s*")


@dataclass(frozen=True)
class RawFile:
    """A file with its format.

    `fields` are the names of its columns, for JSON those of its first object. With `packed`, lines hold several JSON
    objects.
    """

    path: Path
    format: Format
    encoding: Encoding
    dialect: Dialect | None = None
    fields: frozenset[str] = frozenset()
    packed: bool = False


def list_files(given: Sequence[Path]) -> dict[Path, bool]:
    """Every file that is given as a file, a folder (with subfolders) or a glob, and whether it is named itself.

    Raises:
        SourceError: no file exists, or a symbolic link leads out of the folder that is given.
    """
    found: dict[Path, bool] = {}
    for entry in given:
        if entry.is_dir():
            found = _files_in(entry) | found
        elif entry.exists():
            found[entry.absolute()] = True
            _refuse_links_out([entry.absolute()], root_of(str(entry.absolute())))
        else:
            matches = expand_glob(entry)
            if not matches:
                raise SourceError(
                    f"{entry}: no such file or folder. Give --source a file, a folder or a glob that exists."
                )
            _refuse_links_out(matches, root_of(str(entry.absolute())))
            for match in matches:
                found = (_files_in(match) if match.is_dir() else {match.absolute(): False}) | found
    if not found:
        raise SourceError(
            f"{', '.join(map(str, given)) or '--source'}: contains no file. Give --source a file, a folder or a glob."
        )
    return found


def _files_in(folder: Path) -> dict[Path, bool]:
    inside = sorted(path for path in folder.rglob("*") if path.is_file() and not _is_hidden(path, folder))
    _refuse_links_out(inside, folder)
    return {path.absolute(): False for path in inside}


def _refuse_links_out(files: Sequence[Path], root: Path) -> None:
    if file := find_link_out(files, root):
        raise SourceError(
            f"{file}: is a symbolic link, or below one, that leads out of {root}. Give the file that it leads to."
        )


def expand_glob(pattern: Path) -> list[Path]:
    """The files and folders that match a glob, which may have **."""
    root = Path(pattern.anchor or ".")
    return sorted(root.glob(str(pattern.relative_to(root) if pattern.anchor else pattern)))


def open_bytes(path: Path) -> BinaryIO:
    """The file's bytes, decompressed by the extension of its name, as Spark does it."""
    if path.suffix == ".gz":
        return cast(BinaryIO, gzip.open(path, "rb"))
    return cast(BinaryIO, bz2.open(path, "rb")) if path.suffix == ".bz2" else path.open("rb")


def recognise_file(path: Path) -> RawFile:
    """Detect the format of a file.

    Raises:
        SourceError: it is empty, not text, or not a table.
    """
    if path.stat().st_size == 0:
        raise SourceError(f"{path}: is empty. Give a file with rows.")
    if path.suffix.lower() in _NO_DATA:
        raise SourceError(
            f"{path}: is not a table by its name ({path.suffix}). Give CSV, JSON, JSON lines or parquet."
        )
    with path.open("rb") as file:
        raw = file.read(16)
    if raw.startswith(b"PAR1"):
        names = pq.read_schema(path).names
        _refuse_columns(path, len(names))
        return RawFile(path, "parquet", Encoding("utf-8"), fields=frozenset(names))
    if (raw.startswith(_GZIP) and path.suffix != ".gz") or (raw.startswith(_BZIP) and path.suffix != ".bz2"):
        raise SourceError(
            f"{path}: is compressed, but its name does not end in .gz or .bz2, so Spark does not unpack it. Rename it."
        )
    for magic, what in _KNOWN_KINDS.items():
        if raw.startswith(magic):
            raise SourceError(f"{path}: is {what}.")
    try:
        _check_size(path)
        encoding = detect_encoding(path, open_bytes)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise SourceError(
            f"{path}: is not compressed as its name says, or is cut off. Give a complete file."
        ) from None
    if encoding is None:
        raise SourceError(f"{path}: is binary. Give CSV, JSON, JSON lines or parquet.")
    return _recognise_text(path, encoding)


def _check_size(path: Path) -> None:
    """Raise where a file has too long lines, or too many bytes when it is unpacked; reads it part by part."""
    is_packed = path.suffix in (".gz", ".bz2")
    if not is_packed and path.stat().st_size <= LARGEST_WHOLE:
        return
    total = line = 0
    with open_bytes(path) as file:
        while part := file.read(_HEAD):
            total += len(part)
            first, last = part.find(b"\n"), part.rfind(b"\n")
            if line + (len(part) if first < 0 else first) > LARGEST_WHOLE:
                raise SourceError(
                    f"{path}: has a line of more than {LARGEST_WHOLE:,} bytes. Deliver it in lines."
                )
            line = line + len(part) if first < 0 else len(part) - last - 1
            if is_packed and total > LARGEST_UNPACKED:
                raise SourceError(
                    f"{path}: has more than {LARGEST_UNPACKED:,} bytes when it is unpacked. Deliver it in parts."
                )


def _refuse_columns(path: Path, number: int) -> None:
    if number > MOST_FIELDS:
        raise SourceError(
            f"{path}: has {number:,} columns, more than {MOST_FIELDS:,}. Give a file with the columns that are needed."
        )


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)


def _recognise_text(path: Path, encoding: Encoding) -> RawFile:
    head, is_all = _read_head(path, encoding.name)
    if not head.strip():
        raise SourceError(f"{path}: is empty. Give a file with rows.")
    if head.lstrip()[0] in "{[" and (found := _detect_json(head, path, is_all=is_all)):
        form, packed = found
        return RawFile(path, form, encoding, fields=_read_field_names(head), packed=packed)
    if re.match(r"\s*<(?:\?xml|!doctype|html|[A-Za-z][\w:.-]*[ >])", head, re.IGNORECASE):
        raise SourceError(f"{path}: is XML or HTML: convert it to CSV or JSON lines.")
    _refuse_columns(path, max(head[:_HEAD].partition("\n")[0].count(sign) for sign in ",;\t|") + 1)
    dialect = detect_dialect(head, where=str(path))
    fields = frozenset(name.lower() for name in dialect.names)
    return RawFile(path, "csv", encoding, dialect, fields)


def _read_head(path: Path, encoding: str) -> tuple[str, bool]:
    """The first lines of the file, without a last one that is cut off, and whether they are all."""
    with open_bytes(path) as file:
        raw = file.read(_HEAD)
        is_all = not file.read(1)
    text = raw.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors="replace")
    return text if is_all else text.rpartition("\n")[0] or text, is_all


def _detect_json(head: str, path: Path, *, is_all: bool) -> tuple[Format, bool] | None:
    """json for values that cover lines or end without a line end, jsonl for lines of one or more objects.

    Returns:
        The format, and whether lines hold several objects; null for text that only begins like JSON.
    """
    text = head.strip()
    if text[0] == "[":
        return ("json", False) if re.match(r"\[\s*(?:[\[{\"\d\]tfn-])", text) else None
    if not re.match(r"\{\s*[\"}]", text):
        return None
    lines = [line for line in map(str.strip, text.splitlines()) if line]
    counts = [_count_objects(line) for line in lines[:20]]
    # A broken line among whole ones is a fault of the line, not of the format.
    whole = [count for count in counts if count]
    if len(lines) > 1 and len(whole) > 0.5 * len(counts):
        return "jsonl", any(count > 1 for count in whole)
    if re.search(r"^\}\s*,\s*\{", text, re.MULTILINE):
        raise SourceError(
            f"{path}: holds JSON objects with commas between them, but no list around them. "
            "Put [ before the first and ] after the last, or write one object per line."
        )
    return "json", False


def _count_objects(line: str) -> int:
    """The number of objects that a line consists of; 0 where it is anything else."""
    place = count = 0
    while place < len(line):
        try:
            value, place = _JSON.raw_decode(line, place)
        except RecursionError:
            return 1
        except ValueError:
            return 0
        if not isinstance(value, dict):
            return 0
        count += 1
        place = _end_of_blanks(line, place)
    return count


def _end_of_blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at


def _read_field_names(head: str) -> frozenset[str]:
    """The names of the first object's fields."""
    try:
        first, _ = _JSON.raw_decode(head, max(head.find("{"), 0))
    except (ValueError, RecursionError):
        return frozenset()
    return frozenset(first) if isinstance(first, dict) else frozenset()
