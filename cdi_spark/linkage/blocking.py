"""Block keys: two records are compared when they share the key of at least one rule."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdi_spark.linkage.model import BlockingRule

# A key is 64 bits: the rule's position, of which the sign bit leaves 11, then a hash.
_HASH_BITS = 52


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
    """One row per record and block that it is in: adds `rule`, its position, and `key`."""
    entries = keyed.select("*", F.explode(all_keys(rules)).alias("key"))
    return entries.withColumn("rule", _rule())


def all_keys(rules: Sequence[BlockingRule]) -> Column:
    """The keys of all rules in one array."""
    single = [F.col(key_column(i)) for i, rule in enumerate(rules) if not rule.shares]
    several = [
        F.coalesce(key_column(i), F.array().cast("array<bigint>"))
        for i, rule in enumerate(rules)
        if rule.shares
    ]
    return F.concat(F.array_compact(F.array(*single).cast("array<bigint>")), *several)


def rule_of(key: str) -> str:
    """DuckDB SQL for the position of the rule that a key is of."""
    return f"({key} >> {_HASH_BITS})"


def block_sizes(keyed: DataFrame, rules: Sequence[BlockingRule]) -> DataFrame:
    """One row per key: rule (its position), key, records."""
    keys = keyed.select(F.explode(all_keys(rules)).alias("key"))
    sizes = keys.groupBy("key").agg(F.count("*").alias("records"))
    return sizes.withColumn("rule", _rule())


def _rule() -> Column:
    return F.shiftright("key", _HASH_BITS).cast("int")


def _key(position: int, rule: BlockingRule, stop_keys: Sequence[int]) -> Column:
    stopped = [key for key in stop_keys if key >> _HASH_BITS == position]
    # The columns, not the expressions: least() and concat_ws() give a value where one column has none.
    whole = sorted(rule.columns() - {rule.shares})
    known = reduce(and_, (F.col(name).isNotNull() & (F.col(name) != "") for name in whole), F.lit(True))
    parts = [F.expr(sql) for sql in rule.equal]
    known = reduce(and_, (part.isNotNull() for part in parts), known)
    if rule.shares:
        keys = F.array_distinct(F.transform(rule.shares, lambda value: _hashed(position, *parts, value)))
        kept = F.filter(keys, lambda key: ~key.isin(stopped)) if stopped else keys
        return F.when(known & (F.size(kept) > 0), kept)
    key = F.when(known, _hashed(position, *parts))
    return F.when(~key.isin(stopped), key) if stopped else key


def _hashed(position: int, *parts: Column) -> Column:
    rule = F.lit(position << _HASH_BITS)
    return rule.bitwiseOR(F.shiftrightunsigned(F.xxhash64(F.lit(position), *parts), 64 - _HASH_BITS))
