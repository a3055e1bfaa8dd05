"""Block keys: two records are compared when they share the key of at least one rule."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdi_spark.linkage.model.person_model import BlockingRule

# A key is 64 bits: the rule's position, of which the sign bit leaves 11, then a hash.
_HASH_BITS = 52


def rule_keys(rules: Sequence[BlockingRule], stop_keys: Sequence[int] = ()) -> list[Column]:
    """Of every rule its 64-bit key, or for `shares` rules the array of its keys, over columns of features.

    A key is null where a column that it reads is null or empty, and where the model stop-listed it; null
    equals nothing.
    """
    return [_key(position, rule, stop_keys) for position, rule in enumerate(rules)]


def with_keys(features: DataFrame, rules: Sequence[BlockingRule], stop_keys: Sequence[int] = ()) -> DataFrame:
    """Add `keys`: those of all rules in one array."""
    keys = list(zip(rules, rule_keys(rules, stop_keys), strict=True))
    single = F.array(*(key for rule, key in keys if not rule.shares)).cast("array<bigint>")
    several = [F.coalesce(key, F.array().cast("array<bigint>")) for rule, key in keys if rule.shares]
    return features.withColumn("keys", F.concat(F.array_compact(single), *several))


def in_blocks(keyed: DataFrame) -> DataFrame:
    """One row per record and block that it is in: adds `key` and `position`, that of its rule; without `keys`."""
    entries = keyed.select("*", F.explode("keys").alias("key")).drop("keys")
    return entries.withColumn("position", _position())


def rule_of(key: str) -> str:
    """DuckDB SQL for the position of the rule that a key is of."""
    return f"({key} >> {_HASH_BITS})"


def block_sizes(keyed: DataFrame) -> DataFrame:
    """One row per key: key, records, position (of its rule)."""
    keys = keyed.select(F.explode("keys").alias("key"))
    sizes = keys.groupBy("key").agg(F.count("*").alias("records"))
    return sizes.withColumn("position", _position())


def one_in(many: int) -> Column:
    """Whether a record is of that sample by hash of record_id, the same on every machine and run."""
    return drawn(many) == 0


def drawn(below: int) -> Column:
    """A number that a record draws by hash of its record_id."""
    return F.pmod(F.xxhash64("record_id"), F.lit(below))


def _position() -> Column:
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
