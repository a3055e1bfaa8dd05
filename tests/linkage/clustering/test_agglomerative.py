"""Entities from the pairs of a component: what holds together, what comes apart, and that nothing else matters."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdi_spark.linkage.clustering import agglomerative
from cdi_spark.linkage.clustering.clusters import EntityLimits
from cdi_spark.linkage.clustering.links import links_of_pairs, pairs_within

PRIOR = -10.0
Weights = dict[tuple[int, int], list[float | None]]
Decided = dict[tuple[int, int], int]


def resolved(
    records: int,
    weights_of: Weights,
    *,
    decided: Decided | None = None,
    order: list[int] | None = None,
    strong: Collection[tuple[int, int]] = (),
) -> list[int]:
    """Entities of records; other pairs weigh -12 bits in their first evidence."""
    kinds = max((len(bits) for bits in weights_of.values()), default=1)
    left, right = pairs_within(np.zeros(records, np.int64))
    rows = [
        weights_of.get((int(i), int(j)), [-12.0] + [None] * (kinds - 1))
        for i, j in zip(left, right, strict=True)
    ]
    bits = np.array([[0.0 if b is None else b for b in row] for row in rows]).reshape(len(left), kinds)
    known = np.array([[b is not None for b in row] for row in rows]).reshape(len(left), kinds)
    rules = np.array(
        [(decided or {}).get((int(i), int(j)), 0) for i, j in zip(left, right, strict=True)], int
    )
    if order is not None:
        place = np.array(order)
        left, right = np.minimum(place[left], place[right]), np.maximum(place[left], place[right])
    by_id = np.array([(int(i), int(j)) in strong for i, j in zip(left, right, strict=True)], bool)
    links = links_of_pairs(left, right, bits, known, PRIOR, rules, by_id)
    found = agglomerative.resolve(records, links, prior=PRIOR, least_weight=0.0).entity
    return [int(e) for e in (found if order is None else found[np.array(order)])]


def partition(entity: list[int]) -> set[frozenset[int]]:
    return {frozenset(i for i, e in enumerate(entity) if e == one) for one in set(entity)}


def test_a_strong_pair_is_one_entity_and_a_weak_one_two() -> None:
    assert resolved(2, {(0, 1): [18.0]}) == [0, 0]
    assert resolved(2, {(0, 1): [4.0]}) == [0, 1]


def test_a_bridge_between_two_families_of_records_does_not_join_them() -> None:
    inside: Weights = {
        (0, 1): [20.0],
        (0, 2): [20.0],
        (1, 2): [20.0],
        (3, 4): [20.0],
        (3, 5): [20.0],
        (4, 5): [20.0],
    }
    assert partition(resolved(6, inside | {(2, 3): [14.0]})) == {frozenset({0, 1, 2}), frozenset({3, 4, 5})}


def test_a_changed_surname_is_one_voice_among_several() -> None:
    # Names disagree, birth date and mailbox agree: no pair is a sure link, all together are.
    moved: list[float | None] = [-6.0, 11.0, 9.0]
    weights_of: Weights = {(0, 1): [15.0, 11.0, 9.0], (2, 3): [15.0, 11.0, 9.0]}
    weights_of |= dict.fromkeys(((0, 2), (0, 3), (1, 2), (1, 3)), moved)
    assert partition(resolved(4, weights_of)) == {frozenset({0, 1, 2, 3})}


def test_a_fragment_joins_the_one_cluster_it_fits_and_not_one_of_two_alike() -> None:
    family: Weights = {(0, 1): [20.0], (2, 3): [20.0]}
    assert partition(resolved(5, family | {(0, 4): [8.0], (1, 4): [8.0]})) == {
        frozenset({0, 1, 4}),
        frozenset({2, 3}),
    }
    torn = family | {(i, 4): [8.0] for i in range(4)}
    assert partition(resolved(5, torn)) == {frozenset({0, 1}), frozenset({2, 3}), frozenset({4})}


def test_a_fragment_that_one_kind_of_evidence_contradicts_stays_alone() -> None:
    pair: Weights = {(0, 1): [20.0, 1.0]}
    lacking = pair | {(0, 2): [7.5, None], (1, 2): [7.5, None]}
    contradicted = pair | {(0, 2): [12.0, -4.5], (1, 2): [12.0, -4.5]}
    assert partition(resolved(3, lacking)) == {frozenset({0, 1, 2})}
    assert partition(resolved(3, contradicted)) == {frozenset({0, 1}), frozenset({2})}


def test_pairs_of_records_that_share_no_kind_of_evidence_do_not_weaken_those_that_do() -> None:
    # Visits by device, and orders by name: one record has both.
    nothing: list[float | None] = [None, None]
    weights_of: Weights = {(i, j): nothing for i in range(6) for j in range(i + 1, 6)}
    weights_of |= {(i, j): [20.0, None] for i, j in ((0, 1), (0, 2), (1, 2))}
    weights_of |= {(i, j): [None, 20.0] for i, j in ((3, 4), (3, 5), (4, 5))}
    assert partition(resolved(6, weights_of | {(2, 3): [None, 12.0]})) == {frozenset(range(6))}
    assert len(partition(resolved(6, weights_of | {(2, 3): [None, 8.0]}))) == 2


def test_one_pair_with_the_same_strong_id_joins_two_clusters_however_little_the_other_pairs_say() -> None:
    # Three orders by one customer number; of the two contacts one has that number, and the other another one.
    weights_of: Weights = {(0, 1): [None, 25.0]}
    weights_of |= {pair: [17.0, None] for pair in ((2, 3), (2, 4), (3, 4), (0, 2), (0, 3), (0, 4))}
    weights_of |= {(1, n): [-2.5, -2.5] for n in (2, 3, 4)}
    together = partition(resolved(5, weights_of, strong=[(0, 2), (0, 3), (0, 4)]))
    assert together == {frozenset(range(5))}
    weights_of |= {(1, n): [-12.0, -2.5] for n in (2, 3, 4)} | {(0, n): [12.0, -2.5] for n in (2, 3, 4)}
    assert partition(resolved(5, weights_of)) == {frozenset({0, 1}), frozenset({2, 3, 4})}
    assert partition(resolved(5, weights_of, strong=[(0, 2)])) == {frozenset(range(5))}


def test_a_strong_id_does_not_join_clusters_that_one_kind_of_evidence_contradicts() -> None:
    weights_of: Weights = {(0, 1): [20.0, 10.0], (2, 3): [20.0, 10.0]}
    weights_of |= {pair: [12.0, -12.0] for pair in ((0, 2), (0, 3), (1, 2), (1, 3))}
    assert partition(resolved(4, weights_of, strong=[(0, 2), (1, 2)])) == {
        frozenset({0, 1}),
        frozenset({2, 3}),
    }


def test_a_component_of_one_is_itself() -> None:
    assert resolved(1, {}) == [0]


def test_two_with_a_cannot_link_stay_apart_though_a_third_is_like_both() -> None:
    alike: Weights = {(0, 1): [40.0], (0, 2): [40.0], (1, 2): [41.0]}
    assert partition(resolved(3, alike)) == {frozenset({0, 1, 2})}
    assert partition(resolved(3, alike, decided={(0, 1): -1})) == {frozenset({0}), frozenset({1, 2})}


def test_two_that_must_be_one_are_whatever_they_weigh_and_so_are_their_clusters() -> None:
    weights_of: Weights = {(0, 1): [20.0], (2, 3): [20.0]}
    assert partition(resolved(4, weights_of, decided={(1, 2): 1})) == {frozenset({0, 1, 2, 3})}


def test_a_must_link_does_not_bring_together_what_a_cannot_link_stands_between() -> None:
    weights_of: Weights = {(0, 1): [3.0], (1, 2): [1.0]}
    decided = {(0, 1): 1, (1, 2): 1, (0, 2): -1}
    assert partition(resolved(3, weights_of, decided=decided)) == {frozenset({0, 1}), frozenset({2})}


def test_of_two_fragments_that_may_not_be_one_only_the_better_fitting_joins_a_cluster() -> None:
    family: Weights = {(0, 1): [20.0], (0, 2): [8.0], (1, 2): [8.0], (0, 3): [7.9], (1, 3): [7.9]}
    assert partition(resolved(4, family)) == {frozenset({0, 1, 2, 3})}
    assert partition(resolved(4, family, decided={(2, 3): -1})) == {frozenset({0, 1, 2}), frozenset({3})}


def test_each_of_several_weights_gives_what_it_gives_alone_and_more_than_even_odds_joins_less() -> None:
    left, right = pairs_within(np.zeros(6, np.int64))
    bits = np.random.default_rng(1).uniform(2, 22, len(left))[:, None]
    links = links_of_pairs(left, right, bits, bits < 99, PRIOR, np.zeros(len(left), np.int64))
    weights = [-2.0, 0.0, 4.0, 9.0]
    found = agglomerative.resolve_each(6, links, prior=PRIOR, least_weights=weights)
    for weight, at in zip(weights, found, strict=True):
        alone = agglomerative.resolve(6, links, prior=PRIOR, least_weight=weight)
        assert (at.entity.tolist(), at.pairs, at.right) == (alone.entity.tolist(), alone.pairs, alone.right)
    assert len(set(found[-1].entity.tolist())) > len(set(found[0].entity.tolist()))


def test_a_merge_is_right_with_the_probability_that_its_weight_stands_for() -> None:
    # One merge of 12 bits and one of 1; the other pairs are not looked at.
    left, right = pairs_within(np.array([0, 0, 1, 1]))
    bits = np.array([[22.0], [11.0]])
    links = links_of_pairs(left, right, bits, bits < 99, PRIOR, np.zeros(2, np.int64))
    found = agglomerative.resolve(4, links, prior=PRIOR, least_weight=0.0)
    assert found.pairs == 2
    assert found.right == pytest.approx(2**12 / (2**12 + 1) + 2 / 3)


@st.composite
def components(draw: st.DrawFn) -> tuple[int, Weights]:
    records = draw(st.integers(2, 7))
    pairs = [(i, j) for i in range(records) for j in range(i + 1, records)]
    # Distinct weights: between equals the record that comes first decides, as it must somehow.
    bits = draw(st.lists(st.floats(-20, 30), min_size=len(pairs), max_size=len(pairs), unique=True))
    return records, {pair: [weight] for pair, weight in zip(pairs, bits, strict=True)}


@given(components(), st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(made: tuple[int, Weights], chance: object) -> None:
    records, weights_of = made
    order = list(range(records))
    chance.shuffle(order)  # type: ignore[attr-defined]
    assert partition(resolved(records, weights_of)) == partition(resolved(records, weights_of, order=order))


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 7), st.integers(0, 2**32), st.data())
def test_no_entity_holds_a_cannot_link_and_without_any_all_must_links_hold(
    records: int, seed: int, data: st.DataObject
) -> None:
    # Weights without a tie, also among their sums: between equals the record that comes first decides.
    chance = np.random.default_rng(seed)
    pairs = [(i, j) for i in range(records) for j in range(i + 1, records)]
    weights_of: Weights = {pair: [float(chance.uniform(-20, 30))] for pair in pairs}
    decided = {pair: data.draw(st.sampled_from([0, 0, 0, 1, -1])) for pair in pairs}
    entity = resolved(records, weights_of, decided=decided)
    assert [pair for pair, rule in decided.items() if rule < 0 and entity[pair[0]] == entity[pair[1]]] == []
    order = data.draw(st.permutations(range(records)))
    assert partition(resolved(records, weights_of, decided=decided, order=order)) == partition(entity)
    musts = {pair: max(rule, 0) for pair, rule in decided.items()}
    entity = resolved(records, weights_of, decided=musts)
    assert [pair for pair, rule in musts.items() if rule and entity[pair[0]] != entity[pair[1]]] == []


@given(st.lists(components(), min_size=2, max_size=4))
def test_what_else_is_worked_on_beside_a_component_does_not_matter(made: list[tuple[int, Weights]]) -> None:
    group: list[int] = []
    bits: list[float] = []
    alone: list[int] = []
    for n, (records, weights_of) in enumerate(made):
        alone += [e + len(group) for e in resolved(records, weights_of)]
        bits += [float(weights_of[pair][0] or 0) for pair in sorted(weights_of)]
        group += [n] * records
    left, right = pairs_within(np.array(group))
    weights: npt.NDArray[np.float64] = np.array(bits)[:, None]
    undecided = np.zeros(len(left), np.int64)
    links = links_of_pairs(left, right, weights, np.ones_like(weights, bool), PRIOR, undecided)
    together = agglomerative.resolve(len(group), links, prior=PRIOR, least_weight=0.0).entity
    assert [int(e) for e in together] == alone


def test_stewards_must_links_hold_against_cannot_links_of_rules() -> None:
    # A rule says that 0 and 1 are two, and another that 1 and 2 are one: the steward's 0 and 2 comes first.
    assert partition(resolved(3, {}, decided={(0, 1): -1, (1, 2): 1, (0, 2): 2})) == {
        frozenset({0, 2}),
        frozenset({1}),
    }
    # What is one by stewards is so over a third that a rule keeps from both.
    assert partition(resolved(3, {}, decided={(0, 1): 2, (1, 2): 2, (0, 2): -1})) == {frozenset({0, 1, 2})}


@given(st.lists(st.integers(0, 3), min_size=2, max_size=9), st.data())
@settings(max_examples=200, deadline=None)
def test_decisions_hold_whatever_records_weigh(group: list[int], data: st.DataObject) -> None:
    """Records of one group above 0 are one person by a steward; rules and weights are arbitrary."""
    left, right = (side.tolist() for side in pairs_within(np.zeros(len(group), np.int64)))
    judged = {(i, j) for i, j in zip(left, right, strict=True) if group[i] == group[j] > 0}
    rules = {
        pair: 2 if pair in judged else data.draw(st.sampled_from([-1, 0, 0, 0, 1]))
        for pair in zip(left, right, strict=True)
    }
    weights_of = {pair: [data.draw(st.sampled_from([-20.0, 5.0, 12.0, 25.0]))] for pair in rules}
    entity = resolved(len(group), weights_of, decided=rules)
    for (i, j), decision in rules.items():
        if decision == 2:
            assert entity[i] == entity[j]
        elif decision == -1:
            assert entity[i] != entity[j]


@given(st.lists(st.sampled_from(["crm", "web"]), min_size=2, max_size=9), st.data())
@settings(max_examples=200, deadline=None)
def test_no_entity_has_more_records_than_it_may(sources: list[str], data: st.DataObject) -> None:
    count = len(sources)
    left, right = pairs_within(np.zeros(count, np.int64))
    bits = np.array([[data.draw(st.sampled_from([-3.0, 7.0, 14.0, 25.0]))] for _ in left])
    names = [f"{source}:{n}" for n, source in enumerate(sources)]
    most, of_crm = data.draw(st.integers(2, 4)), data.draw(st.integers(1, 2))
    limits = EntityLimits.of(names, largest=most, per_source={"crm": of_crm})
    undecided = np.zeros(len(left), np.int64)
    links = links_of_pairs(left, right, bits, np.ones_like(bits, bool), PRIOR, undecided)
    entity = agglomerative.resolve(count, links, prior=PRIOR, least_weight=0.0, limits=limits).entity
    for one in set(entity.tolist()):
        assert (entity == one).sum() <= most
        assert sum(source == "crm" for source, e in zip(sources, entity, strict=True) if e == one) <= of_crm
    free = EntityLimits.of(names, largest=count, per_source={"crm": count})
    unbound = agglomerative.resolve(count, links, prior=PRIOR, least_weight=0.0).entity
    assert (
        agglomerative.resolve(count, links, prior=PRIOR, least_weight=0.0, limits=free).entity == unbound
    ).all()
