"""One lazy Spark session for all tests; views and cached tables end with the test that made them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from pyspark.sql import SparkSession

from cdi_spark.storage import Storage
from tests import tiny_company
from tests.paths import ROOT
from tests.shared_run import made_once

# The same examples each time, however slow the machine; `make soak` draws others.
settings.register_profile("same_examples", derandomize=True, deadline=None)
settings.load_profile("same_examples")

# Fixtures that are finished runs: one process makes each, and both read it.
FINISHED_RUNS = ("demo_job", "linked_company", "first_day")


@pytest.hookimpl(trylast=True)  # tests that `-m` leaves out are out by then
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the files, so that no process waits for the other.

    First one file of each finished run, which makes it; then others with Spark; then others of the runs, which are
    there by then; last what is quick.
    """
    with_spark = {item.path for item in items if "spark_session_of_all_tests" in _asked(item)}
    runs = {item.path: run for item in items for run in FINISHED_RUNS if run in _asked(item)}
    makers = {run: path for path, run in reversed(runs.items())}

    def place(item: pytest.Item) -> int:
        if item.path in makers.values():
            return 0
        if item.path in runs:
            return 2
        return 1 if item.path in with_spark else 3

    items.sort(key=place)


def _asked(item: pytest.Item) -> tuple[str, ...]:
    """The fixtures that a test asks for, and those that they ask for."""
    return tuple(getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder of all processes of this test session."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session")
def spark_session_of_all_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    from cdi_spark.spark.session import spark_session

    # Tests in another process have managed tables of the same names.
    warehouse = str(tmp_path_factory.mktemp("managed"))
    own = {"spark.master": "local[2]", "spark.sql.warehouse.dir": warehouse}
    spark = spark_session(own, profile="tiny")
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
def demo_company(shared_folder: Path) -> Path:
    """A folder with the demo company's `raw` sources and truth, 400 people; for reading only."""
    return made_once(shared_folder / "company", lambda folder: _raw(folder, people=400))


@pytest.fixture(scope="session")
def demo_job(
    demo_company: Path, shared_folder: Path, spark_session_of_all_tests: SparkSession,
    tmp_path_factory: pytest.TempPathFactory,
) -> Storage:  # fmt: skip
    """The warehouse of one finished run over the demo company; what changes it works on a copy."""
    spark = spark_session_of_all_tests
    made = made_once(shared_folder / "demo_job", lambda folder: _run_demo(spark, folder, demo_company))
    return _copy(made, tmp_path_factory, spark)


@pytest.fixture(scope="session")
def linked_company(
    shared_folder: Path, spark_session_of_all_tests: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> Storage:
    """The warehouse of a demo company of 150 people, run until its entities are found; gold is not there."""

    def make(folder: Path) -> None:
        _raw(folder, people=150)
        _run_demo(spark_session_of_all_tests, folder, folder, until="resolve")

    return _copy(made_once(shared_folder / "linked", make), tmp_path_factory, spark_session_of_all_tests)


@pytest.fixture(scope="session")
def first_day(
    shared_folder: Path, spark_session_of_all_tests: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> tiny_company.FirstDay:
    """A tiny company after its first run; what changes it works on a copy of the warehouse and of its sources."""

    def make(folder: Path) -> None:
        tiny_company.run(spark_session_of_all_tests, tiny_company.make(folder), folder / "warehouse")

    folder = made_once(shared_folder / "first_day", make)
    storage = _copy(folder, tmp_path_factory, spark_session_of_all_tests)
    return tiny_company.FirstDay(folder / "conf", storage, tiny_company.outcome(storage))


def _raw(folder: Path, *, people: int) -> None:
    from cdi_spark.demo.generate import generate

    generate(folder / "raw", people=people, seed=3)


def _run_demo(spark: SparkSession, folder: Path, company: Path, *, until: str = "publish") -> None:
    from cdi_spark.config import load_project
    from cdi_spark.pipeline.run import Run
    from cdi_spark.pipeline.runner import STAGES, run_stages

    project = load_project(ROOT / "conf" / "demo", {"raw": str(company / "raw")})
    stages = list(STAGES)
    run = Run(project, Storage(spark, folder / "warehouse"))
    list(run_stages(run, stages[: stages.index(until) + 1]))


def _copy(made: Path, folders: pytest.TempPathFactory, spark: SparkSession) -> Storage:
    """A copy for this process: readers too write scratch tables, whose place follows from the warehouse's."""
    return Storage(spark, shutil.copytree(made / "warehouse", folders.mktemp("finished") / "warehouse"))


@pytest.fixture
def storage(spark: SparkSession, tmp_path: Path) -> Storage:
    """An empty warehouse."""
    return Storage(spark, tmp_path / "warehouse")
