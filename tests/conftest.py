"""One lazy Spark session for all tests; views and cached tables end with the test that made them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from cdi_spark.storage import Storage


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Two processes share the tests, by file; those that read the finished demo run go to one of them."""
    for item in items:
        of_demo = "demo_job" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("demo" if of_demo else str(item.path)))


@pytest.fixture(scope="session")
def spark_session_of_all_tests() -> Iterator[SparkSession]:
    from cdi_spark.session import launch_settings, spark_session

    java = launch_settings()["spark.driver.extraJavaOptions"]
    spark = spark_session(
        {
            # Small data is done before the second compiler's work pays: half the processor time without it.
            "spark.driver.extraJavaOptions": f"{java} -XX:TieredStopAtLevel=1",
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
def any_rows_examples() -> int:
    """How many files of odd rows a format is tried with; the soak tries more."""
    return int(os.environ.get("CDI_ANY_ROWS_EXAMPLES", "3"))


@pytest.fixture(scope="session")
def demo_company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo company's `raw` sources and truth, 400 people; for reading only."""
    from cdi_spark.demo.generate import generate

    folder = tmp_path_factory.mktemp("company")
    generate(folder / "raw", people=400, seed=3)
    return folder


@pytest.fixture(scope="session")
def demo_job(demo_company: Path, spark_session_of_all_tests: SparkSession) -> Storage:
    """The warehouse of one finished run over the demo company; what changes it works on a copy."""
    from cdi_spark.config import load_project
    from cdi_spark.pipeline import STAGES, run_stages
    from cdi_spark.stages import Run

    storage = Storage(spark_session_of_all_tests, demo_company / "warehouse")
    demo = Path(__file__).parents[1] / "conf" / "demo"
    run = Run(storage.spark, load_project(demo, {"raw": str(demo_company / "raw")}), storage)
    list(run_stages(run, list(STAGES)))
    return storage


@pytest.fixture
def storage(spark: SparkSession, tmp_path: Path) -> Storage:
    """An empty warehouse."""
    return Storage(spark, tmp_path / "warehouse")
