"""The demo company at full size, run three times: nothing outside ops may change after the first."""

from pathlib import Path

from pyspark.sql import SparkSession

from cdi_spark.config import load_project
from cdi_spark.demo.generate import generate
from cdi_spark.pipeline import STAGES, Run, run_stage
from cdi_spark.storage import Storage

DEMO = Path(__file__).parents[2] / "conf" / "demo"


def test_full_size_runs_again_change_nothing(spark: SparkSession, tmp_path: Path) -> None:
    generate(tmp_path / "raw")
    storage = Storage(spark, tmp_path / "warehouse")
    seen = []
    for _ in range(3):
        run = Run(spark, load_project(DEMO, {"raw": str(tmp_path / "raw")}), storage)
        results = [run_stage(run, stage) for stage in STAGES]
        seen.append({table: rows for result in results for table, rows in result.rows.items()})
    assert seen[0] == seen[1] == seen[2]
