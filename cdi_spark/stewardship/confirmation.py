"""Decisions whose record changed sharply since: another person's are set aside, others are shown for confirmation."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def with_changes(decisions: DataFrame, content_changes: DataFrame, *records: str) -> DataFrame:
    """Add what happened to the records of each decision after it was made.

    To confirm a decision is to make it again: the newer one counts, and no change is later than it.

    Args:
        decisions: entities.judgement or entities.override.
        content_changes: entities.content_change.
        records: the columns of `decisions` that name the records it is about.
    Returns:
        The same columns; changed_record and changed_at: the record that changed last, and when, null if none did;
        is_set_aside: one of them is another person since, so the decision does not apply.
    """
    about = decisions.select("step", "decided_at", F.explode(F.array(*records)).alias("record_id"))
    later = content_changes.select("record_id", "happened_at", "is_handed_over")
    changed = (
        about.join(later, "record_id")
        .where("happened_at > decided_at")
        .groupBy("step")
        .agg(
            F.max_by("record_id", "happened_at").alias("changed_record"),
            F.max("happened_at").alias("changed_at"),
            F.bool_or("is_handed_over").alias("is_set_aside"),
        )
    )
    return decisions.join(changed, "step", "left").withColumn(
        "is_set_aside", F.coalesce("is_set_aside", F.lit(False))
    )
