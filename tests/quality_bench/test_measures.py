"""What the bench counts, on cases small enough to count by hand."""

from __future__ import annotations

import pytest

from tests.benchmarks.quality.measures import Measures, best_threshold, linked, measure

TRUTH = {"a": "p", "b": "p", "c": "p", "d": "q", "e": "r"}


def test_the_truth_itself_is_right() -> None:
    assert measure({"a": "1", "b": "1", "c": "1", "d": "2", "e": "3"}, TRUTH) == Measures(1.0, 1.0, 1.0, 1.0)


def test_pairs_are_counted_after_transitive_closure() -> None:
    # Found: a and b, a and d, b and d; of the three true pairs one, and one of the people is exactly right.
    found = measure({"a": "1", "b": "1", "d": "1", "c": "2", "e": "3"}, TRUTH)
    assert found.precision == pytest.approx(1 / 3)
    assert found.recall == pytest.approx(1 / 3)
    assert found.exact == pytest.approx(1 / 3)


def test_records_that_no_cluster_has_are_alone() -> None:
    found = measure({}, TRUTH)
    assert (found.precision, found.recall, found.f1) == (1.0, 0.0, 0.0)
    assert found.exact == pytest.approx(2 / 3)


def test_a_cluster_is_not_taken_for_a_lone_record_of_its_name() -> None:
    assert measure({"a": "d"}, {"a": "p", "d": "q"}).precision == 1.0


def test_a_record_that_is_nobodys_may_be_in_any_cluster() -> None:
    truth = {"a": "p", "b": "p", "joint": None}
    assert measure({"a": "1", "b": "1", "joint": "1"}, truth) == Measures(1.0, 1.0, 1.0, 1.0)


def test_pairs_at_the_threshold_are_links_and_links_are_closed() -> None:
    pairs = [(0.9, "a", "b"), (0.9, "b", "c"), (0.8, "c", "d")]
    assert linked(pairs, at_least=0.9) == {"a": "a", "b": "a", "c": "a"}


def test_the_best_threshold_is_the_one_with_the_highest_f1() -> None:
    pairs = [(0.9, "a", "b"), (0.7, "b", "c"), (0.6, "c", "d"), (0.5, "d", "e")]
    assert best_threshold(pairs, TRUTH) == 0.7


def test_equally_strong_pairs_are_taken_together() -> None:
    # With a and b alone the F1 would be higher than with all of them.
    pairs = [(0.9, "a", "b"), (0.9, "a", "d"), (0.9, "a", "e"), (0.8, "a", "c")]
    assert best_threshold(pairs, TRUTH) == 0.8


def test_a_nobody_between_two_people_is_no_pair_of_its_own() -> None:
    truth = {"a": "p", "b": "p", "joint": None}
    assert best_threshold([(0.9, "a", "joint"), (0.8, "b", "joint")], truth) == 0.8
