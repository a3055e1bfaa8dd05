"""Refuses files with more than their source's limits, before a reader takes a line or a whole file into memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_schema

from cdi_spark.config import Source
from cdi_spark.connectors.files.batches import glob_escaped, plain_path
from cdi_spark.connectors.files.rows import encoding_of
from cdi_spark.connectors.files.texts import Task, wide_encoding
from cdi_spark.errors import SourceError, is_of_spark
from cdi_spark.spark.shipped import shipped

# The most bytes that one byte of a compressed file can hold, by the end of its name.
_PACKED = {"gz": 1_100, "deflate": 1_100, "bz2": 100_000, "zst": 100_000, "lz4": 256, "snappy": 32}
# Reads each line as one value, in constant memory: these characters are in no file whose bytes are read as Latin-1.
_LINES = {"sep": "\uffff", "quote": "", "comment": "\ufffe", "multiLine": "true", "encoding": "ISO-8859-1",
          "maxColumns": "1"}  # fmt: skip
# What Spark reports of a value with more characters than a reader takes.
TOO_LONG = "maximum number of characters"
_TOO_MUCH = "more bytes than its limit"
_ANY = 1 << 62
_SIZES = pa.schema([("bytes", pa.int64())])


def check_sizes(spark: SparkSession, source: Source, listed: Sequence[tuple[str, int, int]]) -> None:
    """Compare the lines and the unpacked bytes of files with the source's limits.

    Files that cannot be over a limit by their length are not read.

    Args:
        listed: path, length in bytes, and time of the last change of each file.
    Raises:
        SourceError: a file is over a limit.
    """
    limits = source.limits
    if source.format == "parquet":
        for path, _, _ in listed:
            _check_parquet(source, path)
        return
    is_whole = source.format == "json" or bool(wide_encoding(encoding_of(source) or "utf-8"))
    line = limits.whole if is_whole else limits.line
    plain: list[str] = []
    packed: list[str] = []
    for path, length, _ in listed:
        ratio = _PACKED.get(path.rpartition(".")[2].lower(), 0)
        if is_whole and not ratio and length > limits.whole:
            _refuse(source, path, "whole", limits.whole)
        if length * max(ratio, 1) > line:
            (packed if ratio else plain).append(path)
    _check_texts(spark, source, plain, line=line)
    _check_texts(
        spark, source, packed, line=line, most=min(limits.unpacked, limits.whole if is_whole else _ANY)
    )


def _check_texts(
    spark: SparkSession, source: Source, paths: Sequence[str], *, line: int, most: int = _ANY
) -> None:
    if not paths:
        return
    lines = spark.read.options(**_LINES, maxCharsPerColumn=str(line)).schema("line string")
    # Only lengths leave the JVM.
    lengths = lines.csv([glob_escaped(path) for path in paths]).select(
        F.xxhash64("_metadata.file_path").alias("file"),
        (F.coalesce(F.length("line"), F.lit(0)) + 1).cast("bigint").alias("bytes"),
    )
    try:
        lengths.mapInArrow(shipped(_sum_task(most)), from_arrow_schema(_SIZES)).collect()
    except Exception as fault:
        is_over = {limit: text in str(fault) for limit, text in (("line", TOO_LONG), ("unpacked", _TOO_MUCH))}
        if not is_of_spark(fault) or not any(is_over.values()):
            raise
        for path in paths if len(paths) > 1 else []:
            _check_texts(spark, source, [path], line=line, most=most)
        over = "line" if is_over["line"] else "unpacked"
        is_whole = (line if is_over["line"] else most) == source.limits.whole
        _refuse(source, paths[0], "whole" if is_whole else over, line if is_over["line"] else most)


def _sum_task(most: int) -> Task:
    """Return a task that adds up the bytes of each file's lines, and fails when a file has more than `most`."""
    message = f"a file has {_TOO_MUCH}"

    def add(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        total = Counter[int]()
        for batch in batches:
            added = pa.Table.from_batches([batch]).group_by("file").aggregate([("bytes", "sum")])
            total.update(dict(zip(added["file"].to_pylist(), added["bytes_sum"].to_pylist(), strict=True)))
            # The last line may have no end.
            if max(total.values(), default=0) - 1 > most:
                raise ValueError(message)
        yield pa.RecordBatch.from_pylist([{"bytes": sum(total.values())}], schema=_SIZES)

    return add


def _check_parquet(source: Source, path: str) -> None:
    """Check a local file by its footer; the footers of others only Spark reads."""
    file = Path(plain_path(path))
    if not file.is_file():
        return
    try:
        found = pq.read_metadata(file)
    except (pa.ArrowException, OSError):
        return  # Spark says what is wrong
    chunks = [
        found.row_group(group).column(column)
        for group in range(found.num_row_groups)
        for column in range(found.num_columns)
    ]
    if sum(chunk.total_uncompressed_size for chunk in chunks) > source.limits.unpacked:
        _refuse(source, path, "unpacked", source.limits.unpacked)
    if any(chunk.total_uncompressed_size > source.limits.line * max(1, chunk.num_values) for chunk in chunks):
        _refuse(source, path, "line", source.limits.line)


_MEANINGS = {
    "line": "has a line or a value of more than {most:,} bytes",
    "whole": "is read as a whole and has more than {most:,} bytes",
    "unpacked": "has more than {most:,} bytes when it is unpacked",
}


def _refuse(source: Source, path: str, limit: str, most: int) -> NoReturn:
    advice = " Deliver it as jsonl, or in parts." if limit == "whole" else ""
    raise SourceError(
        f"source {source.name}: {path} {_MEANINGS[limit].format(most=most)}, so it is not read. If it should be, set "
        f"limits: {{{limit}: …}} in the source's conf.{advice}"
    )
