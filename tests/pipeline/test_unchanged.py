"""A run repeats only the parts whose dependencies changed since the last run."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from cdi_spark.config import load_project
from cdi_spark.pipeline.dependencies import PARTS, Part
from cdi_spark.pipeline.run import Run
from cdi_spark.pipeline.runner import STAGES, run_stages
from cdi_spark.schema import RUN
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.stewardship.judgements import Verdict
from cdi_spark.stewardship.judging import judge
from cdi_spark.storage import Storage
from tests import tiny_company

pytestmark = pytest.mark.launch


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, spark_session_of_all_tests: SparkSession) -> Path:
    """A company after its first run, whose files have not changed for a while."""
    folder = tmp_path_factory.mktemp("unchanged")
    conf = tiny_company.make(folder)
    _settle(folder)
    tiny_company.run(spark_session_of_all_tests, conf, folder / "warehouse")
    return folder


def _settle(folder: Path) -> None:
    """Make the files old enough to count as stable."""
    for file in [*folder.glob("customers/*"), *folder.glob("orders/*")]:
        os.utime(file, (time.time() - 100, time.time() - 100))


def _run(spark: SparkSession, company: Path, *, full: bool = False) -> tuple[set[str], Storage]:
    """Run all stages; return those that did something."""
    storage = Storage(spark, company / "warehouse")
    run = Run(load_project(company / "conf"), storage, full=full)
    return {done.stage for done in run_stages(run, list(STAGES)) if not done.is_unchanged}, storage


def _versions(storage: Storage) -> dict[str, int]:
    tables = [
        path.parent.relative_to(storage.warehouse) for path in Path(storage.warehouse).rglob("_delta_log")
    ]
    return storage.versions(sorted(".".join(table.parts) for table in tables if table.parts[0] != "ops"))


def test_a_run_without_changes_writes_no_table(spark: SparkSession, company: Path) -> None:
    before = _versions(Storage(spark, company / "warehouse"))
    active, storage = _run(spark, company)
    assert active == set()
    assert _versions(storage) == before
    last = storage.read(RUN.name).orderBy("started_at", ascending=False).limit(len(STAGES)).collect()
    assert {row["stage"] for row in last} == set(STAGES)
    assert all(row["status"] == "succeeded" and row["rows"] for row in last)


def test_only_a_table_that_was_changed_by_hand_is_standardised_again(
    spark: SparkSession, company: Path
) -> None:
    storage = Storage(spark, company / "warehouse")
    before = storage.read("silver.order").count()
    spark.sql(f"DELETE FROM {storage.address('silver.order')} WHERE order_id LIKE '%-1'")
    run = Run(load_project(company / "conf"), storage)
    stale = [name for name, part in PARTS["standardise"](run).items() if _is_stale(run, name, part)]
    assert stale == ["silver.order"]
    active, _ = _run(spark, company)
    assert active == {"standardise", "publish"}
    assert storage.read("silver.order").count() == before
    assert _run(spark, company)[0] == set()


def _is_stale(run: Run, name: str, part: Part) -> bool:
    made_from = part.fingerprint(run.storage.versions([*part.reads, *part.writes]))
    return bool(run.last["standardise"].made_from[name] != made_from)  # type: ignore[index]


def test_a_judgement_reruns_the_stages_that_depend_on_it(spark: SparkSession, company: Path) -> None:
    storage = Storage(spark, company / "warehouse")
    judge(storage, ("crm:0", "crm:3"), Verdict.MUST_LINK, by="Eva", why="the same desk")
    assert _run(spark, company)[0] == {"resolve", "publish"}
    assert _run(spark, company)[0] == set()


def test_a_renamed_file_with_the_same_rows_changes_no_table(spark: SparkSession, company: Path) -> None:
    file = next((company / "customers").glob("*.csv"))
    file.rename(file.with_name("other.csv"))
    assert _run(spark, company)[0] == {"ingest"}
    (company / "customers" / "other.csv").rename(file)
    _run(spark, company)


def test_a_file_that_may_change_within_the_same_second_is_read_each_time(
    spark: SparkSession, company: Path
) -> None:
    file = next((company / "customers").glob("*.csv"))
    os.utime(file, (time.time() + 600, time.time() + 600))
    assert [_run(spark, company)[0] for _ in range(2)] == [{"ingest"}, {"ingest"}]
    _settle(company)


def test_a_full_run_and_one_after_a_killed_one_do_everything(spark: SparkSession, company: Path) -> None:
    _run(spark, company)
    assert _run(spark, company, full=True)[0] == set(STAGES)
    storage = Storage(spark, company / "warehouse")
    killed = [("killed", "", datetime.now(UTC), 0.0, "interrupted", {}, {}, None, None)]
    storage.append(RUN, local_rows(spark, killed, RUN.schema))
    assert _run(spark, company)[0] == set(STAGES)
    assert _run(spark, company)[0] == set()


def test_changed_conf_reruns_what_depends_on_it(spark: SparkSession, company: Path) -> None:
    quality = company / "conf" / "quality" / "person.yml"
    before = quality.read_text()
    quality.write_text(before.replace("2005-01-01", "2004-01-01"))
    assert "standardise" in _run(spark, company)[0]
    assert _run(spark, company)[0] == set()
    quality.write_text(before)
