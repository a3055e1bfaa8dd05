"""What training looks at when there are too many records for all: a sample, and what blocking costs on them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.linkage.model.blocking import block_sizes, drawn, one_in, with_keys
from cdi_spark.linkage.model.person_model import BlockingRule

# As many companies are drawn as fill the sample when so many records are in each; what is over is left out.
_COMPANY = 4
# A key that more records have makes no company.
_RARE_KEY = 12
# Of more records than the sample is to hold one in so many is looked at to tell what blocking costs.
_ONE_IN = 8
_CHANCES = 1_000_000_000


@dataclass(frozen=True)
class BlockingCosts:
    """What every blocking rule costs on all records.

    Attributes:
        entries: by rule, records under a key that is not stopped, once a key.
        pairs: by rule, that share such a key.
        stop_keys: keys that more records share than the model's largest_block, ascending.
    """

    entries: Sequence[int]
    pairs: Sequence[int]
    stop_keys: list[int]


def blocking_costs(
    features: DataFrame, *, rules: Sequence[BlockingRule], largest_block: int, whole: bool
) -> BlockingCosts:
    """Count what every rule costs.

    Args:
        features: of all records.
        rules: a model's.
        largest_block: records over which a key is too common.
        whole: look at every record; else at some by hash of record_id.
    """
    share = 1.0 if whole else 1 / _ONE_IN
    some = features if whole else features.where(one_in(_ONE_IN))
    sizes = some.transform(with_keys, rules).transform(block_sizes)
    stopped = F.col("records") > largest_block * share
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
    """Records to train from, the same on every machine and run: some by hash of their id, and all like them.

    Like them are records that share a block key with them which few records have; so most people who are in
    the sample are in it with all their records.

    Args:
        rules: a model's.
        at_most: how many records.
        records: how many there are.
        labels: record_id; records that come first, before those of chance.
    """
    if records <= at_most:
        return features
    chosen = features.withColumn("turn", drawn(_CHANCES)).where(
        F.col("turn") < _CHANCES * at_most / records / _COMPANY
    )
    if labels is not None:
        labelled = features.join(F.broadcast(labels.select("record_id")), "record_id", "left_semi")
        chosen = chosen.unionByName(labelled.withColumn("turn", F.lit(-1).cast("long")))
    # Rules of one element together with other columns have most keys, and hardly one that no other rule has.
    alone = [rule for rule in rules if not (rule.shares and rule.equal)]
    key = F.explode("keys").alias("key")
    theirs = (
        chosen.transform(with_keys, alone).select(key, "turn").groupBy("key").agg(F.min("turn").alias("turn"))
    )
    entries = features.transform(with_keys, alone).select("record_id", key)
    # Broadcast, for they are a small part of all: what they are held against need not be sorted.
    shared = entries.join(F.broadcast(theirs), "key")
    rare = shared.groupBy("key").agg(F.count("*").alias("records"), F.first("turn").alias("turn"))
    rare = rare.where(F.col("records") <= _RARE_KEY).select("key", "turn")
    like_them = entries.join(F.broadcast(rare), "key").select("record_id", "turn")
    # Whole companies, in the order of the records that they came with.
    turns = (
        chosen.select("record_id", "turn")
        .union(like_them)
        .groupBy("record_id")
        .agg(F.min("turn").alias("turn"))
    )
    wanted = turns.orderBy("turn", "record_id").limit(at_most).select("record_id")
    return features.join(F.broadcast(wanted), "record_id", "left_semi")
