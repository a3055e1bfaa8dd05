"""Components that are entities as a whole, except for decisions and limits: the strongest links join first.

Every result is a pure function of the component, as in agglomerative.py. Needs numpy only, so that it can be shipped
to any executor.

Source:
    Kruskal 1956, doi:10.1090/S0002-9939-1956-0078686-7, with constraints.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from cdi_spark.graph.arrays import Floats, Ints
from cdi_spark.graph.union_find import DisjointSets
from cdi_spark.linkage.clustering.clusters import EntityLimits


def resolve_by_spanning_tree(
    group: Sequence[str | None],
    links: tuple[Ints, Ints, Floats],
    cannot: tuple[Ints, Ints],
    limits: EntityLimits,
) -> Ints:
    """Return the entity of every record: links join records, the strongest first, unless a decision or a limit forbids.

    Records of one group are one entity, whatever forbids it.

    Args:
        group: for every record the name of its must-link group; None for most.
        links: positions of two records, and bits; infinite where the two must be one.
        cannot: positions of two records that are two persons.
        limits: how many records an entity may have.
    Returns:
        For every record the position of its entity's first record.
    """
    entities = DisjointSets[int]()
    loads = limits.loads.copy()
    apart: dict[int, set[int]] = defaultdict(set)
    for one, other in zip(*(side.tolist() for side in cannot), strict=True):
        if group[one] is None or group[one] != group[other]:
            apart[one].add(other)
            apart[other].add(one)

    def join(one: int, other: int) -> None:
        entities.join(one, other)
        into, gone = min(one, other), max(one, other)
        loads[into] += loads[gone]
        apart[into] |= apart.pop(gone, set())

    firsts: dict[str, int] = {}
    for n, name in enumerate(group):
        if name is not None and firsts.setdefault(name, n) != n:
            join(entities.find(firsts[name]), n)
    left, right, weight = links
    for n in np.lexsort((right, left, -weight)).tolist():
        one, other = entities.find(int(left[n])), entities.find(int(right[n]))
        if one == other or (loads[one] + loads[other] > limits.most).any():
            continue
        fewer, more = sorted((one, other), key=lambda end: len(apart[end]))
        if not any(entities.find(record) == more for record in apart[fewer]):
            join(one, other)
    return np.array([entities.find(n) for n in range(len(group))], np.int64)
