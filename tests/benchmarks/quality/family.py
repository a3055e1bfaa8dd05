"""What a family is, and how its records spread over sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from tests.benchmarks.quality.corruption import Record

T = TypeVar("T")


@dataclass
class Family:
    """Records of one kind of data.

    Args:
        records: columns of silver.person (or full_name) as a source has them, with record_id `<source>:<key>`.
        people: the true person of each record, in the order of `records`; None where a record names a couple and is
            nobody's in particular: it may be in any cluster.
        country: country of records that name none.
    """

    name: str
    records: list[Record]
    people: list[str | None]
    country: str


def spread(
    people: Iterable[T], rng: Random, *, sources: Sequence[str], counts: Sequence[int]
) -> Iterator[tuple[T, str]]:
    """Each person with the sources that know him or her; the same source twice is a duplicate within it.

    Args:
        counts: weights of having 1, 2, 3 … records.
    """
    for person in people:
        for _ in range(1 + rng.choices(range(len(counts)), counts)[0]):
            yield person, rng.choice(sources)


def family(name: str, rows: Iterable[tuple[str, str | None, Record]], rng: Random, *, country: str) -> Family:
    """Number the rows (source, person, record) of each source in random order, so that no key tells of the truth."""
    shuffled = list(rows)
    rng.shuffle(shuffled)
    records = [{"record_id": f"{source}:{n}", **record} for n, (source, _, record) in enumerate(shuffled)]
    return Family(name, records, [person for _, person, _ in shuffled], country)


def only(record: Record, *columns: str) -> Record:
    return {column: record.get(column) for column in columns}
