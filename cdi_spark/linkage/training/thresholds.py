"""From which weight on two clusters are one entity: what each threshold promises, and which one a wish chooses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cdi_spark.graph.arrays import Floats, Ints
from cdi_spark.linkage.clustering import agglomerative
from cdi_spark.linkage.clustering.links import Links
from cdi_spark.linkage.training.pairs import Pairs

# Bits of the entity score.
EVEN_ODDS = 0.0
WEIGHTS = (-4.0, -2.0, EVEN_ODDS, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 13.0)


@dataclass(frozen=True)
class Threshold:
    """Entities of the training sample at one entity weight.

    Attributes:
        entity: of every record.
        implied_precision, implied_recall: of pairs within entities, if the weights, shifted as judgements show, are
            right; no truth is asked.
        labelled_precision, labelled_recall: of pairs of which labels name both records; none where there is none.
    """

    entity_weight: float
    entity: Ints
    implied_precision: float
    implied_recall: float
    labelled_precision: float | None
    labelled_recall: float | None


@dataclass(frozen=True)
class Choice:
    """The threshold that holds, what it was chosen by, and the wish.

    `by` is even odds, implied precision or labels; one of the first two `as judged` where judgements shifted them.
    """

    threshold: Threshold
    by: str
    wished: float | None


def at_each_weight(
    records: int,
    links: Links,
    *,
    prior: float,
    candidates: Pairs,
    match: Floats,
    people: Ints | None,
    shift: float = 0.0,
) -> list[Threshold]:
    """The entities at each of WEIGHTS.

    Args:
        records: how many.
        links: of all pairs within every component.
        prior: log2 odds of a match of two random records.
        candidates: pairs that blocking found, and `match` the probability that each is one person.
        people: of every record the number of its person, -1 where it is not known; none without labels.
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


def choose(thresholds: Sequence[Threshold], wish: float | None, shift: float = 0.0) -> Choice:
    """The lowest threshold whose entities have the precision wished for; the highest where none has.

    Labels decide where they say something of any threshold, else what the weights promise; without a wish it
    is even odds, or the threshold that is nearest to where the shift puts them.

    Args:
        shift: as of at_each_weight().
    """
    as_judged = " as judged" if shift else ""
    if wish is None:
        # Not the next above: then one answer would raise it by a bit.
        even = min(thresholds, key=lambda at: abs(at.entity_weight + shift))
        return Choice(even, f"even odds{as_judged}", None)
    by_labels = any(at.labelled_precision is not None for at in thresholds)

    def meets_target(at: Threshold) -> bool:
        precision = at.labelled_precision if by_labels else at.implied_precision
        return precision is not None and precision >= wish

    ascending = sorted(thresholds, key=lambda at: at.entity_weight)
    lowest = next(filter(meets_target, ascending), None)
    return Choice(lowest or ascending[-1], "labels" if by_labels else f"implied precision{as_judged}", wish)


def _labelled(entity: Ints, people: Ints | None) -> tuple[float | None, float | None]:
    if people is None:
        return None, None
    known = people >= 0
    together = _pairs(np.stack([entity[known], people[known]]))
    predicted, true = _pairs(entity[None, known]), _pairs(people[None, known])
    return together / predicted if predicted else None, together / true if true else None


def _pairs(groups: Ints) -> int:
    """How many pairs of columns are equal."""
    sizes = np.unique(groups, axis=1, return_counts=True)[1]
    return int((sizes * (sizes - 1) // 2).sum())


def _share(part: float, whole: float) -> float:
    """With nothing to find, finding nothing is right."""
    return part / whole if whole else 1.0
