"""Two hundred histories of changes and judgements, with incremental runs and with full runs."""

import pytest
from pyspark.sql import SparkSession

from cdi_spark.config import load_project
from cdi_spark.storage import Storage
from tests.histories import Worlds, run_histories, with_model
from tests.paths import DEMO

WORLDS = 200


def test_two_hundred_histories(
    spark: SparkSession, demo_job: Storage, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each world of a warehouse is a history of its own."""

    def worlds() -> Worlds:
        storage = with_model(spark, demo_job, tmp_path_factory.mktemp("worlds") / "warehouse")
        return Worlds(storage, load_project(DEMO, {"raw": "none"}), count=WORLDS)

    run_histories(worlds, warehouses=1, days=8, random=True)
