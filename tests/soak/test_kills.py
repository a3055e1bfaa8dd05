"""SIGKILL inside, before or after every write of a run, one after the other, on one warehouse."""

from pathlib import Path

from pyspark.sql import SparkSession

from cdi_spark.pipeline.runner import STAGES
from tests import tiny_company as tiny


def test_a_run_killed_anywhere_leaves_gold_as_it_was_and_the_next_completes_it(
    spark: SparkSession, tmp_path: Path
) -> None:
    conf = tiny.make(tmp_path)
    released = tiny.run(spark, conf, tmp_path / "killed")
    tiny.run(spark, conf, tmp_path / "wanted")
    before = tiny.released_gold(released)
    tiny.change(tmp_path)
    tiny.run(spark, conf, tmp_path / "wanted")

    # Each run continues from the tables that the killed one left. The kill comes one write later each time, until a
    # run ends before it.
    count, kills = 1, 0
    moments = [("before", 0.0), ("inside", 0.05), ("inside", 0.3), ("after", 0.0)]
    while True:
        moment, delay = moments[kills % len(moments)]
        if not tiny.killed(conf, tmp_path / "killed", ",".join(STAGES), count, moment, delay):
            break
        kills += 1
        count += kills % 2
        if released.read("ops.release").count() == 1:
            assert tiny.released_gold(released) == before, (count, moment)
        print(f"killed {moment} write {count}: gold as it was", flush=True)

    after = tiny.outcome(released)
    assert after == tiny.outcome(tiny.run(spark, conf, tmp_path / "wanted"))
    assert (after["unborn"], after["never lived"]) == ([], [])
    print(f"{kills} kills, and the run after the last gave the same result")
