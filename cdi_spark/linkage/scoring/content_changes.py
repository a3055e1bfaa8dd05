"""Changes of a record's content after which it is likely another person: its key was re-used."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdi_spark.linkage.executor import tasks
from cdi_spark.linkage.model.frozen import Frozen
from cdi_spark.linkage.model.splink_sql import evidence_sql
from cdi_spark.spark.shipped import shipped

# The two contents start from even odds, not from the model's prior: that is about two records picked blindly and
# falls with the size of the company, so that in a large one every removal would be a hand-over. At -7 bits the
# contents are 128 times more likely with two persons than with one.
HANDED_OVER_WEIGHT = -7.0
# Evidence contradicts if it is twice as likely between two persons. One kind alone may be an error of entry, a
# placeholder that was filled in, or a name in another script.
_CONTRADICTS_BITS = -1.0
_LEAST_KINDS = 2
# Who moves changes telephone and mailbox too, which the model takes for independent: of what contradicts, no more
# kinds than these count.
_KINDS_AGAINST = 2


def content_changes(before: DataFrame, after: DataFrame, frozen: Frozen) -> DataFrame:
    """Return the records whose two contents are more likely two persons than one.

    Rules of conf do not count: the same strong id may be a part of the key that was re-used.

    Args:
        before: compared values as stored; Frozen.features_of() reads them. Each record once.
        after: silver.person of the same records as they are now.
    Returns:
        entities.content_change without happened_at and run_id.
    """
    then = frozen.evidence(frozen.features_of(before)).withColumn("is_after", F.lit(False))
    now = frozen.evidence(frozen.features(after)).withColumn("is_after", F.lit(True))
    key = F.xxhash64("record_id").alias("key")
    contents = then.unionByName(now).select("*", key)
    # By a hash of the key: see resolve_entities.component_by_component().
    together = contents.repartition(F.xxhash64("key")).sortWithinPartitions("key", "record_id", "is_after")
    evidence = {c.name: c.evidence for c in frozen.model.comparisons}
    kinds = [*dict.fromkeys(evidence.values())]
    task = tasks.content_weigher(evidence_sql(frozen.scored(), evidence), kinds=len(kinds))
    weighed = together.drop("is_after").mapInArrow(shipped(task), "record_id string, bits array<double>")
    found = weighed.select(
        "record_id", _weight().alias("match_weight"), _contradicted(kinds).alias("contradicted")
    )
    hashes = before.select("record_id", F.col("content_hash").alias("content_before")).join(
        after.select("record_id", F.col("content_hash").alias("content_after")), "record_id"
    )
    is_handed_over = (F.col("match_weight") <= HANDED_OVER_WEIGHT) & (F.size("contradicted") >= _LEAST_KINDS)
    return (
        found.where((F.col("match_weight") <= _CONTRADICTS_BITS) & (F.size("contradicted") > 0))
        .join(hashes, "record_id")
        .withColumns({"is_handed_over": is_handed_over, "model_id": F.lit(frozen.trained["model_id"])})
    )


def _weight() -> Column:
    """Return all bits for one person and the strongest kinds against it."""
    against = F.slice(F.array_sort(F.filter("bits", lambda bits: bits < 0)), 1, _KINDS_AGAINST)
    counted = F.concat(F.filter("bits", lambda bits: bits > 0), against)
    return F.aggregate(counted, F.lit(0.0), lambda total, bits: total + bits)


def _contradicted(kinds: list[str]) -> Column:
    return F.array_compact(
        F.array(
            *(
                F.when(F.get("bits", F.lit(n)) <= _CONTRADICTS_BITS, F.lit(kind))
                for n, kind in enumerate(kinds)
            )
        )
    )
