"""Learns m and u of every comparison from clusters, separately where dependent comparisons agree.

Two people of one household share family name, address and telephone: under independence each would count again,
and couples would merge. So a comparison may have parents: its m and u are learned separately for the pairs whose
parents agree. The match weight stays a sum of one weight per comparison, as in Splink.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from cdi_spark.graph.arrays import Floats
from cdi_spark.linkage.model.parameters import Parameters
from cdi_spark.linkage.model.person_model import UNKNOWN, Comparison, PersonModel
from cdi_spark.linkage.training.pairs import Levels, Likely, Pairs, Tally, normalised

Agreement = npt.NDArray[np.int8]

# The starting shares of m, and the marginal shares of u, count as so many pairs.
_STARTING_PAIRS, _MARGINAL_PAIRS = 10.0, 0.5
# The share of its start that m has at least.
_LEAST_OF_START = 0.2
# Clusters alone do not raise m of a level by such a factor and share.
_ODD, _ODD_SHARE = 5.0, 0.2
# A level of fewer random pairs takes its share from the candidates; a level of none counts as so many pairs.
_FEW, _UNSEEN = 20, 0.02
# A comparison gets a parent if independence would count so many bits of a match twice; at most three parents.
_TWICE_COUNTED, _MOST_PARENTS = 1.0, 3
# A comparison agrees at its leading levels that weigh so many bits, at most three.
_AGREES, _AGREEING_LEVELS = 2.0, 3


@dataclass(frozen=True)
class Evidence:
    """The pairs that m and u are learned from.

    Attributes:
        random: pairs drawn from all pairs of different clusters.
        candidates: pairs of different clusters that blocking found, weighted by the probability that they are two
            persons. Random pairs hold too few values that few people share.
        matches: pairs within clusters, weighted so that each record counts once, however large its cluster.
        all_pairs: how many pairs the random ones stand for.
        sure: for every comparison the pairs that are one person without it, weighted like matches; none before any
            parameters are known.
    """

    random: Tally
    candidates: Tally
    matches: Tally
    all_pairs: int
    sure: Sequence[Likely] = ()

    def is_sure(self, comparison: int) -> bool:
        """Return whether there are pairs that are one person without this comparison."""
        return bool(self.sure) and len(self.sure[comparison].pairs.weight) > 0

    def likely(self, comparison: int) -> Likely:
        """Return the pairs to learn m of a comparison from: those sure without it, else those within clusters."""
        if self.is_sure(comparison):
            return self.sure[comparison]
        return Likely(self.matches, self.matches.nothing())


def learn_parameters(evidence: Evidence, model: PersonModel) -> list[Parameters]:
    """Learn m, u and parents of every comparison; parents come before their children in the model."""
    learned: list[Parameters] = []
    for n, comparison in enumerate(model.comparisons):
        shares = np.array([level.m for level in comparison.levels])
        start = normalised(shares)
        likely = evidence.likely(n)
        u = normalised(_apart(evidence, n, len(start)))
        m = normalised(likely.matches(n, u) + _STARTING_PAIRS * start)
        kept = _unconfirmed(m, u, start, comparison) if evidence.sure and not evidence.is_sure(n) else {}
        m[list(kept)] = start[list(kept)]
        # Where two names are swapped, nothing else may be known about the pair, so that it is never sure; and clusters
        # never show what parts a pair.
        hidden = (shares > comparison.of_strangers()) | (not evidence.is_sure(n))
        m = normalised(np.maximum(m, np.where(hidden, _LEAST_OF_START * start, 0.0)))
        agreeing = leading_levels(np.log2(m / u))
        parents, overlap = _parents(evidence, n, agreeing, learned)
        if parents:
            rows_m, rows_u = [], []
            for row in range(len(parents) + 1):
                part = _of_row(evidence, row, parents, learned)
                seen = _apart(part, n, len(start), drawn=evidence.random)
                rows_u.append(normalised(seen + _MARGINAL_PAIRS * u))
                of_row = Likely(
                    *(_part(counted, row, parents, learned) for counted in (likely.pairs, likely.strangers))
                )
                rows_m.append(normalised(of_row.matches(n, rows_u[-1]) + _STARTING_PAIRS * m))
            m, u = np.stack([*rows_m, m]), np.stack([*rows_u, u])
        else:
            m, u = m[None, :], u[None, :]
        if comparison.agreement_only:
            m[:, -1] = u[:, -1]
        learned.append(Parameters(parents, agreeing, m.round(12), u.round(12), overlap, kept))
    return learned


def _unconfirmed(m: Floats, u: Floats, start: Floats, comparison: Comparison) -> dict[int, float]:
    """Return the levels that are far commoner in clusters than at the start, though no commoner in other pairs.

    Clusters of strangers who share a word would make this word the commonest sign of a match. Where the data has its
    own form, such as initials for all given names, other pairs have the level as often.
    """
    expected = np.array(comparison.of_strangers())
    odd = (m > _ODD * start) & (m - start > _ODD_SHARE) & (u < _ODD * expected)
    return {int(level): float(m[level]) for level in np.flatnonzero(odd)}


def weigh_pairs(
    pairs: Pairs, parameters: Sequence[Parameters], model: PersonModel, frequencies: dict[str, Floats]
) -> Floats:
    """Return match weights in bits, pairs x comparisons, the same as from the Splink settings of these parameters."""
    found = np.zeros(pairs.levels.shape)
    for n, (own, comparison) in enumerate(zip(parameters, model.comparisons, strict=True)):
        row = _state(pairs.levels, own.parents, parameters) if own.parents else np.zeros(len(pairs), np.int8)
        level = pairs.levels[:, n]
        known = level != UNKNOWN
        found[known, n] = np.log2(own.m / own.u)[row[known], level[known]]
        for at, compared in enumerate(comparison.levels):
            if compared.term_frequency is None:
                continue
            values = frequencies[compared.term_frequency]
            # Where a parent agrees, the parent has counted how rare the value is.
            which = np.flatnonzero((level == at) & (row >= len(own.parents)))
            common = np.fmax(values[pairs.left[which]], values[pairs.right[which]])
            more = np.log2(own.u[row[which], at]) - np.log2(common)
            found[which, n] += np.where(np.isnan(more), 0.0, more)
    return found


def _parents(
    evidence: Evidence, n: int, agreeing: int, learned: Sequence[Parameters]
) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Return the earlier comparisons that this one depends on, the strongest first, and the bits of each.

    The bits are those of a match that independence counts twice: how much more often both agree in non-matches than
    if they were independent, less the same in matches, times how often both agree in matches.
    """
    per_random = _pairs_per_draw(evidence, evidence.random)
    kinds = (
        evidence.random,
        Tally(evidence.candidates.levels, evidence.candidates.weight / per_random),
        evidence.matches,
    )
    own = [_agreement(counted.levels[:, n], agreeing) for counted in kinds]
    free = [np.ones(len(counted.levels), bool) for counted in kinds]
    chosen: list[int] = []
    overlap: list[float] = []
    while len(chosen) < _MOST_PARENTS:
        # What is counted twice ranks by all matches: a parent that is seldom known leaves most of them as they are.
        best = (0.0, 0.0, -1)
        for f in sorted(set(range(n)) - set(chosen)):
            other = [_agreement(counted.levels[:, f], learned[f].agreeing) for counted in kinds]
            random, candidates, matches = (
                _agreements(counted.weight[rest], a[rest], b[rest])
                for counted, rest, a, b in zip(kinds, free, own, other, strict=True)
            )
            if random[0] < 100 or matches[0] < 20 or not matches[3]:
                continue
            others = np.maximum(random, candidates)
            if not others[3]:
                continue
            lift = np.log2(others[3] * random[0] / (others[1] * others[2]))
            of_matches = np.log2(matches[3] * matches[0] / (matches[1] * matches[2]))
            twice = (lift - of_matches) * matches[3]
            if twice / matches[0] > _TWICE_COUNTED:
                best = max(best, (twice, twice / matches[0], f))
        _, bits, parent = best
        if parent < 0:
            break
        chosen.append(parent)
        overlap.append(round(float(bits), 2))
        free = [
            rest & (_agreement(counted.levels[:, parent], learned[parent].agreeing) != 1)
            for rest, counted in zip(free, kinds, strict=True)
        ]
    return tuple(chosen), tuple(overlap)


def _agreements(weight: Floats, one: Agreement, other: Agreement) -> Floats:
    """Count the pairs with both comparisons known; of these those where the one, the other, and both agree."""
    known = (one != UNKNOWN) & (other != UNKNOWN)
    weight, one, other = weight[known], one[known], other[known]
    return np.array([weight.sum(), weight @ one, weight @ other, weight @ (one * other)])


def _of_row(
    evidence: Evidence, row: int, parents: Sequence[int], parameters: Sequence[Parameters]
) -> Evidence:
    """Return the pairs that this row of u applies to."""
    random, candidates = (
        _part(counted, row, parents, parameters) for counted in (evidence.random, evidence.candidates)
    )
    return replace(evidence, random=random, candidates=candidates)


def _part(counted: Tally, row: int, parents: Sequence[int], parameters: Sequence[Parameters]) -> Tally:
    which = _state(counted.levels, parents, parameters) == row
    return Tally(counted.levels[which], counted.weight[which])


def _state(levels: Levels, parents: Sequence[int], parameters: Sequence[Parameters]) -> Agreement:
    """Return for every pair the row of m and u that applies."""
    state = np.full(len(levels), len(parents) + 1, np.int8)
    agreements = [_agreement(levels[:, f], parameters[f].agreeing) for f in parents]
    for agreement in agreements:
        state[agreement != UNKNOWN] = len(parents)
    for row in reversed(range(len(parents))):
        state[agreements[row] == 1] = row
    return state


def _agreement(levels: Levels, agreeing: int) -> Agreement:
    """Return 1 where a comparison agrees, 0 where it does not, UNKNOWN where it is unknown."""
    return np.where(levels == UNKNOWN, UNKNOWN, levels < agreeing).astype(np.int8)


def leading_levels(bits: Floats) -> int:
    """Return how many levels of a comparison count as agreement, from their weights in bits."""
    count = 0
    while count < min(_AGREEING_LEVELS, len(bits) - 1) and bits[count] >= _AGREES:
        count += 1
    return max(count, 1)


def _apart(evidence: Evidence, n: int, levels: int, *, drawn: Tally | None = None) -> Floats:
    """Count random pairs of different persons by level; levels of few pairs are estimated from the candidates.

    Args:
        drawn: all random pairs, if `evidence` holds only some of them.
    """
    seen = evidence.random.counts(n, levels)
    blocked = evidence.candidates.counts(n, levels) / _pairs_per_draw(evidence, drawn or evidence.random)
    return np.where(seen < _FEW, np.maximum(blocked, _UNSEEN), seen)


def _pairs_per_draw(evidence: Evidence, drawn: Tally) -> float:
    """Return how many pairs one random pair stands for."""
    return evidence.all_pairs / max(1.0, float(drawn.weight.sum()))
