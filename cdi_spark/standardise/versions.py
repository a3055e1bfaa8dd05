"""Decides what becomes of every emitted row: current, deleted, superseded, quarantined or skipped."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql import types as T

from cdi_spark.config import Source
from cdi_spark.schema import PERSON, Table
from cdi_spark.standardise.batches import CHANGES, DROPS

ONE_VERSION = "one_version_a_key"
DROPPED_AT = "_dropped_at"


class RowStatus(StrEnum):
    """What becomes of an emitted row."""

    SKIPPED = "skipped"  # the landed row has nothing for the table
    QUARANTINED = "quarantined"
    SUPERSEDED = "superseded"
    DELETED = "deleted"
    CURRENT = "current"


def resolve_versions(checked: DataFrame, *, table: Table, per_key: str) -> DataFrame:
    """Decide what becomes of every emitted row; at most one row per key is current or deleted.

    Args:
        checked: standardise_rows() rows with failed_rules, of one source or several.
        per_key: "latest" keeps the newest version; "merge" unites arrays and takes the newest known scalars.
    Returns:
        The table's columns, then `_source`, `_key`, `_status`, `_failed_rules`, `_landed`, `_superseded` (rows
        merged into this one), `_changes`, `_drops`, `_dropped_at` (file and row number where something was dropped, of
        the newest such row of merged ones), `_file`, `_row_number` and `_row` (of quarantined rows only). In rows that
        are neither current nor deleted, the table's columns are null except the key and record_id.
    """
    key = table.key[0]
    place = F.struct(F.col("_file").alias("file"), F.col("_row_number").alias("row_number"))
    rows = checked.withColumn("failed_rules", F.concat("_faults", "failed_rules")).withColumn(
        DROPPED_AT, F.when(F.col(DROPS).isNotNull(), place)
    )
    is_open, failed = F.col("_status").isNull(), F.size("failed_rules") > 0
    rows = rows.withColumn(
        "_status", F.when(is_open & failed, F.lit(RowStatus.QUARANTINED)).otherwise(F.col("_status"))
    )
    rows = _newest(rows, key) if per_key == "latest" else _merged(rows, key)
    is_kept = F.col("_status").isin(RowStatus.CURRENT, RowStatus.DELETED)
    not_content = ("record_id", "trust", "updated_at", "content_hash", "is_deleted")
    content = [name for name in table.names if name not in not_content]
    facts = {
        "content_hash": F.sha2(F.to_json(F.struct(*content)), 256),
        "is_deleted": F.col("_status") == RowStatus.DELETED,
    }
    always = (key, "record_id")
    return rows.select(
        *(
            F.col(name) if name in always else F.when(is_kept, facts.get(name, F.col(name))).alias(name)
            for name in table.names
        ),
        "_source",
        F.col("key").alias("_key"),
        "_status",
        F.when(F.col("_status") == RowStatus.QUARANTINED, F.col("failed_rules")).alias("_failed_rules"),
        "_landed",
        "_superseded",
        CHANGES,
        DROPS,
        DROPPED_AT,
        "_file",
        "_row_number",
        F.when(F.col("_status") == RowStatus.QUARANTINED, F.col("_row")).alias("_row"),
    )


def _held() -> Column:
    return F.when(F.col("_deleted"), F.lit(RowStatus.DELETED)).otherwise(F.lit(RowStatus.CURRENT))


def _newest(rows: DataFrame, key: str) -> DataFrame:
    """Keep the newest valid row per key; of two different rows that have no order, one is quarantined."""
    passed = F.col("_status").isNull()
    versions = Window.partitionBy(key, "_status").orderBy(F.desc("_order"))
    rows = rows.withColumns(
        {"_nth": F.row_number().over(versions), "_first": F.first("_order").over(versions)}
    )
    same = (F.col("_order.version").eqNullSafe(F.col("_first.version"))) & (
        F.col("_order._ingested_at") == F.col("_first._ingested_at")
    )
    tied = passed & (F.col("_nth") > 1) & same & (F.col("_order.hash") != F.col("_first.hash"))
    status = (
        F.when(tied, F.lit(RowStatus.QUARANTINED))
        .when(passed & (F.col("_nth") == 1), _held())
        .otherwise(F.coalesce("_status", F.lit(RowStatus.SUPERSEDED)))
    )
    rules = F.when(tied, F.array(F.lit(ONE_VERSION))).otherwise(F.col("failed_rules"))
    return rows.withColumns({"_status": status, "failed_rules": rules, "_superseded": F.lit(0).cast("long")})


def _merged(rows: DataFrame, key: str) -> DataFrame:
    others = [f for f in rows.schema if f.name not in (key, "_landed", "_status")]
    united = [
        F.sort_array(F.array_distinct(F.flatten(F.collect_list(f.name)))).alias(f.name)
        if isinstance(f.dataType, T.ArrayType)
        else F.expr(f"max_by(`{f.name}`, _order) filter (where `{f.name}` is not null)").alias(f.name)
        for f in others
    ]
    arrays = [
        f.name
        for f in others
        if isinstance(f.dataType, T.ArrayType) and f.name not in ("failed_rules", "_faults")
    ]
    merged = (
        rows.where("_status IS NULL")
        .groupBy(key)
        .agg(*united, F.sum("_landed").alias("_landed"), (F.count("*") - 1).alias("_superseded"))
        .withColumns({name: F.when(F.size(name) > 0, F.col(name)) for name in arrays})
        .withColumn("_status", _held())
    )
    return merged.unionByName(
        rows.where("_status IS NOT NULL").withColumn("_superseded", F.lit(0).cast("long"))
    )


def keep_current(rows: DataFrame, table: Table) -> DataFrame:
    """Keep the rows that the silver table holds; deleted persons stay, deleted events have `_gone` set."""
    kept = rows.where(F.col("_status").isin(RowStatus.CURRENT, RowStatus.DELETED))
    if table is PERSON:
        return kept.select(*table.names)
    return kept.select(*table.names, (F.col("_status") == RowStatus.DELETED).alias("_gone"))


def keep_changed(held_rows: DataFrame, current: DataFrame, table: Table, *, by: Sequence[str]) -> DataFrame:
    """Keep the rows that are new or differ from the table; a MERGE of all rows costs several times as much.

    Args:
        held_rows: keep_current().
        current: the silver table.
        by: columns that are compared.
    """
    key = table.key[0]
    there = current.select(key, F.struct(*by).alias("_there"))
    is_gone = F.col("_gone") if "_gone" in held_rows.columns else F.lit(False)
    is_there = F.col("_there").isNotNull()
    changes = F.when(is_there, is_gone | ~F.struct(*by).eqNullSafe(F.col("_there"))).otherwise(~is_gone)
    return held_rows.join(there, key, "left").where(changes).drop("_there")


def quarantine_rows(rows: DataFrame, *, target: str) -> DataFrame:
    """Return rows of silver.quarantine, one per row that failed at least one rule."""
    return rows.where(F.col("_status") == RowStatus.QUARANTINED).select(
        F.lit(target).alias("target"),
        F.col("_source").alias("source"),
        F.col("_key").alias("key"),
        F.sha2("_row", 256).alias("row_hash"),
        F.col("_failed_rules").alias("failed_rules"),
        F.col(DROPS).alias("dropped"),
        F.col("_file").alias("file"),
        F.col("_row_number").alias("row_number"),
        F.col("_row").alias("row"),
    )


def find_absent(
    current: DataFrame, resolved: DataFrame, table: Table, *, sources: Sequence[Source]
) -> DataFrame:
    """Find the rows of the table that no delivery has any more.

    Those are rows that are missing from a snapshot's newest delivery, and rows of sources that conf no longer has. A
    quarantined row is not absent: its last valid version stays.

    Args:
        current: the silver table.
        resolved: resolve_versions(), all rows of the deliveries.
    """
    key = table.key[0]
    changes = [source.name for source in sources if source.load == "changes"]
    here = current.where(~F.substring_index(key, ":", 1).isin(changes))
    if table is PERSON:
        here = here.where("NOT is_deleted")
    delivered = resolved.where(F.col("_status") != RowStatus.SKIPPED).select(key).distinct()
    return here.join(delivered, key, "left_anti")


def union(parts: list[DataFrame]) -> DataFrame:
    """Return all rows of the parts, with columns matched by name."""
    return reduce(lambda left, right: left.unionByName(right), parts)
