"""The components that a change affects: resolving only these gives the same entities as resolving all records."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def with_stamp(linked: DataFrame, judged: DataFrame, content_changes: DataFrame, *, how: str) -> DataFrame:
    """Return record_id and stamp, a hash of all that a record contributes to its component.

    Args:
        linked: linkage.linked.
        judged: judgements.close_judgements().
        content_changes: entities.content_change.
        how: the settings that decide about entities.
    """
    # Counted, since a record may be handed over and have its earlier content back before it is resolved.
    handed_over = (
        content_changes.where("is_handed_over").groupBy("record_id").agg(F.count("*").alias("hand_overs"))
    )
    contributes = F.xxhash64(
        "content_hash", "model_id", "judged_same", "judged_apart", F.lit(how), "hand_overs"
    )
    return (
        linked.join(judged, "record_id", "left")
        .join(handed_over, "record_id", "left")
        .select("record_id", contributes.alias("stamp"))
    )


def changed_records(stamped: DataFrame, known: DataFrame) -> DataFrame:
    """Return records that are new, changed or gone since they were resolved: record_id, is_gone.

    Args:
        stamped: with_stamp() of all current records.
        known: entities.component; a record without a stamp counts as changed.
    """
    before = known.select("record_id", F.col("stamp").alias("before"))
    both = stamped.join(before, "record_id", "full_outer").where("stamp IS NULL OR NOT stamp <=> before")
    return both.select("record_id", F.col("stamp").isNull().alias("is_gone"))


def linked_to_changed(changed: DataFrame, links: DataFrame) -> DataFrame:
    """Return the changed records and all records that a link joins to one of them: record_id.

    Args:
        changed: changed_records().
        links: record_id_l, record_id_r; all current links.
    """
    ids = changed.select("record_id")
    for side in ("record_id_l", "record_id_r"):
        ends = ids.select(F.col("record_id").alias(side), F.lit(True).alias(f"_{side}"))
        links = links.join(ends, side, "left")
    incident = links.where("_record_id_l OR _record_id_r")
    linked = incident.select(F.explode(F.array("record_id_l", "record_id_r")).alias("record_id"))
    return ids.unionByName(linked).distinct()


def affected_records(changed: DataFrame, linked: DataFrame, known: DataFrame) -> DataFrame:
    """Return the current records of every affected component: record_id.

    Args:
        changed: changed_records().
        linked: linked_to_changed().
        known: entities.component.
    """
    components = known.join(linked, "record_id", "left_semi").select("component").distinct()
    before = known.join(components, "component", "left_semi").select("record_id")
    live = changed.where("NOT is_gone").select("record_id")
    return before.join(changed, "record_id", "left_anti").unionByName(live)


def pairs_among(pairs: DataFrame, records: DataFrame) -> DataFrame:
    """Return the pairs whose two records are both among these records."""
    for side in ("record_id_l", "record_id_r"):
        pairs = pairs.join(records.select(F.col("record_id").alias(side)), side, "left_semi")
    return pairs
