"""The shipped parameters, for data with too few matches to learn from: a first delivery without duplicates.

m is that of person.yml. u is that of the data's pairs, and the fewer there are, the more that of `strangers` in
person.yml. Comparisons depend on each other as they do for `relatives`: so a couple is not one person. The prior is as
if one record in ten had a duplicate: a delivery without duplicates does not say how many the next one has.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cdi_spark.graph.arrays import Bools, Floats, Ints
from cdi_spark.graph.link_weight import bits_from_probability, probability_from_bits
from cdi_spark.linkage.model.parameters import Parameters
from cdi_spark.linkage.model.person_model import PersonModel
from cdi_spark.linkage.training.m_and_u import Evidence, leading_levels, weigh_pairs
from cdi_spark.linkage.training.pairs import Levels, Pairs, Tally, normalised, of_levels
from cdi_spark.linkage.training.sample import Sample
from cdi_spark.linkage.training.thresholds import Choice, Threshold, ThresholdOrigin, choose_threshold

# Training learns from so many records that have an earlier one of their person, and from so many people.
FEWEST_MATCHES = 20
# Fewer people count as so many: what a handful of records agree in is no more common than that.
FEWEST_PEOPLE = 100
_RECORDS_PER_DUPLICATE = 10
# The shares of strangers count as so many pairs; a level of no pair counts as this part of one.
_STARTING_PAIRS, _UNSEEN = 1000.0, 0.1
# Relatives make comparisons dependent where they agree as often as this, a child and its parent, and so many times as
# often as strangers; at most three parents.
_CHILD_AGREES, _PARENT_AGREES, _LIFT, _MOST_PARENTS = 0.1, 0.2, 4.0, 3


def duplicates_in(entity: Ints) -> int:
    """Return how many records have another one of their entity before them."""
    return len(entity) - len(np.unique(entity))


def has_few_matches(entity: Ints) -> bool:
    """Return whether clusters are too few to learn from: too few matches, or too few people.

    Args:
        entity: for every record its cluster.
    """
    return min(duplicates_in(entity), len(np.unique(entity))) < FEWEST_MATCHES


def shipped_prior(records: int) -> float:
    """Return the log2 probability that two random records match if one record in ten has a duplicate."""
    count = max(records, FEWEST_PEOPLE)
    return float(np.log2(2 / _RECORDS_PER_DUPLICATE / (count - 1)))


def shipped_parameters(evidence: Evidence, model: PersonModel) -> list[Parameters]:
    """Return the shipped m, u of the data as far as there is any, and the dependence of relatives.

    Pairs that are matches by the shipped shares alone count for no u: in few records, or where most are one person,
    they would show that nothing is evidence.
    """
    apart = _no_matches(evidence.random.levels, evidence.all_pairs, model)
    strangers = Tally(evidence.random.levels[apart], evidence.random.weight[apart])
    evidence = replace(evidence, random=strangers)
    found: list[Parameters] = []
    relatives = [normalised(np.array([level.relatives for level in c.levels])) for c in model.comparisons]
    for n, comparison in enumerate(model.comparisons):
        m = normalised(np.array([level.m for level in comparison.levels]))
        u = _of_strangers(evidence, n, model)
        agreeing = leading_levels(np.log2(m / u))
        parents = _shipped_parents(n, agreeing, u, relatives, found)
        if comparison.agreement_only:
            m = np.r_[m[:-1], u[-1]]
        rows = len(parents) + 2 if parents else 1
        # Of two people with one surname, one in two is taken for a relative: strangers too have common surnames.
        in_household = [(relatives[n] + u) / 2] * len(parents)
        found.append(
            Parameters(
                parents,
                agreeing,
                np.stack([m] * rows).round(12),
                np.stack([*in_household, *[u] * (rows - len(parents))]).round(12),
                (0.0,) * len(parents),
            )
        )
    return found


def shipped_matches(everyone: Evidence, candidates: Pairs, records: Sample) -> Floats:
    """Return for every candidate the probability that it is a match by the shipped parameters.

    Args:
        everyone: the evidence before any match is known.
    """
    parameters = shipped_parameters(everyone, records.model)
    bits = weigh_pairs(candidates, parameters, records.model, records.frequencies).sum(axis=1)
    return probability_from_bits(bits + shipped_prior(records.size))


def shipped_threshold(
    thresholds: Sequence[Threshold], precision_target: float | None, shift: float
) -> Choice:
    """Choose the lowest threshold whose own odds have the target precision: too few merges measure none.

    Labels still choose, and without a target the choice is that of choose_threshold().
    """
    if precision_target is None or any(at.labelled_precision is not None for at in thresholds):
        return choose_threshold(thresholds, precision_target, shift)
    wanted = bits_from_probability(precision_target) - shift
    ascending = sorted(thresholds, key=lambda at: at.entity_weight)
    lowest = next((at for at in ascending if at.entity_weight >= wanted), ascending[-1])
    return Choice(lowest, ThresholdOrigin.IMPLIED_PRECISION, precision_target)


def _no_matches(levels: Levels, all_pairs: int, model: PersonModel) -> Bools:
    weight = np.full(len(levels), shipped_prior(round(math.sqrt(2 * all_pairs)) + 1))
    for n, comparison in enumerate(model.comparisons):
        m = normalised(np.array([level.m for level in comparison.levels]))
        bits = np.log2(m / normalised(np.array(comparison.of_strangers())))
        weight += of_levels(bits, levels[:, n])
    return np.asarray(weight < 0)


def _of_strangers(evidence: Evidence, n: int, model: PersonModel) -> Floats:
    start = np.array(model.comparisons[n].of_strangers())
    seen = evidence.random.counts(n, len(start))
    # Few records are drawn many times: together they say no more than all their pairs.
    drawn = max(1.0, float(evidence.random.weight.sum()))
    seen = np.maximum(seen * min(1.0, evidence.all_pairs / drawn), _UNSEEN)
    return normalised(seen + _STARTING_PAIRS * normalised(start))


def _shipped_parents(
    n: int, agreeing: int, u: Floats, relatives: Sequence[Floats], found: Sequence[Parameters]
) -> tuple[int, ...]:
    """Return the earlier comparisons that agree for relatives whenever this one does, the most common first."""
    agrees = relatives[n][:agreeing].sum()
    if agrees < max(_CHILD_AGREES, _LIFT * u[:agreeing].sum()):
        return ()
    shares = {f: float(relatives[f][: own.agreeing].sum()) for f, own in enumerate(found)}
    dependent = [f for f, own in enumerate(found) if _depends(shares[f], own)]
    return tuple(sorted(dependent, key=lambda f: (-shares[f], f))[:_MOST_PARENTS])


def _depends(share: float, parent: Parameters) -> bool:
    return share >= max(_PARENT_AGREES, _LIFT * float(parent.u[-1, : parent.agreeing].sum()))
