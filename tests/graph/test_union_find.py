"""Connected components in memory."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cdi_spark.graph.union_find import smallest_joined


@given(st.integers(1, 30), st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=40))
def test_components_are_what_links_join(records: int, made: list[tuple[int, int]]) -> None:
    links = [(a % records, b % records) for a, b in made]
    group = [{i} for i in range(records)]
    for a, b in links:
        union = group[a] | group[b]
        for member in union:
            group[member] = union
    ends = np.array(links, np.int64).reshape(-1, 2)
    assert [int(c) for c in smallest_joined(records, ends[:, 0], ends[:, 1])] == [min(g) for g in group]
