"""Reads CSV: columns by name per file, all as text; and counts the rows of each file by its line ends and quotes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import NamedTuple

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from cdi_spark.config import Source
from cdi_spark.connectors.files.csv_heads import Head, drop_task
from cdi_spark.connectors.files.csv_scans import NO_COMMENT, delimiter_in, plain_file, scan_all
from cdi_spark.connectors.files.faults import Fault
from cdi_spark.connectors.files.rows import (
    Read,
    as_schema,
    encoding_of,
    in_its_encoding,
    landing_names,
    no_rows,
)
from cdi_spark.errors import SourceError
from cdi_spark.spark.shipped import shipped
from cdi_spark.sql_text import quote

_OPTIONS = {
    "header": "true", "quote": '"', "escape": '"', "multiLine": "true", "comment": NO_COMMENT,
    "ignoreLeadingWhiteSpace": "true", "ignoreTrailingWhiteSpace": "true",
}  # fmt: skip
# Cells of a row that the parser has room for; a row with more cells than its header is quarantined.
_MOST_CELLS = 200_000
# The column behind a delimiter at the end of a row.
_EXTRA = "_behind_the_last_delimiter"
# With these options of conf, rows are as line ends and quotes say.
_COUNTABLE = frozenset(
    ("delimiter", "sep", "quote", "escape", "header", "comment", "encoding", "charset", "nullValue", "emptyValue",
     "recursiveFileLookup", "pathGlobFilter")
)  # fmt: skip


class _Reading(NamedTuple):
    """How files are read alike: their columns, options, the rows at their start that are none, and their ends."""

    header: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    dropped: int
    ends_in_delimiter: bool


def read_csv(spark: SparkSession, source: Source, files: Sequence[str], known: T.StructType) -> Read:
    """Read CSV files.

    Raises:
        SourceError: a header is not in its encoding.
    """
    limits = source.limits
    bounds = {"maxCharsPerColumn": str(limits.line), "maxColumns": str(max(_MOST_CELLS, limits.fields + 1))}
    options = {**_OPTIONS, **bounds, **source.options}
    has_header = options["header"].lower() == "true"
    scans = scan_all(spark, source, options, files)
    is_countable = source.options.keys() <= _COUNTABLE
    counted = {
        scan.file: max(0, scan.rows - scan.head.rows_above - has_header)
        for scan in scans.values()
        if is_countable
    }
    alike: dict[_Reading, list[str]] = {}
    for file in files:
        scan = scans.get(plain_file(file))
        head = scan.head if scan else Head()
        of_file = {**options, **(scan.options if scan and is_countable else {})}
        if scan and scan.delimiter:
            of_file = {**of_file, "sep": scan.delimiter}
        if head.is_open:
            raise SourceError(
                f"source {source.name}: {file}: a quote opens in the lines above the header and is not closed there. "
                "Check skip_rows in its conf, or remove these lines from the file."
            )
        # Where all lines of a file are above its header, it has no columns.
        header = (
            head.names
            if head.rows_above or source.skip_rows
            else tuple(spark.read.options(**of_file).csv(file).columns)
        )
        if any("\ufffd" in name or "\x00" in name for name in header) and not encoding_of(source):
            raise SourceError(
                f"source {source.name}: {file}: its header is not UTF-8. Set the encoding in the source's conf, "
                "such as options: {encoding: UTF-16} or {encoding: windows-1252}."
            )
        if len(header) > limits.fields:
            raise SourceError(
                f"source {source.name}: {file} has {len(header):,} columns, more than {limits.fields:,}. Check the "
                "delimiter in the source's conf, or set limits: {fields: …} there."
            )
        dropped = head.rows_above + has_header if head.rows_above else 0
        reading = _Reading(header, tuple(of_file.items()), dropped, head.ends_in_delimiter)
        alike.setdefault(reading, []).append(file)
    read = [_read_alike(spark, reading, same) for reading, same in alike.items() if reading.header]
    if not read:
        return Read(no_rows(spark))
    return Read(reduce(lambda a, b: a.unionByName(b, allowMissingColumns=True), read), counted)


def _read_alike(spark: SparkSession, reading: _Reading, files: list[str]) -> DataFrame:
    """Read files of one header."""
    header, options = reading.header, dict(reading.options)
    has_header = options["header"].lower() == "true"
    if reading.dropped:
        options["header"] = "false"
    names = landing_names(header)
    read_names = [*names, _EXTRA] if reading.ends_in_delimiter else names
    rows = (
        spark.read.options(**options)
        # With pruning, rows with too few or too many columns would not be noticed.
        .option("columnPruning", "false")
        .option("columnNameOfCorruptRecord", "_raw")
        .schema(as_schema(read_names, T.StringType()).add("_raw", T.StringType()))
        .csv(files)
    )
    texts = [F.col(quote(name)) for name in names]
    delimiter = delimiter_in(options)
    extra = [F.col(_EXTRA)] if reading.ends_in_delimiter else []
    raw = F.col("_raw")
    if extra:
        # What stands behind the last delimiter has no column to land in.
        raw = F.coalesce(raw, F.when(F.trim(extra[0]) != "", F.concat_ws(delimiter, *texts, *extra)))
    fault = F.when(_holds_rows([*texts, *extra], delimiter), F.lit(Fault.QUOTES_CLOSE_IN_THEIR_ROW)).when(
        raw.isNotNull(), F.lit(Fault.COLUMNS_AS_IN_HEADER)
    )
    if len(header) > 1 and has_header:
        fault = F.when(_is_header(texts, header), F.lit(Fault.IS_NO_HEADER)).otherwise(fault)
    # The line ends of the file are \n for the reader, so \r stands before those inside quotes.
    lines = [F.replace(text, F.lit("\r\n"), F.lit("\n")) for text in texts]
    read = rows.select(
        *(line.alias(name) for line, name in zip(lines, names, strict=True)),
        raw.alias("_raw"),
        fault.alias("_fault"),
        F.col("_metadata.file_path").alias("_file"),
        F.col("_metadata.file_block_start").alias("_start"),
    )
    read = _without_first(read, reading.dropped) if reading.dropped else read.drop("_start")
    return in_its_encoding(read) if _encoding_in(options) == "UTF-8" else read


def _without_first(read: DataFrame, dropped: int) -> DataFrame:
    """Drop the first rows of each file, which are lines above its header and the header; and the place of the part."""
    schema = read.drop("_start").schema
    return read.mapInArrow(shipped(drop_task(dropped)), schema)


def _is_header(texts: list[Column], header: Sequence[str]) -> Column:
    """Whether a row has the names of its columns as values."""
    # A mark of the byte order may stand before it.
    bare = [F.replace(texts[0], F.lit("\ufeff"), F.lit("")), *texts[1:]]
    return reduce(
        lambda a, b: a & b, [text.eqNullSafe(F.lit(name)) for text, name in zip(bare, header, strict=True)]
    )


def _encoding_in(options: Mapping[str, str]) -> str:
    return options.get("encoding", options.get("charset", "UTF-8")).upper()


def _holds_rows(texts: list[Column], delimiter: str) -> Column:
    """Whether a value holds rows: every line of the landed row has as many delimiters as the header.

    Delimiters before a blank do not count, because prose has those.
    """
    width = len(texts)
    if width < 2:
        return F.lit(False)
    between = F.lit(f"{re.escape(delimiter)}(?! )")

    def counts(text: Column) -> Column:
        return F.transform(
            F.split(F.rtrim(text, F.lit("\r\n ")), "\n"), lambda line: F.regexp_count(line, between)
        )

    def has_whole_rows(text: Column, place: Column) -> Column:
        found = counts(text)
        # In two columns, a single delimiter in a second line shows little.
        return (
            (F.size(found) > (1 if width > 2 else 2))
            & (F.get(found, F.lit(0)) == width - 1 - place)
            & (F.element_at(found, -1) == place)
            & F.forall(F.slice(found, 2, F.size(found) - 2), lambda delimiters: delimiters == width - 1)
        )

    def in_value(text: Column, place: Column) -> Column:
        return F.coalesce(F.when(text.contains("\n"), has_whole_rows(text, place)), F.lit(False))

    later_lines = F.slice(counts(F.col("_raw")), 2, 2**31 - 1)
    return (
        F.when(F.col("_raw").isNotNull(), F.exists(later_lines, lambda delimiters: delimiters == width - 1))
        .when(
            F.concat_ws("", *texts).contains("\n"),
            F.exists(F.transform(F.array(*texts), in_value), lambda of: of),
        )
        .otherwise(F.lit(False))
    )
