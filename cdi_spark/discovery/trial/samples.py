"""The files that the trial reads: those of the source, or their first rows in files of the same format."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from cdi_spark.discovery.read.files import RawFile, open_bytes
from cdi_spark.discovery.recognise.sheets import Sheet

# Rows of one source that the trial reads.
MOST_ROWS = 20_000
_MOST_FILES = 50
_CHUNK = 1 << 20
_GAP = re.compile(r"[ \t\r\n,]*")


@dataclass(frozen=True)
class Sample:
    """What the trial reads of a source; `path` is null where it reads the source's own files."""

    rows: int
    path: str | None = None


def take_sample(sheet: Sheet, folder: Path, *, most: int = MOST_ROWS) -> Sample:
    """The source's own files where they are small, else their first rows, written into a folder.

    A file that is one object around its records has no first rows, and is read whole.
    """
    delivery = sheet.delivery
    if sheet.rows <= most or sheet.explode:
        return Sample(sheet.rows)
    folder.mkdir(parents=True)
    files = delivery.raw[:_MOST_FILES]
    each = max(1, most // len(files))
    rows = 0
    for number, file in enumerate(files):
        # Uncompressed, so without the ending that says otherwise.
        rows += _write_first(file, folder / f"{number:03d}_{file.path.stem}.{delivery.format}", each)
    return Sample(rows, f"{folder}/*.{delivery.format}")


def _write_first(file: RawFile, to: Path, most: int) -> int:
    """Write the first rows of a file; returns how many."""
    if file.format == "parquet":
        return _write_first_of_parquet(file.path, to, most)
    # Bytes that are not of the encoding stay as they are.
    encoding = file.encoding.name
    errors = "surrogatepass" if encoding.startswith("utf-16") else "surrogateescape"
    with (
        TextIOWrapper(open_bytes(file.path), encoding=encoding, errors=errors, newline="") as text,
        to.open("w", encoding=encoding, errors=errors, newline="") as out,
    ):
        # Lines of several objects are counted by object.
        if file.format == "json" or file.packed:
            return _write_elements(text, out, most)
        quote = file.dialect.quote if file.dialect else ""
        for _ in range(file.dialect.skip if file.dialect else 0):
            out.write(text.readline())
        rows = _read_records(text, quote, file.dialect.comment if file.dialect else "")
        if file.dialect and file.dialect.header:
            out.write(next(rows, ""))
        written = 0
        for row in islice(rows, most):
            out.write(row)
            written += bool(row.strip())
        return written


def _read_records(text: TextIO, quote: str, comment: str) -> Iterator[str]:
    """The records of a text: lines, joined while a quote is open. Comments stay with the record after them."""
    record, is_open = "", False
    for line in text:
        record += line
        if comment and not is_open and line.startswith(comment):
            continue
        is_open ^= bool(quote) and line.count(quote) % 2 == 1
        # A stray quote must not make the whole file one record.
        if not is_open or len(record) > _CHUNK:
            yield record
            record, is_open = "", False
    if record:
        yield record


def _write_elements(text: TextIO, out: TextIO, most: int) -> int:
    """Write the first elements of a JSON array, or of JSON objects one after another, as written."""
    start = text.read(_CHUNK).lstrip("\ufeff \t\r\n")
    opening, closing, between = ("[", "]", ",\n") if start.startswith("[") else ("", "\n", "\n")
    elements = list(islice(_read_elements(start.removeprefix(opening), text), most))
    out.write(opening + between.join(elements) + closing)
    return len(elements)


def _read_elements(buffer: str, rest: TextIO) -> Iterator[str]:
    decoder = json.JSONDecoder()
    at = 0
    while True:
        at = _end_of_gap(buffer, at)
        try:
            _, end = decoder.raw_decode(buffer, at)
        except RecursionError:
            return
        except ValueError:
            buffer, at = buffer[at:], 0
            more = "" if buffer.startswith("]") else rest.read(max(_CHUNK, len(buffer)))
            if not more:
                return
            buffer += more
            continue
        yield buffer[at:end]
        at = end


def _end_of_gap(text: str, at: int) -> int:
    """The place after the blanks and commas between two values."""
    found = _GAP.match(text, at)
    return found.end() if found else at


def _write_first_of_parquet(file: Path, to: Path, most: int) -> int:
    source = pq.ParquetFile(file)
    rows = 0
    # Spark reads the old form of times as they are, and the new form in nanoseconds not at all.
    old_times = any(source.schema.column(i).physical_type == "INT96" for i in range(len(source.schema.names)))
    with pq.ParquetWriter(to, source.schema_arrow, use_deprecated_int96_timestamps=old_times) as out:
        for batch in source.iter_batches(batch_size=min(most, 4_096)):
            part = batch.slice(0, most - rows)
            out.write_table(pa.Table.from_batches([part], schema=source.schema_arrow))
            rows += part.num_rows
            if rows >= most:
                break
    return rows
