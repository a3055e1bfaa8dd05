"""Reads CSV: columns by name per file, all as text; and counts the rows of each file by its line ends and quotes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import reduce
from itertools import groupby

from pyspark.sql import Column, DataFrame, Row, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T
from pyspark.sql.pandas.types import from_arrow_schema

from cdi_spark.config import Source
from cdi_spark.connectors.files.batches import plain_path
from cdi_spark.connectors.files.csv_counts import COUNTS, Marks, count_task
from cdi_spark.connectors.files.faults import Fault
from cdi_spark.connectors.files.rows import (
    Read,
    as_schema,
    encoding_of,
    in_its_encoding,
    landing_names,
    no_rows,
)
from cdi_spark.connectors.files.texts import read_bytes, wide_encoding
from cdi_spark.errors import SourceError
from cdi_spark.spark.shipped import shipped
from cdi_spark.sql_text import quote

# Spark takes lines that begin with its default, a zero byte, for comments; no text begins with this character.
_NO_COMMENT = "\uffff"
_OPTIONS = {
    "header": "true", "quote": '"', "escape": '"', "multiLine": "true", "comment": _NO_COMMENT,
    "ignoreLeadingWhiteSpace": "true", "ignoreTrailingWhiteSpace": "true",
}  # fmt: skip
# Cells of a row that the parser has room for; a row with more cells than its header is quarantined.
_MOST_CELLS = 200_000
# With these options of conf, rows are as line ends and quotes say.
_COUNTABLE = frozenset(
    ("delimiter", "sep", "quote", "escape", "header", "comment", "encoding", "charset", "nullValue", "emptyValue",
     "recursiveFileLookup", "pathGlobFilter")
)  # fmt: skip


def read_csv(spark: SparkSession, source: Source, files: Sequence[str], known: T.StructType) -> Read:
    """Read CSV files.

    Raises:
        SourceError: a header is not in its encoding.
    """
    limits = source.limits
    bounds = {"maxCharsPerColumn": str(limits.line), "maxColumns": str(max(_MOST_CELLS, limits.fields + 1))}
    options = {**_OPTIONS, **bounds, **source.options}
    counted: dict[str, int] = {}
    own: dict[str, dict[str, str]] = {}
    if source.options.keys() <= _COUNTABLE:
        parts, returns = _count_all(spark, source, options, files)
        above = options["header"].lower() == "true"
        counted = {file: max(0, _add_up(found) - above) for file, found in parts.items()}
        own = {plain_path(file): _own_options(source, found, returns) for file, found in parts.items()}
    alike: dict[tuple[tuple[str, ...], tuple[tuple[str, str], ...]], list[str]] = {}
    for file in files:
        of_file = options | own.get(_plain(file), {})
        header = tuple(spark.read.options(**of_file).csv(file).columns)
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
        alike.setdefault((header, tuple(of_file.items())), []).append(file)
    read = [
        _read_alike(spark, dict(of_files), same, header)
        for (header, of_files), same in alike.items()
        if header
    ]
    if not read:
        return Read(no_rows(spark))
    return Read(reduce(lambda a, b: a.unionByName(b, allowMissingColumns=True), read), counted)


def _plain(file: str) -> str:
    """The address of a file, escaped or not, as it can be compared."""
    return plain_path(file.replace("\\", ""))


def _own_options(source: Source, parts: list[Row], returns: Collection[str]) -> dict[str, str]:
    """Return the options by which a file differs: what ends its lines, and its encoding.

    The encoding of conf is that of the files that are not UTF-8: a program that was updated writes UTF-8 from then on.
    """
    own = {"lineSep": "\r" if plain_path(parts[0]["file"]) in returns else "\n"}
    utf8, not_utf8 = (sum(part[name] for part in parts) for name in ("utf8", "not_utf8"))
    named = encoding_of(source)
    if named and not wide_encoding(named) and utf8 > 0 and utf8 >= not_utf8:
        own["encoding"] = "UTF-8"
    return own


def _read_alike(
    spark: SparkSession, options: Mapping[str, str], files: list[str], header: tuple[str, ...]
) -> DataFrame:
    """Read files of one header."""
    names = landing_names(header)
    rows = (
        spark.read.options(**options)
        # With pruning, rows with too few or too many columns would not be noticed.
        .option("columnPruning", "false")
        .option("columnNameOfCorruptRecord", "_raw")
        .schema(as_schema(names, T.StringType()).add("_raw", T.StringType()))
        .csv(files)
    )
    texts = [F.col(quote(name)) for name in names]
    fault = F.when(
        _holds_rows(texts, options.get("sep", options.get("delimiter", ","))),
        F.lit(Fault.QUOTES_CLOSE_IN_THEIR_ROW),
    ).when(F.col("_raw").isNotNull(), F.lit(Fault.COLUMNS_AS_IN_HEADER))
    if len(header) > 1 and options["header"].lower() == "true":
        fault = F.when(_is_header(texts, header), F.lit(Fault.IS_NO_HEADER)).otherwise(fault)
    # The line ends of the file are \n for the reader, so \r stands before those inside quotes.
    lines = [F.replace(text, F.lit("\r\n"), F.lit("\n")) for text in texts]
    read = rows.select(
        *(line.alias(name) for line, name in zip(lines, names, strict=True)),
        "_raw",
        fault.alias("_fault"),
        F.col("_metadata.file_path").alias("_file"),
    )
    return in_its_encoding(read) if _encoding_in(options) == "UTF-8" else read


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


def _count_all(
    spark: SparkSession, source: Source, options: Mapping[str, str], files: Sequence[str]
) -> tuple[dict[str, list[Row]], set[str]]:
    """Return by file the counts of its parts, and the files whose lines end in \\r alone."""
    encoding = encoding_of(source) or "utf-8"
    parts = _count_parts(spark, files, options, encoding, line_end="\n")
    returns = {plain_path(file) for file, found in parts.items() if _ends_in_returns(found)}
    if again := [file for file in files if _plain(file) in returns]:
        parts |= _count_parts(spark, again, options, encoding, line_end="\r")
    return parts, returns


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
    comment = "" if options["comment"] == _NO_COMMENT else options["comment"]
    said = (options.get("sep", options.get("delimiter", ",")), options["quote"], options["escape"], comment)
    try:
        return Marks(*(mark.encode(encoding) for mark in said))
    except LookupError:
        # Java has encodings that Python lacks; all of them write these characters as ASCII does.
        return Marks(*(mark.encode() for mark in said))
