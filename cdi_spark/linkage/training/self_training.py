"""One round of self-training: m, u and prior from clusters, and all pairs weighed again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cdi_spark.graph.arrays import Floats, Ints
from cdi_spark.graph.link_weight import probability_from_bits
from cdi_spark.linkage.clustering.links import Links, links_of_pairs
from cdi_spark.linkage.model.parameters import Parameters
from cdi_spark.linkage.training.m_and_u import (
    Evidence,
    learn,
    positions,
    weights,
)
from cdi_spark.linkage.training.pairs import Pairs, Sample, tally


@dataclass(frozen=True)
class Material:
    """What is learned from: random pairs, candidates, all pairs inside components; and what rules decide of them."""

    records: Sample
    random: Pairs
    candidates: Pairs
    decided: Ints
    inside: Pairs
    decided_inside: Ints


@dataclass(frozen=True)
class Learned:
    """Parameters learned from clusters, and the pairs weighed by them; prior in bits."""

    parameters: list[Parameters]
    prior: float
    links: Links
    match: Floats


def learned_from(material: Material, entity: Ints, match: Floats) -> Learned:
    """Learn from clusters; match: of every candidate the probability that it is one person, as known before."""
    records, candidates, inside = material.records, material.candidates, material.inside
    evidence = _evidence(records, candidates, 1 - match, material.random, inside, entity)
    parameters = learn(evidence, records.model)
    prior = _prior(records, entity)
    by_evidence, known = _summed(
        inside,
        weights(inside, parameters, records.model, records.frequencies),
        positions([c.evidence for c in records.model.comparisons]),
    )
    links = links_of_pairs(inside.left, inside.right, by_evidence, known, prior, material.decided_inside)
    bits = weights(candidates, parameters, records.model, records.frequencies).sum(axis=1) + prior
    return Learned(parameters, prior, links, as_decided(probability_from_bits(bits), material.decided))


def as_decided(match: Floats, decided: Ints) -> Floats:
    """Probabilities of a match, but where a rule decides."""
    return np.where(decided == 0, match, (decided > 0).astype(float))


def _summed(pairs: Pairs, bits: Floats, evidence: Ints) -> tuple[Floats, Any]:
    """Weights and what is known, by kind of evidence instead of by comparison.

    What weighs nothing says nothing: other devices do not make a shared one count less.
    """
    kinds = int(evidence.max(initial=-1)) + 1
    total, known = np.zeros((len(pairs), kinds)), np.zeros((len(pairs), kinds), bool)
    for n, kind in enumerate(evidence):
        total[:, kind] += bits[:, n]
        known[:, kind] |= (pairs.levels[:, n] >= 0) & (bits[:, n] != 0)
    return total, known


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
