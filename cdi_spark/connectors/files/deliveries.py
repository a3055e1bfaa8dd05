"""Reads a source's files as one delivery: rows as landed, with file, row number and content hash."""

from __future__ import annotations

import importlib.util
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from cdi_spark.config import Source
from cdi_spark.config.expressions import lacks_user
from cdi_spark.config.links import find_link_out, root_of
from cdi_spark.connectors.files.batches import File, Landed, Part, glob_escaped, plain_path, tell_apart
from cdi_spark.connectors.files.formats import FORMATS
from cdi_spark.connectors.files.sizes import TOO_LONG, check_sizes
from cdi_spark.errors import SourceError, is_of_spark
from cdi_spark.schema import LANDING
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.sql_text import quote

_PLACED = ("_file", "_partition")
_PLACES = T.StructType(
    [
        T.StructField("_file", T.StringType()),
        T.StructField("_partition", T.IntegerType()),
        T.StructField("_batch", T.StringType()),
        T.StructField("_before", T.LongType()),
    ]
)

# A stream needs a schema; every binary file has this one.
_BINARY_FILE = "path string, modificationTime timestamp, length long, content binary"


@dataclass(frozen=True)
class Delivery:
    """The content of a source's files.

    `rows` has the files' columns and those of LANDING. Of a snapshot's files with the same content only the first by
    name is in `files` and `rows`; the others are in `repeated`.
    """

    rows: DataFrame
    files: list[File]
    repeated: list[str]
    columns: dict[str, str]

    @property
    def batches(self) -> list[str]:
        return sorted(file.batch for file in self.files)


def read_delivery(
    spark: SparkSession,
    source: Source,
    *,
    run_id: str,
    landed: Landed | None = None,
    listed: Sequence[tuple[str, int, int]] | None = None,
) -> Delivery:
    """Read all rows of a source's files.

    Args:
        listed: list_files() of the source, if it was called already.
        landed: what landed before; its columns keep their types.
    Raises:
        SourceError: there is no file at the path, a file cannot be read, the key expression does not fit the columns,
            or a file has another number of rows than were read.
    """
    landed = landed or Landed()
    with as_source_errors(source):
        listed = list_files(spark, source) if listed is None else listed
        files = [glob_escaped(path) for path, _, _ in listed]
        if not files:
            return Delivery(local_rows(spark, [], T.StructType([])), [], [], {})
        _refuse_links_out(source, listed)
        check_sizes(spark, source, listed)
        read = FORMATS[source.format](spark, source, files, landed.columns)
        own = [name for name in read.rows.columns if name not in ("_raw", "_fault", "_file")]
        columns = {name: kind for name, kind in read.rows.dtypes if name in own}
        if not own:
            return Delivery(read.rows, [], [], {})
        if lacks_user([source.key], own):
            raise SourceError(f"source {source.name}: the files have no column user. Fix `key` in its conf.")
        # Both scans below assign rows to the same partitions: how Spark splits files does not depend on the query.
        placed = read.rows.withColumns(
            {"_partition": F.spark_partition_id(), "_at": F.monotonically_increasing_id()}
        )
        parts = _parts(placed, own)
    check_counts(source, parts, read.counted)
    found, repeated, places = tell_apart(
        parts, source, landed, changed_at=listed[0][2] if len(listed) == 1 else None
    )
    with as_source_errors(source):
        rows = placed.join(F.broadcast(local_rows(spark, places, _PLACES)), list(_PLACED))
        rows = rows.select(
            *(F.col(quote(name)) for name in own),
            F.lit(source.name).alias("_source"),
            F.expr(source.key).cast("string").alias("_key"),
            "_file",
            (F.col("_at") - F.col("_before") + 1).alias("_row_number"),
            "_fault",
            "_raw",
            "_batch",
            F.current_timestamp().alias("_ingested_at"),
            F.lit(run_id).alias("_run_id"),
        )
        _ = rows.schema  # over Connect a key that does not fit shows only here
    return Delivery(rows, found, repeated, columns)


def landed_schema(bronze: DataFrame) -> T.StructType:
    """Return the columns of a bronze table that come from the source."""
    own = {column.name for column in LANDING}
    return T.StructType([field for field in bronze.schema if field.name not in own])


@contextmanager
def as_source_errors(source: Source) -> Iterator[None]:
    """Raise Spark's errors about a source's files as SourceError."""
    try:
        yield
    except SourceError:
        raise
    except Exception as fault:
        if not is_of_spark(fault):
            raise
        raise SourceError(f"source {source.name}: {source.path}: {_meaning(fault, source)}") from None


def arriving_files(spark: SparkSession, source: Source) -> DataFrame:
    """Return a stream of the files that arrive at a source's path, with the column path; does not read their content.

    Raises:
        SourceError: there is no file at the path, and no pattern that new files could match.
    """
    with as_source_errors(source):
        listing = spark.readStream.format("binaryFile").schema(_BINARY_FILE).options(**_which(source))
        return listing.load(_locate(source.path)).select("path")


def _which(source: Source) -> dict[str, str]:
    return {
        name: source.options[name]
        for name in ("recursiveFileLookup", "pathGlobFilter")
        if name in source.options
    }


def list_files(spark: SparkSession, source: Source) -> list[tuple[str, int, int]]:
    """Return the non-empty files at a source's path: path, length in bytes, time of the last change in microseconds.

    Raises:
        SourceError: there is no file at the path.
    """
    with as_source_errors(source):
        listing = spark.read.format("binaryFile").options(**_which(source)).load(_locate(source.path))
        found = listing.select("path", "length", F.unix_micros("modificationTime").alias("changed"))
        return sorted((row["path"], row["length"], row["changed"]) for row in found.collect())


def _parts(placed: DataFrame, own: list[str]) -> list[Part]:
    """Return, by file and partition, the first row id, the number of rows and of faults, and hashes of the content."""
    row_hash = F.xxhash64(F.to_json(F.struct(*(F.col(quote(name)) for name in own), "_raw")))
    grouped = placed.groupBy(*_PLACED).agg(
        F.min("_at").alias("first"),
        F.count("*").alias("rows"),
        F.count("_fault").alias("faulty"),
        # Sum and exclusive or do not depend on the order in which tasks read the rows.
        F.sum(row_hash.cast("decimal(38,0)")).cast("string").alias("sum"),
        F.bit_xor(row_hash).alias("xor"),
    )
    return [
        Part(r["_file"], r["_partition"], r["first"], r["rows"], r["faulty"], int(r["sum"]), r["xor"])
        for r in grouped.orderBy("_file", "first").collect()
    ]


def _refuse_links_out(source: Source, listed: Sequence[tuple[str, int, int]]) -> None:
    place = plain_path(_locate(source.path))
    local = [Path(plain_path(path)) for path, _, _ in listed if "://" not in plain_path(path)]
    if "://" not in place and (file := find_link_out(local, root_of(place))):
        raise SourceError(
            f"source {source.name}: {file} is a symbolic link, or below one, that leads out of {root_of(place)}. "
            "Put the file there, or name the place that it leads to in `path` of the source's conf."
        )


def check_counts(source: Source, parts: Sequence[Part], counted: Mapping[str, int]) -> None:
    """Compare the rows of each file with those that were read.

    Raises:
        SourceError: they differ.
    """
    read: dict[str, int] = dict.fromkeys(counted, 0)
    for part in parts:
        read[part.file] = read.get(part.file, 0) + part.rows
    wrong = [
        f"{file} has {counted[file]} rows, {read[file]} were read"
        for file in sorted(counted)
        if read[file] != counted[file]
    ]
    if wrong:
        raise SourceError(
            f"source {source.name}: {'; '.join(wrong[:3])}. Nothing of the source landed. Look for a quote that is not "
            "closed or a character that is no text, and check `options` in its conf."
        )


def _locate(path: str) -> str:
    """Return the path; resolves `package:NAME/FILE`, a file inside an installed Python package."""
    if not path.startswith("package:"):
        return path
    name, _, inside = path.removeprefix("package:").partition("/")
    folder = _folder_of_package(name)
    if folder is None:
        raise SourceError(f"{path}: the Python package {name} is not installed. Run `pip install {name}`.")
    file = Path(os.path.normpath(folder / inside))
    if not file.is_relative_to(folder):
        raise SourceError(f"{path}: the file is outside the package. Name one within it.")
    return str(file)


def _folder_of_package(name: str) -> Path | None:
    """Find a package's folder on Python's path; importlib alone would import what the package is within."""
    if not all(part.isidentifier() for part in name.split(".")):
        return None
    first, *inner = name.split(".")
    spec = None
    with suppress(ImportError, ValueError):
        spec = importlib.util.find_spec(first)
    for part in inner:
        within = spec.submodule_search_locations if spec else None
        spec = PathFinder.find_spec(part, list(within)) if within else None
    folders = list(spec.submodule_search_locations or []) if spec else []
    return Path(folders[0]).absolute() if folders else None


def _meaning(fault: Exception, source: Source) -> str:
    """Return what Spark's error means for a file and what to do, without rows or stack trace."""
    # An error in a task comes wrapped, sometimes as a plain Java error; then its class is in the text.
    message = str(fault)
    conditions = re.findall(r"\[([A-Z_]+(?:\.[A-Z_]+)*)\]", message)
    condition = fault.getCondition() if isinstance(fault, PySparkException) else None
    file = re.search(r"(?:reading file|path:) (\S+?)[.,;]?\s", message)
    named = file[1] if file else ""
    if isinstance(fault, PySparkException) and (parameters := fault.getMessageParameters()):
        named = parameters.get("path") or parameters.get("objectName") or parameters.get("fieldName") or named
    if TOO_LONG in message:
        return (
            f"{named}: a value has more than {source.limits.line:,} bytes. Look for a quote that is never closed, or "
            "set limits: {line: …} in the source's conf."
        )
    advice = {
        "PATH_NOT_FOUND": "there is no such file. Fix `path` in its conf, or deliver the file.",
        "UNRESOLVED_COLUMN": f"the files have no column {named}. Fix `key` in its conf, or the files.",
        "COLUMN_ALREADY_EXISTS": "two columns differ only in upper and lower case. Rename one of them in the files.",
        "FAILED_READ_FILE": f"the file {named} is truncated or is not {source.format}. Deliver it again.",
    }
    for kind, text in advice.items():
        if any(found.startswith(kind) for found in [condition or "", *conditions]):
            return text
    error_class = condition or (conditions or [type(fault).__name__])[-1]
    return f"{error_class} {named}".strip() + ". Check the files and the source's format and options."
