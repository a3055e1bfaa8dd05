"""Rows of entities.member."""

from datetime import UTC, datetime

from pyspark.sql import DataFrame, SparkSession

from cdi_spark.schema import MEMBER
from cdi_spark.spark.local_rows import local_rows

SINCE = datetime(2024, 1, 1, tzinfo=UTC)


def members(spark: SparkSession, **entities: str) -> DataFrame:
    """members(spark, a="X"): record a is in entity X."""
    return local_rows(spark, [(r, e, SINCE, None, "r1") for r, e in entities.items()], MEMBER.schema)


def entity_of(rows: DataFrame) -> dict[str, str]:
    return {r["record_id"]: r["entity_id"] for r in rows.collect()}
