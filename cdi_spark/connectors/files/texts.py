"""The lines of files, or whole files, as bytes; and as text on their way through a task."""

from __future__ import annotations

import bz2
import codecs
import gzip
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

# `cdi init` reads texts too, without Spark.
if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# What read_bytes() returns goes through one of these.
Task = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]


def wide_encoding(name: str) -> str | None:
    """Return Python's name of an encoding whose letters have several bytes, so that no byte shows a line end.

    >>> wide_encoding("UTF-16LE"), wide_encoding("UTF-8"), wide_encoding("IBM850")
    ('utf-16-le', None, None)
    """
    try:
        known = codecs.lookup(name).name
    except LookupError:
        return None
    return known if known.startswith(("utf-16", "utf-32")) else None


def read_bytes(
    spark: SparkSession, files: Sequence[str], encoding: str, *, by_line: bool, line_end: str | None = None
) -> DataFrame:
    """Return value (bytes), file and start (the place of the split in its file): lines, or whole files.

    Files in an encoding of several bytes per letter are always whole, and may be compressed.

    Args:
        line_end: what ends a line; null for \\n, \\r and both together.
    """
    from pyspark.sql import functions as F

    if wide_encoding(encoding):
        found = spark.read.format("binaryFile").load(list(files)).select(F.col("content").alias("value"))
    else:
        options = {"lineSep": line_end} if line_end else {}
        found = spark.read.options(**options).text(list(files), wholetext=not by_line)
        found = found.select(F.col("value").cast("binary"))
    place = {"file": F.col("_metadata.file_path"), "start": F.col("_metadata.file_block_start")}
    return found.select("value", *(column.alias(name) for name, column in place.items()))


def text_of(content: bytes, encoding: str) -> str:
    """Return what read_bytes() returns as text: in UTF-8 if it is that, else in the encoding that conf names.

    >>> text_of("Müller".encode(), "latin-1"), text_of("Müller".encode("latin-1"), "latin-1")
    ('Müller', 'Müller')
    """
    if wide_encoding(encoding):
        return _unpacked(content).decode(encoding, errors="replace")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode(_python_encoding(encoding), errors="replace")


def _python_encoding(name: str) -> str:
    """Return Python's name of an encoding that conf names as Java does; Latin-1 for one that Python lacks.

    >>> _python_encoding("x-windows-949"), _python_encoding("x-MacRoman"), _python_encoding("x-none")
    ('cp949', 'mac-roman', 'iso8859-1')
    """
    for spelled in (name, name.removeprefix("x-").replace("windows-", "cp")):
        try:
            return codecs.lookup(spelled).name
        except LookupError:
            continue
    return "iso8859-1"


def _unpacked(content: bytes) -> bytes:
    if content.startswith(b"\x1f\x8b"):
        return gzip.decompress(content)
    return bz2.decompress(content) if content.startswith(b"BZh") else content
