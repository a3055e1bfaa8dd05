"""Block keys: two records are compared when they share the key of at least one rule."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdi_spark.linkage.model.person_model import BlockingRule
from cdi_spark.schema import FEATURES

# A key is 64 bits: the rule's position, of which the sign bit leaves 11, then a hash.
_HASH_BITS = 52
# Copies are compared in blocks of so many times the records that others may have.
_MOST_COPIES = 4


def rule_keys(rules: Sequence[BlockingRule], stop_keys: Sequence[int] = ()) -> list[Column]:
    """Return for every rule its 64-bit key, or for `shares` rules the array of its keys, over columns of features.

    A key is null where a column that it reads is null or empty, and where the model stop-listed it. Null equals
    no other key.
    """
    return [_key(position, rule, stop_keys) for position, rule in enumerate(rules)]


def with_keys(features: DataFrame, rules: Sequence[BlockingRule], stop_keys: Sequence[int] = ()) -> DataFrame:
    """Add `keys`: the keys of all rules in one array."""
    keys = list(zip(rules, rule_keys(rules, stop_keys), strict=True))
    single = F.array(*(key for rule, key in keys if not rule.shares)).cast("array<bigint>")
    several = [F.coalesce(key, F.array().cast("array<bigint>")) for rule, key in keys if rule.shares]
    return features.withColumn("keys", F.concat(F.array_compact(single), *several))


def in_blocks(keyed: DataFrame) -> DataFrame:
    """Return one row per record and block: replaces `keys` by `key` and `position`, the position of its rule."""
    entries = keyed.select("*", F.explode("keys").alias("key")).drop("keys")
    return entries.withColumn("position", _position())


def rule_of(key: str) -> str:
    """Return DuckDB SQL for the position of a key's rule."""
    return f"({key} >> {_HASH_BITS})"


def block_sizes(keyed: DataFrame) -> DataFrame:
    """Return one row per key: key, records, position (of its rule)."""
    return _counted(keyed.select(F.explode("keys").alias("key")))


def blocks(keyed: DataFrame, *, largest: float) -> DataFrame:
    """Return one row per key: key, records, position (of its rule), is_common.

    A key of more records than `largest` is too common to identify anybody, unless its records are copies of one
    another: the lines of orders that all name their customer.
    """
    content = F.xxhash64(*(F.col(name) for name in FEATURES if name in keyed.columns)).alias("content")
    entries = keyed.select(F.explode("keys").alias("key"), content)
    sizes = _counted(entries, (F.min("content") == F.max("content")).alias("is_one"))
    allowed = F.when(F.col("is_one"), _MOST_COPIES * largest).otherwise(largest)
    return sizes.withColumn("is_common", F.col("records") > allowed).drop("is_one")


def _counted(entries: DataFrame, *further: Column) -> DataFrame:
    sizes = entries.groupBy("key").agg(F.count("*").alias("records"), *further)
    return sizes.withColumn("position", _position())


def one_in(many: int) -> Column:
    """Return whether a record is in the sample of one in so many, by hash of record_id; the same in every run."""
    return drawn(many) == 0


def drawn(below: int) -> Column:
    """Return a number below this limit, by hash of record_id."""
    return F.pmod(F.xxhash64("record_id"), F.lit(below))


def _position() -> Column:
    return F.shiftright("key", _HASH_BITS).cast("int")


def _key(position: int, rule: BlockingRule, stop_keys: Sequence[int]) -> Column:
    stopped = [key for key in stop_keys if key >> _HASH_BITS == position]
    # The columns, not the expressions: least() and concat_ws() return a value where one column is null.
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
