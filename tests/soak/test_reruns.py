"""The demo company at full size, run three times: only tables of ops change after the first run."""

from pathlib import Path

from pyspark.sql import SparkSession

from cdi_spark.config import load_project
from cdi_spark.demo.generate import generate
from cdi_spark.pipeline.run import Run
from cdi_spark.pipeline.runner import STAGES, run_stages
from cdi_spark.storage import Storage
from tests.paths import DEMO


def test_full_size_runs_again_change_nothing(spark: SparkSession, tmp_path: Path) -> None:
    generate(tmp_path / "raw")
    storage = Storage(spark, tmp_path / "warehouse")
    seen = []
    for _ in range(3):
        run = Run(load_project(DEMO, {"raw": str(tmp_path / "raw")}), storage)
        seen.append({table: n for done in run_stages(run, list(STAGES)) for table, n in done.rows.items()})
    assert seen[0] == seen[1] == seen[2]
