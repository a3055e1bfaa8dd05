"""Incremental runs give the same result as full runs, for any history."""

import pytest
from pyspark.sql import SparkSession

from cdi_spark.config import load_project
from cdi_spark.storage import Storage
from tests.histories import Worlds, run_histories, with_model
from tests.paths import DEMO

pytestmark = pytest.mark.launch


def test_any_history_gives_the_same_result_as_full_runs(
    spark: SparkSession, linked_company: Storage, tmp_path_factory: pytest.TempPathFactory
) -> None:
    def worlds() -> Worlds:
        storage = with_model(spark, linked_company, tmp_path_factory.mktemp("worlds") / "warehouse")
        return Worlds(storage, load_project(DEMO, {"raw": "none"}), count=20)

    run_histories(worlds, warehouses=1, days=2, random=False)
