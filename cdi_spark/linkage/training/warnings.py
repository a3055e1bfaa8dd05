"""What is odd about a trained model: sentences for the log and the training report, without any value of the data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from cdi_spark.graph.arrays import Bools, Floats, Ints
from cdi_spark.linkage.model.parameters import Parameters
from cdi_spark.linkage.model.person_model import UNKNOWN, PersonModel
from cdi_spark.linkage.training.pairs import Levels, Pairs, is_copy, tally

# A share of the likely matches, or of the copies, that is worth a warning; of so many pairs at least.
_MOST_OF_ONE_PATTERN, _FEWEST_JOINED, _COPIES_APART, _ENOUGH = 0.5, 0.5, 0.05, 20


def training_warnings(
    model: PersonModel, parameters: Sequence[Parameters], candidates: Pairs, match: Floats, entity: Ints
) -> list[str]:
    """Return one sentence for each thing that should not be in a model that fits its data.

    Args:
        parameters: of the model's comparisons.
        candidates: pairs that blocking found, and `match` the probability that each is one person.
        entity: for every record its entity.
    """
    joined = entity[candidates.left] == entity[candidates.right]
    return [
        *_kept_levels(model, parameters),
        *_odd_pattern(model, parameters, candidates.levels[match >= 0.5]),
        *_copies_apart(candidates.levels, match),
        *_few_joined(match, joined),
    ]


def _kept_levels(model: PersonModel, parameters: Sequence[Parameters]) -> Iterator[str]:
    for comparison, own in zip(model.comparisons, parameters, strict=True):
        for n, seen in own.kept.items():
            level = comparison.levels[n]
            yield (
                f"{comparison.name}: {level.label}: the first clusters show it in {seen:.0%} of matches instead of "
                f"{level.m:.0%}, and no other comparison confirms that; it was kept at its starting value"
            )


def _odd_pattern(model: PersonModel, parameters: Sequence[Parameters], likely: Levels) -> Iterator[str]:
    patterns = tally(likely)
    if len(likely) < _ENOUGH or patterns.weight.max() < _MOST_OF_ONE_PATTERN * len(likely):
        return
    levels = patterns.levels[patterns.weight.argmax()]
    known = np.flatnonzero(levels != UNKNOWN).tolist()
    agreeing = [n for n in known if levels[n] < parameters[n].agreeing]
    if 2 * len(agreeing) < len(known):
        names = ", ".join(
            f"{model.comparisons[n].name} {model.comparisons[n].levels[levels[n]].label}" for n in known
        )
        yield (
            f"{patterns.weight.max() / len(likely):.0%} of the likely matches agree in little: {names}; look at "
            "some of them (`cdi review`) before the entities are used"
        )


def _copies_apart(levels: Levels, match: Floats) -> Iterator[str]:
    copies = is_copy(levels)
    apart, count = int((copies & (match < 0.5)).sum()), int(copies.sum())
    if count >= _ENOUGH and apart > _COPIES_APART * count:
        yield (
            f"{apart:,} of {count:,} pairs that are the same in all that is known of them weigh less than even odds "
            "and stay apart: their values are too common"
        )


def _few_joined(match: Floats, joined: Bools) -> Iterator[str]:
    promised = float(match.sum())
    found = float(match[joined].sum())
    if promised >= _ENOUGH and found < _FEWEST_JOINED * promised:
        yield (
            f"entities join {found:,.0f} of the {promised:,.0f} pairs that their weights make likely: many likely "
            "pairs contradict each other"
        )
