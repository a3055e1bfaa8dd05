"""Trains the person model by self-training, without labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from pyspark.sql import DataFrame

from cdi_spark.graph.arrays import Floats, Ints
from cdi_spark.graph.link_weight import probability_from_bits
from cdi_spark.graph.union_find import smallest_connected
from cdi_spark.linkage.clustering import agglomerative
from cdi_spark.linkage.clustering.agglomerative import LARGEST_COMPONENT
from cdi_spark.linkage.clustering.links import pairs_within
from cdi_spark.linkage.model.link_rules import NO_RULES, LinkRules
from cdi_spark.linkage.model.person_model import BlockingRule, PersonModel
from cdi_spark.linkage.model.splink_sql import Parent, parents_of, splink_settings
from cdi_spark.linkage.training import mixture
from cdi_spark.linkage.training.calibration import calibrate
from cdi_spark.linkage.training.m_and_u import Evidence, learn_parameters
from cdi_spark.linkage.training.metrics import training_metrics
from cdi_spark.linkage.training.pairs import Pairs, normalised, tally
from cdi_spark.linkage.training.rule_choice import affordable_rules, choose_rules
from cdi_spark.linkage.training.sample import Sample
from cdi_spark.linkage.training.sampling import BlockingCosts
from cdi_spark.linkage.training.self_training import Learned, Material, apply_decisions, learn_from_clusters
from cdi_spark.linkage.training.shipped import has_few_matches, shipped_matches, shipped_threshold
from cdi_spark.linkage.training.strong_ids import odds_by_ids, strengthen_ids
from cdi_spark.linkage.training.thresholds import EVEN_ODDS, choose_threshold, measure_thresholds
from cdi_spark.linkage.training.warnings import training_warnings
from cdi_spark.monitoring import logs
from cdi_spark.private_database import open_database

RANDOM_PAIRS = 1_000_000
SEED = 1
# Components join pairs of such odds and more, in bits; a component of too many records is split at higher odds.
_COMPONENT_WEIGHT = -3.0
# Odds, in bits, of a pair that blocking did not find.
_UNSEEN_ODDS = -8.0
_SELF_TRAINING_ROUNDS = 3


@dataclass(frozen=True)
class Trained:
    """What training found.

    Attributes:
        settings: trained Splink settings, every m and u rounded to 12 digits.
        parents: splink_sql.parents_of().
        rules: the blocking rules that find enough for their cost, and those that are always kept.
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
    precision_target: float | None = None,
) -> Trained:
    """Separate matches from other pairs, cluster them, and learn m and u from the clusters.

    Args:
        sample: the training records with the columns that Sample needs; they are collected on the driver.
        records: how many the sample stands for.
        costs: of the model's blocking rules on all records.
        rules: must-links and cannot-links.
        precision_target: of pairs within entities; see thresholds.choose_threshold().
    """
    with open_database() as connection:
        arrived = Sample(connection, sample.toArrow(), model, rules)
        return train_on(
            arrived,
            population=records,
            costs=costs,
            precision_target=precision_target,
        )


def train_on(
    records: Sample,
    *,
    population: int,
    costs: BlockingCosts,
    precision_target: float | None = None,
) -> Trained:
    """Train on records that are in DuckDB already; see train().

    Args:
        population: how many records the sample stands for.
    """
    model = records.model
    logs.doing("comparing the sample's pairs")
    candidates = records.candidates()
    random = records.at_random(RANDOM_PAIRS, seed=SEED)
    component, learned = _self_train(records, candidates, random)
    # A record has as many others of its person in the population as in the sample, among more records.
    dilution = max(1, records.size - 1) / max(1, population - 1)
    prior = float(np.exp2(learned.prior)) * dilution
    logs.doing("measuring the model at each threshold")
    parameters = strengthen_ids(learned.parameters, records, candidates, prior=float(np.log2(prior)))
    calibration = calibrate(records, parameters, prior=float(np.log2(prior)))
    shift = calibration.shift if calibration else 0.0
    thresholds = measure_thresholds(
        records.size,
        learned.links,
        prior=learned.prior,
        candidates=candidates,
        match=learned.match,
        people=records.people,
        shift=shift,
    )
    few = learned.few_matches
    chosen = (shipped_threshold if few else choose_threshold)(thresholds, precision_target, shift)
    logs.doing("choosing the blocking rules that are worth their cost")
    found = records.found_by_rule(chosen.threshold.entity)
    always = [n for n, rule in enumerate(model.blocking) if rule.always]
    finds = (
        affordable_rules(found, costs=costs, records=population, always=always)
        if few
        else choose_rules(found, costs=costs, one_for=population / max(1, records.size), always=always)
    )
    kept = {rule.rule for rule in finds if rule.kept}
    return Trained(
        splink_settings(model, parameters, prior=prior),
        parents_of(model, parameters),
        [rule for n, rule in enumerate(model.blocking) if n in kept],
        chosen.threshold.entity_weight,
        training_metrics(
            records,
            prior=prior,
            parameters=parameters,
            finds=finds,
            thresholds=thresholds,
            chosen=chosen,
            component=component,
            calibration=calibration,
            few_matches_of=population if few else None,
            warnings=training_warnings(model, parameters, candidates, learned.match, chosen.threshold.entity),
        ),
    )


def _self_train(records: Sample, candidates: Pairs, random: Pairs) -> tuple[Ints, Learned]:
    """Cluster the likeliest candidates, and learn from the clusters, round after round.

    Returns:
        For every record its component; what the last round learned.
    """
    logs.doing("separating matches from other pairs")
    decided = records.decided(candidates.left, candidates.right)
    match = apply_decisions(_match_probabilities(records, candidates, random), decided)
    component, inside, decided_inside, entity = _seeds(records, candidates, match)
    if has_few_matches(entity):
        match = apply_decisions(
            shipped_matches(_everyone(records, candidates, random), candidates, records), decided
        )
        component, inside, decided_inside, entity = _seeds(records, candidates, match)
    logs.doing("learning from first clusters")
    material = Material(records, random, candidates, decided, inside, decided_inside)
    learned = learn_from_clusters(material, entity, match)
    for _ in range(_SELF_TRAINING_ROUNDS - 1):
        clusters = agglomerative.resolve(
            records.size, learned.links, prior=learned.prior, least_weight=EVEN_ODDS
        )
        learned = learn_from_clusters(material, clusters.entity, learned.match, learned)
    return component, learned


def _seeds(records: Sample, candidates: Pairs, match: Floats) -> tuple[Ints, Pairs, Ints, Ints]:
    """Return for every record its component; all pairs inside components; the decisions about them; first clusters."""
    odds = np.log2(np.clip(match, 1e-12, 1)) - np.log2(np.clip(1 - match, 1e-12, 1))
    component = _bounded_components(records.size, candidates.left, candidates.right, odds)
    # All pairs of records of one component, found by blocking or not.
    inside = records.at_levels(*pairs_within(component))
    decided_inside = records.decided(inside.left, inside.right)
    odds_inside = _odds_of(inside, candidates, odds, records.size)
    entity = agglomerative.find_seeds(records.size, inside.left, inside.right, odds_inside, decided_inside)
    return component, inside, decided_inside, entity


def _match_probabilities(records: Sample, candidates: Pairs, random: Pairs) -> Floats:
    """Return for every candidate the probability that it is a match, by expectation maximisation or a strong id."""
    comparisons = records.model.comparisons
    match = [np.array([level.m for level in c.levels]) for c in comparisons]
    relatives = [np.array([level.relatives for level in c.levels]) for c in comparisons]
    everyone = _everyone(records, candidates, random)
    start = learn_parameters(everyone, records.model)
    found = mixture.separate_matches(
        candidates.levels,
        match=list(map(normalised, match)),
        relatives=list(map(normalised, relatives)),
        strangers=[p.u[-1] for p in start],
        records=max(2, records.size),
        all_pairs=records.all_pairs,
    ).match
    return np.maximum(found, probability_from_bits(odds_by_ids(start, records, candidates)))


def _everyone(records: Sample, candidates: Pairs, random: Pairs) -> Evidence:
    """Return the evidence before any match is known: all pairs count as pairs of two persons."""
    blocked = tally(candidates.levels)
    return Evidence(tally(random.levels), blocked, blocked.nothing(), records.all_pairs)


def _bounded_components(records: int, left: Ints, right: Ints, odds: Floats) -> Ints:
    """Return components of links of _COMPONENT_WEIGHT; a component that is too large is split at stronger links."""
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


def _odds_of(inside: Pairs, candidates: Pairs, odds: Floats, records: int) -> Floats:
    """Return the candidates' odds for pairs inside components; _UNSEEN_ODDS for pairs that blocking did not find."""
    wanted, known = inside.left * records + inside.right, candidates.left * records + candidates.right
    if not len(known):
        return np.full(len(wanted), _UNSEEN_ODDS)
    at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[at] == wanted, odds[at], _UNSEEN_ODDS)
