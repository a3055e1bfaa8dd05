"""Raw files to landed rows: columns as landed, and where each row came from."""

from __future__ import annotations

import importlib.util
from contextlib import suppress
from pathlib import Path

from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from cdi_spark.config import Source
from cdi_spark.errors import SourceError

# Text formats land as text: a number or date that a reader guesses wrong is lost for good. Silver types them.
FORMATS: dict[str, tuple[str, dict[str, str]]] = {
    "csv": ("csv", {"header": "true", "ignoreLeadingWhiteSpace": "true", "ignoreTrailingWhiteSpace": "true",
                    "quote": '"', "escape": '"', "multiLine": "true"}),
    "json": ("json", {"primitivesAsString": "true", "multiLine": "true"}),
    "jsonl": ("json", {"primitivesAsString": "true"}),
    "parquet": ("parquet", {"mergeSchema": "true"}),
}  # fmt: skip


def read_files(spark: SparkSession, source: Source, *, run_id: str) -> DataFrame:
    """Read a source's files as they are.

    Returns:
        The files' columns, then _source, _key (the key expression as text), _file, _batch (hash of the file's
        rows, whatever its name and their order), _ingested_at (UTC) and _run_id.
    Raises:
        SourceError: no file at the path, an unreadable file, or a key expression that does not fit the columns.
    """
    kind, options = FORMATS[source.format]
    path = _locate(source.path)
    try:
        landed = spark.read.format(kind).options(**{**options, **source.options}).load(path)
        names = landed.columns
        keyed = landed.withColumn("_key", F.expr(source.key).cast("string"))
        keyed = keyed.withColumn("_file", F.col("_metadata.file_path"))
    except PySparkException as fault:
        raise SourceError(f"source {source.name}: {path}: {reason(fault)}") from None
    if not names:
        raise SourceError(
            f"source {source.name}: {path}: holds no columns. Give a file with a header or rows."
        )
    row_hash = F.xxhash64(F.to_json(F.struct(*(F.col(f"`{name}`") for name in names))))
    batches = keyed.groupBy("_file").agg(_content_hash(row_hash).alias("_batch"))
    return keyed.join(F.broadcast(batches), "_file").select(
        *(F.col(f"`{name}`") for name in names),
        F.lit(source.name).alias("_source"),
        "_key",
        "_file",
        "_batch",
        F.current_timestamp().alias("_ingested_at"),
        F.lit(run_id).alias("_run_id"),
    )


def new_rows(landed: DataFrame, bronze: DataFrame | None) -> DataFrame:
    """Drop the rows of files whose content landed before."""
    if bronze is None:
        return landed
    return landed.join(F.broadcast(bronze.select("_batch").distinct()), "_batch", "left_anti").select(
        *landed.columns
    )


def _content_hash(row_hash: Column) -> Column:
    # Sums and exclusive ors do not depend on the order in which tasks read the rows.
    facts = (F.count("*"), F.sum(row_hash.cast("decimal(38,0)")), F.bit_xor(row_hash))
    return F.sha2(F.concat_ws(":", *(fact.cast("string") for fact in facts)), 256)


def _locate(path: str) -> str:
    """A path, or `package:NAME/FILE` for a file that an installed Python package carries."""
    if not path.startswith("package:"):
        return path
    name, _, inside = path.removeprefix("package:").partition("/")
    spec = None
    with suppress(ImportError, ValueError):
        spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise SourceError(f"{path}: the Python package {name} is not installed. Run `pip install {name}`.")
    return str(Path(spec.submodule_search_locations[0]) / inside)


def reason(fault: PySparkException) -> str:
    """Spark's error class and what it names, without the rows or the stack behind it."""
    parameters = fault.getMessageParameters() or {}
    named = parameters.get("objectName") or parameters.get("path") or parameters.get("fieldName") or ""
    return f"{fault.getCondition() or type(fault).__name__} {named}".strip()
