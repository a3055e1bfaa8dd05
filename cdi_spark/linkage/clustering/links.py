"""Links between clusters of records: sums over pairs. Needs numpy only, so that it can be shipped to any executor."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cdi_spark.graph.arrays import Bools, Floats, Ints
from cdi_spark.graph.link_weight import clip_bits
from cdi_spark.linkage.model.decisions import Decision

# Bits at which one kind of evidence contradicts a link.
CONTRADICTS = -3.0


@dataclass(frozen=True)
class Links:
    """Pairs of clusters, the smaller number left, and sums over the pairs of records between them.

    Attributes:
        total: sum of weights, bits, without the prior.
        pairs: how many pairs of records.
        informative: for how many of them any evidence is known.
        best: the largest weight of one pair, prior included.
        strong: the largest weight of one pair that agrees on a strong identifier; minus infinity without any.
        roots: by kind of evidence, the sum of square roots of the pairs' Bayes factors.
        known: by kind of evidence, for how many pairs it is known.
        must, cannot: how many pairs are decided to be one person, and two.
        judged: how many of `must` a steward decided.
    """

    left: Ints
    right: Ints
    total: Floats
    pairs: Floats
    informative: Floats
    best: Floats
    strong: Floats
    roots: Floats
    known: Floats
    must: Floats
    cannot: Floats
    judged: Floats

    def __len__(self) -> int:
        return len(self.left)

    def mean(self) -> Floats:
        """Return the weight of the average pair, bits; pairs without any known evidence do not count."""
        return np.asarray(self.total / np.maximum(self.informative, 1.0))

    def evidence(self) -> Floats:
        """Return by kind of evidence the log2 of the power mean (exponent 1/2) of the pairs' Bayes factors.

        So a changed surname or a moved house is one voice among several, not a veto.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.known > 0, 2 * np.log2(self.roots / self.known), 0.0)

    def contradicted(self) -> Bools:
        """Return whether one kind of evidence speaks clearly against the two clusters being one."""
        return np.asarray(self.evidence().min(axis=1, initial=0.0) < CONTRADICTS)

    def merged(self, into: Ints) -> Links:
        """Return the links after every cluster became another; the order of merging changes no sum."""
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
            summed(self.informative),
            np.maximum.reduceat(self.best[apart][order], starts),
            np.maximum.reduceat(self.strong[apart][order], starts),
            summed(self.roots),
            summed(self.known),
            summed(self.must),
            summed(self.cannot),
            summed(self.judged),
        )


def links_of_pairs(
    left: Ints,
    right: Ints,
    bits: Floats,
    known: Bools,
    prior: float,
    decided: Ints,
    strong: Bools | None = None,
) -> Links:
    """Return every pair of records as a link of two clusters of one record.

    Args:
        bits: pairs x kinds of evidence, log2 Bayes factors.
        known: the same shape; whether the evidence is known, for or against.
        prior: log2 odds of a match of two random records.
        decided: for every pair the Decision about it.
        strong: for every pair whether it agrees on a strong identifier; no pair does without it.
    """
    total = bits.sum(axis=1)
    roots = np.where(known, np.exp2(clip_bits(bits) / 2), 0.0)
    return links_of(left, right, total, total + prior, roots, known.astype(float), decided, strong)


def links_of(
    left: Ints,
    right: Ints,
    total: Floats,
    best: Floats,
    roots: Floats,
    known: Floats,
    decided: Ints,
    strong: Bools | None = None,
) -> Links:
    """Return pairs as links; for the arguments see links_of_pairs() and Links."""
    must = decided >= Decision.SAME_BY_RULE
    agree = np.zeros(len(left), bool) if strong is None else strong
    by_id = np.where(agree, best, -np.inf)
    # A must-link counts however little its pair weighs.
    best = np.where(must, np.inf, best)
    informative = known.any(axis=1).astype(float)
    return Links(
        left,
        right,
        total,
        np.ones(len(left)),
        informative,
        best,
        by_id,
        roots,
        known,
        must=must.astype(float),
        cannot=(decided == Decision.DIFFERENT).astype(float),
        judged=(decided == Decision.SAME_BY_STEWARD).astype(float),
    )


def pairs_within(group: Ints) -> tuple[Ints, Ints]:
    """Return all pairs of positions of one group, ordered by left, then right."""
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
