"""Connected components and spanning trees in memory. Needs numpy only, so that it can be shipped to any executor."""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def smallest_joined(size: int, left: Ints, right: Ints) -> Ints:
    """Of every place below `size` the smallest place that links join it to, directly or over others."""
    # Every place points at a smaller one of its component or, while it knows of none, at itself.
    first = np.arange(size)
    while len(left):
        one, other = first[left], first[right]
        np.minimum.at(first, np.maximum(one, other), np.minimum(one, other))
        while not np.array_equal(first, further := first[first]):
            first = further
        apart = first[left] != first[right]
        left, right = left[apart], right[apart]
    return first


def joining(links: Iterable[tuple[str, str]]) -> Iterator[int]:
    """The places of the links that join what none before them did: with the strongest first, a maximum spanning tree.

    Source:
        Kruskal 1956, doi:10.1090/S0002-9939-1956-0078686-7.
    """
    above: dict[str, str] = {}

    def top(record: str) -> str:
        while record in above:
            record = above[record]
        return record

    for place, (left, right) in enumerate(links):
        one, other = top(left), top(right)
        if one != other:
            above[one] = other
            yield place
