"""Block keys: two records are compared when they share the key of at least one rule."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdi_spark.linkage.model import BlockingRule


def key_column(position: int) -> str:
    """Name of the column that holds the keys of the rule at this position."""
    return f"block_{position}"


def with_keys(features: DataFrame, rules: Sequence[BlockingRule], stop_keys: Sequence[int] = ()) -> DataFrame:
    """Add one column a rule: its 64-bit key, or for `shares` rules the array of its keys.

    A key is null where an expression is null, and where the model stop-listed it; null equals nothing.
    """
    columns = {key_column(i): _key(i, rule, stop_keys) for i, rule in enumerate(rules)}
    return features.withColumns(columns)


def in_blocks(keyed: DataFrame, rules: Sequence[BlockingRule]) -> DataFrame:
    """One row per record and block that it shares with another record: adds `rule` and `key`."""
    keys = [F.array(F.struct(F.lit(i).alias("rule"), F.col(key_column(i)).alias("key")))
            for i, rule in enumerate(rules) if not rule.shares]  # fmt: skip
    keys += [
        F.coalesce(
            F.transform(key_column(i), lambda key, i=i: F.struct(F.lit(i).alias("rule"), key.alias("key"))),
            F.array().cast("array<struct<rule:int,key:bigint>>"),
        )
        for i, rule in enumerate(rules)
        if rule.shares
    ]
    all_keys = F.filter(F.concat(*keys), lambda entry: entry["key"].isNotNull())
    return keyed.select("*", F.explode(all_keys).alias("entry")).select("*", "entry.rule", "entry.key").drop("entry")


def shared_keys(keyed: DataFrame, rules: Sequence[BlockingRule]) -> DataFrame:
    """One row per key that at least two records have: key, records."""
    narrow = keyed.select(*(key_column(i) for i in range(len(rules))))
    return in_blocks(narrow, rules).groupBy("key").agg(F.count("*").alias("records")).where("records > 1")


def _key(position: int, rule: BlockingRule, stop_keys: Sequence[int]) -> Column:
    """The rule's position is hashed in, so that one key never serves two rules."""
    if rule.shares:
        keys = F.transform(rule.shares, lambda value: F.xxhash64(F.lit(position), value))
        kept = F.array_distinct(F.filter(keys, lambda key: ~key.isin(list(stop_keys)))) if stop_keys else F.array_distinct(keys)
        return F.when(F.size(kept) > 0, kept)
    parts = [F.expr(sql) for sql in rule.equal]
    known = F.lit(True)
    for part in parts:
        known = known & part.isNotNull() & (part.cast("string") != "")
    key = F.when(known, F.xxhash64(F.lit(position), *parts))
    return F.when(~key.isin(list(stop_keys)), key) if stop_keys else key
