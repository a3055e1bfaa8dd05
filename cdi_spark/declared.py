"""Rows in the shape of a declared table, and what Delta and readers are told of it."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from cdi_spark.errors import CdiError
from cdi_spark.tables import Table

_STATS_TYPES = (T.NumericType, T.DateType, T.TimestampType, T.StringType)


def conform(rows: DataFrame, table: Table, *, also: Sequence[str] = ()) -> DataFrame:
    """The table's columns in order, with their comments and exactly the declared types.

    Raises:
        CdiError: a column is missing or of another type; never cast in silence.
    """
    have = {f.name: f.dataType for f in rows.schema}
    for column in table.columns:
        if column.name not in have:
            raise CdiError(
                f"{table.name}: {column.name} is missing. Add it in the stage that writes the table."
            )
        if have[column.name].simpleString() != column.type.simpleString():
            raise CdiError(
                f"{table.name}: {column.name} is {have[column.name].simpleString()}, wants "
                f"{column.type.simpleString()}. Cast it in the stage that writes the table, or change "
                f"{table.name} in cdi_spark/tables/."
            )
    return rows.select(
        *(F.col(f"`{c.name}`").alias(c.name, metadata={"comment": c.comment}) for c in table.columns), *also
    )


def with_gone(rows: DataFrame, gone: DataFrame) -> DataFrame:
    """What Storage.merge() takes: rows that are there, and rows of the same table that are to go."""
    return rows.withColumn("_gone", F.lit(False)).unionByName(gone.withColumn("_gone", F.lit(True)))


def properties(table: Table) -> dict[str, str]:
    """Statistics in the log only of columns that say nothing about a person: VACUUM does not reach the log."""
    # A change of a few rows marks them in the files that hold them, and does not write these again.
    vectors = {"delta.enableDeletionVectors": "true"}
    plain = [c.name for c in table.columns if c.pii == "none" and isinstance(c.type, _STATS_TYPES)]
    if not plain:
        return {**vectors, "delta.dataSkippingNumIndexedCols": "0"}
    return {**vectors, "delta.dataSkippingStatsColumns": ",".join(f"`{name}`" for name in plain)}


def comments(table: Table) -> str:
    """SQL of a view's columns, with what they and the view are about."""
    columns = ", ".join(f"`{c.name}` COMMENT '{escaped(c.comment)}'" for c in table.columns)
    return f"({columns}) COMMENT '{escaped(table.comment)}'"


def no_rows(table: Table) -> str:
    """SQL of a table that was never written."""
    columns = ", ".join(f"CAST(NULL AS {c.type.simpleString()}) AS `{c.name}`" for c in table.columns)
    return f"SELECT {columns} WHERE false"


def escaped(text: str) -> str:
    """Text within the quotes of a SQL string."""
    return text.replace("\\", "\\\\").replace("'", "\\'")
