"""Reads JSON and JSON lines: values as text, objects and lists as such; and counts the objects of each file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import SparkSession
from pyspark.sql import types as T
from pyspark.sql.pandas.types import from_arrow_schema

from cdi_spark.config import Source
from cdi_spark.config.limits import Limits
from cdi_spark.connectors.files.column_types import fitted
from cdi_spark.connectors.files.faults import Fault
from cdi_spark.connectors.files.json_kinds import (
    TEXT,
    Kind,
    ListOf,
    Object,
    Shape,
    SpelledTwiceError,
    UnknownNameError,
    arrow_type,
    fitter,
    object_of,
)
from cdi_spark.connectors.files.json_values import NO_BRACES, JsonReader, Value, count_objects, write_json
from cdi_spark.connectors.files.rows import (
    Read,
    as_schema,
    encoding_of,
    in_its_encoding,
    landing_names,
    no_rows,
)
from cdi_spark.connectors.files.texts import Task, read_bytes, text_of
from cdi_spark.errors import SourceError
from cdi_spark.schema import LANDING
from cdi_spark.spark.shipped import shipped

# What is found in a file; the shape, as JSON, is that of all files of a task, and stands in its first row.
_FOUND = pa.schema(
    [("file", pa.string()), ("objects", pa.int64()), ("faulty", pa.int64()), ("shape", pa.string())]
)
_LANDING_NAMES = [column.name for column in LANDING]
# Lines end in any way, and values may go over several lines, whatever the last two say.
_OPTIONS = frozenset(("encoding", "charset", "recursiveFileLookup", "pathGlobFilter", "lineSep", "multiLine"))
_PLACED = ("_raw", "_fault", "_file")
# Rows per batch that a task returns.
_BATCH = 5_000
# Names that a task keeps, a multiple of those that land: which of them most rows have shows only at the end.
_MOST_NAMES = 10
# Rows after which a task forgets names, so that its memory is bounded.
_NARROWED_AFTER = 500


def read_json(spark: SparkSession, source: Source, files: Sequence[str], known: T.StructType) -> Read:
    """Read JSON objects, one after another or in a list; a column keeps the type that it landed with before.

    Raises:
        SourceError: conf names an option that has no effect.
    """
    if unknown := sorted(source.options.keys() - _OPTIONS):
        raise SourceError(
            f"source {source.name}: options {', '.join(unknown)} have no effect for {source.format}. Remove them."
        )
    encoding = encoding_of(source) or "utf-8"
    texts = read_bytes(spark, files, encoding, by_line=source.format == "jsonl")
    shape = Shape()
    counted: dict[str, tuple[int, int]] = {}
    for row in texts.mapInArrow(
        shipped(_shape_task(encoding, source.limits)), from_arrow_schema(_FOUND)
    ).collect():
        if row["shape"]:
            shape.merge(Shape.of_list(json.loads(row["shape"])))
        objects, faulty = counted.get(row["file"], (0, 0))
        counted[row["file"]] = (objects + row["objects"], faulty + row["faulty"])
    columns = _columns(shape, known, source.limits.fields)
    if not columns:
        return Read(no_rows(spark))
    schema = T.StructType([T.StructField(name, _spark_type(kind)) for name, kind in columns.items()])
    schema = T.StructType([*schema, *as_schema(_PLACED, T.StringType())])
    rows = texts.mapInArrow(shipped(_row_task(columns, encoding, source.limits)), schema)
    # Text that is no JSON is in `_raw` as a whole, and its braces show no number of rows.
    certain = {file: objects for file, (objects, faulty) in counted.items() if not faulty}
    rows = fitted(rows, known)
    return Read(rows if encoding_of(source) else in_its_encoding(rows), certain)


def _columns(shape: Shape, known: T.StructType, most: int) -> dict[str, Kind]:
    """Return the columns that the files have, with their types; at most so many columns and fields in them."""
    shape.narrow(most, landed=known.names)
    landed = Shape()
    for name, inner in shape.fields.items():
        landed.fields.setdefault(landing_names([name])[0], Shape()).merge(inner)
    before = {field.name: _landed_kind(field.dataType) for field in known}
    kind = object_of(landed, before)
    found = {name.lower() for name in landed.fields}
    return {name: inner for name, inner in kind.fields.items() if name.lower() in found}


def _landed_kind(kind: T.DataType) -> Kind:
    if isinstance(kind, T.ArrayType):
        return ListOf(_landed_kind(kind.elementType))
    if isinstance(kind, T.StructType):
        return Object({field.name: _landed_kind(field.dataType) for field in kind})
    return TEXT


def _spark_type(kind: Kind) -> T.DataType:
    if isinstance(kind, ListOf):
        return T.ArrayType(_spark_type(kind.element))
    if isinstance(kind, Object):
        return T.StructType([T.StructField(name, _spark_type(inner)) for name, inner in kind.fields.items()])
    return T.StringType()


def _shape_task(encoding: str, limits: Limits) -> Task:
    """Return a task that counts the objects of each file by their braces, and finds the shape of all of them."""
    levels, names = limits.levels, limits.fields

    def find(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        reader, shape = JsonReader(most_levels=levels, most_fields=names), Shape()
        objects, faulty = Counter[str](), Counter[str]()
        for batch in batches:
            for file, texts in _texts_by_file(batch, encoding):
                objects[file] += _count_objects(texts)
                values = (value for text in texts for value in reader.rows(text))
                while chunk := list(islice(values, _NARROWED_AFTER)):
                    for value in chunk:
                        faulty[file] += value.fields is None
                        shape.add(value.fields)
                    shape.narrow(names * _MOST_NAMES)
        rows = [{"file": file, "objects": objects[file], "faulty": faulty[file]} for file in objects]
        shapes = [{"shape": json.dumps(shape.as_list())}, *[{}] * len(rows)]
        yield pa.RecordBatch.from_pylist(
            [row | found for row, found in zip(rows, shapes, strict=False)], schema=_FOUND
        )

    return find


def _row_task(columns: dict[str, Kind], encoding: str, limits: Limits) -> Task:
    """Return a task that reads texts into rows of the columns and _PLACED."""
    levels, names = limits.levels, limits.fields
    fit, struct = fitter(Object(columns)), arrow_type(Object(columns))
    reserved = dict(zip(_LANDING_NAMES, landing_names(_LANDING_NAMES), strict=True))

    def row(value: Value, file: str) -> tuple[dict[str, Any], str | None, str | None, str]:
        fields = value.fields or {}
        if not reserved.keys().isdisjoint(fields):
            fields = {reserved.get(name, name): inner for name, inner in fields.items()}
        try:
            return fit(fields), value.text or None, value.fault, file
        except SpelledTwiceError:
            return {}, write_json(fields), Fault.ONE_VALUE_PER_NAME, file
        except UnknownNameError:
            return {}, write_json(fields), Fault.FIELDS_WITHIN_LIMIT, file

    def read(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        reader = JsonReader(most_levels=levels, most_fields=names)
        rows = (
            row(value, file)
            for batch in batches
            for file, texts in _texts_by_file(batch, encoding)
            for text in texts
            for value in reader.rows(text)
        )
        while chunk := list(islice(rows, _BATCH)):
            values, *placed = zip(*chunk, strict=True)
            arrays = [
                *pa.array(values, struct).flatten(),
                *(pa.array(column, pa.string()) for column in placed),
            ]
            yield pa.RecordBatch.from_arrays(arrays, names=[*columns, *_PLACED])

    return read


def _texts_by_file(batch: pa.RecordBatch, encoding: str) -> Iterator[tuple[str, list[str]]]:
    contents = zip(batch.column(1).to_pylist(), batch.column(0).to_pylist(), strict=True)
    for file, rows in groupby(contents, key=itemgetter(0)):
        yield file, [text_of(content, encoding) for _, content in rows]


def _count_objects(texts: list[str]) -> int:
    braces = pc.replace_substring_regex(pa.array(texts, pa.large_string()), NO_BRACES, "")
    return sum(count_objects(one["values"]) * one["counts"] for one in pc.value_counts(braces).to_pylist())
