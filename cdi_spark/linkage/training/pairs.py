"""Pairs of records and the levels of their comparisons; counted by distinct levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cdi_spark.graph.arrays import Bools, Floats, Ints
from cdi_spark.linkage.model.person_model import UNKNOWN

Levels = npt.NDArray[np.int8]

_KNOWN_OF_COPY = 3


@dataclass(frozen=True)
class Pairs:
    """Pairs of records by their positions, left smaller than right, and the level of every comparison.

    Attributes:
        levels: pairs x comparisons; 0 is a comparison's first level, UNKNOWN where nothing is known.
    """

    left: Ints
    right: Ints
    levels: Levels

    def __len__(self) -> int:
        return len(self.left)

    def chosen(self, which: Bools) -> Pairs:
        """Return the pairs that a mask selects."""
        return Pairs(self.left[which], self.right[which], self.levels[which])


@dataclass(frozen=True)
class Tally:
    """Pairs counted by their levels: millions of pairs have a few thousand distinct ones.

    Attributes:
        levels: distinct ones x comparisons.
        weight: how many pairs have them.
    """

    levels: Levels
    weight: Floats

    def nothing(self) -> Tally:
        """Return a tally of no pair."""
        return Tally(self.levels[:0], self.weight[:0])

    def counts(self, comparison: int, levels: int) -> Floats:
        """Return how many pairs have each level of a comparison; pairs of unknown values count nowhere."""
        known = self.levels[:, comparison] != UNKNOWN
        found = np.bincount(self.levels[known, comparison], weights=self.weight[known], minlength=levels)
        return found.astype(float)


@dataclass(frozen=True)
class Likely:
    """Likely matches, counted by their levels.

    Attributes:
        pairs: every pair by its weight.
        strangers: the same pairs by the weight that is expected to be no match.
    """

    pairs: Tally
    strangers: Tally

    def matches(self, comparison: int, u: Floats) -> Floats:
        """Return how many matches have each level of a comparison: of strangers as many have it as `u` says."""
        seen = self.pairs.counts(comparison, len(u))
        return np.asarray(np.maximum(seen - self.strangers.weight.sum() * u, 0.0))


def of_levels(values: Floats, levels: Levels) -> Floats:
    """Return the value of each pair's level of one comparison; 0 where it is unknown."""
    # UNKNOWN is -1, the index of the last entry.
    return np.asarray(np.append(values, 0.0)[levels])


def is_copy(levels: Levels) -> Bools:
    """Return for every pair whether at least three comparisons are known, and all of them are at their first level."""
    same, known = (levels == 0).sum(axis=1), (levels != UNKNOWN).sum(axis=1)
    return np.asarray((known >= _KNOWN_OF_COPY) & (same == known))


def normalised(counts: Floats) -> Floats:
    """Return counts as shares of their sum."""
    return np.asarray(counts / counts.sum())


def distinct_levels(levels: Levels) -> tuple[Levels, Ints]:
    """Return the distinct rows, and for each row its position among them."""
    code, bits = np.zeros(len(levels), np.int64), 0
    for n in range(levels.shape[1]):
        wanted = int(levels[:, n].max(initial=0) + 1).bit_length()
        if bits + wanted > 63:
            different, code = np.unique(code, return_inverse=True)
            bits = len(different).bit_length()
        code = (code << wanted) | (levels[:, n].astype(np.int64) + 1)
        bits += wanted
    _, first, which = np.unique(code, return_index=True, return_inverse=True)
    return levels[first], which


def tally(levels: Levels, weight: Floats | None = None) -> Tally:
    """Count pairs by their levels, each once or by its weight."""
    different, which = distinct_levels(levels)
    return Tally(different, np.bincount(which, weights=weight, minlength=len(different)).astype(float))
