"""The weight from which clusters are one entity: implied precision, labels, and the choice by a target."""

from __future__ import annotations

import numpy as np
import pytest

from cdi_spark.linkage.clustering.links import Links, links_of_pairs, pairs_within
from cdi_spark.linkage.training.pairs import Pairs
from cdi_spark.linkage.training.thresholds import WEIGHTS, Threshold, choose_threshold, measure_thresholds

PRIOR = -10.0
# Four pairs of records, each pair a component; they weigh 12, 5, 1 and -9 bits.
BITS = np.array([[22.0], [15.0], [11.0], [1.0]])
RIGHT = 1 / (1 + np.exp2(-BITS[:, 0] - PRIOR))


def four_pairs() -> tuple[Links, Pairs]:
    left, right = pairs_within(np.repeat(np.arange(4), 2))
    links = links_of_pairs(left, right, BITS, BITS < 99, PRIOR, np.zeros(4, np.int64))
    return links, Pairs(left, right, np.zeros((4, 1), np.int8))


def thresholds(people: list[int] | None = None, *, shift: float = 0.0) -> dict[float, Threshold]:
    links, candidates = four_pairs()
    known = None if people is None else np.array(people)
    found = measure_thresholds(
        8, links, prior=PRIOR, candidates=candidates, match=RIGHT, people=known, shift=shift
    )
    return {at.entity_weight: at for at in found}


def test_what_merges_promise_falls_short_of_one_by_what_their_weights_leave_open() -> None:
    found = thresholds()
    assert list(found) == list(WEIGHTS)
    assert found[0.0].implied_precision == pytest.approx(RIGHT[:3].sum() / 3)
    assert found[3.0].implied_precision == pytest.approx(RIGHT[:2].sum() / 2)
    assert found[13.0].implied_precision == 1.0
    assert found[0.0].implied_recall == pytest.approx(RIGHT[:3].sum() / RIGHT.sum())
    assert found[3.0].implied_recall == pytest.approx(RIGHT[:2].sum() / RIGHT.sum())
    assert found[13.0].implied_recall == 0.0
    assert {at.labelled_precision for at in found.values()} == {None}


def test_only_pairs_of_two_labelled_records_count() -> None:
    # The first pair is one person, the second two, of the third one record is not labelled.
    found = thresholds([1, 1, 2, 3, 4, -1, 5, 5])
    assert (found[0.0].labelled_precision, found[0.0].labelled_recall) == (1 / 2, 1 / 2)
    assert (found[6.0].labelled_precision, found[6.0].labelled_recall) == (1.0, 1 / 2)
    assert (found[13.0].labelled_precision, found[13.0].labelled_recall) == (None, 0.0)


def test_without_a_target_it_is_even_odds() -> None:
    chosen = choose_threshold(list(thresholds().values()), None)
    assert (chosen.threshold.entity_weight, chosen.by, chosen.precision_target) == (0.0, "even odds", None)


def test_a_target_takes_the_lowest_threshold_that_promises_as_much() -> None:
    # At even odds (0.9996 + 0.97 + 0.67) / 3; from 2 bits on (0.9996 + 0.97) / 2; from 6 bits on 0.9996.
    for precision_target, weight in ((0.8, -4.0), (0.9, 2.0), (0.98, 2.0), (0.99, 6.0), (0.9999, 13.0)):
        chosen = choose_threshold(list(thresholds().values()), precision_target)
        assert (chosen.threshold.entity_weight, chosen.by, chosen.precision_target) == (
            weight,
            "implied precision",
            precision_target,
        )


def test_where_judgements_shift_the_odds_promises_go_with_them() -> None:
    down = thresholds(shift=-3.0)
    right = 1 / (1 + np.exp2(-BITS[:, 0] - PRIOR + 3))
    assert [down[w].entity.tolist() for w in WEIGHTS] == [thresholds()[w].entity.tolist() for w in WEIGHTS]
    assert down[0.0].implied_precision == pytest.approx(right[:3].sum() / 3)
    assert down[3.0].implied_recall == pytest.approx(right[:2].sum() / right.sum())
    # Below 0.98 now with the pair of five bits, whose odds are those of two.
    chosen = choose_threshold(list(down.values()), 0.98, -3.0)
    assert (chosen.threshold.entity_weight, chosen.by) == (6.0, "implied precision, calibrated by judgements")
    labelled = choose_threshold(list(thresholds([1, 1, 2, 2, 3, 3, -1, -1], shift=-3.0).values()), 0.99, -3.0)
    assert (labelled.threshold.entity_weight, labelled.by) == (-4.0, "labels")


def test_without_a_target_it_is_the_threshold_nearest_to_where_judgements_put_even_odds() -> None:
    weights = {-3.1: 3.0, -0.4: 0.0, 0.4: 0.0, 1.2: -2.0, 9.0: -4.0, -99.0: 13.0}
    for shift, weight in weights.items():
        chosen = choose_threshold(list(thresholds(shift=shift).values()), None, shift)
        assert (chosen.threshold.entity_weight, chosen.by) == (weight, "even odds, calibrated by judgements")


def test_where_labels_speak_they_decide_and_no_promise_counts() -> None:
    right = choose_threshold(list(thresholds([1, 1, 2, 2, 3, 3, -1, -1]).values()), 0.99)
    assert (right.threshold.entity_weight, right.by) == (-4.0, "labels")
    wrong = choose_threshold(list(thresholds([1, 1, 2, 3, 4, 4, -1, -1]).values()), 0.9)
    assert (wrong.threshold.entity_weight, wrong.by) == (6.0, "labels")


def test_a_target_that_no_threshold_meets_takes_the_highest() -> None:
    measured = list(thresholds([1, 2, -1, -1, -1, -1, -1, -1]).values())
    for any_order in (measured, measured[::-1]):
        chosen = choose_threshold(any_order, 0.5)
        assert (chosen.threshold.entity_weight, chosen.by) == (WEIGHTS[-1], "labels")
    unlabelled = [at for at in thresholds().values() if at.implied_precision < 1]
    chosen = choose_threshold(unlabelled, 1.0)
    assert (chosen.threshold, chosen.by) == (unlabelled[-1], "implied precision")
