"""Bounds the weight of a strong identifier from below: two records with one customer number are a link by themselves.

m and u alone do not promise that. Where half of the records hold nothing but the number, their pairs are in no seed
cluster, and count as pairs of different people who happen to have the same number. And in a population far larger than
the sample the prior falls, while u cannot be measured below one in the pairs drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cdi_spark.graph.arrays import Bools, Floats, Ints
from cdi_spark.linkage.model.parameters import Parameters
from cdi_spark.linkage.model.person_model import UNKNOWN, PersonModel
from cdi_spark.linkage.training.m_and_u import weigh_pairs
from cdi_spark.linkage.training.pairs import Levels, Pairs
from cdi_spark.linkage.training.sample import Sample

# A pair that agrees on a strong identifier and on nothing else weighs at most so many bits by this rule.
STRONG_WEIGHT = 7.0
# Everything else contradicts an identifier from so many bits on: two names that differ.
_CONTRADICTS = -4.0
# Before any pair is seen, one in so many is expected to be contradicted; that counts as so many pairs.
_EXPECTED, _EXPECTED_PAIRS = 2.0**-8, 10.0


def strengthen_ids(
    parameters: Sequence[Parameters], records: Sample, candidates: Pairs, *, prior: float
) -> list[Parameters]:
    """Lower u of strong levels, where no parent agrees, until a pair with nothing else is a link.

    How strong a link depends on the data: of the pairs that agree on the identifier and know more, the share that all
    else contradicts (a family with one customer number) is the share of wrong links.

    Args:
        candidates: the pairs that blocking finds.
        prior: log2 odds of a match of two random records.
    """
    found = list(parameters)
    for n, comparison in enumerate(records.model.comparisons):
        for level in comparison.strong_levels():
            agreeing = _Agreeing.of(parameters, records, candidates, n, level)
            found[n] = _bounded(
                found[n], level, agreeing.weight() - prior, agreement_only=comparison.agreement_only
            )
    return found


def odds_by_ids(parameters: Sequence[Parameters], records: Sample, candidates: Pairs) -> Floats:
    """Return for every candidate the log2 odds of a match by its strong identifiers alone.

    Minus infinity for a pair without any, and for one that all else contradicts.

    Args:
        parameters: with which training starts.
    """
    odds = np.full(len(candidates), -np.inf)
    for n, comparison in enumerate(records.model.comparisons):
        for level in comparison.strong_levels():
            agreeing = _Agreeing.of(parameters, records, candidates, n, level)
            agreed = agreeing.which[~agreeing.wrong]
            odds[agreed] = np.maximum(odds[agreed], agreeing.weight())
    return odds


def has_strong_level(levels: Levels, model: PersonModel) -> Bools:
    """Return for every pair whether one of its levels is strong."""
    strong = np.zeros(len(levels), bool)
    for n, comparison in enumerate(model.comparisons):
        strong |= np.isin(levels[:, n], comparison.strong_levels())
    return strong


@dataclass(frozen=True)
class _Agreeing:
    """The candidates that agree on one strong identifier.

    Attributes:
        which: their positions.
        informative: whether anything else is known of both records.
        wrong: whether all else contradicts that they are one person.
        share: what each counts for. An identifier counts by its records, not by their pairs: one placeholder that many
            records have is one mistake.
    """

    which: Ints
    informative: Bools
    wrong: Bools
    share: Floats

    @classmethod
    def of(
        cls,
        parameters: Sequence[Parameters],
        records: Sample,
        candidates: Pairs,
        comparison: int,
        level: int,
    ) -> _Agreeing:
        agree = candidates.levels[:, comparison] == level
        pairs = candidates.chosen(agree)
        shared = np.bincount(np.r_[pairs.left, pairs.right], minlength=records.size)
        bits = weigh_pairs(pairs, parameters, records.model, records.frequencies)
        others = np.delete(bits, comparison, axis=1).sum(axis=1)
        informative = (np.delete(pairs.levels, comparison, axis=1) != UNKNOWN).any(axis=1)
        return cls(
            np.flatnonzero(agree),
            informative,
            informative & (others <= _CONTRADICTS),
            1.0 / np.maximum(1, np.maximum(shared[pairs.left], shared[pairs.right])),
        )

    def weight(self) -> float:
        """Return the log2 odds that the same identifier means the same person, STRONG_WEIGHT at most."""
        wrong = float(self.share[self.wrong].sum()) + _EXPECTED_PAIRS * _EXPECTED
        right = float(self.share[self.informative & ~self.wrong].sum()) + _EXPECTED_PAIRS * (1 - _EXPECTED)
        return min(STRONG_WEIGHT, float(np.log2(right / wrong)))


def _bounded(own: Parameters, level: int, least: float, *, agreement_only: bool) -> Parameters:
    """Return parameters whose level weighs at least so many bits; the last level gets what u loses."""
    m, u = own.m.copy(), own.u.copy()
    rows = slice(len(own.parents), None)
    lower = np.minimum(u[rows, level], np.array([_rounded(p) for p in m[rows, level] * 2.0**-least]))
    u[rows, -1] = (u[rows, -1] + u[rows, level] - lower).round(12)
    u[rows, level] = lower
    if agreement_only:
        m[rows, -1] = u[rows, -1]
    return replace(own, m=m, u=u)


def _rounded(probability: float) -> float:
    """Return twelve digits, as the other parameters have: the last ones differ between machines."""
    return float(f"{probability:.12g}")
