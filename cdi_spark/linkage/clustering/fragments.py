"""Fragments: clusters of one or two records that join a larger cluster although they weigh too little to merge.

Needs numpy only, so that it can be shipped to any executor.
"""

from __future__ import annotations

import numpy as np

from cdi_spark.graph.arrays import Floats, Ints
from cdi_spark.graph.union_find import smallest_connected
from cdi_spark.linkage.clustering.clusters import Clusters, EntityLimits
from cdi_spark.linkage.clustering.links import Links

# A fragment of at most two records joins the cluster that it fits best, if it fits this cluster better than the next
# one and no kind of evidence contradicts it: missing evidence is forgiven, contradicting evidence is not. A fragment
# is unlikely to be all the records of a person: its odds are so many bits better than its weight.
_MOST_RECORDS, _BETTER_ODDS, _LEAST_MARGIN, _LEAST_BEST_PAIR = 2, 4.0, 3.0, -12.0


def absorb_fragments(clusters: Clusters, weight: Floats, least: float) -> Clusters:
    """Join each fragment that no evidence contradicts to the one larger cluster that it fits best.

    Args:
        weight: of every link, bits.
        least: bits from which two clusters merge.
    """
    links, count = clusters.links, len(clusters.entity)
    size = np.bincount(clusters.entity, minlength=count)
    possible = (links.best >= _LEAST_BEST_PAIR) & (links.cannot == 0) & clusters.within_limits()
    own = np.r_[links.left[possible], links.right[possible]]
    other = np.r_[links.right[possible], links.left[possible]]
    weights, pairs = np.tile(weight[possible], 2), np.tile(links.pairs[possible], 2)
    contradicted = np.tile(links.contradicted()[possible], 2)
    fits = np.flatnonzero((size[own] <= _MOST_RECORDS) & (size[other] > size[own]))
    fits = fits[np.lexsort((other[fits], -weights[fits], own[fits]))]
    if not len(fits):
        return clusters
    firsts = np.flatnonzero(np.r_[True, own[fits][1:] != own[fits][:-1]])
    seconds = np.minimum(firsts + 1, len(fits) - 1)
    rivalled = (seconds != firsts) & (own[fits[seconds]] == own[fits[firsts]])
    margin = np.where(rivalled, weights[fits[firsts]] - weights[fits[seconds]], np.inf)
    best = fits[firsts]
    heavy = weights[best] >= least - _BETTER_ODDS
    joins = best[heavy & (margin >= _LEAST_MARGIN) & ~contradicted[best]]
    joins = _without_clashes(joins, own, other, weights, links, count)
    joins = _within_limits(joins, own, other, weights, clusters.limits)
    # A fragment of one record may join a fragment of two that itself joins another cluster.
    into = smallest_connected(count, own[joins], other[joins])
    return clusters.merged(into, links, weights[joins] + _BETTER_ODDS, pairs[joins])


def _without_clashes(joins: Ints, own: Ints, other: Ints, weights: Floats, links: Links, count: int) -> Ints:
    """Return the joins that bring together no two clusters of a cannot-link; of two that do, the weaker one goes."""
    into = smallest_connected(count, own[joins], other[joins])
    clash = (links.cannot > 0) & (into[links.left] == into[links.right])
    # A cluster that joins nothing has the lowest rank; of two that join the same one the heavier stays.
    rank = np.full(count, -1, np.int64)
    rank[own[joins][np.lexsort((own[joins], -weights[joins]))]] = np.arange(len(joins))
    left, right = links.left[clash], links.right[clash]
    leaves = np.where(rank[left] > rank[right], left, right)
    return joins[~np.isin(own[joins], leaves)]


def _within_limits(joins: Ints, own: Ints, other: Ints, weights: Floats, limits: EntityLimits) -> Ints:
    """Return the joins after which no entity has more records than it may; the weakest one goes first."""
    while len(joins):
        into = smallest_connected(len(limits.loads), own[joins], other[joins])
        over = np.flatnonzero(limits.summed(into).exceeded()[into[own[joins]]])
        if not len(over):
            break
        by_entity = over[np.lexsort((own[joins][over], weights[joins][over], into[own[joins]][over]))]
        entities = into[own[joins]][by_entity]
        weakest = by_entity[np.r_[True, entities[1:] != entities[:-1]]]
        joins = np.delete(joins, weakest)
    return joins
