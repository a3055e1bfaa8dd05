"""Benchmarks run with the settings of users, not with those of tests."""

from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession
from splink.backends.spark import similarity_jar_location

from cdi_spark.spark.session import launch_settings, spark_session


@pytest.fixture(scope="session")
def spark_session_of_all_tests() -> Iterator[SparkSession]:
    # Splink on Spark needs its own functions, which are not part of the package.
    jars = f"{launch_settings()['spark.jars']},{similarity_jar_location()}"
    spark = spark_session({"spark.jars": jars})
    yield spark
    spark.stop()
