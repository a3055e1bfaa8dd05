"""What is timed runs as users run it, not as tests of a handful of rows do."""

from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from cdi_spark.session import spark_session


@pytest.fixture(scope="session")
def spark_session_of_all_tests() -> Iterator[SparkSession]:
    spark = spark_session()
    yield spark
    spark.stop()
