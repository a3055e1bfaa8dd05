"""Train the person model without labels, and freeze everything the population decides."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.graph.arrays import Floats, Ints
from cdi_spark.graph.union_find import smallest_connected
from cdi_spark.linkage.clustering import agglomerative
from cdi_spark.linkage.clustering.agglomerative import LARGEST_COMPONENT
from cdi_spark.linkage.clustering.links import pairs_within
from cdi_spark.linkage.model.blocking import block_sizes, with_keys
from cdi_spark.linkage.model.link_rules import NO_RULES, LinkRules
from cdi_spark.linkage.model.person_model import BlockingRule, PersonModel, digest
from cdi_spark.linkage.model.splink_sql import Parent, parents_of, splink_settings
from cdi_spark.linkage.training import mixture
from cdi_spark.linkage.training.calibration import calibrated
from cdi_spark.linkage.training.m_and_u import Evidence, learn
from cdi_spark.linkage.training.metrics import training_metrics
from cdi_spark.linkage.training.pairs import (
    Pairs,
    Sample,
    Tally,
    tally,
)
from cdi_spark.linkage.training.sampling import BlockingCosts
from cdi_spark.linkage.training.self_training import Material, as_decided, learned_from
from cdi_spark.linkage.training.thresholds import EVEN_ODDS, at_each_weight, choose
from cdi_spark.monitoring import logs
from cdi_spark.spark.local_rows import local_rows

RANDOM_PAIRS = 1_000_000
SEED = 1
# Components are those of links over even odds and less, divided at higher odds while they hold more records.
_COMPONENT_WEIGHT = -3.0
_SELF_TRAINING_ROUNDS = 2
# What only so many people have is as rare as can be told.
_FEW = 2
# A blocking rule stays when it adds this share of the pairs of one person, and one for so many that it compares.
_RULE_ADDS, _PAIRS_A_FIND = 0.0005, 20_000


@dataclass(frozen=True)
class Trained:
    """What training found.

    Attributes:
        settings: trained Splink settings, every m and u rounded to 12 digits.
        parents: splink_sql.parents_of().
        rules: blocking rules that find most for what they cost, and those of must-links; the others are not needed.
        entity_weight: bits of the entity score from which two clusters are one entity.
        metrics: metrics.training_metrics().
    """

    settings: dict[str, Any]
    parents: dict[str, list[Parent]]
    rules: list[BlockingRule]
    entity_weight: float
    metrics: dict[str, Any]


def train(
    sample: DataFrame,
    *,
    model: PersonModel,
    records: int,
    costs: BlockingCosts,
    rules: LinkRules = NO_RULES,
    wish: float | None = None,
) -> Trained:
    """Separate matches from the rest, cluster them, and learn m and u again from the clusters.

    Args:
        sample: of the training records what Sample wants; it is brought to the driver.
        records: how many the sample stands for.
        costs: of the model's blocking rules on all of them.
        rules: beside the scores.
        wish: precision of entities; see thresholds.choose().
    """
    with duckdb.connect() as connection:
        arrived = Sample(connection, sample.toArrow(), model, rules)
        return train_on(arrived, population=records, costs=costs, always=rules.blocking(), wish=wish)


def train_on(
    records: Sample,
    *,
    population: int,
    costs: BlockingCosts,
    always: Sequence[BlockingRule] = (),
    wish: float | None = None,
) -> Trained:
    """train() on records that are in DuckDB already; blocking rules in `always` are kept whatever they find."""
    model = records.model
    logs.doing("comparing the sample's pairs")
    candidates = records.candidates()
    random = records.at_random(RANDOM_PAIRS, seed=SEED)
    start = [np.array([level.m for level in c.levels]) for c in model.comparisons]
    kin = [np.array([level.relatives for level in c.levels]) for c in model.comparisons]
    blocked = tally(candidates.levels)
    everyone = Evidence(
        tally(random.levels), blocked, Tally(blocked.levels[:0], np.zeros(0)), records.all_pairs
    )
    logs.doing("telling matches from other pairs")
    found = mixture.separate(
        candidates.levels,
        match=[share / share.sum() for share in start],
        relatives=[share / share.sum() for share in kin],
        strangers=[p.u[-1] for p in learn(everyone, model)],
        records=max(2, records.size),
        all_pairs=records.all_pairs,
    )
    decided = records.decided(candidates.left, candidates.right)
    match = as_decided(found.match, decided)
    odds = np.log2(np.clip(match, 1e-12, 1)) - np.log2(np.clip(1 - match, 1e-12, 1))
    component = divided_components(records.size, candidates.left, candidates.right, odds)
    # All pairs of records of one component, found by blocking or not.
    inside = records.at_levels(*pairs_within(component))
    decided_inside = records.decided(inside.left, inside.right)
    likely = _among(candidates, odds, inside, records.size)
    entity = agglomerative.find_seeds(records.size, inside.left, inside.right, likely, decided_inside)
    logs.doing("learning from first clusters")
    material = Material(records, random, candidates, decided, inside, decided_inside)
    learned = learned_from(material, entity, match)
    for _ in range(_SELF_TRAINING_ROUNDS - 1):
        clusters = agglomerative.resolve(
            records.size, learned.links, prior=learned.prior, least_weight=EVEN_ODDS
        )
        learned = learned_from(material, clusters.entity, learned.match)
    # A record has as many others of its person in the population as in the sample, among more records.
    thinner = max(1, records.size - 1) / max(1, population - 1)
    prior = float(np.exp2(learned.prior)) * thinner
    logs.doing("measuring the model at each threshold")
    calibration = calibrated(records, learned.parameters, prior=float(np.log2(prior)))
    shift = calibration.shift if calibration else 0.0
    thresholds = at_each_weight(
        records.size,
        learned.links,
        prior=learned.prior,
        candidates=candidates,
        match=learned.match,
        people=records.people,
        shift=shift,
    )
    chosen = choose(thresholds, wish, shift)
    logs.doing("choosing the blocking rules that are worth their cost")
    finds = records.rule_finds(
        chosen.threshold.entity,
        costs=costs,
        one_for=population / max(1, records.size),
        least_share=_RULE_ADDS,
        most_pairs=_PAIRS_A_FIND,
    )
    kept = {found.rule for found in finds if found.kept}
    return Trained(
        splink_settings(model, learned.parameters, prior=prior),
        parents_of(model, learned.parameters),
        [rule for n, rule in enumerate(model.blocking) if n in kept or rule in always],
        chosen.threshold.entity_weight,
        training_metrics(
            records,
            prior=prior,
            parameters=learned.parameters,
            finds=finds,
            thresholds=thresholds,
            chosen=chosen,
            component=component,
            calibration=calibration,
        ),
    )


def divided_components(records: int, left: Ints, right: Ints, odds: Floats) -> Ints:
    """Components over links of _COMPONENT_WEIGHT; too large ones over stronger links, bit by bit."""
    component = np.zeros(records, np.int64)
    large = np.ones(records, bool)
    least = _COMPONENT_WEIGHT
    while large.any():
        strong = (odds >= least) & large[left] & (component[left] == component[right])
        part = smallest_connected(records, left[strong], right[strong])
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


def count_terms(features: DataFrame, *, model: PersonModel) -> DataFrame:
    """How many people have each value that weighs more the rarer it is.

    Records that agree in given name, family name and birth year count once: one person's duplicates must not
    make a rare name look common.

    Returns:
        column, value, people.
    """
    columns = model.term_frequency_columns()
    if not columns:
        return local_rows(features.sparkSession, [], "column string, value string, people long")
    somebody = F.xxhash64("given_root", "family", F.left("birth_date", F.lit(4)))
    values = features.select(
        somebody.alias("somebody"),
        F.inline(F.array(*(F.struct(F.lit(c).alias("column"), F.col(c).alias("value")) for c in columns))),
    )
    known = values.where("value IS NOT NULL")
    return known.groupBy("column", "value").agg(F.count_distinct("somebody").alias("people"))


def term_frequencies(terms: DataFrame) -> tuple[DataFrame, dict[str, float]]:
    """Each value's share of the people who have one, where more than _FEW have it, and the share of all others.

    A value of few people counts as if so many had it: so do all that the training never saw.

    Args:
        terms: count_terms().
    Returns:
        linkage.term_frequency but for model_id; by column, the frequency of what is not in there.
    """
    totals = terms.groupBy("column").agg(F.sum("people").alias("total"))
    rare = {row["column"]: _FEW / max(_FEW, row["total"]) for row in totals.collect()}
    told = terms.where(F.col("people") > _FEW).join(F.broadcast(totals), "column")
    return told.select("column", "value", (F.col("people") / F.col("total")).alias("frequency")), rare


def stop_keys(features: DataFrame, *, rules: list[BlockingRule], largest_block: int) -> list[int]:
    """Keys of blocks with more records than that, ascending."""
    sizes = features.transform(with_keys, rules).transform(block_sizes)
    large = sizes.where(F.col("records") > largest_block)
    return sorted(row["key"] for row in large.select("key").collect())


def model_id(trained: Trained, settings_hash: str, stopped: list[int]) -> str:
    """The model's name: a hash of all that decides a pair's weight, and which records are one entity."""
    decides = {
        "settings": trained.settings,
        "rules": [rule.name for rule in trained.rules],
        "entity_weight": trained.entity_weight,
        "from": settings_hash,
        "stop_keys": stopped,
    }
    return digest(decides)


def as_json(settings: dict[str, Any]) -> str:
    """Settings and metrics as they stand in linkage.model."""
    return json.dumps(settings, sort_keys=True)
