"""One round of self-training: m, u and prior from clusters, and all pairs weighed again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cdi_spark.graph.arrays import Bools, Floats, Ints
from cdi_spark.graph.link_weight import probability_from_bits
from cdi_spark.linkage.clustering.links import Links, links_of_pairs
from cdi_spark.linkage.model.decisions import Decision
from cdi_spark.linkage.model.parameters import Parameters
from cdi_spark.linkage.training.m_and_u import Evidence, learn_parameters, weigh_pairs
from cdi_spark.linkage.training.pairs import Likely, Pairs, tally
from cdi_spark.linkage.training.sample import Sample
from cdi_spark.linkage.training.shipped import has_few_matches, shipped_parameters, shipped_prior
from cdi_spark.linkage.training.strong_ids import has_strong_level, strengthen_ids
from cdi_spark.linkage.training.sure_pairs import sure_without_each


@dataclass(frozen=True)
class Material:
    """Input of self-training: random pairs, candidates, all pairs inside components; and the decisions about them."""

    records: Sample
    random: Pairs
    candidates: Pairs
    decided: Ints
    inside: Pairs
    decided_inside: Ints


@dataclass(frozen=True)
class Learned:
    """Parameters learned from clusters, and the pairs weighed by them; the prior is in bits.

    Attributes:
        few_matches: whether the clusters were too few to learn from: the parameters are the shipped ones.
    """

    parameters: list[Parameters]
    prior: float
    links: Links
    match: Floats
    few_matches: bool


def learn_from_clusters(
    material: Material, entity: Ints, match: Floats, before: Learned | None = None
) -> Learned:
    """Learn parameters from clusters, and weigh all pairs by them.

    Args:
        entity: for every record its cluster.
        match: for every candidate the probability that it is one person, from the round before.
        before: what the round before learned.
    """
    records, candidates, inside = material.records, material.candidates, material.inside
    evidence = _evidence(records, candidates, 1 - match, material.random, inside, entity)
    if before is not None:
        evidence = replace(evidence, sure=_sure(material, entity, before))
    few = has_few_matches(entity)
    parameters = (shipped_parameters if few else learn_parameters)(evidence, records.model)
    prior = shipped_prior(records.size) if few else _prior(records, entity)
    parameters = strengthen_ids(parameters, records, candidates, prior=prior)
    by_evidence, known = _summed(
        inside,
        weigh_pairs(inside, parameters, records.model, records.frequencies),
        _number_names([c.evidence for c in records.model.comparisons]),
    )
    links = links_of_pairs(
        inside.left,
        inside.right,
        by_evidence,
        known,
        prior,
        material.decided_inside,
        has_strong_level(inside.levels, records.model),
    )
    bits = weigh_pairs(candidates, parameters, records.model, records.frequencies).sum(axis=1) + prior
    match = apply_decisions(probability_from_bits(bits), material.decided)
    return Learned(parameters, prior, links, match, few)


def apply_decisions(match: Floats, decided: Ints) -> Floats:
    """Return probabilities of a match, replaced by 0 or 1 where a decision applies."""
    return np.where(decided == Decision.UNDECIDED, match, (decided > Decision.UNDECIDED).astype(float))


def _summed(pairs: Pairs, bits: Floats, evidence: Ints) -> tuple[Floats, Bools]:
    """Sum weights by kind of evidence, and return whether the evidence is known.

    A comparison that weighs nothing is unknown: other devices do not make a shared one count less.
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


def _sure(material: Material, entity: Ints, before: Learned) -> list[Likely]:
    records, candidates = material.records, material.candidates
    return list(
        sure_without_each(
            candidates,
            weigh_pairs(candidates, before.parameters, records.model, records.frequencies),
            before.parameters,
            records.model,
            prior=before.prior,
            entity=entity,
            decided=material.decided,
        )
    )


def _prior(records: Sample, entity: Ints) -> float:
    """Return the log2 probability that two random records match, from the clusters."""
    size = np.bincount(entity).astype(float)
    pairs = float((size * (size - 1) / 2).sum())
    # Data of few people must not make a match certain.
    return float(np.log2(min(pairs / records.all_pairs, 0.5)))


def _number_names(names: Sequence[str]) -> Ints:
    """Return a number for every name, equal for equal names, in order of first appearance."""
    seen: dict[str, int] = {}
    return np.array([seen.setdefault(name, len(seen)) for name in names])
