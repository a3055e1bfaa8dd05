"""Exact matching: what a company without a linkage engine does with SQL joins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from cdi_spark.graph.union_find import DisjointSets

_LISTS = ("emails", "phones", "account_ids", "device_ids")
# With the same full name, any of these is enough.
_BESIDE_NAMES = (("birth_date",), ("street", "postcode"), ("postcode",), ("city",))


def exact_clusters(persons: pa.Table) -> dict[str, str]:
    """Join records that share an e-mail address, a phone number, an id, or a full name with the best other column.

    The best other column is the first of birth date, street and postcode, postcode, city that one record in two has.

    Args:
        persons: silver.person.
    Returns:
        Cluster by record.
    """
    beside = next((c for c in _BESIDE_NAMES if _share_known(persons, c) >= 0.5), None)
    first: dict[tuple[Any, ...], str] = {}
    sets: DisjointSets[str] = DisjointSets()
    records = persons.to_pylist()
    for row in records:
        for key in _keys(row, beside):
            sets.join(row["record_id"], first.setdefault(key, row["record_id"]))
    return {row["record_id"]: sets.find(row["record_id"]) for row in records}


def _keys(row: dict[str, Any], beside: tuple[str, ...] | None) -> Iterator[tuple[Any, ...]]:
    for column in _LISTS:
        yield from ((column, value) for value in row[column] or ())
    if row["national_id"]:
        yield "national_id", row["national_id"]
    names = (row["given_name"], row["family_name"], *(row[column] for column in beside or ()))
    if beside and all(names):
        yield "names", *(str(value).lower() for value in names)


def _share_known(persons: pa.Table, columns: tuple[str, ...]) -> float:
    known = min(persons.num_rows - int(persons[column].null_count) for column in columns)
    return float(known / max(1, persons.num_rows))
