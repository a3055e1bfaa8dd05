"""How Spark's own parser reads a query, over Spark Connect too."""

from __future__ import annotations

from pyspark.sql import SparkSession

from cdi_spark.errors import CdiError
from cdi_spark.spark.query_errors import row_error

_PARSED = "== Parsed Logical Plan =="
_ANALYSED = "== Analyzed Logical Plan =="


def parsed_plan(spark: SparkSession, query: str) -> str:
    """Return Spark's parsed plan of a query as text; the query is not run.

    Raises:
        PySparkException: the query has a mistake.
        CdiError: Spark cannot plan it, for instance because a value in it cannot be converted.
    """
    explained = spark.sql(f"EXPLAIN EXTENDED {query}").collect()[0][0]
    start, end = explained.find(_PARSED), explained.find(_ANALYSED)
    if start != 0 or end < 0:
        # Spark returns the mistake as text; this raises it, unless it is about values.
        spark.sql(query)
        raise CdiError(f"sql: {row_error(explained)}")
    return str(explained[len(_PARSED) : end])
