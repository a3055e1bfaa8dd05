"""What stands between clusters of records: sums over pairs. Needs numpy only, to be shipped to any executor."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from cdi_spark.graph.link_weight import clip_bits

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Links:
    """Pairs of clusters, the smaller number left, and sums over the pairs of records between them.

    Attributes:
        total: sum of weights, bits, without the prior.
        pairs: how many pairs of records.
        telling: of how many of them any evidence says something.
        best: the largest weight of one pair, prior included.
        roots: by kind of evidence, the sum of square roots of the pairs' Bayes factors.
        known: by kind of evidence, how many pairs it says something about.
        must, cannot: how many pairs are decided to be one person, and two.
        judged: how many of `must` a steward decided.
    """

    left: Ints
    right: Ints
    total: Floats
    pairs: Floats
    telling: Floats
    best: Floats
    roots: Floats
    known: Floats
    must: Floats
    cannot: Floats
    judged: Floats

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
            summed(self.telling),
            np.maximum.reduceat(self.best[apart][order], starts),
            summed(self.roots),
            summed(self.known),
            summed(self.must),
            summed(self.cannot),
            summed(self.judged),
        )


def links_of_pairs(
    left: Ints, right: Ints, bits: Floats, known: npt.NDArray[np.bool_], prior: float, decided: Ints
) -> Links:
    """Every pair of records as a link of two clusters of one.

    Args:
        bits: pairs x kinds of evidence, log2 Bayes factors.
        known: the same shape; whether the evidence says anything, for or against.
        prior: log2 odds of a match of two random records.
        decided: of the two: 1 that they are one person, by a rule, 2 by a steward, -1 that they are two, else 0.
    """
    total = bits.sum(axis=1)
    roots = np.where(known, np.exp2(clip_bits(bits) / 2), 0.0)
    return links_of(left, right, total, total + prior, roots, known.astype(float), decided)


def links_of(
    left: Ints, right: Ints, total: Floats, best: Floats, roots: Floats, known: Floats, decided: Ints
) -> Links:
    """Pairs as links, whatever is known of them; for what is not said see links_of_pairs() and Links."""
    must, cannot = (decided > 0).astype(float), (decided < 0).astype(float)
    # However little it weighs, what must be one is looked at.
    best = np.where(decided > 0, np.inf, best)
    telling = known.any(axis=1).astype(float)
    judged = (decided > 1).astype(float)
    return Links(left, right, total, np.ones(len(left)), telling, best, roots, known, must, cannot, judged)


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
