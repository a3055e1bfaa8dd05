"""The weight from which two clusters are one entity: measures each threshold and chooses one by a precision target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from cdi_spark.graph.arrays import Floats, Ints
from cdi_spark.linkage.clustering import agglomerative
from cdi_spark.linkage.clustering.links import Links
from cdi_spark.linkage.training.pairs import Pairs

# Bits of the entity score.
EVEN_ODDS = 0.0
WEIGHTS = (-4.0, -2.0, EVEN_ODDS, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 13.0)


class ThresholdOrigin(StrEnum):
    """What the threshold was chosen by, as linkage.model stores it."""

    EVEN_ODDS = "even odds"
    IMPLIED_PRECISION = "implied precision"
    CALIBRATED_EVEN_ODDS = "even odds, calibrated by judgements"
    CALIBRATED_PRECISION = "implied precision, calibrated by judgements"
    LABELS = "labels"


@dataclass(frozen=True)
class Threshold:
    """Entities of the training sample at one entity weight.

    Attributes:
        entity: for every record its entity.
        implied_precision, implied_recall: of pairs within entities, if the weights, shifted as judgements show, are
            right; needs no labels.
        labelled_precision, labelled_recall: of pairs for which labels name both records; None where there is none.
    """

    entity_weight: float
    entity: Ints
    implied_precision: float
    implied_recall: float
    labelled_precision: float | None
    labelled_recall: float | None


@dataclass(frozen=True)
class Choice:
    """The chosen threshold, what it was chosen by, and the precision target if there is one."""

    threshold: Threshold
    by: ThresholdOrigin
    precision_target: float | None


def measure_thresholds(
    records: int,
    links: Links,
    *,
    prior: float,
    candidates: Pairs,
    match: Floats,
    people: Ints | None,
    shift: float = 0.0,
) -> list[Threshold]:
    """Resolve and measure the entities at each of WEIGHTS.

    Args:
        records: how many.
        links: of all pairs within every component.
        prior: log2 odds of a match of two random records.
        candidates: pairs that blocking found, and `match` the probability that each is one person.
        people: for every record the number of its person, -1 where it is not known; None without labels.
        shift: bits that log2 odds of a match are above the weights, `match` included.
    """
    found = agglomerative.resolve_each(records, links, prior=prior, least_weights=WEIGHTS, shift=shift)
    most = found[0].entity
    likely = match[most[candidates.left] != most[candidates.right]]
    shifted = likely * np.exp2(shift)
    missed = float((shifted / (shifted + 1 - likely)).sum())
    matches = found[0].right + missed
    return [
        Threshold(
            weight,
            at.entity,
            _share(at.right, at.pairs),
            min(1.0, _share(at.right, matches)),
            *_labelled(at.entity, people),
        )
        for weight, at in zip(WEIGHTS, found, strict=True)
    ]


def choose_threshold(
    thresholds: Sequence[Threshold], precision_target: float | None, shift: float = 0.0
) -> Choice:
    """Choose the lowest threshold whose entities have the target precision; the highest where none has.

    Labelled precision decides if any threshold has one, else implied precision. Without a target the choice is even
    odds, or the threshold nearest to where the shift puts even odds.

    Args:
        shift: as for measure_thresholds().
    """
    if precision_target is None:
        # Not the next threshold above: then one answer would raise it by a bit.
        even = min(thresholds, key=lambda at: abs(at.entity_weight + shift))
        return Choice(
            even, ThresholdOrigin.CALIBRATED_EVEN_ODDS if shift else ThresholdOrigin.EVEN_ODDS, None
        )
    if any(at.labelled_precision is not None for at in thresholds):
        by = ThresholdOrigin.LABELS
    else:
        by = ThresholdOrigin.CALIBRATED_PRECISION if shift else ThresholdOrigin.IMPLIED_PRECISION

    def meets_target(at: Threshold) -> bool:
        precision = at.labelled_precision if by is ThresholdOrigin.LABELS else at.implied_precision
        return precision is not None and precision >= precision_target

    ascending = sorted(thresholds, key=lambda at: at.entity_weight)
    lowest = next(filter(meets_target, ascending), None)
    return Choice(lowest or ascending[-1], by, precision_target)


def _labelled(entity: Ints, people: Ints | None) -> tuple[float | None, float | None]:
    if people is None:
        return None, None
    known = people >= 0
    together = _pairs(np.stack([entity[known], people[known]]))
    predicted, true = _pairs(entity[None, known]), _pairs(people[None, known])
    return together / predicted if predicted else None, together / true if true else None


def _pairs(groups: Ints) -> int:
    """Count the pairs of equal columns."""
    sizes = np.unique(groups, axis=1, return_counts=True)[1]
    return int((sizes * (sizes - 1) // 2).sum())


def _share(part: float, whole: float) -> float:
    """Return part of whole; 1 where the whole is nothing, as then nothing is wrong or missed."""
    return part / whole if whole else 1.0
