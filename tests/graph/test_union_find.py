"""Connected components and spanning forests in memory."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cdi_spark.graph.union_find import DisjointSets, smallest_connected, spanning_forest

SOME_LINKS = st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=40)


def components_of(records: int, links: list[tuple[int, int]]) -> list[set[int]]:
    """The component of every record, by the plainest way there is."""
    group = [{i} for i in range(records)]
    for a, b in links:
        union = group[a] | group[b]
        for member in union:
            group[member] = union
    return group


@given(st.integers(1, 30), SOME_LINKS)
def test_components_are_what_links_connect(records: int, made: list[tuple[int, int]]) -> None:
    links = [(a % records, b % records) for a, b in made]
    smallest = [min(component) for component in components_of(records, links)]
    ends = np.array(links, np.int64).reshape(-1, 2)
    assert smallest_connected(records, ends[:, 0], ends[:, 1]).tolist() == smallest
    sets = DisjointSets[int]()
    for a, b in links:
        sets.join(a, b)
    assert [sets.find(record) for record in range(records)] == smallest


@given(SOME_LINKS)
def test_a_spanning_forest_takes_each_link_that_connects_what_none_before_it_did(
    links: list[tuple[int, int]],
) -> None:
    taken = set(spanning_forest(links))
    for position, (left, right) in enumerate(links):
        before = components_of(30, links[:position])
        assert (position in taken) == (right not in before[left])


def test_a_long_chain_of_names_is_one_set_in_any_order() -> None:
    names = [f"crm:{n:05}" for n in range(3_000)]
    chain = list(pairwise(names))
    for links in (chain, chain[::-1], chain[::2] + chain[1::2]):
        assert len(list(spanning_forest(links))) == len(chain)
