"""Connected components in memory. Needs numpy only, so that it can be shipped to any executor."""

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
