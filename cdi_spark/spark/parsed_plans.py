"""How Spark's own parser reads a query, over Spark Connect too."""

from __future__ import annotations

from pyspark.sql import SparkSession

_PARSED = "== Parsed Logical Plan =="
_ANALYSED = "== Analyzed Logical Plan =="


def parsed_plan(spark: SparkSession, query: str) -> str:
    """Return Spark's parsed plan of a query as text; the query is not run.

    Raises:
        PySparkException: the query has a mistake.
        RuntimeError: Spark shows no parsed plan.
    """
    explained = spark.sql(f"EXPLAIN EXTENDED {query}").collect()[0][0]
    start, end = explained.find(_PARSED), explained.find(_ANALYSED)
    if start != 0 or end < 0:
        # Spark returns the mistake as text; this raises it.
        spark.sql(query)
        raise RuntimeError("Spark explains a query in a way that is not known here.")
    return str(explained[len(_PARSED) : end])
