"""A run that fails or is killed leaves gold as it was, and the next one completes it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from cdi_spark.errors import GateError
from cdi_spark.storage import Storage
from tests import tiny_company as tiny

NOBODY = """
table: gold.customer_360
expectations: [{expectation: ExpectTableRowCountToEqual, arguments: {value: 0}}]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tiny")


@pytest.fixture(scope="module")
def released(folder: Path, spark_session_of_all_tests: SparkSession) -> Storage:
    return tiny.run(spark_session_of_all_tests, tiny.make(folder), folder / "warehouse")


def members(told: dict[str, list[str]]) -> dict[str, str]:
    return dict(line.split() for line in told["members"])


def test_gold_whose_gate_fails_is_not_released(spark: SparkSession, released: Storage, folder: Path) -> None:
    before = tiny.released_gold(released)
    gate = folder / "conf" / "quality" / "customer_360.yml"
    gate.parent.mkdir()
    gate.write_text(NOBODY)
    try:
        with pytest.raises(GateError, match=r"gold\.customer_360 ExpectTableRowCountToEqual"):
            tiny.run(spark, folder / "conf", folder / "warehouse", "publish")
    finally:
        gate.unlink()
    assert tiny.released_gold(released) == before
    assert released.read("ops.release").count() == 1
    # Who reads the table past the release sees no difference either: it is written after the gate.
    assert released.read("gold.customer_360").count() == len(before["gold.customer_360"])


def test_gold_is_as_it_was_after_a_kill_and_complete_after_the_next_run(
    spark: SparkSession, released: Storage, folder: Path
) -> None:
    conf, warehouse = folder / "conf", folder / "warehouse"
    before = tiny.released_gold(released)
    assert members(tiny.outcome(released)) == tiny.truth(day=1)
    tiny.change(folder)

    # A process's writes are counted; the first one takes the lease.
    assert tiny.killed(conf, warehouse, "ingest,standardise", 5, "inside")
    assert tiny.released_gold(released) == before
    tiny.run(spark, conf, warehouse, "ingest", "standardise", "train", "score")
    assert tiny.killed(conf, warehouse, "resolve", 4, "before")
    assert tiny.released_gold(released) == before
    tiny.run(spark, conf, warehouse, "resolve")
    assert tiny.killed(conf, warehouse, "publish", 3, "after")
    assert tiny.released_gold(released) == before

    tiny.run(spark, conf, warehouse, "publish")
    after = tiny.outcome(released)
    assert members(after) == tiny.truth(day=2)
    assert (after["unborn"], after["never lived"]) == ([], [])
    assert tiny.released_gold(released) != before
