"""Train the person model without labels, and freeze everything the population decides."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.linkage import clustering, mixture
from cdi_spark.linkage.blocking import in_blocks, shared_keys, with_keys
from cdi_spark.linkage.model import BlockingRule, PersonModel, digest
from cdi_spark.linkage.pairs import Floats, Ints, Pairs, Sample, Tally, tally
from cdi_spark.linkage.parameters import Evidence, Parameters, learn, positions, weights
from cdi_spark.linkage.splink_sql import splink_settings
from cdi_spark.tables import TERM_FREQUENCY

Keep = Callable[[str, DataFrame], DataFrame]

RANDOM_PAIRS = 1_000_000
SEED = 1
# Components are those of links over even odds and less, divided at higher odds while they hold more records.
_COMPONENT_WEIGHT, LARGEST_COMPONENT = -3.0, 400
_SELF_TRAINING_ROUNDS = 2
LEAST_ENTITY_WEIGHT = 0.0
# For one record chosen by its hash, so many come with it, about, by keys that at most so many records have.
_COMPANY, _RARE_KEY = 8, 12
# A blocking rule stays when it adds this share of the pairs of one person.
_RULE_ADDS = 0.0005


@dataclass(frozen=True)
class Trained:
    """What training found.

    Attributes:
        settings: trained Splink settings, every m and u rounded to 12 digits.
        rules: blocking rules that find most for what they cost; the others are not needed.
        overlaps: by comparison and parent, bits of a match that independence would count twice.
        records: that it was trained from.
    """

    settings: dict[str, Any]
    rules: list[BlockingRule]
    overlaps: dict[str, dict[str, float]]
    records: int


def train(sample: DataFrame, *, model: PersonModel, records: int) -> Trained:
    """Separate matches from the rest, cluster them, and learn m and u again from the clusters.

    Args:
        sample: features of the training records with their term frequencies; these are brought to the driver.
        records: how many the sample stands for.
    """
    with duckdb.connect() as connection:
        return train_on(Sample(connection, sample.toArrow(), model), population=records)


def train_on(records: Sample, *, population: int) -> Trained:
    """train() on records that are in DuckDB already."""
    model = records.model
    candidates = records.candidates()
    random = records.at_random(RANDOM_PAIRS, seed=SEED)
    start = [np.array([level.m for level in c.levels]) for c in model.comparisons]
    kin = [np.array([level.relatives for level in c.levels]) for c in model.comparisons]
    blocked = tally(candidates.levels)
    everyone = Evidence(
        tally(random.levels), blocked, Tally(blocked.levels[:0], np.zeros(0)), records.all_pairs
    )
    found = mixture.separate(
        candidates.levels,
        match=[share / share.sum() for share in start],
        relatives=[share / share.sum() for share in kin],
        strangers=[p.u[-1] for p in learn(everyone, model)],
        records=max(2, records.size),
        all_pairs=records.all_pairs,
    )
    match, prior = found.match, np.log2(found.prior)
    odds = np.log2(np.clip(match, 1e-12, 1)) - np.log2(np.clip(1 - match, 1e-12, 1))
    inside = _inside_components(records, candidates, odds)
    entity = clustering.seeds(
        records.size, inside.left, inside.right, _among(candidates, odds, inside, records.size)
    )
    parameters: list[Parameters] = []
    evidence = positions([c.evidence for c in model.comparisons])
    for _ in range(_SELF_TRAINING_ROUNDS):
        parameters = learn(_evidence(records, candidates, 1 - match, random, inside, entity), model)
        prior = _prior(records, entity)
        by_evidence, known = summed(inside, weights(inside, parameters, model, records.frequencies), evidence)
        links = clustering.links_of_pairs(inside.left, inside.right, by_evidence, known, prior)
        entity = clustering.resolve(records.size, links, prior=prior, least_weight=LEAST_ENTITY_WEIGHT)
        bits = weights(candidates, parameters, model, records.frequencies).sum(axis=1) + prior
        match = 1 / (1 + np.exp2(-np.clip(bits, -60, 60)))
    useful = records.useful_rules(entity, least_share=_RULE_ADDS)
    # A record has as many others of its person in the population as in the sample, among more records.
    thinner = max(1, records.size - 1) / max(1, population - 1)
    settings = splink_settings(model, parameters, prior=float(np.exp2(prior)) * thinner)
    rules = [rule for n, rule in enumerate(model.blocking) if n in set(useful)]
    names = [c.name for c in model.comparisons]
    overlaps = {
        names[n]: {names[f]: bits for f, bits in zip(p.parents, p.overlap, strict=True)}
        for n, p in enumerate(parameters)
        if p.parents
    }
    return Trained(settings, rules, overlaps, records.size)


def summed(pairs: Pairs, bits: Floats, evidence: Ints) -> tuple[Floats, Any]:
    """Weights and what is known, by kind of evidence instead of by comparison.

    What weighs nothing says nothing: other devices do not make a shared one count less.
    """
    kinds = int(evidence.max(initial=-1)) + 1
    total, known = np.zeros((len(pairs), kinds)), np.zeros((len(pairs), kinds), bool)
    for n, kind in enumerate(evidence):
        total[:, kind] += bits[:, n]
        known[:, kind] |= (pairs.levels[:, n] >= 0) & (bits[:, n] != 0)
    return total, known


def _inside_components(records: Sample, candidates: Pairs, odds: Floats) -> Pairs:
    """All pairs of records of one component, found by blocking or not."""
    component = divided_components(records.size, candidates.left, candidates.right, odds)
    return records.at_levels(*clustering.pairs_within(component))


def divided_components(records: int, left: Ints, right: Ints, odds: Floats) -> Ints:
    """Components over links of _COMPONENT_WEIGHT; too large ones over stronger links, bit by bit."""
    component = np.zeros(records, np.int64)
    large = np.ones(records, bool)
    least = _COMPONENT_WEIGHT
    while large.any():
        strong = (odds >= least) & large[left] & (component[left] == component[right])
        part = clustering.components(records, left[strong], right[strong])
        component = np.where(large, part, component)
        sizes = np.bincount(component, minlength=records)
        large = (sizes[component] > LARGEST_COMPONENT) & bool(strong.any())
        least += 1
    return component


def _among(candidates: Pairs, odds: Floats, inside: Pairs, records: int) -> Floats:
    """The candidates' odds of pairs inside components; what blocking never found speaks against a match."""
    wanted, known = inside.left * records + inside.right, candidates.left * records + candidates.right
    at = np.minimum(np.searchsorted(known, wanted), max(0, len(known) - 1))
    unseen = -8.0
    return np.where(known[at] == wanted, odds[at], unseen) if len(known) else np.full(len(wanted), unseen)


def _evidence(
    records: Sample, candidates: Pairs, apart: Floats, random: Pairs, inside: Pairs, entity: Ints
) -> Evidence:
    different = entity[candidates.left] != entity[candidates.right]
    same = entity[inside.left] == entity[inside.right]
    size = np.bincount(entity, minlength=records.size)
    return Evidence(
        tally(random.levels[entity[random.left] != entity[random.right]]),
        tally(candidates.levels[different], apart[different]),
        tally(inside.levels[same], 2.0 / size[entity[inside.left[same]]]),
        records.all_pairs,
    )


def _prior(records: Sample, entity: Ints) -> float:
    """log2 probability that two random records match, from the clusters."""
    size = np.bincount(entity).astype(float)
    pairs = float((size * (size - 1) / 2).sum())
    # Data too small to hold a match, or all alike, must not make a match impossible or certain.
    return float(np.log2(min(max(pairs / records.all_pairs, 1 / records.all_pairs), 0.5)))


def training_sample(features: DataFrame, *, model: PersonModel, at_most: int, records: int) -> DataFrame:
    """Records to train from, the same on every machine and run: some by hash of their id, and all like them.

    Like them are records that share a block key with them which few records have; so most people who are in
    the sample are in it with all their records.

    Args:
        at_most: how many records, about.
        records: how many there are.
    """
    if records <= at_most:
        return features
    share = at_most / records / _COMPANY
    chosen = F.pmod(F.xxhash64("record_id"), F.lit(1_000_000)) < int(share * 1_000_000)
    entries = features.transform(with_keys, model.blocking).transform(in_blocks, model.blocking)
    rare = entries.groupBy("key").agg(F.count("*").alias("records"), F.max(chosen).alias("wanted"))
    rare = rare.where(F.col("wanted") & (F.col("records") <= _RARE_KEY))
    like_them = entries.join(rare.select("key"), "key", "left_semi").select("record_id").distinct()
    return features.join(
        features.where(chosen).select("record_id").union(like_them).distinct(), "record_id", "left_semi"
    )


def term_frequencies(features: DataFrame, *, model: PersonModel) -> DataFrame:
    """linkage.term_frequency but for model_id: each value's share of the people who have one.

    Records that agree in given name, family name and birth year count once: one person's duplicates must not
    make a rare name look common. What only one has is counted as if two had it.
    """
    columns = model.term_frequency_columns()
    if not columns:
        return features.sparkSession.createDataFrame([], TERM_FREQUENCY.schema).drop("model_id")
    somebody = F.xxhash64("given_root", "family", F.left("birth_date", F.lit(4)))
    values = features.select(
        somebody.alias("somebody"),
        F.explode(
            F.array(*(F.struct(F.lit(c).alias("column"), F.col(c).alias("value")) for c in columns))
        ).alias("x"),
    ).select("somebody", "x.*")
    counts = (
        values.where("value IS NOT NULL")
        .groupBy("column", "value")
        .agg(F.count_distinct("somebody").alias("n"))
    )
    totals = counts.groupBy("column").agg(F.sum("n").alias("total"))
    return counts.join(F.broadcast(totals), "column").select(
        "column",
        "value",
        (F.greatest("n", F.lit(2)) / F.greatest("total", F.lit(2))).alias("frequency"),
    )


def with_frequency(records: DataFrame, frequencies: DataFrame, name: str) -> DataFrame:
    """Add tf_<name>, the frequency of the record's value; null where the model knows no such value."""
    of_column = frequencies.where(F.col("column") == name)
    return records.join(
        of_column.select(F.col("value").alias(name), F.col("frequency").alias(f"tf_{name}")), name, "left"
    )


def stop_keys(features: DataFrame, *, rules: list[BlockingRule], largest_block: int) -> list[int]:
    """Keys of blocks with more records than that, ascending."""
    keyed = features.transform(with_keys, rules)
    large = shared_keys(keyed, rules).where(F.col("records") > largest_block)
    return sorted(row["key"] for row in large.select("key").collect())


def model_id(trained: Trained, settings_hash: str, stopped: list[int]) -> str:
    """The model's name: a hash of all that decides a pair's weight."""
    rules = [rule.name for rule in trained.rules]
    return digest({"settings": trained.settings, "rules": rules, "from": settings_hash, "stop_keys": stopped})


def as_json(settings: dict[str, Any]) -> str:
    """Trained settings as they stand in linkage.model."""
    return json.dumps(settings, sort_keys=True)
