"""From pairs to entities: clusters merge while the evidence of all their records together supports it.

Every result is a pure function of the components given: the same records, pairs and model give the same entities,
whichever other components are resolved in the same call. Needs numpy only, so that it can be shipped to any executor.

Source:
    Reciprocal agglomeration: Sumengen et al. 2021, arXiv 2105.11653.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cdi_spark.graph.arrays import Floats, Ints
from cdi_spark.graph.link_weight import MAX_BITS, clip_bits
from cdi_spark.linkage.clustering.clusters import Clusters, EntityLimits
from cdi_spark.linkage.clustering.fragments import absorb_fragments
from cdi_spark.linkage.clustering.links import Links, links_of

# Weights in bits. The pairs of a seed cluster weigh 99 to 1 on average.
SEED_WEIGHT = 6.63
# A component of more records is split at higher odds first.
LARGEST_COMPONENT = 400
# Two clusters merge only if one pair between them weighs at least so many bits.
_LEAST_BEST_PAIR = -5.0
# The share of the mean pair weight in an entity's score; the rest is its evidence, kind by kind.
_MEAN_SHARE = 0.4


@dataclass(frozen=True)
class Resolved:
    """Entities of records, and how many of their pairs are right.

    Attributes:
        entity: for every record the position of its entity's first record.
        pairs: how many pairs of records are in one entity.
        right: how many of these are one person, if the weights are right. A merge is right or wrong as a whole:
            all pairs that it joins count with the probability that its weight stands for. Pairs of two
            fragments that joined the same cluster are in neither number.
    """

    entity: Ints
    pairs: float
    right: float


def resolve(
    records: int, links: Links, *, prior: float, least_weight: float, limits: EntityLimits | None = None
) -> Resolved:
    """Return the entities of records: seeds by average link, merged while the entity score allows, fragments absorbed.

    Decisions come before all weights: must-links merge first, the strongest before the others, and two clusters
    of a cannot-link never come together, whichever clusters merge. Stewards' must-links come before those of
    rules, and override cannot-links of rules and the limits on records.

    Args:
        records: how many; positions in `links` are below it.
        links: of all pairs within every component.
        prior: log2 odds of a match of two random records.
        least_weight: bits of the entity score from which two clusters are one entity.
        limits: how many records an entity may have; any number without it.
    """
    return resolve_each(records, links, prior=prior, least_weights=[least_weight], limits=limits)[0]


def resolve_each(
    records: int,
    links: Links,
    *,
    prior: float,
    least_weights: Sequence[float],
    limits: EntityLimits | None = None,
    shift: float = 0.0,
) -> list[Resolved]:
    """Return what resolve() returns, at each of several weights.

    Args:
        shift: bits that log2 odds of a merge being right are above its weight.
    """

    def mean_weight(between: Links) -> Floats:
        return between.mean() + prior

    def entity_weight(between: Links) -> Floats:
        evidence: Floats = between.evidence().sum(axis=1)
        weight = (1 - _MEAN_SHARE) * evidence + _MEAN_SHARE * between.mean() + prior
        # One pair with the same strong identifier says as much as all, however many accounts the others have.
        strong = np.where(between.contradicted(), -np.inf, between.strong)
        return np.maximum(weight, strong)

    limits = limits or EntityLimits.unlimited(records)
    start = _agglomerate(Clusters(np.arange(records), links, limits, shift=shift), _must_weight, 0.0)
    seeded = {
        least: _agglomerate(start, mean_weight, least)
        for least in {max(SEED_WEIGHT, weight) for weight in least_weights}
    }
    found = []
    for weight in least_weights:
        merged = _agglomerate(seeded[max(SEED_WEIGHT, weight)], entity_weight, weight)
        whole = absorb_fragments(merged, entity_weight(merged.links), weight)
        found.append(Resolved(_first_of(whole.entity), whole.pairs, whole.right))
    return found


def find_seeds(records: int, left: Ints, right: Ints, weights: Floats, decided: Ints) -> Ints:
    """Return clusters whose pairs weigh at least SEED_WEIGHT on average, or that must be one.

    Args:
        weights: of all pairs within every component, bits, prior included.
        decided: for every pair the Decision about it.
    """
    known = np.ones((len(left), 1))
    links = links_of(left, right, weights, weights, np.zeros_like(known), known, decided)
    alone = Clusters(np.arange(records), links, EntityLimits.unlimited(records))
    return _agglomerate(_agglomerate(alone, _must_weight, 0.0), Links.mean, SEED_WEIGHT).entity


def _first_of(entity: Ints) -> Ints:
    """Return the clusters named by their first records."""
    _, first, which = np.unique(entity, return_index=True, return_inverse=True)
    return np.asarray(first[which])


def _must_weight(between: Links) -> Floats:
    """Return certainty for must-links, stewards' first and then the heavier ones; else minus infinity."""
    sure = np.where(between.judged > 0, 5 * MAX_BITS, 2 * MAX_BITS)
    return np.where(between.must > 0, sure + clip_bits(between.mean()), -np.inf)


def _agglomerate(clusters: Clusters, weigh: Callable[[Links], Floats], least: float) -> Clusters:
    """Merge clusters that are each other's best neighbour, round after round, while they weigh enough."""
    count = len(clusters.entity)
    while len(links := clusters.links):
        weight = weigh(links)
        allowed = ((links.cannot == 0) & clusters.within_limits()) | (links.judged > 0)
        good = np.flatnonzero((weight >= least) & (links.best >= _LEAST_BEST_PAIR) & allowed)
        if not len(good):
            break
        best = _best_neighbour(count, links.left[good], links.right[good], weight[good])
        mutual = good[
            (best[links.left[good]] == links.right[good]) & (best[links.right[good]] == links.left[good])
        ]
        into = np.arange(count)
        into[links.right[mutual]] = links.left[mutual]
        clusters = clusters.merged(into, links.merged(into), weight[mutual], links.pairs[mutual])
    return clusters


def _best_neighbour(clusters: int, left: Ints, right: Ints, weight: Floats) -> Ints:
    """Return for every cluster its heaviest neighbour, of equals the one of the first pair; -1 without one.

    Ties go by the pair, not by the neighbour, so the best pair of all is always mutual and every round merges.
    """
    rank = np.empty(len(weight), np.int64)
    rank[np.lexsort((right, left, -weight))] = np.arange(len(weight))
    own, other, ranks = np.r_[left, right], np.r_[right, left], np.r_[rank, rank]
    order = np.lexsort((ranks, own))
    firsts = order[np.r_[True, own[order][1:] != own[order][:-1]]]
    best = np.full(clusters, -1, np.int64)
    best[own[firsts]] = other[firsts]
    return best
