"""m of a comparison is learned from the pairs that are sure without it: what parts a pair is seen too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cdi_spark.linkage.model.decisions import Decision
from cdi_spark.linkage.model.parameters import Parameters
from cdi_spark.linkage.model.person_model import PersonModel, load_person_model
from cdi_spark.linkage.training.m_and_u import Evidence, learn_parameters
from cdi_spark.linkage.training.pairs import Likely, Pairs, Tally
from cdi_spark.linkage.training.sure_pairs import sure_without_each
from tests.paths import PERSON_MODEL


def packaged(columns: set[str]) -> PersonModel:
    return load_person_model(PERSON_MODEL).restricted(columns)


HOME_MODEL = packaged({"given", "family", "street", "postcode"})
FIRST, LAST = 0, [len(c.levels) - 1 for c in HOME_MODEL.comparisons]


def sure_pairs(
    levels: list[list[int]],
    bits: list[list[float]],
    *,
    joined: list[bool],
    decided: Decision = Decision.UNDECIDED,
) -> list[Likely]:
    """The pairs that are sure without each comparison, of disjoint pairs that are one cluster each or two."""
    count = len(levels)
    pairs = Pairs(np.arange(count) * 2, np.arange(count) * 2 + 1, np.array(levels, np.int8))
    entity = np.arange(2 * count)
    entity[1::2] -= np.array(joined)
    shares = [np.full((1, len(c.levels)), 1 / len(c.levels)) for c in HOME_MODEL.comparisons]
    parameters = [Parameters((), 1, share, share, ()) for share in shares]
    decisions = np.full(count, decided, np.int64)
    return list(
        sure_without_each(
            pairs, np.array(bits), parameters, HOME_MODEL, prior=-12.0, entity=entity, decided=decisions
        )
    )


def test_people_who_moved_are_seen_although_no_cluster_has_them() -> None:
    stayed, moved = [FIRST, FIRST, FIRST], [FIRST, FIRST, LAST[2]]
    weights = [[10.0, 10.0, 15.0]] * 200 + [[10.0, 10.0, -15.0]] * 100
    _, _, address = sure_pairs([stayed] * 200 + [moved] * 100, weights, joined=[True] * 200 + [False] * 100)
    assert address.pairs.counts(2, LAST[2] + 1)[[0, LAST[2]]].tolist() == [200, 100]


def test_pairs_that_only_the_comparison_itself_makes_sure_do_not_count() -> None:
    found = sure_pairs([[FIRST, -1, FIRST]] * 200, [[10.0, 0.0, 15.0]] * 200, joined=[True] * 200)
    assert len(found[2].pairs.weight) == 0


def test_what_stewards_decided_is_sure() -> None:
    odd = [LAST[0], FIRST, LAST[2]]
    found = sure_pairs(
        [odd] * 60, [[-9.0, 9.0, -9.0]] * 60, joined=[True] * 60, decided=Decision.SAME_BY_STEWARD
    )
    assert found[0].pairs.counts(0, LAST[0] + 1)[LAST[0]] == 60
    found = sure_pairs([[FIRST] * 3] * 60, [[9.0] * 3] * 60, joined=[True] * 60, decided=Decision.DIFFERENT)
    assert len(found[0].pairs.weight) == 0


def test_a_household_is_not_sure_without_the_given_name() -> None:
    """Name and home agree in relatives as often as in matches."""
    found = sure_pairs([[LAST[0], FIRST, FIRST]] * 200, [[-7.0, 10.0, 15.0]] * 200, joined=[False] * 200)
    assert len(found[0].pairs.weight) == 0


def test_strangers_among_the_sure_pairs_do_not_count() -> None:
    pairs = Tally(np.array([[0], [1]], np.int8), np.array([60.0, 40.0]))
    strangers = Tally(pairs.levels, np.array([0.0, 40.0]))
    assert Likely(pairs, strangers).matches(0, np.array([0.01, 0.99])).round(1).tolist() == [59.6, 0.4]


def gender_evidence(share_different: float, sure: Likely | None) -> Evidence:
    """Clusters in which genders differ in a share of the pairs; random pairs of which half differ."""
    same_or_not = np.array([[0], [1]], np.int8)
    nothing = Tally(same_or_not[:0], np.zeros(0))
    matches = Tally(same_or_not, 1000 * np.array([1 - share_different, share_different]))
    random_pairs = Tally(same_or_not, np.array([5e5, 5e5]))
    return Evidence(random_pairs, nothing, matches, 1_000_000, [] if sure is None else [sure])


def test_a_level_that_clusters_never_show_keeps_a_part_of_its_start() -> None:
    [gender] = learn_parameters(gender_evidence(0.0, None), packaged({"gender"}))
    assert 0.005 < gender.m[0, 1] < 0.007


def test_a_level_that_only_clusters_show_stays_at_its_start_unless_sure_pairs_confirm_it() -> None:
    names = packaged({"given", "family", "family_tokens", "given_tokens"})
    crossed = [level.label for level in names.comparisons[0].levels].index("the other's family name")
    levels = np.array([[0, 0], [crossed, -1], [len(names.comparisons[0].levels) - 1, 0]], np.int8)
    nothing = Tally(levels[:0], np.zeros(0))
    evidence = Evidence(
        Tally(levels, np.array([1e3, 1e3, 1e6])), nothing, Tally(levels, np.array([400.0, 600.0, 0.0])), 10**7
    )
    unsure = replace(evidence, sure=[Likely(nothing, nothing)] * 2)
    [given, _] = learn_parameters(unsure, names)
    assert given.m[0, crossed] < 0.02
    assert {level: round(share, 1) for level, share in given.kept.items()} == {crossed: 0.6}
    sure = Likely(evidence.matches, nothing)
    [given, _] = learn_parameters(
        Evidence(
            *[getattr(evidence, name) for name in ("random", "candidates", "matches", "all_pairs")],
            [sure, sure],
        ),
        names,
    )
    assert given.m[0, crossed] > 0.5
    assert not given.kept
