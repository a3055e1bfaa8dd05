"""From pairs to entities: clusters merge while all that their records say together speaks for it.

All here is a pure function of the components it is given: whatever else is worked on beside them, the same
records, pairs and model give the same entities. Needs numpy only, so that it can be shipped to any executor.

Source:
    Reciprocal agglomeration: Sumengen et al. 2021, arXiv 2105.11653.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# Weights in bits. Seeds hold together at 99 to 1 on average over all their pairs.
SEED_WEIGHT = 6.63
# Clusters without a pair of at least so many bits are not looked at.
_WORTH_A_LOOK = -5.0
# How much of an entity's score is the mean weight of the pairs that say something; the rest is its evidence,
# kind by kind.
_MEAN_SHARE = 0.4
# A fragment of at most two records joins the cluster it fits best, if it fits it better than the next and no
# kind of evidence speaks against it: what a fragment lacks may be forgiven, what it contradicts may not.
_FRAGMENT, _FRAGMENT_WEIGHT, _FRAGMENT_MARGIN, _FRAGMENT_LOOK = 2, -4.0, 3.0, -12.0
_AGAINST = -3.0
# Beyond it a power of two means certainty either way, and sums must not overflow.
_MOST_BITS = 80.0


@dataclass(frozen=True)
class Links:
    """Pairs of clusters, the smaller number left, and sums over the pairs of records between them.

    Attributes:
        total: sum of weights, bits, without the prior.
        pairs: how many pairs of records there is evidence about.
        best: the largest weight of one pair, prior included.
        roots: by kind of evidence, the sum of square roots of the pairs' Bayes factors.
        known: by kind of evidence, how many pairs it says something about.
    """

    left: Ints
    right: Ints
    total: Floats
    pairs: Floats
    best: Floats
    roots: Floats
    known: Floats

    def __len__(self) -> int:
        return len(self.left)

    def merged(self, into: Ints) -> Links:
        """The links after every cluster became another; sums make any order of merging come to the same."""
        left, right = into[self.left], into[self.right]
        apart = left != right
        low, high = np.minimum(left, right)[apart], np.maximum(left, right)[apart]
        if not len(low):
            return replace(self, **{name: getattr(self, name)[:0] for name in self.__dataclass_fields__})
        order = np.lexsort((high, low))
        low, high = low[order], high[order]
        starts = np.flatnonzero(np.r_[True, (low[1:] != low[:-1]) | (high[1:] != high[:-1])])

        def summed(values: Floats) -> Floats:
            return np.asarray(np.add.reduceat(values[apart][order], starts, axis=0))

        return Links(
            low[starts],
            high[starts],
            summed(self.total),
            summed(self.pairs),
            np.maximum.reduceat(self.best[apart][order], starts),
            summed(self.roots),
            summed(self.known),
        )


def links_of_pairs(
    left: Ints, right: Ints, bits: Floats, known: npt.NDArray[np.bool_], prior: float
) -> Links:
    """Every pair of records as a link of two clusters of one.

    Args:
        bits: pairs x kinds of evidence, log2 Bayes factors.
        known: the same shape; whether the evidence says anything, for or against.
        prior: log2 odds of a match of two random records.
    """
    total = bits.sum(axis=1)
    roots = np.where(known, np.exp2(np.clip(bits, -_MOST_BITS, _MOST_BITS) / 2), 0.0)
    telling = known.any(axis=1).astype(float)
    return Links(left, right, total, telling, total + prior, roots, known.astype(float))


def resolve(records: int, links: Links, *, prior: float, least_weight: float) -> Ints:
    """Entities of records: seeds by average link, merged while the entity score allows, fragments absorbed.

    Args:
        records: how many; positions in `links` are below it.
        links: of all pairs within every component.
        prior: log2 odds of a match of two random records.
        least_weight: bits of the entity score from which two clusters are one entity.
    Returns:
        Of every record the position of its entity's first record.
    """

    def mean_weight(between: Links) -> Floats:
        return _mean(between) + prior

    def entity_weight(between: Links) -> Floats:
        evidence: Floats = _by_kind(between).sum(axis=1)
        return (1 - _MEAN_SHARE) * evidence + _MEAN_SHARE * _mean(between) + prior

    entity = np.arange(records)
    entity, links = _agglomerate(entity, links, mean_weight, SEED_WEIGHT)
    entity, links = _agglomerate(entity, links, entity_weight, least_weight)
    return _first_of(_absorb(entity, links, entity_weight(links)))


def seeds(records: int, left: Ints, right: Ints, weights: Floats) -> Ints:
    """Clusters whose pairs weigh at least SEED_WEIGHT on average.

    Args:
        weights: of all pairs within every component, bits, prior included.
    """
    nothing = np.zeros((len(left), 0))
    links = Links(left, right, weights, np.ones(len(left)), weights, nothing, nothing)
    return _agglomerate(
        np.arange(records), links, lambda between: between.total / between.pairs, SEED_WEIGHT
    )[0]


def components(records: int, left: Ints, right: Ints) -> Ints:
    """Of every record the smallest position that links join it to."""
    first = np.arange(records)
    while len(left):
        one, other = first[left], first[right]
        np.minimum.at(first, np.maximum(one, other), np.minimum(one, other))
        while not np.array_equal(first, further := first[first]):
            first = further
        apart = first[left] != first[right]
        left, right = left[apart], right[apart]
    return first


def pairs_within(group: Ints) -> tuple[Ints, Ints]:
    """All pairs of positions of one group, by left then right."""
    order = np.argsort(group, kind="stable")
    starts = (
        np.flatnonzero(np.r_[True, group[order][1:] != group[order][:-1]]) if len(group) else np.zeros(0, int)
    )
    sizes = np.diff(np.append(starts, len(group)))
    lefts, rights = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for size in np.unique(sizes[sizes > 1]):
        one, other = np.triu_indices(size, 1)
        base = starts[sizes == size][:, None]
        lefts.append(order[(base + one).ravel()])
        rights.append(order[(base + other).ravel()])
    one, other = np.concatenate(lefts), np.concatenate(rights)
    left, right = np.minimum(one, other), np.maximum(one, other)
    by_position = np.lexsort((right, left))
    return left[by_position], right[by_position]


def _first_of(entity: Ints) -> Ints:
    """Name every cluster by its first record."""
    _, first, which = np.unique(entity, return_index=True, return_inverse=True)
    return np.asarray(first[which])


def _mean(between: Links) -> Floats:
    """Bits of the average pair; pairs that nothing is known of say nothing of the others."""
    return np.asarray(between.total / np.maximum(between.pairs, 1.0))


def _by_kind(between: Links) -> Floats:
    """By kind of evidence, log2 of the power mean (exponent 1/2) of the pairs' Bayes factors.

    A changed surname or a moved house is one voice among several so, not a veto.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(between.known > 0, 2 * np.log2(between.roots / between.known), 0.0)


def _agglomerate(
    entity: Ints, links: Links, weigh: Callable[[Links], Floats], least: float
) -> tuple[Ints, Links]:
    """Merge clusters that are each other's best neighbour, round after round, while they weigh enough."""
    clusters = len(entity)
    while len(links):
        weight = weigh(links)
        good = (weight >= least) & (links.best >= _WORTH_A_LOOK)
        if not good.any():
            break
        best = _best_neighbour(clusters, links.left[good], links.right[good], weight[good])
        asks = np.flatnonzero(best >= 0)
        first = asks[(best[best[asks]] == asks) & (asks < best[asks])]
        into = np.arange(clusters)
        into[best[first]] = first
        entity, links = into[entity], links.merged(into)
    return entity, links


def _best_neighbour(clusters: int, left: Ints, right: Ints, weight: Floats) -> Ints:
    """Of every cluster the neighbour it weighs most with, of equals the first pair; -1 without one.

    Ties go by the pair, not by the neighbour: so the best pair of all is always mutual, and every round merges.
    """
    rank = np.empty(len(weight), np.int64)
    rank[np.lexsort((right, left, -weight))] = np.arange(len(weight))
    own, other, ranks = np.r_[left, right], np.r_[right, left], np.r_[rank, rank]
    order = np.lexsort((ranks, own))
    firsts = order[np.r_[True, own[order][1:] != own[order][:-1]]]
    best = np.full(clusters, -1, np.int64)
    best[own[firsts]] = other[firsts]
    return best


def _absorb(entity: Ints, links: Links, weight: Floats) -> Ints:
    """Fragments that nothing speaks against join the one larger cluster that they fit best."""
    size = np.bincount(entity, minlength=len(entity))
    look = links.best >= _FRAGMENT_LOOK
    own = np.r_[links.left[look], links.right[look]]
    other = np.r_[links.right[look], links.left[look]]
    weights = np.r_[weight[look], weight[look]]
    worst = np.tile(_by_kind(links).min(axis=1, initial=0.0)[look], 2)
    fits = (size[own] <= _FRAGMENT) & (size[other] > size[own])
    own, other, weights, worst = own[fits], other[fits], weights[fits], worst[fits]
    order = np.lexsort((other, -weights, own))
    own, other, weights, worst = own[order], other[order], weights[order], worst[order]
    if not len(own):
        return entity
    firsts = np.flatnonzero(np.r_[True, own[1:] != own[:-1]])
    seconds = np.minimum(firsts + 1, len(own) - 1)
    rivalled = (seconds != firsts) & (own[seconds] == own[firsts])
    margin = np.where(rivalled, weights[firsts] - weights[seconds], np.inf)
    fitting = (weights[firsts] >= _FRAGMENT_WEIGHT) & (margin >= _FRAGMENT_MARGIN)
    joins = fitting & (worst[firsts] >= _AGAINST)
    into = np.arange(len(entity))
    into[own[firsts][joins]] = other[firsts][joins]
    # A fragment of one may have joined a fragment of two that itself joined another.
    into = into[into[into]]
    return into[entity]
