"""What is odd about a trained model is said in a sentence, and a model that fits its data has none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cdi_spark.linkage.model.parameters import Parameters
from cdi_spark.linkage.model.person_model import load_person_model
from cdi_spark.linkage.training.pairs import Pairs
from cdi_spark.linkage.training.warnings import training_warnings
from tests.paths import PERSON_MODEL

MODEL = load_person_model(PERSON_MODEL).restricted({"given", "family", "birth_date", "gender"})
TYPO = [level.label for level in MODEL.comparisons[0].levels].index("typo")
LAST = [len(c.levels) - 1 for c in MODEL.comparisons]


def parameters(kept: dict[int, float] | None = None) -> list[Parameters]:
    shares = [np.full((1, len(c.levels)), 1 / len(c.levels)) for c in MODEL.comparisons]
    return [Parameters((), 1, m, m, (), kept or {} if n == 0 else {}) for n, m in enumerate(shares)]


def warned(
    levels: Sequence[Sequence[int]],
    match: float,
    *,
    joined: bool = True,
    kept: dict[int, float] | None = None,
) -> list[str]:
    """The warnings for disjoint pairs of these levels, each of this probability, in one entity or not."""
    count = len(levels)
    pairs = Pairs(
        np.arange(count) * 2, np.arange(count) * 2 + 1, np.array(levels, np.int8).reshape(count, len(LAST))
    )
    entity = np.arange(2 * count) // 2 if joined else np.arange(2 * count)
    return training_warnings(MODEL, parameters(kept), pairs, np.full(count, match), entity)


def test_a_model_that_fits_has_no_warning() -> None:
    assert warned([[0, 0, 0, 0]] * 100, 0.99) == []
    assert warned([], 0.99) == []


def test_a_level_that_was_kept_at_its_start_is_named() -> None:
    [warning] = warned([[0, 0, 0, 0]] * 100, 0.99, kept={TYPO: 0.56})
    assert warning.startswith("given_name: typo: ")
    assert "56%" in warning


def test_likely_matches_of_one_pattern_that_agrees_in_little_are_a_warning() -> None:
    odd = [LAST[0], 0, LAST[2], -1]
    [warning] = warned([odd] * 60 + [[0, 0, 0, 0]] * 40, 0.99)
    assert warning.startswith(
        "60% of the likely matches agree in little: given_name different, family_name same"
    )
    assert warned([odd] * 40 + [[0, 0, 0, 0]] * 60, 0.99) == []


def test_copies_under_even_odds_are_a_warning() -> None:
    [warning] = warned([[0, 0, -1, 0]] * 30, 0.3)
    assert warning.startswith("30 of 30 pairs that are the same in all that is known")


def test_likely_pairs_that_stay_apart_are_a_warning() -> None:
    [warning] = warned([[0, 0, 0, 0]] * 50, 0.98, joined=False)
    assert warning.startswith("entities join 0 of the 49 pairs")
