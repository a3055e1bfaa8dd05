"""Types of columns that differ between files or deliveries: the type that holds both, and values given that type."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from cdi_spark.connectors.files.faults import Fault
from cdi_spark.sql_text import quote

_STRING = T.StringType()
# From narrow to wide.
_WHOLE: tuple[T.DataType, ...] = (T.ByteType(), T.ShortType(), T.IntegerType(), T.LongType())
_FRACTIONS: tuple[T.DataType, ...] = (T.FloatType(), T.DoubleType())
_DIGITS: dict[T.DataType, int] = {T.ByteType(): 3, T.ShortType(): 5, T.IntegerType(): 10, T.LongType(): 19}
_TIMES: tuple[T.DataType, ...] = (T.DateType(), T.TimestampNTZType(), T.TimestampType())
_MOST_DIGITS = 38
# Whole numbers up to here are exact as a double.
_EXACT = 2**53


def wider(left: T.DataType, right: T.DataType) -> T.DataType | None:
    """Return the type that holds the values of both; null for none.

    Whole numbers and fractions are DOUBLE. What text holds only by its spelling, such as numbers beside names, is text.
    """
    if left == right or isinstance(right, T.NullType):
        return left
    if isinstance(left, T.NullType):
        return right
    for row in (_WHOLE, _FRACTIONS, _TIMES):
        if left in row and right in row:
            return max(left, right, key=row.index)
    if isinstance(left, T.ArrayType) and isinstance(right, T.ArrayType):
        element = wider(left.elementType, right.elementType)
        return element and T.ArrayType(element)
    if isinstance(left, T.StructType) and isinstance(right, T.StructType):
        return _wider_struct(left, right)
    if _digits(left) and _digits(right):
        return _wider_decimal(left, right)
    if _is_number(left) and _is_number(right):
        return T.DoubleType()
    if _STRING in (left, right) and not {T.ArrayType, T.StructType, T.MapType, T.BinaryType} & {
        type(left),
        type(right),
    }:
        return _STRING
    return None


def converted(column: Column, found: T.DataType, wanted: T.DataType) -> Column:
    """Return a column in another type; null where a value does not fit it. Whole numbers become text without `.0`."""
    if found == wanted:
        return column
    if isinstance(wanted, T.ArrayType) and isinstance(found, T.ArrayType):
        inner, to = found.elementType, wanted.elementType
        return F.transform(column, lambda element: converted(element, inner, to))
    if isinstance(wanted, T.StructType) and isinstance(found, T.StructType):
        fields = converted_fields(column.getField, found, wanted)
        struct = F.struct(*(field.alias(name) for field, name in zip(fields, wanted.names, strict=True)))
        return F.when(column.isNotNull(), struct)
    if found in _FRACTIONS and wanted == _STRING:
        is_whole = (column == F.floor(column)) & (F.abs(column) < _EXACT)
        return F.when(is_whole, column.cast("bigint").cast("string")).otherwise(column.cast("string"))
    if found in _FRACTIONS and wanted in _WHOLE:
        return F.when(column == F.floor(column), column.try_cast(wanted))
    return column.try_cast(wanted)


def converted_fields(get: Callable[[str], Column], found: T.StructType, wanted: T.StructType) -> list[Column]:
    """Return the wanted fields in their types; null where there is none of the name, whatever its capitals.

    Args:
        get: from the name of a field that is found to its column.
    """
    here = {field.name.lower(): field for field in found}
    columns = []
    for to in wanted:
        field = here.get(to.name.lower())
        nothing = F.lit(None).cast(to.dataType)
        columns.append(converted(get(field.name), field.dataType, to.dataType) if field else nothing)
    return columns


def fitted(rows: DataFrame, known: T.StructType) -> DataFrame:
    """Return rows whose columns have the types with which they landed before; mark rows with values that do not fit.

    Args:
        rows: the columns of files, `_raw`, `_fault` and `_file`.
        known: the columns that landed before. Lists and objects are not touched.
    """
    landed = {field.name: field.dataType for field in known}
    other = [
        field
        for field in rows.schema
        if field.name in landed and landed[field.name] != field.dataType and not _is_nested(field.dataType)
    ]
    if not other:
        return rows
    fits = {f.name: converted(F.col(quote(f.name)), f.dataType, landed[f.name]) for f in other}
    misfit = reduce(
        lambda a, b: a | b, [F.col(quote(n)).isNotNull() & fit.isNull() for n, fit in fits.items()]
    )
    own = [quote(name) for name in rows.columns if name not in ("_raw", "_fault", "_file")]
    return rows.select(
        *(fits.get(name, F.col(quote(name))).alias(name) for name in rows.columns if quote(name) in own),
        F.coalesce("_raw", F.when(misfit, F.to_json(F.struct(*own)))).alias("_raw"),
        F.coalesce("_fault", F.when(misfit, F.lit(Fault.TYPES_AS_LANDED_BEFORE))).alias("_fault"),
        "_file",
    )


def _is_nested(kind: T.DataType) -> bool:
    return isinstance(kind, T.ArrayType | T.StructType | T.MapType)


def _is_number(kind: T.DataType) -> bool:
    return kind in _FRACTIONS or bool(_digits(kind))


def _digits(kind: T.DataType) -> tuple[int, int] | None:
    """Return the digits before and after the point; null for other types than whole numbers and decimals."""
    if isinstance(kind, T.DecimalType):
        return kind.precision - kind.scale, kind.scale
    return (_DIGITS[kind], 0) if kind in _DIGITS else None


def _wider_decimal(left: T.DataType, right: T.DataType) -> T.DataType:
    sides = [digits for digits in (_digits(left), _digits(right)) if digits]
    before, after = (max(side) for side in zip(*sides, strict=True))
    return T.DecimalType(before + after, after) if before + after <= _MOST_DIGITS else T.DoubleType()


def _wider_struct(left: T.StructType, right: T.StructType) -> T.DataType | None:
    fields = {field.name.lower(): field for field in left}
    for field in right:
        before = fields.get(field.name.lower())
        both = wider(before.dataType, field.dataType) if before else field.dataType
        if both is None:
            return None
        fields[field.name.lower()] = T.StructField(before.name if before else field.name, both)
    return T.StructType([T.StructField(field.name, field.dataType) for field in fields.values()])
