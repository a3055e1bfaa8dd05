"""Exact matching and the stock Splink model on a few records."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa

from tests.benchmarks.quality.exact import exact_clusters

_LISTS = ("emails", "phones", "account_ids", "device_ids")
_TEXTS = ("record_id", "given_name", "family_name", "street", "postcode", "city", "national_id")


def persons(*rows: dict[str, Any]) -> pa.Table:
    columns: dict[str, pa.Array] = {
        **{name: pa.array([row.get(name) for row in rows], pa.string()) for name in _TEXTS},
        **{name: pa.array([row.get(name) for row in rows], pa.list_(pa.string())) for name in _LISTS},
        "birth_date": pa.array([row.get("birth_date") for row in rows], pa.date32()),
    }
    return pa.table(columns)


def test_a_shared_mailbox_or_id_is_a_match() -> None:
    found = exact_clusters(
        persons(
            {"record_id": "a", "emails": ["x@x.org"]},
            {"record_id": "b", "emails": ["x@x.org"], "account_ids": ["7"]},
            {"record_id": "c", "account_ids": ["7"]},
            {"record_id": "d", "phones": ["7"]},
        )
    )
    assert found == {"a": "a", "b": "a", "c": "a", "d": "d"}


def test_the_same_name_matches_with_the_same_birth_date_only() -> None:
    named = {"given_name": "Ann", "family_name": "Lee"}
    born = {"birth_date": date(1970, 1, 1)}
    found = exact_clusters(
        persons(
            {"record_id": "a", **named, **born},
            {"record_id": "b", **named, **born, "given_name": "ANN"},
            {"record_id": "c", **named},
        )
    )
    assert found == {"a": "a", "b": "a", "c": "c"}
