"""Scans CSV files as bytes, apart from the reader: their rows, line ends, delimiters and headers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from pyspark.sql import Row, SparkSession
from pyspark.sql.pandas.types import from_arrow_schema

from cdi_spark.config import Source
from cdi_spark.connectors.files.batches import plain_path
from cdi_spark.connectors.files.csv_counts import COUNTS, Marks, count_task
from cdi_spark.connectors.files.csv_heads import Head, find_sep_line, read_head
from cdi_spark.connectors.files.rows import encoding_of
from cdi_spark.connectors.files.texts import read_bytes, text_of, wide_encoding
from cdi_spark.spark.shipped import shipped

# Spark takes lines that begin with its default, a zero byte, for comments; no text begins with this character.
NO_COMMENT = "\uffff"


@dataclass(frozen=True)
class Scan:
    """What the count of a file found.

    Attributes:
        file: its address, as Spark writes it.
        rows: its rows, with the header and lines above it.
        delimiter: that of a line for Excel; empty for none.
        options: those by which the file differs.
    """

    file: str
    rows: int
    head: Head
    delimiter: str
    options: dict[str, str]


def scan_all(
    spark: SparkSession, source: Source, options: Mapping[str, str], files: Sequence[str]
) -> dict[str, Scan]:
    """Return by the plain path of each file its counts, and how it begins and is written."""
    encoding, one_byte = encoding_of(source) or "utf-8", _encoding_of_lines(source)
    # What most files are written like, and files that turn out to differ, each as they are written.
    usual = ("\n", delimiter_in(options))
    first = _count_parts(spark, files, options, encoding, line_end=usual[0])
    written = {
        plain_path(file): (
            "\r" if _ends_in_returns(parts) else "\n",
            find_sep_line(text_of(parts[0]["head"][0], one_byte) if parts[0]["head"] else ""),
        )
        for file, parts in first.items()
    }
    counts = {plain_path(file): parts for file, parts in first.items()}
    for line_end, delimiter in set(written.values()):
        if (line_end, delimiter or usual[1]) != usual:
            again = [file for file in files if written.get(plain_file(file)) == (line_end, delimiter)]
            other = {**options, "sep": delimiter} if delimiter else options
            found = _count_parts(spark, again, other, encoding, line_end=line_end)
            counts |= {plain_path(file): parts for file, parts in found.items()}
    return {file: _as_scan(source, options, parts, *written[file]) for file, parts in counts.items()}


def _as_scan(
    source: Source, options: Mapping[str, str], parts: list[Row], line_end: str, delimiter: str
) -> Scan:
    one_byte = _encoding_of_lines(source)
    marks = _marks({**options, "sep": delimiter} if delimiter else options, one_byte)
    head = read_head(
        parts[0]["head"],
        marks,
        skip=max(source.skip_rows, bool(delimiter)),
        encoding=one_byte,
        has_header=options["header"].lower() == "true",
    )
    return Scan(str(parts[0]["file"]), _add_up(parts), head, delimiter, _own_options(source, parts, line_end))


def _count_parts(
    spark: SparkSession, files: Sequence[str], options: Mapping[str, str], encoding: str, *, line_end: str
) -> dict[str, list[Row]]:
    """Return by file the counts of its parts, in their order."""
    placed = read_bytes(spark, files, encoding, by_line=True, line_end=line_end)
    wide = wide_encoding(encoding)
    task = count_task(
        _marks(options, "utf-8" if wide else encoding), encoding=wide, line_end=line_end.encode()
    )
    counts = placed.mapInArrow(shipped(task), from_arrow_schema(COUNTS))
    rows = counts.orderBy("file", "start").collect()
    return {file: list(parts) for file, parts in groupby(rows, key=lambda row: str(row["file"]))}


def _add_up(parts: list[Row]) -> int:
    """Return the rows of a file from those of its parts, each of which begins as the one before it ends."""
    rows, quoted = 0, False
    for part in parts:
        rows += part["rows_if"] if quoted else part["rows"]
        quoted = part["ends_if"] if quoted else part["ends_quoted"]
    # At the end of the file, an open quote closes.
    return rows + quoted


def _ends_in_returns(parts: list[Row]) -> bool:
    return sum(part["lines"] for part in parts) == 1 and bool(parts[0]["lone_returns"])


def _marks(options: Mapping[str, str], encoding: str) -> Marks:
    comment = "" if options["comment"] == NO_COMMENT else options["comment"]
    said = (delimiter_in(options), options["quote"], options["escape"], comment)
    try:
        return Marks(*(mark.encode(encoding) for mark in said))
    except LookupError:
        # Java has encodings that Python lacks; all of them write these characters as ASCII does.
        return Marks(*(mark.encode() for mark in said))


def delimiter_in(options: Mapping[str, str]) -> str:
    """The delimiter that options of a reader name, by either of its names."""
    return options.get("sep", options.get("delimiter", ","))


def _encoding_of_lines(source: Source) -> str:
    """The encoding of a head's lines; files in one of several bytes per letter arrive as UTF-8."""
    encoding = encoding_of(source) or "utf-8"
    return "utf-8" if wide_encoding(encoding) else encoding


def plain_file(file: str) -> str:
    """The address of a file, escaped or not, as it can be compared."""
    return plain_path(file.replace("\\", ""))


def _own_options(source: Source, parts: list[Row], line_end: str) -> dict[str, str]:
    """Return the options by which a file differs: what ends its lines, and its encoding.

    The encoding of conf is that of the files that are not UTF-8: a program that was updated writes UTF-8 from then on.
    """
    own = {"lineSep": line_end}
    utf8, not_utf8 = (sum(part[name] for part in parts) for name in ("utf8", "not_utf8"))
    named = encoding_of(source)
    if named and not wide_encoding(named) and utf8 > 0 and utf8 >= not_utf8:
        own["encoding"] = "UTF-8"
    return own
