"""One function per file format: reads files into rows as landed, and marks rows that cannot be read."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from functools import reduce
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from cdi_spark.config import Source
from cdi_spark.errors import SourceError
from cdi_spark.schema import LANDING
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.sql_text import quote


class Fault(StrEnum):
    """Why a row cannot be read, stored in `_fault`; each is a rule that the row fails."""

    COLUMNS_AS_IN_HEADER = "columns_as_in_header"
    READS_AS_JSON = "reads_as_json"
    IN_ITS_ENCODING = "in_its_encoding"
    TYPES_AS_LANDED_BEFORE = "types_as_landed_before"


_STRING = T.StringType()
_LANDING = frozenset(column.name for column in LANDING)
# Number of values to inspect where rows disagree on whether a column is text, an object or a list.
_MOST_INSPECTED = 10_000


def _csv(spark: SparkSession, source: Source, files: Sequence[str], known: T.StructType) -> DataFrame:
    """Read CSV: columns by name per file, all as text."""
    options = {"header": "true", "ignoreLeadingWhiteSpace": "true", "ignoreTrailingWhiteSpace": "true",
               "quote": '"', "escape": '"', "multiLine": "true", **source.options}  # fmt: skip
    by_header: dict[tuple[str, ...], list[str]] = {}
    for file in files:
        header = tuple(spark.read.options(**options).csv(file).columns)
        if any("\ufffd" in name or "\x00" in name for name in header) and not _names_encoding(source):
            raise SourceError(
                f"source {source.name}: {file}: its header is not UTF-8. Set the encoding in the source's conf, "
                "such as options: {encoding: UTF-16} or {encoding: windows-1252}."
            )
        by_header.setdefault(header, []).append(file)
    parts = [
        spark.read.options(**options)
        # With pruning, rows with too few or too many columns would not be noticed.
        .option("columnPruning", "false")
        .option("columnNameOfCorruptRecord", "_raw")
        .schema(_as_schema(_landing_names(header), _STRING).add("_raw", _STRING))
        .csv(same)
        .withColumn("_fault", F.when(F.col("_raw").isNotNull(), F.lit(Fault.COLUMNS_AS_IN_HEADER)))
        .withColumn("_file", F.col("_metadata.file_path"))
        for header, same in by_header.items()
        if header
    ]
    if not parts:
        return local_rows(spark, [], _as_schema(("_raw", "_fault", "_file"), _STRING))
    return _in_its_encoding(source, reduce(lambda a, b: a.unionByName(b, allowMissingColumns=True), parts))


def _json(spark: SparkSession, source: Source, files: Sequence[str], known: T.StructType) -> DataFrame:
    """Read JSON: values as text, objects and lists as such; a column keeps the type that it landed with before."""
    options = {
        "primitivesAsString": "true",
        "multiLine": str(source.format == "json").lower(),
        **source.options,
    }
    reader = spark.read.options(**options).option("columnNameOfCorruptRecord", "_raw")
    found = reader.json(list(files)).schema
    fields = {f.name: _without_void(f.dataType) for f in found if f.name != "_raw"}
    new = [name for name in fields if name not in known.names]
    for name, shape in _shapes(spark, options, files, new).items():
        fields[name] = _reshaped(fields[name], shape)
    fields |= {f.name: _extended(f.dataType, fields[f.name]) for f in known if f.name in fields}
    schema = T.StructType([T.StructField(name, kind) for name, kind in fields.items()])
    rows = (
        reader.schema(schema.add("_raw", _STRING))
        .json(list(files))
        .withColumn("_fault", F.when(F.col("_raw").isNotNull(), F.lit(Fault.READS_AS_JSON)))
        .withColumn("_file", F.col("_metadata.file_path"))
    )
    renamed = dict(zip(fields, _landing_names(fields), strict=True))
    return _in_its_encoding(source, rows.withColumnsRenamed(renamed))


def _parquet(spark: SparkSession, source: Source, files: Sequence[str], known: T.StructType) -> DataFrame:
    """Read Parquet: columns keep their type; where a column landed with another type before, values are cast to it."""
    rows = spark.read.options(**{"mergeSchema": "true", **source.options}).parquet(*files)
    names = dict(zip(rows.columns, _landing_names(rows.columns), strict=True))
    landed = {f.name: f.dataType for f in known}
    columns: list[Column] = []
    misfits: list[Column] = []
    for field in rows.schema:
        kind = _without_void(landed.get(names[field.name], field.dataType))
        column = F.col(quote(field.name))
        fitted = column if kind == field.dataType else column.try_cast(kind)
        if kind != field.dataType:
            misfits.append(column.isNotNull() & fitted.isNull())
        columns.append(fitted.alias(names[field.name]))
    misfit = reduce(lambda a, b: a | b, misfits, F.lit(False))
    everything = F.to_json(F.struct(*(F.col(quote(name)) for name in rows.columns)))
    return rows.select(
        *columns,
        F.when(misfit, everything).alias("_raw"),
        F.when(misfit, F.lit(Fault.TYPES_AS_LANDED_BEFORE)).alias("_fault"),
        F.col("_metadata.file_path").alias("_file"),
    )


Reader = Callable[[SparkSession, Source, Sequence[str], T.StructType], DataFrame]
FORMATS: dict[str, Reader] = {"csv": _csv, "json": _json, "jsonl": _json, "parquet": _parquet}


def _as_schema(names: Iterable[str], kind: T.DataType) -> T.StructType:
    return T.StructType([T.StructField(name, kind) for name in names])


def _landing_names(names: Iterable[str]) -> list[str]:
    """Return the names under which columns land: not empty, and different from the landing columns."""
    return [f"{name}_" if name in _LANDING or not name.strip() else name for name in names]


def _names_encoding(source: Source) -> bool:
    return bool({"encoding", "charset"} & source.options.keys())


def _in_its_encoding(source: Source, rows: DataFrame) -> DataFrame:
    """Mark rows with a character that the encoding could not read, unless conf sets the encoding."""
    texts = [quote(f.name) for f in rows.schema if f.name not in _LANDING]
    if _names_encoding(source) or not texts:
        return rows
    broken = F.to_json(F.struct(*texts)).contains("\ufffd")
    return rows.withColumn("_fault", F.coalesce("_fault", F.when(broken, F.lit(Fault.IN_ITS_ENCODING))))


def _shapes(
    spark: SparkSession, options: dict[str, str], files: Sequence[str], names: list[str]
) -> dict[str, T.DataType]:
    """Return the type of most values, for columns that are objects or lists in most rows.

    Spark reads a column that is an object in one row and text in another as text; then an expression over its fields
    would end the run for all rows.
    """
    if not names:
        return {}
    texts = spark.read.options(**options).schema(_as_schema(names, _STRING)).json(list(files))
    nested = {name: F.ltrim(quote(name)).rlike(r"^[\[{]") for name in names}
    counts = texts.agg(
        *(F.count(quote(name)) for name in names), *(F.count_if(nested[name]) for name in names)
    ).first()
    filled, with_parts = (counts[: len(names)], counts[len(names) :]) if counts else ((), ())
    most = [n for n, all_, parts in zip(names, filled, with_parts, strict=True) if parts * 2 > all_]
    shapes = {}
    for name in most:
        values = texts.where(nested[name]).select(quote(name)).limit(_MOST_INSPECTED).collect()
        parsed = [value for value in (_parsed(row[0]) for row in values) if isinstance(value, (dict, list))]
        if parsed:
            shapes[name] = _shape(parsed)
    return shapes


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _shape(values: list[Any]) -> T.DataType:
    """Return the type of most of the values; an object has the fields of all objects."""
    values = [value for value in values if value is not None]
    kinds = Counter(type(value) if isinstance(value, (dict, list)) else str for value in values)
    kind = kinds.most_common(1)[0][0] if kinds else str
    if kind is dict:
        objects = [value for value in values if isinstance(value, dict)]
        names = dict.fromkeys(name for value in objects for name in value)
        return T.StructType([T.StructField(n, _shape([v.get(n) for v in objects])) for n in names])
    if kind is list:
        return T.ArrayType(_shape([item for value in values if isinstance(value, list) for item in value]))
    return _STRING


def _reshaped(found: T.DataType, shape: T.DataType) -> T.DataType:
    """Return the type that Spark inferred, with the type of most values where it fell back to text."""
    if isinstance(found, T.StringType):
        return shape
    if isinstance(found, T.ArrayType) and isinstance(shape, T.ArrayType):
        return T.ArrayType(_reshaped(found.elementType, shape.elementType))
    if isinstance(found, T.StructType) and isinstance(shape, T.StructType):
        most = {f.name: f.dataType for f in shape}
        return T.StructType(
            [T.StructField(f.name, _reshaped(f.dataType, most.get(f.name, f.dataType))) for f in found]
        )
    return found


def _without_void(kind: T.DataType) -> T.DataType:
    """Return a type that Delta can store: a column with only nulls is text."""
    if isinstance(kind, T.NullType):
        return _STRING
    if isinstance(kind, T.ArrayType):
        return T.ArrayType(_without_void(kind.elementType))
    if isinstance(kind, T.StructType):
        return T.StructType([T.StructField(f.name, _without_void(f.dataType)) for f in kind])
    return kind


def _extended(landed: T.DataType, found: T.DataType) -> T.DataType:
    """Return the type that a column landed with, extended by new fields."""
    if isinstance(landed, T.StructType) and isinstance(found, T.StructType):
        new = {f.name: f.dataType for f in found}
        old = {f.name: _extended(f.dataType, new.get(f.name, f.dataType)) for f in landed}
        return T.StructType([T.StructField(name, kind) for name, kind in {**new, **old}.items()])
    if isinstance(landed, T.ArrayType) and isinstance(found, T.ArrayType):
        return T.ArrayType(_extended(landed.elementType, found.elementType))
    return landed


def glob_escaped(path: str) -> str:
    """Escape a file's path for where Spark expects a pattern."""
    return re.sub(r"([\[\]{}*?\\])", r"\\\1", path)
