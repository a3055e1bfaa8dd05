"""One lazy Spark session for all tests; views and cached tables end with the test that made them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from cdi_spark.storage import Storage


@pytest.fixture(scope="session")
def spark_session_of_all_tests() -> Iterator[SparkSession]:
    from cdi_spark.session import spark_session

    spark = spark_session(
        {
            "spark.master": "local[2]",
            "spark.sql.shuffle.partitions": "2",
            "spark.default.parallelism": "2",
            "spark.sql.adaptive.enabled": "false",
        }
    )
    yield spark
    spark.stop()


@pytest.fixture
def spark(spark_session_of_all_tests: SparkSession) -> Iterator[SparkSession]:
    yield spark_session_of_all_tests
    for table in spark_session_of_all_tests.catalog.listTables():
        if table.isTemporary:
            spark_session_of_all_tests.catalog.dropTempView(table.name)
    spark_session_of_all_tests.catalog.clearCache()


@pytest.fixture
def storage(spark: SparkSession, tmp_path: Path) -> Storage:
    """An empty warehouse."""
    return Storage(spark, tmp_path / "warehouse")
