"""Driver-side rows as a DataFrame, and the type of functions that compute rows once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.conversion import LocalDataToArrowConversion
from pyspark.sql.types import StructType

# Computes rows once, under a name, for all that read them; see storage.scratch.
Materialise = Callable[[str, DataFrame], DataFrame]


def local_rows(spark: SparkSession, rows: Sequence[Any], schema: StructType | str) -> DataFrame:
    """Make a DataFrame of a few driver-side rows, which are part of its plan.

    It uses Arrow: rows of a list would pass through a Python worker whenever they are read, which takes a third of a
    second, and Spark would not know how few they are.

    Args:
        rows: tuples or Rows, in the schema's order.
        schema: names and types; text is DDL.
    """
    struct = StructType.fromDDL(schema) if isinstance(schema, str) else schema
    assert isinstance(struct, StructType)
    if not rows:
        return (
            spark.range(0)
            .where("false")
            .select(*(F.lit(None).cast(f.dataType).alias(f.name) for f in struct))
        )
    table = LocalDataToArrowConversion.convert(list(rows), struct, use_large_var_types=False)
    return spark.createDataFrame(table, struct)
