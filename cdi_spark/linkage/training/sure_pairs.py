"""Pairs that are one person by all comparisons but one: m of this one is learned from them.

Clusters cannot show how often a comparison disagrees in matches: where it does, the pair weighs less, and is in no
cluster. So m of a comparison is learned from the pairs that are sure without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from cdi_spark.graph.arrays import Floats, Ints
from cdi_spark.graph.link_weight import probability_from_bits
from cdi_spark.linkage.model.decisions import Decision
from cdi_spark.linkage.model.parameters import Parameters
from cdi_spark.linkage.model.person_model import UNKNOWN, PersonModel
from cdi_spark.linkage.training.pairs import Levels, Likely, Pairs, normalised, of_levels, tally

# The surest pairs count if they are enough; else less sure ones, less the strangers that are expected among them.
_SURE, _ENOUGH = (0.99, 0.9, 0.5), 50.0


def sure_without_each(
    pairs: Pairs,
    bits: Floats,
    parameters: Sequence[Parameters],
    model: PersonModel,
    *,
    prior: float,
    entity: Ints,
    decided: Ints,
) -> Iterator[Likely]:
    """Yield for every comparison the pairs that are one person without it; none where they are too few.

    They are neither strangers nor relatives by the other comparisons: two people of one household agree in all but
    given name and birth date. Relatives count as frequent as matches.

    Args:
        bits: weight of every comparison, pairs x comparisons.
        parameters: that these weights are from.
        prior: log2 odds of a match of two random records.
        entity: for every record its cluster; each record counts once, however large its cluster.
        decided: for every pair the Decision about it.
    """
    size = np.bincount(entity)
    left, right = entity[pairs.left], entity[pairs.right]
    weight = 2.0 / np.where(left == right, size[left], size[left] + size[right])
    undecided = decided == Decision.UNDECIDED
    against_relatives = np.zeros(pairs.levels.shape)
    for n, (own, compared) in enumerate(zip(parameters, model.comparisons, strict=True)):
        shares = np.array([level.relatives for level in compared.levels])
        against_relatives[:, n] = _against_relatives(pairs.levels[:, n], own, shares)
    strangers, relatives = bits.sum(axis=1) + prior, against_relatives.sum(axis=1)
    for n in range(len(model.comparisons)):
        no_stranger = probability_from_bits(strangers - bits[:, n])
        no_relative = probability_from_bits(relatives - against_relatives[:, n])
        match = np.where(undecided, no_stranger + no_relative - 1, decided > Decision.UNDECIDED)
        match[pairs.levels[:, n] == UNKNOWN] = 0.0
        least = next((p for p in _SURE if (match * weight)[match >= p].sum() >= _ENOUGH), None)
        sure = match >= (2.0 if least is None else least)
        yield Likely(
            tally(pairs.levels[sure], weight[sure]), tally(pairs.levels[sure], ((1 - match) * weight)[sure])
        )


def _against_relatives(level: Levels, own: Parameters, shares: Floats) -> Floats:
    """Return the log2 Bayes factor of a match against relatives; 0 where nothing is known."""
    return of_levels(np.log2(own.m[-1] / normalised(shares)), level)
