"""Components that are entities as they stand: what decisions and limits divide, and that nothing else does."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cdi_spark.linkage.clustering.clusters import EntityLimits
from cdi_spark.linkage.clustering.constrained_spanning_tree import resolve_by_spanning_tree

Link = tuple[int, int, float]
Pair = tuple[int, int]


def divided(
    names: list[str],
    links: list[Link],
    *,
    cannot: list[Pair] | None = None,
    group: list[str | None] | None = None,
    largest: int = 100,
    per_source: dict[str, int] | None = None,
) -> set[frozenset[str]]:
    """Records by their names, <source>:<key>, in persons."""
    sides = [np.array(side, np.int64) for side in zip(*(link[:2] for link in links), strict=True)] or [
        np.zeros(0, np.int64)
    ] * 2
    apart = [np.array(side, np.int64) for side in zip(*(cannot or []), strict=True)] or [
        np.zeros(0, np.int64)
    ] * 2
    limits = EntityLimits.of(names, largest=largest, per_source=per_source or {})
    weights = np.array([link[2] for link in links], float)
    entity = resolve_by_spanning_tree(
        group or [None] * len(names), (sides[0], sides[1], weights), (apart[0], apart[1]), limits
    ).tolist()
    assert all(entity[first] == first <= n for n, first in enumerate(entity))
    return {frozenset(name for name, e in zip(names, entity, strict=True) if e == one) for one in entity}


def test_a_cannot_link_divides_at_the_weakest_link_between() -> None:
    chain = [(0, 1, 30.0), (1, 2, 26.0), (2, 3, 40.0)]
    names = ["crm:a", "crm:b", "web:c", "web:d"]
    assert divided(names, chain) == {frozenset(names)}
    assert divided(names, chain, cannot=[(0, 3)]) == {frozenset(names[:2]), frozenset(names[2:])}


def test_limits_divide_and_stewards_stand_above_them() -> None:
    names = ["crm:a", "crm:b", "web:c"]
    chain = [(0, 1, 30.0), (1, 2, 40.0)]
    parted = {frozenset({"crm:a"}), frozenset({"crm:b", "web:c"})}
    assert divided(names, chain, largest=2) == parted
    assert divided(names, chain, per_source={"crm": 1}) == parted
    assert divided(names, chain, per_source={"web": 1}) == {frozenset(names)}
    together: list[str | None] = ["a", "a", None]
    assert divided(names, chain, per_source={"crm": 1}, group=together) == {
        frozenset({"crm:a", "crm:b"}),
        frozenset({"web:c"}),
    }
    # What is one by stewards is so even where a rule says two.
    assert divided(names, [], cannot=[(0, 1)], group=together) == {
        frozenset({"crm:a", "crm:b"}),
        frozenset({"web:c"}),
    }


@given(st.data())
def test_all_holds_for_any_graph(data: st.DataObject) -> None:
    """Stewards' groups are whole, cannot-links and limits hold, and what nothing forbids is joined."""
    count = data.draw(st.integers(2, 8))
    names = [f"{data.draw(st.sampled_from(['crm', 'web']))}:{n}" for n in range(count)]
    pairs = [(i, j) for j in range(count) for i in range(j)]
    group = [data.draw(st.sampled_from([None, None, None, "g", "h"])) for _ in names]
    cannot = [
        p
        for p in data.draw(st.lists(st.sampled_from(pairs), max_size=4))
        if group[p[0]] is None or group[p[0]] != group[p[1]]
    ]
    weights = data.draw(st.dictionaries(st.sampled_from(pairs), st.sampled_from([25.0, 30.0, np.inf])))
    links = [(*pair, weight) for pair, weight in weights.items()]
    largest = data.draw(st.integers(2, 8))
    per_source = {"crm": data.draw(st.integers(1, 3))}
    found = divided(names, links, cannot=cannot, group=group, largest=largest, per_source=per_source)
    where = {name: entity for entity in found for name in entity}
    for i, j in cannot:
        assert where[names[i]] != where[names[j]]
    for i, j in pairs:
        if group[i] is not None and group[i] == group[j]:
            assert where[names[i]] == where[names[j]]

    def crowded(entity: frozenset[str]) -> bool:
        return len(entity) > largest or sum(name.startswith("crm") for name in entity) > per_source["crm"]

    for entity in found:
        assert not crowded(entity) or any(group[names.index(name)] for name in entity)
    for i, j, _ in links:
        one, other = where[names[i]], where[names[j]]
        torn = any({names[a], names[b]} <= one | other for a, b in cannot)
        assert one == other or torn or crowded(one | other)
