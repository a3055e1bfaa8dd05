"""Refuses files with more than their source's limits, before a reader takes a line or a whole file into memory."""

from __future__ import annotations

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
_TOO_LONG = "maximum number of characters"
_TOO_MUCH = "more bytes than its limit"
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
    for path, length, _ in listed:
        ratio = _PACKED.get(path.rpartition(".")[2].lower(), 0)
        if is_whole and not ratio and length > limits.whole:
            _refuse(source, path, "whole", limits.whole)
        if length * max(ratio, 1) > line:
            most = min(limits.unpacked, limits.whole) if is_whole else limits.unpacked
            _check_text(spark, source, path, line=line, most=most if ratio else length)


def _check_text(spark: SparkSession, source: Source, path: str, *, line: int, most: int) -> None:
    lines = spark.read.options(**_LINES, maxCharsPerColumn=str(line)).schema("line string")
    # Its length alone leaves the JVM.
    lengths = lines.csv(glob_escaped(path)).select(F.coalesce(F.length("line"), F.lit(0)).alias("bytes"))
    try:
        lengths.mapInArrow(shipped(_sum_task(most)), from_arrow_schema(_SIZES)).collect()
    except Exception as fault:
        if not is_of_spark(fault):
            raise
        if _TOO_LONG in str(fault):
            _refuse(source, path, "whole" if line == source.limits.whole else "line", line)
        if _TOO_MUCH in str(fault):
            _refuse(source, path, "whole" if most == source.limits.whole else "unpacked", most)
        raise


def _sum_task(most: int) -> Task:
    message = f"a file has {_TOO_MUCH}"

    def add(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        total = 0
        for batch in batches:
            # A line end at least stands between two lines.
            total += sum(batch.column(0).to_pylist()) + batch.num_rows - 1
            if total > most:
                raise ValueError(message)
        yield pa.RecordBatch.from_pylist([{"bytes": total}], schema=_SIZES)

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
