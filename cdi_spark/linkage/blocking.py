"""Block keys: two records are compared when they share the key of at least one rule."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdi_spark.linkage.model import BlockingRule


def key_column(position: int) -> str:
    """Name of the column that holds the keys of the rule at this position."""
    return f"block_{position}"


def with_keys(features: DataFrame, rules: Sequence[BlockingRule], stop_keys: Sequence[int] = ()) -> DataFrame:
    """Add one column a rule: its 64-bit key, or for `shares` rules the array of its keys.

    A key is null where a column that it reads is null or empty, and where the model stop-listed it; null
    equals nothing.
    """
    columns = {key_column(i): _key(i, rule, stop_keys) for i, rule in enumerate(rules)}
    return features.withColumns(columns)


def in_blocks(keyed: DataFrame, rules: Sequence[BlockingRule]) -> DataFrame:
    """One row per record and block that it is in: adds `rule` and `key`."""
    entries = F.concat(*(_entries(i, rule) for i, rule in enumerate(rules)))
    return keyed.select("*", F.inline(F.filter(entries, lambda entry: entry["key"].isNotNull())))


def shared_keys(keyed: DataFrame, rules: Sequence[BlockingRule]) -> DataFrame:
    """One row per key that at least two records have: key, records."""
    narrow = keyed.select(*(key_column(i) for i in range(len(rules))))
    return in_blocks(narrow, rules).groupBy("key").agg(F.count("*").alias("records")).where("records > 1")


def _entries(position: int, rule: BlockingRule) -> Column:
    """The record's keys under one rule as an array of (rule, key)."""
    keys = F.col(key_column(position))
    in_array = F.coalesce(keys, F.array().cast("array<bigint>")) if rule.shares else F.array(keys)
    return F.transform(in_array, lambda key: F.struct(F.lit(position).alias("rule"), key.alias("key")))


def _key(position: int, rule: BlockingRule, stop_keys: Sequence[int]) -> Column:
    """The rule's position is hashed in, so that one key never serves two rules."""
    stopped = list(stop_keys)
    # The columns, not the expressions: least() and concat_ws() give a value where one column has none.
    whole = sorted(rule.columns() - {rule.shares})
    known = reduce(and_, (F.col(name).isNotNull() & (F.col(name) != "") for name in whole), F.lit(True))
    parts = [F.expr(sql) for sql in rule.equal]
    known = reduce(and_, (part.isNotNull() for part in parts), known)
    if rule.shares:
        keys = F.array_distinct(
            F.transform(rule.shares, lambda value: F.xxhash64(F.lit(position), *parts, value))
        )
        kept = F.filter(keys, lambda key: ~key.isin(stopped)) if stopped else keys
        return F.when(known & (F.size(kept) > 0), kept)
    key = F.when(known, F.xxhash64(F.lit(position), *parts))
    return F.when(~key.isin(stopped), key) if stopped else key
