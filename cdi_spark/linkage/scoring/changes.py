"""The records that changed since they were last scored, the records that they share a block with, outdated pairs."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.spark.local_rows import Materialise


def changed_records(persons: DataFrame, linked: DataFrame, *, model_id: str | None) -> DataFrame:
    """Return records that are new, changed, scored by another model, or gone: record_id, is_gone.

    Args:
        persons: silver.person.
        linked: linkage.linked.
        model_id: None where it does not matter which model scored them.
    """
    is_own = F.lit(True) if model_id is None else F.col("model_id") == model_id
    live = persons.where("NOT is_deleted").select("record_id", "content_hash")
    before = linked.select(
        "record_id",
        F.lit(True).alias("known"),
        F.when(is_own, F.col("content_hash")).alias("before"),
    )
    both = live.join(before, "record_id", "full_outer").where("known IS NULL OR NOT content_hash <=> before")
    return both.select("record_id", F.col("content_hash").isNull().alias("is_gone"))


def shared_blocks(linked: DataFrame, changed: DataFrame, *, keep: Materialise) -> DataFrame:
    """Return changed records, and others that share a block key with some of them: record_id, changed, keys.

    Other records have only the keys that they share.

    Args:
        linked: linkage.linked.
        changed: record_id.
        keep: computes rows once.
    """
    own = linked.join(changed, "record_id", "left_semi").select("record_id", "keys")
    wanted = keep("keys", own.select(F.explode("keys").alias("key")).distinct())
    entries = linked.select("record_id", F.explode("keys").alias("key"))
    shared = entries.join(wanted, "key", "left_semi").join(changed, "record_id", "left_anti")
    others = shared.groupBy("record_id").agg(F.collect_list("key").alias("keys"))
    return keep(
        "shared_blocks",
        own.withColumn("changed", F.lit(True)).unionByName(others.withColumn("changed", F.lit(False))),
    )


def undone_pairs(scored: DataFrame, pairs: DataFrame, changed: DataFrame) -> DataFrame:
    """Return the rows of linkage.pair that no longer hold.

    Args:
        scored: all pairs of changed records.
        pairs: linkage.pair.
        changed: changed_records().
    """
    for side in ("record_id_l", "record_id_r"):
        ends = changed.select(F.col("record_id").alias(side), F.lit(True).alias(f"_{side}"))
        pairs = pairs.join(ends, side, "left")
    of_changed = pairs.where("_record_id_l OR _record_id_r").drop("_record_id_l", "_record_id_r")
    return of_changed.join(scored, ["record_id_l", "record_id_r"], "left_anti")
