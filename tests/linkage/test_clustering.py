"""Entities from the pairs of a component: what holds together, what comes apart, and that nothing else matters."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from cdi_spark.linkage import clustering

PRIOR = -10.0
Weights = dict[tuple[int, int], list[float | None]]


def resolved(records: int, told: Weights, *, order: list[int] | None = None) -> list[int]:
    """Entities of records; pairs that are not told of say -12 bits in their first evidence."""
    kinds = max((len(bits) for bits in told.values()), default=1)
    left, right = clustering.pairs_within(np.zeros(records, np.int64))
    rows = [
        told.get((int(i), int(j)), [-12.0] + [None] * (kinds - 1)) for i, j in zip(left, right, strict=True)
    ]
    bits = np.array([[0.0 if b is None else b for b in row] for row in rows]).reshape(len(left), kinds)
    known = np.array([[b is not None for b in row] for row in rows]).reshape(len(left), kinds)
    if order is not None:
        place = np.array(order)
        left, right = np.minimum(place[left], place[right]), np.maximum(place[left], place[right])
    links = clustering.links_of_pairs(left, right, bits, known, PRIOR)
    found = clustering.resolve(records, links, prior=PRIOR, least_weight=0.0)
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
    told: Weights = {(0, 1): [15.0, 11.0, 9.0], (2, 3): [15.0, 11.0, 9.0]}
    told |= dict.fromkeys(((0, 2), (0, 3), (1, 2), (1, 3)), moved)
    assert partition(resolved(4, told)) == {frozenset({0, 1, 2, 3})}


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
    told: Weights = {(i, j): nothing for i in range(6) for j in range(i + 1, 6)}
    told |= {(i, j): [20.0, None] for i, j in ((0, 1), (0, 2), (1, 2))}
    told |= {(i, j): [None, 20.0] for i, j in ((3, 4), (3, 5), (4, 5))}
    assert partition(resolved(6, told | {(2, 3): [None, 12.0]})) == {frozenset(range(6))}
    assert len(partition(resolved(6, told | {(2, 3): [None, 8.0]}))) == 2


def test_a_component_of_one_is_itself() -> None:
    assert resolved(1, {}) == [0]


@st.composite
def components(draw: st.DrawFn) -> tuple[int, Weights]:
    records = draw(st.integers(2, 7))
    pairs = [(i, j) for i in range(records) for j in range(i + 1, records)]
    # Distinct weights: between equals the record that comes first decides, as it must somehow.
    bits = draw(st.lists(st.floats(-20, 30), min_size=len(pairs), max_size=len(pairs), unique=True))
    return records, {pair: [weight] for pair, weight in zip(pairs, bits, strict=True)}


@given(components(), st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(made: tuple[int, Weights], chance: object) -> None:
    records, told = made
    order = list(range(records))
    chance.shuffle(order)  # type: ignore[attr-defined]
    assert partition(resolved(records, told)) == partition(resolved(records, told, order=order))


@given(st.lists(components(), min_size=2, max_size=4))
def test_what_else_is_worked_on_beside_a_component_does_not_matter(made: list[tuple[int, Weights]]) -> None:
    group: list[int] = []
    bits: list[float] = []
    alone: list[int] = []
    for n, (records, told) in enumerate(made):
        alone += [e + len(group) for e in resolved(records, told)]
        bits += [float(told[pair][0] or 0) for pair in sorted(told)]
        group += [n] * records
    left, right = clustering.pairs_within(np.array(group))
    weights: npt.NDArray[np.float64] = np.array(bits)[:, None]
    links = clustering.links_of_pairs(left, right, weights, np.ones_like(weights, bool), PRIOR)
    together = clustering.resolve(len(group), links, prior=PRIOR, least_weight=0.0)
    assert [int(e) for e in together] == alone


@given(st.integers(1, 30), st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=40))
def test_components_are_what_links_join(records: int, made: list[tuple[int, int]]) -> None:
    links = [(a % records, b % records) for a, b in made]
    group = [{i} for i in range(records)]
    for a, b in links:
        union = group[a] | group[b]
        for member in union:
            group[member] = union
    ends = np.array(links, np.int64).reshape(-1, 2)
    assert [int(c) for c in clustering.components(records, ends[:, 0], ends[:, 1])] == [min(g) for g in group]
