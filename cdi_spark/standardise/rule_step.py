"""One pass of value rules over a DataFrame; the rules are sent to executors with their tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from cdi_spark.spark.shipped import shipped
from cdi_spark.standardise.batches import CHANGES, DROPS, Rule, batch_task

# Output columns besides the values.
NOTES: dict[str, T.DataType] = {CHANGES: T.LongType(), DROPS: T.ArrayType(T.StringType())}


def apply_rules(
    rows: DataFrame, rules: Sequence[Rule], *, made: Mapping[str, T.DataType], noted: Sequence[str] = ()
) -> DataFrame:
    """Apply value rules to all rows at once.

    Args:
        rules: over columns of the rows, or over columns that earlier rules compute.
        made: the computed columns to return, with their types: text or list of text; also those of NOTES.
        noted: columns that have a bit in CHANGES.
    Returns:
        The other columns, then those of `made`.
    """
    if not rules:
        return rows.withColumns({name: F.lit(None).cast(kind) for name, kind in made.items()})
    fields = [field for field in rows.schema if field.name not in made]
    fields += [T.StructField(name, kind) for name, kind in made.items()]
    lists = {name for name, kind in made.items() if isinstance(kind, T.ArrayType)}
    task = batch_task(rules, lists=lists, output=[field.name for field in fields], noted=noted)
    return rows.mapInArrow(shipped(task), T.StructType(fields))
