"""Expectation maximisation without labels: separates matches from candidate pairs that only look like matches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cdi_spark.graph.arrays import Floats
from cdi_spark.linkage.training.pairs import Levels, Tally, distinct_levels, normalised, of_levels

# The starting shares count as so many pairs: enough for a comparison that the data seldom has.
_STARTING_PAIRS = 50.0
_ROUNDS = 40


@dataclass(frozen=True)
class Mixture:
    """The result of expectation maximisation.

    Attributes:
        prior: probability that two random records match.
        match: for every candidate pair the probability that it is a match.
    """

    prior: float
    match: Floats


def separate_matches(
    levels: Levels,
    *,
    match: Sequence[Floats],
    relatives: Sequence[Floats],
    strangers: Sequence[Floats],
    records: int,
    all_pairs: int,
) -> Mixture:
    """Separate matches from three kinds of other pairs: relatives, look-alikes, and strangers.

    With only one class of non-matches and independent comparisons, a household looks like a match: family name,
    address and telephone agree together. So non-matches are a mixture: strangers at u, relatives at fixed shares,
    and look-alikes, which are the blocked pairs that the other classes do not explain.

    Args:
        levels: candidate pairs x comparisons; all other pairs count as strangers.
        match: start of m, a comparison's shares by level; also its prior for small data.
        relatives: shares for people who live together; fixed.
        strangers: u; fixed.
        records: how many.
        all_pairs: how many pairs these records have.
    """
    patterns, which = distinct_levels(levels)
    weights = np.bincount(which, minlength=len(patterns)).astype(float)
    found = Mixture(1 / all_pairs, np.zeros(len(levels)))
    if not len(levels):
        return found
    m = [share.copy() for share in match]
    look_alikes = [normalised(share + 1e-6) for share in strangers]
    of_relatives = _log_likelihood(patterns, relatives)
    of_strangers = _log_likelihood(patterns, strangers)
    shares = np.array([1 / records, 1 / records, 0.5 * len(levels) / all_pairs])
    start_look_alikes: list[Floats] | None = None
    for _ in range(_ROUNDS):
        logs = np.stack(
            [
                np.log(shares[0]) + _log_likelihood(patterns, m),
                np.log(shares[1]) + of_relatives,
                np.log(shares[2]) + _log_likelihood(patterns, look_alikes),
                np.full(len(patterns), np.log(max(1 - shares.sum(), 0.5))) + of_strangers,
            ]
        )
        posterior = np.exp(logs - logs.max(axis=0))
        posterior /= posterior.sum(axis=0)
        if start_look_alikes is None:
            # The look-alikes start as the average of the pairs that are no match by the starting shares.
            start_look_alikes = _shares(patterns, (1 - posterior[0]) * weights, strangers, pairs=1.0)
            look_alikes = [share.copy() for share in start_look_alikes]
            continue
        expected = posterior[:3] * weights
        further = np.maximum(expected.sum(axis=1) / all_pairs, 0.1 / all_pairs)
        m = _shares(patterns, expected[0], match)
        look_alikes = _shares(patterns, expected[2], start_look_alikes)
        converged = bool(np.abs(further / shares - 1).max() < 1e-3)
        shares = further
        if converged:
            break
    return Mixture(float(min(shares[0], 0.5)), posterior[0][which])


def _log_likelihood(patterns: Levels, shares: Sequence[Floats]) -> Floats:
    total = np.zeros(len(patterns))
    for n, share in enumerate(shares):
        total += of_levels(np.log(share), patterns[:, n])
    return total


def _shares(
    patterns: Levels, weights: Floats, start: Sequence[Floats], *, pairs: float = _STARTING_PAIRS
) -> list[Floats]:
    seen, shares = Tally(patterns, weights), []
    for n, begun in enumerate(start):
        shares.append(normalised(seen.counts(n, len(begun)) + pairs * begun))
    return shares
