"""A run gives the same result in this process, on a cluster, and over Spark Connect."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from cdi_spark.storage import Storage
from tests import tiny_company as tiny
from tests.paths import ROOT

pytestmark = pytest.mark.launch

# Great Expectations takes five seconds to import: only in tests of what no other test covers.
GATE = "expectations: [{expectation: ExpectColumnValuesToBeUnique, column: record_id}]\n"


def assert_of_user_alone(folder: Path) -> None:
    found = [folder, *folder.rglob("*")]
    assert any(path.suffix == ".parquet" for path in found)
    assert not [path for path in found if path.stat().st_mode & 0o077]


def test_on_a_cluster_of_two_workers_by_spark_submit(
    start: Any, environment: dict[str, str], wheel: Path, tmp_path: Path, spark: SparkSession,
    first_day: tiny.FirstDay,
) -> None:  # fmt: skip
    programs = Path(environment["SPARK_HOME"]) / "bin"
    loopback = ("--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
    small = {"SPARK_DAEMON_MEMORY": "256m"}
    master = start(
        "master",
        programs / "spark-class",
        "org.apache.spark.deploy.master.Master",
        *loopback,
        **small,
    )
    url = master.says(r"Starting Spark master at (spark://\S+)")
    for name in ("left", "right"):
        start(
            name, programs / "spark-class", "org.apache.spark.deploy.worker.Worker", *loopback, "--cores", "1",
            "--memory", "1g", "--work-dir", tmp_path / f"{name}_work", url, **small,
        )  # fmt: skip
    # The package is in the wheel alone, and every path is a URI, which only Spark can read.
    job = start(
        "job", programs / "spark-submit", "--master", url, "--executor-memory", "700m", "--py-files", wheel,
        ROOT / "jobs" / "all.py", "--project", first_day.conf.as_uri(),
        "--warehouse", (tmp_path / "warehouse").as_uri(),
    )  # fmt: skip
    job.succeeds()
    assert_of_user_alone(tmp_path / "warehouse")
    assert all(list((tmp_path / f"{name}_work").glob("app-*")) for name in ("left", "right"))
    assert tiny.outcome(Storage(spark, tmp_path / "warehouse")) == first_day.outcome


def test_over_spark_connect_by_the_console_command(
    start: Any, environment: dict[str, str], free_port: int, tmp_path: Path, spark: SparkSession,
    first_day: tiny.FirstDay,
) -> None:  # fmt: skip
    conf = shutil.copytree(first_day.conf, tmp_path / "conf")
    (conf / "quality" / "person.yml").write_text(tiny.QUALITY + GATE)
    server = start(
        "server", Path(environment["SPARK_HOME"]) / "bin" / "spark-submit", "--master", "local[2]",
        "--class", "org.apache.spark.sql.connect.service.SparkConnectServer",
        "--conf", "spark.connect.grpc.binding.address=127.0.0.1",
        "--conf", f"spark.connect.grpc.binding.port={free_port}", "spark-internal",
        SPARK_DAEMON_MEMORY="2g",
    )  # fmt: skip
    server.listens(free_port)
    job = start(
        "job", Path(sys.executable).parent / "cdi", "run", "all", "--project", conf,
        "--warehouse", tmp_path / "warehouse", SPARK_REMOTE=f"sc://127.0.0.1:{free_port}", PYTHONPATH=str(ROOT),
    )  # fmt: skip
    job.succeeds()
    assert tiny.outcome(Storage(spark, tmp_path / "warehouse")) == first_day.outcome


@pytest.mark.parametrize("profile", ["small", "large"])
def test_with_spark_settings_for_small_and_for_large_data(
    start: Any, tmp_path: Path, spark: SparkSession, first_day: tiny.FirstDay, profile: str
) -> None:
    conf = shutil.copytree(first_day.conf, tmp_path / "conf")
    encrypted = 'spark: {spark.io.encryption.enabled: "true"}\n'
    (conf / "project.yml").write_text(f"{tiny.PROJECT}profile: {profile}\n{encrypted}")
    local = tmp_path / "local"
    job = start(
        "job", Path(sys.executable).parent / "cdi", "run", "all", "--project", conf,
        "--warehouse", tmp_path / "warehouse", PYTHONPATH=str(ROOT), SPARK_LOCAL_DIRS=str(local),
    )  # fmt: skip
    job.succeeds()
    assert_of_user_alone(tmp_path / "warehouse")
    [used] = local.iterdir()
    assert (used.stat().st_mode & 0o777, [file.name for file in used.iterdir()]) == (0o700, [".lock"])
    storage = Storage(spark, tmp_path / "warehouse")
    assert tiny.outcome(storage) == first_day.outcome
    found, wanted = (tiny.every_table(s) for s in (storage, first_day.storage))
    assert found.keys() == wanted.keys() > {"ops.ledger", "linkage.model", "gold.measure"}
    for name, rows in wanted.items():
        assert found[name] == rows, name
