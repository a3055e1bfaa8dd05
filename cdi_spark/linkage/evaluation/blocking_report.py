"""The cost and the finds of blocking rules, and other rules that find pairs they miss; measured on all data."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdi_spark.linkage.model.blocking import block_sizes, in_blocks, with_keys
from cdi_spark.linkage.model.person_model import BlockingRule, PersonModel
from cdi_spark.schema import FEATURES
from cdi_spark.spark.local_rows import local_rows

# A rule that compares more pairs per record costs more than it can find.
MOST_PAIRS_PER_RECORD = 20.0
# Columns that are derived from one another: two of them identify little more than one.
_OF_ONE_FIELD = (
    {"given", "given_root", "given_tokens", "names", "name_sounds"},
    {"family", "family_tokens", "names", "name_sounds"},
    {"emails", "email_users"},
    {"postcode", "outward"},
)


def rule_costs(
    features: DataFrame,
    pairs: DataFrame,
    members: DataFrame,
    *,
    rules: Sequence[BlockingRule],
    stop_keys: Sequence[int],
) -> DataFrame:
    """Return the cost and the finds of each rule of a model.

    Args:
        features: of all live records (Frozen.features).
        pairs: linkage.pair, scored by these rules.
        members: current rows of entities.member.
        rules, stop_keys: the model's.
    Returns:
        rule, entries (records under a key, once per key), blocks (of two records or more), compared (pairs in
        them), kept (pairs of linkage.pair that no earlier rule found), of_one_entity (of these, pairs of
        current entities), stopped_keys, stopped_pairs (keys left out as too common, and the pairs that they
        would compare); in the rules' order.
    """
    sizes = (
        features.transform(with_keys, rules)
        .transform(block_sizes)
        .withColumn("stopped", _among("key", stop_keys))
    )
    used, left_out = ~F.col("stopped"), F.col("stopped")
    costs = sizes.groupBy("position").agg(
        _total(F.when(used, F.col("records"))).alias("entries"),
        F.count_if(used & (F.col("records") > 1)).alias("blocks"),
        _total(F.when(used, _pairs_of("records"))).alias("compared"),
        F.count_if(left_out).alias("stopped_keys"),
        _total(F.when(left_out, _pairs_of("records"))).alias("stopped_pairs"),
    )
    left, right = (
        members.select(F.col("record_id").alias(f"record_id_{s}"), F.col("entity_id").alias(f"entity_{s}"))
        for s in "lr"
    )
    judged = pairs.join(left, "record_id_l", "left").join(right, "record_id_r", "left")
    adds = judged.groupBy(F.col("block_rule").alias("rule")).agg(
        F.count("*").alias("kept"), F.count_if(F.col("entity_l") == F.col("entity_r")).alias("of_one_entity")
    )
    counted = ("entries", "blocks", "compared", "kept", "of_one_entity", "stopped_keys", "stopped_pairs")
    return (
        _named(features, rules)
        .join(costs, "position", "left")
        .join(adds, "rule", "left")
        .orderBy("position")
        .select("rule", *(F.coalesce(name, F.lit(0)).alias(name) for name in counted))
    )


def rule_proposals(
    features: DataFrame,
    members: DataFrame,
    *,
    rules: Sequence[BlockingRule],
    stop_keys: Sequence[int],
    candidates: Sequence[BlockingRule],
    largest_block: int,
) -> DataFrame:
    """Return candidate rules that find pairs of one entity which no rule of the model finds, the best first.

    Each is measured alone: two proposals may find the same pairs.

    Args:
        features: of all live records (Frozen.features).
        members: current rows of entities.member.
        rules, stop_keys: the model's.
        candidates: rules to try (candidate_rules).
        largest_block: keys of more records are left out, as in training.
    Returns:
        rule, equal, shares (as in person.yml), compared (pairs), pairs_a_record, finds (pairs of one entity
        that the model's rules miss), finds_per_million compared; the most finds_per_million first.
    """
    records = features.count()
    sizes = features.transform(with_keys, candidates).transform(block_sizes)
    several = sizes.where(F.col("records").between(2, largest_block))
    costs = several.groupBy("position").agg(_total(_pairs_of("records")).alias("compared"))
    affordable = {
        row["position"]: row["compared"]
        for row in costs.orderBy("position").collect()
        if row["compared"] <= MOST_PAIRS_PER_RECORD * records
    }
    tried = [candidates[position] for position in affordable]
    missed = _missed(features, members, rules=rules, stop_keys=stop_keys)
    ids = missed.select(F.explode(F.array("record_id_l", "record_id_r")).alias("record_id")).distinct()
    shared = _shared_keys(missed, features.join(ids, "record_id", "left_semi").transform(with_keys, tried))
    sizes = features.transform(with_keys, tried).transform(block_sizes)
    usable = sizes.where(F.col("records") <= largest_block).select("key")
    finds = shared.join(usable, "key", "left_semi").groupBy("position")
    compared = local_rows(
        features.sparkSession, list(enumerate(affordable.values())), "position int, compared long"
    )
    return (
        finds.agg(F.count_distinct("record_id_l", "record_id_r").alias("finds"))
        .join(_named(features, tried), "position")
        .join(compared, "position")
        .select(
            "rule",
            "equal",
            "shares",
            "compared",
            F.round(F.col("compared") / records, 2).alias("pairs_a_record"),
            "finds",
            F.round(F.col("finds") * 1e6 / F.col("compared"), 1).alias("finds_per_million"),
        )
        .orderBy(F.desc("finds_per_million"), F.desc("finds"), "rule")
    )


def candidate_rules(
    packaged: PersonModel, kept: Sequence[BlockingRule], *, known: Sequence[str]
) -> list[BlockingRule]:
    """Return rules to try: those of the packaged person model that training did not keep, and pairs of known columns.

    Leaves out combinations that only narrow a kept rule of a single column.

    Args:
        packaged: the person model with all its rules.
        kept: the rules of the trained model.
        known: feature columns that the data has.
    """
    have = {_meaning(rule) for rule in kept}
    of_packaged = [rule for rule in packaged.restricted(set(known)).blocking if _meaning(rule) not in have]
    have |= {_meaning(rule) for rule in of_packaged}
    alone = {name for rule in kept if len(rule.columns()) == 1 for name in rule.columns()}
    # own_<feature> has no values that the feature lacks.
    columns = [name for name in known if name not in alone and not name.startswith("own_")]
    combined = [
        BlockingRule(name=f"{one} and {other}", equal=[one], shares=other)
        if _is_array(other)
        else BlockingRule(name=f"{one} and {other}", equal=[one, other])
        for one, other in combinations(sorted(columns, key=_is_array), 2)
        if not _is_array(one) and not any({one, other} <= field for field in _OF_ONE_FIELD)
    ]
    # Rules with `shares` come last in a person model.
    rules = [*of_packaged, *(rule for rule in combined if _meaning(rule) not in have)]
    return sorted(rules, key=lambda rule: rule.shares is not None)


def _meaning(rule: BlockingRule) -> tuple[frozenset[str], str | None]:
    return frozenset(rule.equal), rule.shares


def _is_array(column: str) -> bool:
    return FEATURES[column] == "array<string>"


def _missed(
    features: DataFrame, members: DataFrame, *, rules: Sequence[BlockingRule], stop_keys: Sequence[int]
) -> DataFrame:
    """Return pairs of one entity that share no key of a rule: record_id_l, record_id_r."""
    one = members.select("entity_id", F.col("record_id").alias("record_id_l"))
    other = members.select("entity_id", F.col("record_id").alias("record_id_r"))
    pairs = one.join(other, "entity_id").where("record_id_l < record_id_r").drop("entity_id")
    found = _shared_keys(pairs, features.transform(with_keys, rules, stop_keys))
    return pairs.join(found, ["record_id_l", "record_id_r"], "left_anti")


def _shared_keys(pairs: DataFrame, keyed: DataFrame) -> DataFrame:
    """Return one row per pair and key that both records have, with the position of its rule."""
    entries = keyed.select("record_id", "keys").transform(in_blocks)
    left = entries.withColumnRenamed("record_id", "record_id_l")
    right = entries.select(F.col("record_id").alias("record_id_r"), "key")
    return pairs.join(left, "record_id_l").join(right, ["record_id_r", "key"])


def _named(features: DataFrame, rules: Sequence[BlockingRule]) -> DataFrame:
    """Return position, rule, equal and shares of the rules."""
    rows = [(n, rule.name, ", ".join(rule.equal), rule.shares or "") for n, rule in enumerate(rules)]
    return local_rows(features.sparkSession, rows, "position int, rule string, equal string, shares string")


def _among(column: str, keys: Sequence[int]) -> Column:
    return F.col(column).isin(*keys) if keys else F.lit(False)


def _pairs_of(records: str) -> Column:
    return F.expr(f"{records} * ({records} - 1) div 2")


def _total(values: Column) -> Column:
    return F.coalesce(F.sum(values), F.lit(0))
