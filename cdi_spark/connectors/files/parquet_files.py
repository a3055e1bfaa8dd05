"""Reads Parquet: columns keep their types, and where files differ they are widened; rows are counted by the footers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from cdi_spark.config import Source
from cdi_spark.connectors.files.column_types import converted_fields, fitted, wider
from cdi_spark.connectors.files.rows import Read, landing_names
from cdi_spark.errors import SourceError
from cdi_spark.sql_text import quote


def read_parquet(spark: SparkSession, source: Source, files: Sequence[str], known: T.StructType) -> Read:
    """Read Parquet files; a column keeps the type that it landed with before.

    Raises:
        SourceError: no type holds the values of a column in two files.
    """
    groups = _read_alike(spark, source, files)
    wanted = _common_columns(source, groups)
    _check_nesting(source, wanted)
    parts = [_as_wanted(rows, wanted) for rows in groups.values()]
    counts = reduce(DataFrame.unionAll, [_counts(rows) for rows in groups.values()])
    rows = reduce(lambda a, b: a.unionByName(b), parts)
    return Read(fitted(rows, known), {row["_file"]: row["count"] for row in counts.collect()})


def _read_alike(spark: SparkSession, source: Source, files: Sequence[str]) -> dict[str, DataFrame]:
    """Return the rows of all files; where Spark cannot unite their columns, those of each kind, by its first file."""
    try:
        return {files[0]: spark.read.options(**{"mergeSchema": "true", **source.options}).parquet(*files)}
    # Some of these errors come as plain Java errors.
    except Exception as fault:
        if "CANNOT_MERGE" not in str(fault):
            raise
    alike: dict[str, tuple[T.StructType, list[str]]] = {}
    for file in files:
        schema = spark.read.options(**source.options).parquet(file).schema
        alike.setdefault(schema.json(), (schema, []))[1].append(file)
    return {
        same[0]: spark.read.options(**source.options).schema(schema).parquet(*same)
        for schema, same in alike.values()
    }


def _counts(rows: DataFrame) -> DataFrame:
    """Return the number of rows by file, for which Spark reads only the footers."""
    return rows.groupBy(F.col("_metadata.file_path").alias("_file")).count()


def _as_wanted(rows: DataFrame, wanted: T.StructType) -> DataFrame:
    columns = converted_fields(lambda name: F.col(quote(name)), rows.schema, wanted)
    nothing = F.lit(None).cast("string")
    return rows.select(
        *(column.alias(name) for column, name in zip(columns, landing_names(wanted.names), strict=True)),
        nothing.alias("_raw"),
        nothing.alias("_fault"),
        F.col("_metadata.file_path").alias("_file"),
    )


def _common_columns(source: Source, groups: dict[str, DataFrame]) -> T.StructType:
    """Return the columns of all files.

    Args:
        groups: rows of files with one schema, by the first of these files.
    """
    found: dict[str, tuple[str, T.DataType, str]] = {}
    fractions: dict[str, set[bool]] = {}
    for file, rows in groups.items():
        for field in rows.schema:
            name, kind, first = found.get(field.name.lower(), (field.name, field.dataType, file))
            both = wider(kind, field.dataType)
            if both is None:
                raise SourceError(
                    f"source {source.name}: column {field.name} is {kind.simpleString()} in {first} and "
                    f"{field.dataType.simpleString()} in {file}. Deliver it as one type, or these files as two sources."
                )
            found[field.name.lower()] = (name, both, first)
            if isinstance(field.dataType, T.IntegralType | T.FractionalType):
                fractions.setdefault(field.name.lower(), set()).add(
                    isinstance(field.dataType, T.FractionalType)
                )
    mixed = [
        name
        for name, (_, kind, _) in found.items()
        if len(fractions.get(name, ())) == 2 and kind == T.DoubleType()
    ]
    whole = set(_whole(groups.values(), mixed)) if mixed else set()
    return T.StructType(
        [
            T.StructField(name, T.LongType() if lower in whole else _storable(kind))
            for lower, (name, kind, _) in found.items()
        ]
    )


def _check_nesting(source: Source, columns: T.StructType) -> None:
    levels, fields = _nesting(columns)
    for name, found, most in (
        ("levels", levels - 1, source.limits.levels),
        ("fields", fields, source.limits.fields),
    ):
        if found > most:
            raise SourceError(
                f"source {source.name}: {source.path}: the columns have {found:,} {name}, more than {most:,}. Deliver "
                f"fewer, or set limits: {{{name}: …}} in the source's conf."
            )


def _nesting(kind: T.DataType) -> tuple[int, int]:
    """Return how many levels of lists and objects a type has, and how many fields."""
    if isinstance(kind, T.ArrayType):
        inside = [kind.elementType]
    elif isinstance(kind, T.MapType):
        inside = [kind.keyType, kind.valueType]
    elif isinstance(kind, T.StructType):
        inside = [field.dataType for field in kind]
    else:
        return 0, 0
    found = [_nesting(one) for one in inside]
    own = len(inside) if isinstance(kind, T.StructType) else 0
    return 1 + max((levels for levels, _ in found), default=0), own + sum(fields for _, fields in found)


def _whole(groups: Iterable[DataFrame], names: list[str]) -> list[str]:
    """Return the columns whose fractions are whole numbers, as pandas writes a column of ids where some are missing."""
    has_fraction = [
        F.coalesce(F.bool_or(F.col(quote(name)) != F.floor(quote(name))), F.lit(False)) for name in names
    ]
    parts = [
        rows.select(
            *(F.col(quote(name)).cast("double") for name in names if name in map(str.lower, rows.columns))
        )
        for rows in groups
    ]
    every = reduce(lambda a, b: a.unionByName(b, allowMissingColumns=True), parts)
    row = every.agg(*has_fraction).first()
    return [name for name, found in zip(names, row or (), strict=True) if not found]


def _storable(kind: T.DataType) -> T.DataType:
    """Return a type that Delta can store: a column with only nulls is text."""
    if isinstance(kind, T.NullType):
        return T.StringType()
    if isinstance(kind, T.ArrayType):
        return T.ArrayType(_storable(kind.elementType))
    if isinstance(kind, T.StructType):
        return T.StructType([T.StructField(f.name, _storable(f.dataType)) for f in kind])
    return kind
