"""What a change reaches: whole components, so that resolving them alone comes to what resolving all would."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def with_stamp(linked: DataFrame, judged: DataFrame, *, how: str) -> DataFrame:
    """record_id and stamp, a hash of all that the record brings to its component.

    Args:
        linked: linkage.linked.
        judged: judgements.close_judgements().
        how: what else decides about entities.
    """
    brought = F.xxhash64("content_hash", "model_id", "judged_same", "judged_apart", F.lit(how))
    return linked.join(judged, "record_id", "left").select("record_id", brought.alias("stamp"))


def touched_records(stamped: DataFrame, known: DataFrame) -> DataFrame:
    """Records that are new, changed or gone since they were resolved: record_id, is_gone.

    Args:
        stamped: with_stamp(), of all records as they are now.
        known: entities.component; a record without a stamp counts as changed.
    """
    before = known.select("record_id", F.col("stamp").alias("before"))
    both = stamped.join(before, "record_id", "full_outer").where("stamp IS NULL OR NOT stamp <=> before")
    return both.select("record_id", F.col("stamp").isNull().alias("is_gone"))


def reached(touched: DataFrame, links: DataFrame) -> DataFrame:
    """The touched records and all that a link joins to one of them: record_id.

    Args:
        touched: touched_records().
        links: record_id_l, record_id_r; all that join records now.
    """
    ids = touched.select("record_id")
    for side in ("record_id_l", "record_id_r"):
        ends = ids.select(F.col("record_id").alias(side), F.lit(True).alias(f"_{side}"))
        links = links.join(ends, side, "left")
    incident = links.where("_record_id_l OR _record_id_r")
    linked = incident.select(F.explode(F.array("record_id_l", "record_id_r")).alias("record_id"))
    return ids.unionByName(linked).distinct()


def region(touched: DataFrame, reached: DataFrame, known: DataFrame) -> DataFrame:
    """The records of every component that a change reaches, as they are now: record_id.

    Args:
        touched: touched_records().
        reached: reached().
        known: entities.component.
    """
    components = known.join(reached, "record_id", "left_semi").select("component").distinct()
    before = known.join(components, "component", "left_semi").select("record_id")
    live = touched.where("NOT is_gone").select("record_id")
    return before.join(touched, "record_id", "left_anti").unionByName(live)


def inside(pairs: DataFrame, records: DataFrame) -> DataFrame:
    """The pairs of which both records are among these."""
    for side in ("record_id_l", "record_id_r"):
        pairs = pairs.join(records.select(F.col("record_id").alias(side)), side, "left_semi")
    return pairs
