"""From pairs to entities: clusters merge while all that their records say together speaks for it.

All here is a pure function of the components it is given: whatever else is worked on beside them, the same
records, pairs and model give the same entities. Needs numpy only, so that it can be shipped to any executor.

Source:
    Reciprocal agglomeration: Sumengen et al. 2021, arXiv 2105.11653.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cdi_spark.graph.link_weight import MAX_BITS, clip_bits, probability_from_bits
from cdi_spark.graph.union_find import smallest_connected
from cdi_spark.linkage.clustering.links import (
    Bools,
    Floats,
    Ints,
    Links,
    links_of,
)

# Weights in bits. Seeds hold together at 99 to 1 on average over all their pairs.
SEED_WEIGHT = 6.63
# Records of a component beyond which it is divided at higher odds first.
LARGEST_COMPONENT = 400
# Clusters without a pair of at least so many bits are not looked at.
_WORTH_A_LOOK = -5.0
# How much of an entity's score is the mean weight of the pairs that say something; the rest is its evidence,
# kind by kind.
_MEAN_SHARE = 0.4
# A fragment of at most two records joins the cluster it fits best, if it fits it better than the next and no
# kind of evidence speaks against it: what a fragment lacks may be forgiven, what it contradicts may not. That it
# is all there is of a person is unlikely: its odds are so many bits better than its weight says.
_FRAGMENT, _FRAGMENT_ODDS, _FRAGMENT_MARGIN, _FRAGMENT_LOOK = 2, 4.0, 3.0, -12.0
_AGAINST = -3.0


@dataclass(frozen=True)
class Resolved:
    """Entities of records, and what their weights promise.

    Attributes:
        entity: of every record the position of its entity's first record.
        pairs: of records of one entity.
        right: how many of these are one person, if the weights are right. A merge is right or wrong as a whole:
            all pairs that it joins count with the probability that its weight stands for. Pairs of two
            fragments that joined the same cluster are in neither number.
    """

    entity: Ints
    pairs: float
    right: float


@dataclass(frozen=True)
class Room:
    """How many records an entity may have.

    Attributes:
        most: in all, then of each source that has a limit.
        loads: records x the same, what each record counts for.
    """

    most: Ints
    loads: Ints

    @classmethod
    def of(cls, record_ids: Sequence[str], *, largest: int, per_source: Mapping[str, int]) -> Room:
        """The room of records named <source>:<key>.

        Args:
            largest: most records of an entity.
            per_source: most records of a source, of those that have a limit.
        """
        sources = np.array([record_id.partition(":")[0] for record_id in record_ids], dtype=object)
        loads = [
            np.ones(len(sources), np.int64),
            *((sources == name).astype(np.int64) for name in per_source),
        ]
        return cls(np.array([largest, *per_source.values()], np.int64), np.stack(loads, axis=1))


def _boundless(records: int) -> Room:
    return Room(np.zeros(0, np.int64), np.zeros((records, 0), np.int64))


def resolve(
    records: int, links: Links, *, prior: float, least_weight: float, room: Room | None = None
) -> Resolved:
    """Entities of records: seeds by average link, merged while the entity score allows, fragments absorbed.

    What is decided comes before all weights: must-links merge first, the surest before others, and what a
    cannot-link stands between never comes together, whatever is merged on the way. Stewards' must-links come
    before those of rules, and hold against cannot-links of rules and for more records than there is room for.

    Args:
        records: how many; positions in `links` are below it.
        links: of all pairs within every component.
        prior: log2 odds of a match of two random records.
        least_weight: bits of the entity score from which two clusters are one entity.
        room: how many records an entity may have; any number without it.
    """
    return resolve_each(records, links, prior=prior, least_weights=[least_weight], room=room)[0]


def resolve_each(
    records: int,
    links: Links,
    *,
    prior: float,
    least_weights: Sequence[float],
    room: Room | None = None,
    shift: float = 0.0,
) -> list[Resolved]:
    """resolve() at each of several weights; log2 odds of a merge being right are its weight and `shift`, bits."""

    def mean_weight(between: Links) -> Floats:
        return _mean(between) + prior

    def entity_weight(between: Links) -> Floats:
        evidence: Floats = _by_kind(between).sum(axis=1)
        return (1 - _MEAN_SHARE) * evidence + _MEAN_SHARE * _mean(between) + prior

    room = room or _boundless(records)
    start = _agglomerate(_Clusters(np.arange(records), links, room, shift=shift), _must_weight, 0.0)
    seeded = {
        least: _agglomerate(start, mean_weight, least)
        for least in {max(SEED_WEIGHT, weight) for weight in least_weights}
    }
    found = []
    for weight in least_weights:
        merged = _agglomerate(seeded[max(SEED_WEIGHT, weight)], entity_weight, weight)
        whole = _absorb(merged, entity_weight(merged.links), weight - _FRAGMENT_ODDS)
        found.append(Resolved(_first_of(whole.entity), whole.pairs, whole.right))
    return found


def seeds(records: int, left: Ints, right: Ints, weights: Floats, decided: Ints) -> Ints:
    """Clusters whose pairs weigh at least SEED_WEIGHT on average, or that must be one.

    Args:
        weights: of all pairs within every component, bits, prior included.
        decided: as for links_of_pairs().
    """
    known = np.ones((len(left), 1))
    links = links_of(left, right, weights, weights, np.zeros_like(known), known, decided)
    start = _agglomerate(_Clusters(np.arange(records), links, _boundless(records)), _must_weight, 0.0)
    return _agglomerate(start, _mean, SEED_WEIGHT).entity


def _first_of(entity: Ints) -> Ints:
    """Name every cluster by its first record."""
    _, first, which = np.unique(entity, return_index=True, return_inverse=True)
    return np.asarray(first[which])


def _mean(between: Links) -> Floats:
    """Bits of the average pair; pairs that nothing is known of say nothing of the others."""
    return np.asarray(between.total / np.maximum(between.telling, 1.0))


def _by_kind(between: Links) -> Floats:
    """By kind of evidence, log2 of the power mean (exponent 1/2) of the pairs' Bayes factors.

    A changed surname or a moved house is one voice among several so, not a veto.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(between.known > 0, 2 * np.log2(between.roots / between.known), 0.0)


@dataclass(frozen=True)
class _Clusters:
    """Clusters on their way: every record's, links between them, the room of each; what Resolved says; the shift."""

    entity: Ints
    links: Links
    room: Room
    pairs: float = 0.0
    right: float = 0.0
    shift: float = 0.0

    def merged(self, into: Ints, links: Links, weight: Floats, pairs: Floats) -> _Clusters:
        """After every cluster became another, by merges of these weights and numbers of pairs."""
        right = pairs * probability_from_bits(weight + self.shift)
        loads = np.zeros_like(self.room.loads)
        np.add.at(loads, into, self.room.loads)
        return _Clusters(
            into[self.entity],
            links,
            Room(self.room.most, loads),
            self.pairs + float(pairs.sum()),
            self.right + float(right.sum()),
            self.shift,
        )

    def fit(self) -> Bools:
        """Of every link, whether an entity has room for both its ends."""
        loads, links = self.room.loads, self.links
        return np.asarray((loads[links.left] + loads[links.right] <= self.room.most).all(axis=1))


def _must_weight(between: Links) -> Floats:
    """Beyond doubt where it is decided that two are one, by a steward first; of these the likelier pair first."""
    mean = clip_bits(_mean(between))
    sure = np.where(between.judged > 0, 5 * MAX_BITS, 2 * MAX_BITS)
    return np.where(between.must > 0, sure + mean, -np.inf)


def _agglomerate(clusters: _Clusters, weigh: Callable[[Links], Floats], least: float) -> _Clusters:
    """Merge clusters that are each other's best neighbour, round after round, while they weigh enough."""
    count = len(clusters.entity)
    while len(links := clusters.links):
        weight = weigh(links)
        allowed = ((links.cannot == 0) & clusters.fit()) | (links.judged > 0)
        good = np.flatnonzero((weight >= least) & (links.best >= _WORTH_A_LOOK) & allowed)
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


def _absorb(clusters: _Clusters, weight: Floats, least: float) -> _Clusters:
    """Fragments that nothing speaks against join the one larger cluster that they fit best."""
    links, count = clusters.links, len(clusters.entity)
    size = np.bincount(clusters.entity, minlength=count)
    look = (links.best >= _FRAGMENT_LOOK) & (links.cannot == 0) & clusters.fit()
    own = np.r_[links.left[look], links.right[look]]
    other = np.r_[links.right[look], links.left[look]]
    weights, pairs = np.r_[weight[look], weight[look]], np.r_[links.pairs[look], links.pairs[look]]
    against = np.tile(_by_kind(links).min(axis=1, initial=0.0)[look] < _AGAINST, 2)
    fits = np.flatnonzero((size[own] <= _FRAGMENT) & (size[other] > size[own]))
    fits = fits[np.lexsort((other[fits], -weights[fits], own[fits]))]
    if not len(fits):
        return clusters
    firsts = np.flatnonzero(np.r_[True, own[fits][1:] != own[fits][:-1]])
    seconds = np.minimum(firsts + 1, len(fits) - 1)
    rivalled = (seconds != firsts) & (own[fits[seconds]] == own[fits[firsts]])
    margin = np.where(rivalled, weights[fits[firsts]] - weights[fits[seconds]], np.inf)
    best = fits[firsts]
    joins = best[(weights[best] >= least) & (margin >= _FRAGMENT_MARGIN) & ~against[best]]
    joins = _without_clashes(joins, own, other, weights, links, count)
    joins = _within_room(joins, own, other, weights, clusters.room)
    into = smallest_connected(count, own[joins], other[joins])
    return clusters.merged(into, links, weights[joins] + _FRAGMENT_ODDS, pairs[joins])


def _without_clashes(joins: Ints, own: Ints, other: Ints, weights: Floats, links: Links, count: int) -> Ints:
    """The joins without those that would bring together what a cannot-link stands between: the weaker goes."""
    into = smallest_connected(count, own[joins], other[joins])
    clash = (links.cannot > 0) & (into[links.left] == into[links.right])
    # What joins nothing stays where it is; of two that join the same the one that fits it better stays.
    rank = np.full(count, -1, np.int64)
    rank[own[joins][np.lexsort((own[joins], -weights[joins]))]] = np.arange(len(joins))
    left, right = links.left[clash], links.right[clash]
    leaves = np.where(rank[left] > rank[right], left, right)
    return joins[~np.isin(own[joins], leaves)]


def _within_room(joins: Ints, own: Ints, other: Ints, weights: Floats, room: Room) -> Ints:
    """The joins without those by which an entity would have more records than it may: the weakest goes first."""
    while len(joins):
        into = smallest_connected(len(room.loads), own[joins], other[joins])
        loads = np.zeros_like(room.loads)
        np.add.at(loads, into, room.loads)
        crowded: Bools = np.asarray((loads > room.most).any(axis=1))
        over = np.flatnonzero(crowded[into[own[joins]]])
        if not len(over):
            break
        by_entity = over[np.lexsort((own[joins][over], weights[joins][over], into[own[joins]][over]))]
        entities = into[own[joins]][by_entity]
        weakest = by_entity[np.r_[True, entities[1:] != entities[:-1]]]
        joins = np.delete(joins, weakest)
    return joins
