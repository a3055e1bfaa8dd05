"""One lazy Spark session for all tests; views and cached tables end with the test that made them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from cdi_spark.storage import Storage
from tests import tiny_company

# Files whose tests share a finished run, which takes a minute or two to make. They go first, so that the two
# processes end together.
_OF_RUN = {
    "tests/test_end_to_end.py": "demo_job",
    "tests/test_notebooks.py": "demo_job",
    "tests/test_cli_linkage.py": "demo_job",
    "tests/test_report.py": "demo_job",
    "tests/test_cookbook.py": "demo_job",
    "tests/test_customer_pages.py": "demo_job",
    "tests/linkage/test_charts.py": "demo_job",
    "tests/linkage/test_model_report.py": "demo_job",
    "tests/linkage/test_splink_equality.py": "demo_job",
    "tests/entities/test_histories.py": "demo_job",
    "tests/entities/test_lasting_ids.py": "demo_job",
    "tests/linkage/test_tutorial.py": "demo_job",
    "tests/launch/test_launched.py": "first_day",
    "tests/gold/test_reconciliation.py": "first_day",
    "tests/test_all_or_nothing.py": "first_day",
}


class _ByFile(LoadFileScheduling):
    """Tests that share a run go to one process, and so do those of one file."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return _OF_RUN.get(file, file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _ByFile:
    return _ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    files = list(_OF_RUN)

    def place(item: pytest.Item) -> int:
        file = item.nodeid.split("::")[0]
        return files.index(file) if file in files else len(files)

    items.sort(key=place)


@pytest.fixture(scope="session")
def spark_session_of_all_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    from cdi_spark.session import launch_settings, spark_session
    from tests.small_data import settings

    java = launch_settings()["spark.driver.extraJavaOptions"]
    # Tests in another process have managed tables of the same names.
    warehouse = str(tmp_path_factory.mktemp("managed"))
    spark = spark_session({**settings(java), "spark.sql.warehouse.dir": warehouse})
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


@pytest.fixture(scope="session")
def first_day(
    tmp_path_factory: pytest.TempPathFactory, spark_session_of_all_tests: SparkSession
) -> tiny_company.FirstDay:
    """A tiny company after its first run; the launch tests run it elsewhere, then others change it."""
    folder = tmp_path_factory.mktemp("tiny")
    conf = tiny_company.make(folder)
    storage = tiny_company.run(spark_session_of_all_tests, conf, folder / "warehouse")
    return tiny_company.FirstDay(conf, storage, tiny_company.outcome(storage))


@pytest.fixture
def storage(spark: SparkSession, tmp_path: Path) -> Storage:
    """An empty warehouse."""
    return Storage(spark, tmp_path / "warehouse")
