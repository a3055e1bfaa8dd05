"""Components compared with GraphFrames, runs over 1 % of changes with full runs; printed as ratios, not asserted."""

from __future__ import annotations

import time
from pathlib import Path

from graphframes import GraphFrame
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from cdi_spark.config import load_project
from cdi_spark.demo.generate import generate
from cdi_spark.graph.components import components
from cdi_spark.pipeline.run import Run
from cdi_spark.pipeline.runner import run_stages
from cdi_spark.schema import PERSON
from cdi_spark.storage import Storage
from tests.paths import DEMO

LINKING_TO_GOLD = ("train", "score", "resolve", "publish")


def test_components_compared_with_graphframes(spark: SparkSession, tmp_path: Path) -> None:
    """A million links: chains of 2,000, hubs of 5,000, and pairs."""
    number = F.col("id")
    shapes = [
        (number + F.when(number % 2_000 == 1_999, 0).otherwise(1), 400_000, "chain"),
        (number - number % 5_000, 400_000, "hub"),
        (number - number % 2, 400_000, "pair"),
    ]
    parts = [
        spark.range(count).select(
            F.concat(F.lit(name), number).alias("record_id_l"),
            F.concat(F.lit(name), other).alias("record_id_r"),
        )
        for other, count, name in shapes
    ]
    parts[0].unionByName(parts[1]).unionByName(parts[2]).where("record_id_l <> record_id_r").write.parquet(
        str(tmp_path / "links")
    )
    links = spark.read.parquet(str(tmp_path / "links"))
    records = links.select(F.explode(F.array("record_id_l", "record_id_r")).alias("record_id")).distinct()
    components(records, links.limit(1000)).count()  # the session is warm after it

    began = time.monotonic()
    components(records, links).write.parquet(str(tmp_path / "ours"))
    ours_s = time.monotonic() - began
    edges = links.select(F.xxhash64("record_id_l").alias("src"), F.xxhash64("record_id_r").alias("dst"))
    began = time.monotonic()
    vertices = records.select(F.xxhash64("record_id").alias("id"))
    GraphFrame(vertices, edges).connectedComponents().write.parquet(str(tmp_path / "theirs"))
    theirs_s = time.monotonic() - began

    def smallest(found: DataFrame, name: str) -> DataFrame:
        least = found.groupBy("component").agg(F.min("id").alias(name))
        return found.join(least, "component").select("id", name)

    ours = spark.read.parquet(str(tmp_path / "ours")).withColumn("id", F.xxhash64("record_id"))
    theirs = spark.read.parquet(str(tmp_path / "theirs"))
    both = smallest(ours, "one").join(smallest(theirs, "other"), "id", "full_outer")
    assert both.where("NOT one <=> other").isEmpty()
    print(
        f"\ncomponents of {links.count():,} links: {ours_s:.1f} s, GraphFrames {theirs_s:.1f} s; "
        f"{theirs_s / ours_s:.1f} times ours, the same partition"
    )


def test_a_run_over_one_percent_of_changes_compared_with_a_full_one(
    spark: SparkSession, tmp_path: Path
) -> None:
    generate(tmp_path / "raw", people=84_000)
    project = load_project(DEMO, {"raw": str(tmp_path / "raw")})
    storage = Storage(spark, tmp_path / "warehouse")
    list(run_stages(Run(project, storage), ("ingest", "standardise")))
    full = seconds(Run(project, storage))
    for n in range(4):
        change(storage, one_in=100, salt=n)
        some = seconds(Run(project, storage))
        total, of_all = sum(some.values()), sum(full.values())
        print(f"\n1 % changed, run {n + 1}: {total:.0f} s of {of_all:.0f} s, {total / of_all:.0%}")
        for stage in LINKING_TO_GOLD:
            print(f"  {stage}: {some[stage]:.1f} s of {full[stage]:.1f} s")
    for name in ("linkage.pair", "entities.component", "gold.customer_360", "gold.attribute"):
        last = storage.spark.sql(f"DESCRIBE HISTORY {storage.address(name)} LIMIT 2").collect()
        for row in last:
            numbers = {
                k: v for k, v in row["operationMetrics"].items() if k.startswith("num") and "Rows" in k
            }
            print(f"  {name} {row['operation']}: {numbers}, of {storage.read(name).count():,} rows")


def seconds(run: Run) -> dict[str, float]:
    return {done.stage: done.seconds for done in run_stages(run, LINKING_TO_GOLD)}


def change(storage: Storage, *, one_in: int, salt: int) -> None:
    """Misspell the given name of a share of the person records."""
    chosen = F.pmod(F.xxhash64("record_id", F.lit(salt)), F.lit(one_in)) == 0
    changed = storage.read(PERSON.name).where(chosen & ~F.col("is_deleted"))
    changed = changed.withColumns(
        {
            "given_name": F.concat("given_name", F.lit("x")),
            "content_hash": F.sha2(F.concat("content_hash", F.lit(str(salt))), 256),
        }
    )
    storage.merge(PERSON, changed, when_changed=("content_hash",))
