"""A run that fails or is killed leaves gold as it was, and the next one completes it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from cdi_spark.errors import GateError
from cdi_spark.storage import Storage
from tests import tiny_company as tiny

pytestmark = pytest.mark.launch

NOBODY = """
table: gold.customer_360
expectations: [{expectation: ExpectTableRowCountToEqual, arguments: {value: 0}}]
"""


@pytest.fixture(scope="module")
def company(first_day: tiny.FirstDay, tmp_path_factory: pytest.TempPathFactory) -> tiny.FirstDay:
    """The tiny company after its first run; each test continues from where the one before ended."""
    return first_day.copy(tmp_path_factory.mktemp("company"))


def members(outcome: dict[str, list[str]]) -> dict[str, str]:
    return dict(line.split() for line in outcome["members"])


def table_counts(storage: Storage) -> dict[str, int]:
    logs = Path(storage.warehouse).glob("*/*/_delta_log")
    names = sorted(f"{log.parent.parent.name}.{log.parent.name}" for log in logs)
    return {name: storage.read(name).count() for name in names if not name.startswith("ops.")}


def test_a_second_run_of_the_same_input_changes_no_rows(spark: SparkSession, company: tiny.FirstDay) -> None:
    storage = company.storage
    counts, gold = table_counts(storage), tiny.released_gold(storage)
    tiny.run(spark, company.conf, Path(storage.warehouse))
    assert table_counts(storage) == counts
    assert tiny.released_gold(storage) == gold
    assert tiny.outcome(storage) == company.outcome


def test_gold_whose_gate_fails_is_not_released(spark: SparkSession, company: tiny.FirstDay) -> None:
    released = company.storage
    before, releases = tiny.released_gold(released), released.read("ops.release").count()
    gate = company.conf / "quality" / "customer_360.yml"
    gate.write_text(NOBODY)
    try:
        with pytest.raises(GateError, match=r"gold\.customer_360 ExpectTableRowCountToEqual"):
            tiny.run(spark, company.conf, Path(released.warehouse), "publish")
    finally:
        gate.unlink()
    assert tiny.released_gold(released) == before
    assert released.read("ops.release").count() == releases
    # The table itself has not changed either: it is written after the gate.
    assert released.read("gold.customer_360").count() == len(before["gold.customer_360"])


def test_gold_is_as_it_was_after_a_kill_and_complete_after_the_next_run(
    spark: SparkSession, company: tiny.FirstDay
) -> None:
    conf, released = company.conf, company.storage
    warehouse = Path(released.warehouse)
    before = tiny.released_gold(released)
    assert members(company.outcome) == tiny.truth(day=1)
    tiny.change(conf.parent)

    # A process's writes are counted; the first one takes the lease.
    assert tiny.killed(conf, warehouse, "ingest,standardise", 6, "inside")
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
