"""A run killed at a bad moment leaves gold as it was, and the next one completes it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from pyspark.sql import SparkSession

_spec = importlib.util.spec_from_file_location("company", Path(__file__).parent / "kills" / "company.py")
assert _spec is not None
assert _spec.loader is not None
company = importlib.util.module_from_spec(_spec)
sys.modules["company"] = company
_spec.loader.exec_module(company)


def test_gold_is_as_it_was_after_a_kill_and_complete_after_the_next_run(
    spark: SparkSession, tmp_path: Path
) -> None:
    conf = company.make(tmp_path)
    wanted = company.run(spark, conf, tmp_path / "wanted")
    storage = company.run(spark, conf, tmp_path / "killed")
    before = company.released_gold(storage)
    assert company.outcome(storage) == company.outcome(wanted)
    company.change(tmp_path)

    # Writes of a process are counted with the lease's first: 2 is what the stage writes first.
    kills = [("ingest,standardise", 5, "inside"), ("resolve", 4, "before"), ("publish", 3, "after")]
    for stages, count, moment in kills:
        assert company.killed(conf, tmp_path / "killed", stages, count, moment), stages
        assert company.released_gold(storage) == before, stages
        if stages != "publish":
            company.run(spark, conf, tmp_path / "killed", "ingest", "standardise", "train", "score")

    company.run(spark, conf, tmp_path / "killed")
    company.run(spark, conf, tmp_path / "wanted")
    after = company.outcome(storage)
    assert after == company.outcome(wanted)
    assert (after["unborn"], after["never lived"]) == ([], [])
    assert company.released_gold(storage) != before
