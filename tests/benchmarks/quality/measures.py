"""How right clusters are: pairs of records after transitive closure, and people whose cluster is exactly theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from cdi_spark.graph.union_find import DisjointSets

# Strength, and two records.
Pair = tuple[float, str, str]
# The true person of each record; None where a record is nobody's in particular, which no measure counts.
Truth = Mapping[str, str | None]


@dataclass(frozen=True)
class Measures:
    """Shares between 0 and 1.

    Args:
        exact: share of people whose records, all of them and no other person's, are one cluster.
    """

    precision: float
    recall: float
    f1: float
    exact: float


def measure(clusters: Mapping[str, str], truth: Truth) -> Measures:
    """Compare clusters with truth.

    Args:
        clusters: cluster by record; a record of truth that is not in it is a cluster of its own.
    """
    cells: Counter[tuple[str, tuple[str, str]]] = Counter()
    for record, person in truth.items():
        if person is not None:
            cells[person, ("in", clusters[record]) if record in clusters else ("alone", record)] += 1
    people: Counter[str] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    for (person, cluster), records in cells.items():
        people[person] += records
        found[cluster] += records
    both, wanted, predicted = (_pairs(sizes.values()) for sizes in (cells, people, found))
    exact = sum(people[person] == records == found[cluster] for (person, cluster), records in cells.items())
    return Measures(
        _share(both, predicted),
        _share(both, wanted),
        _share(2 * both, predicted + wanted),
        _share(exact, len(people)),
    )


def linked(pairs: Iterable[Pair], *, at_least: float) -> dict[str, str]:
    """Connected components of the pairs that are strong enough; records without such a pair are left out."""
    sets: DisjointSets[str] = DisjointSets()
    strong = [(left, right) for strength, left, right in pairs if strength >= at_least]
    for left, right in strong:
        sets.join(left, right)
    return {record: sets.find(record) for pair in strong for record in pair}


def best_threshold(pairs: Iterable[Pair], truth: Truth) -> float:
    """The threshold whose connected components have the highest F1: what nobody can know without the truth."""
    people = Counter(person for person in truth.values() if person is not None)
    wanted = _pairs(people.values())
    sets: DisjointSets[str] = DisjointSets()
    members: dict[str, Counter[str]] = {}
    both = predicted = 0
    best = (-1.0, float("inf"))
    for strength, equally_strong in groupby(
        sorted(pairs, key=lambda pair: -pair[0]), key=lambda pair: pair[0]
    ):
        for _, left, right in equally_strong:
            one, other = sets.find(left), sets.find(right)
            if one == other:
                continue
            few, many = sorted((_members(members, one, truth), _members(members, other, truth)), key=len)
            both += sum(count * many[person] for person, count in few.items())
            predicted += few.total() * many.total()
            many.update(few)
            sets.join(one, other)
            members[sets.find(one)] = many
        best = max(best, (_share(2 * both, predicted + wanted), strength))
    return best[1]


def _members(members: dict[str, Counter[str]], root: str, truth: Truth) -> Counter[str]:
    if root not in members:
        members[root] = Counter([person] if (person := truth.get(root)) is not None else [])
    return members[root]


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def _share(part: float, whole: float) -> float:
    """Part of whole; 1 where the whole is nothing, as then nothing is wrong or missed."""
    return part / whole if whole else 1.0
