"""Draws the training sample if there are too many records, and counts what blocking costs on all records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.linkage.model.blocking import blocks, drawn, one_in, with_keys
from cdi_spark.linkage.model.person_model import BlockingRule

# A drawn record brings the records that share a rare key with it. So many groups are drawn as fill the sample with
# groups of this size; records over the limit are left out.
_GROUP_SIZE = 4
# A key of more records is not rare.
_RARE_KEY = 12
# With more records than the sample holds, blocking costs are estimated from one record in so many.
_ONE_IN = 8
_CHANCES = 1_000_000_000


@dataclass(frozen=True)
class BlockingCosts:
    """The cost of every blocking rule on all records.

    Attributes:
        entries: by rule, how many records have a key that is not stopped, once per key.
        pairs: by rule, how many pairs share such a key.
        stop_keys: keys that are too common by the model's largest_block (blocking.blocks), ascending.
    """

    entries: Sequence[int]
    pairs: Sequence[int]
    stop_keys: list[int]


def blocking_costs(
    features: DataFrame, *, rules: Sequence[BlockingRule], largest_block: int, whole: bool
) -> BlockingCosts:
    """Count the cost of every rule.

    Args:
        features: of all records.
        rules: a model's.
        largest_block: records over which a key is too common.
        whole: count every record; else estimate from some, by hash of record_id.
    """
    share = 1.0 if whole else 1 / _ONE_IN
    some = features if whole else features.where(one_in(_ONE_IN))
    sizes = some.transform(with_keys, rules).transform(blocks, largest=largest_block * share)
    stopped = F.col("is_common")
    pairs_of = F.col("records") * (F.col("records") - 1) / 2
    counted = sizes.groupBy("position").agg(
        F.sum(F.when(~stopped, F.col("records"))).alias("entries"),
        F.sum(F.when(~stopped, pairs_of)).alias("pairs"),
        F.collect_list(F.when(stopped, F.col("key"))).alias("stopped"),
    )
    entries, pairs = [0] * len(rules), [0] * len(rules)
    stop_keys: list[int] = []
    for row in counted.collect():
        entries[row["position"]] = round((row["entries"] or 0) / share)
        pairs[row["position"]] = round((row["pairs"] or 0) / share**2)
        stop_keys += row["stopped"]
    return BlockingCosts(entries, pairs, sorted(stop_keys))


def training_sample(
    features: DataFrame,
    *,
    rules: Sequence[BlockingRule],
    at_most: int,
    records: int,
    labels: DataFrame | None = None,
) -> DataFrame:
    """Return the records to train from, the same in every run: some by hash of their id, and all similar records.

    A record is similar if it shares a rare block key with one of them. So the sample holds all records of most
    people that it has a record of.

    Args:
        rules: a model's.
        at_most: most records of the sample.
        records: how many there are.
        labels: record_id of records that come before the randomly drawn ones.
    """
    if records <= at_most:
        return features
    chosen = features.withColumn("turn", drawn(_CHANCES)).where(
        F.col("turn") < _CHANCES * at_most / records / _GROUP_SIZE
    )
    if labels is not None:
        labelled = features.join(F.broadcast(labels.select("record_id")), "record_id", "left_semi")
        chosen = chosen.unionByName(labelled.withColumn("turn", F.lit(-1).cast("long")))
    # Rules that combine `shares` with `equal` have most keys, but few that join other records than the other rules.
    alone = [rule for rule in rules if not (rule.shares and rule.equal)]
    key = F.explode("keys").alias("key")
    drawn_keys = (
        chosen.transform(with_keys, alone).select(key, "turn").groupBy("key").agg(F.min("turn").alias("turn"))
    )
    entries = features.transform(with_keys, alone).select("record_id", key)
    # Broadcast: the drawn keys are a small part of all keys, so the other side needs no sort.
    shared = entries.join(F.broadcast(drawn_keys), "key")
    rare = shared.groupBy("key").agg(F.count("*").alias("records"), F.first("turn").alias("turn"))
    rare = rare.where(F.col("records") <= _RARE_KEY).select("key", "turn")
    similar = entries.join(F.broadcast(rare), "key").select("record_id", "turn")
    # Whole groups, in the order of the drawn records.
    turns = (
        chosen.select("record_id", "turn")
        .union(similar)
        .groupBy("record_id")
        .agg(F.min("turn").alias("turn"))
    )
    wanted = turns.orderBy("turn", "record_id").limit(at_most).select("record_id")
    return features.join(F.broadcast(wanted), "record_id", "left_semi")
