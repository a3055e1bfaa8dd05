"""`cdi stream`: new files are in gold exactly once, also after a kill."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from cdi_spark.cli import main
from cdi_spark.config import load_project
from cdi_spark.pipeline.run import Run
from cdi_spark.pipeline.streaming import stream
from cdi_spark.storage import Storage
from tests import tiny_company as tiny

pytestmark = pytest.mark.launch


def test_new_files_are_in_gold_without_a_schedule(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    conf = tiny.make(tmp_path)
    storage = Storage(spark, tmp_path / "warehouse")
    runs: list[int] = []

    def watch() -> None:
        runs.append(stream(Run(load_project(conf), storage), every_seconds=1))

    watching = threading.Thread(target=watch)
    watching.start()
    wait_for(lambda: releases(storage) == 1, watching)
    assert storage.query("SELECT * FROM gold.customer_360").count() > 30
    tiny.change(tmp_path)
    wait_for(lambda: releases(storage) >= 2, watching)
    for query in spark.streams.active:
        query.processAllAvailable()
        query.stop()
    watching.join(timeout=60)
    assert runs == [releases(storage)]
    landed = {name: storage.read(f"bronze.{name}").count() for name in ("crm", "shop")}
    assert landed == {"crm": 60 + 62, "shop": 60 + 62}
    assert dict(row.split(" ") for row in tiny.outcome(storage)["members"]) == tiny.truth(day=2)

    # All files are processed: there is nothing to do.
    place = ["--project", str(conf), "--warehouse", storage.warehouse]
    assert main(["stream", "--available-now", *place]) == 0
    assert "0 runs" in capsys.readouterr().err


def releases(storage: Storage) -> int:
    return storage.read("ops.release").count() if storage.exists("ops.release") else 0


def wait_for(condition: Callable[[], bool], thread: threading.Thread) -> None:
    until = time.monotonic() + 300
    while not condition():
        assert thread.is_alive(), "the stream has ended"
        assert time.monotonic() < until, "nothing came"
        time.sleep(0.5)
