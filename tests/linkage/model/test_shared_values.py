"""Which mailboxes, phones and devices are one person's own, and which identify nobody."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from pyspark.sql import DataFrame, SparkSession

from cdi_spark.linkage.model.shared_values import shared_values, with_own
from cdi_spark.schema import FEATURES
from cdi_spark.spark.local_rows import local_rows


@pytest.fixture
def features(spark: SparkSession) -> DataFrame:
    def row(record_id: str, given: str | None, emails: Sequence[str] | None) -> tuple[object, ...]:
        values = {
            "given": given,
            "family": "lee",
            "emails": emails,
            "own_emails": emails,
            "phones": ["+44200"],
        }
        return (record_id, *(values.get(name) for name in FEATURES))

    rows = [
        row("a", "robert", ["own@x.org", "family@x.org"]),
        row("b", "r", ["own@x.org"]),
        row("c", "mary", ["family@x.org"]),
        row("d", None, ["own@x.org"]),
        row("e", "tom", ["public@x.org"]),
        row("f", "una", ["public@x.org", "family@x.org"]),
        row("g", "vera", ["public@x.org"]),
        row("h", "will", None),
    ]
    schema = ", ".join(["record_id string", *(f"{name} {kind}" for name, kind in FEATURES.items())])
    return local_rows(spark, rows, schema)


def test_a_value_is_shared_from_two_people_on_and_public_from_a_limit_on(features: DataFrame) -> None:
    shared = shared_values(features)
    assert {(r["column"], r["value"]): r["people"] for r in shared.collect()} == {
        ("emails", "family@x.org"): 3,
        ("emails", "public@x.org"): 3,
        ("phones", "+44200"): 6,
    }
    found = {r["record_id"]: r for r in with_own(features, shared, public_from=4).collect()}
    assert found["a"]["emails"] == ["own@x.org", "family@x.org"]
    assert found["a"]["own_emails"] == found["b"]["own_emails"] == found["d"]["own_emails"] == ["own@x.org"]
    assert found["c"]["emails"] == ["family@x.org"]
    assert found["c"]["own_emails"] is None
    assert found["h"]["emails"] is None
    assert {r["phones"] is None and r["own_phones"] is None for r in found.values()} == {True}


def test_without_a_shared_value_all_is_own(features: DataFrame) -> None:
    before = {r["record_id"]: (r["emails"], r["phones"]) for r in features.collect()}
    found = with_own(features, shared_values(features).limit(0), public_from=4).collect()
    assert len(before) == 8
    assert {r["record_id"]: (r["emails"], r["phones"]) for r in found} == before
    assert {r["record_id"]: (r["own_emails"], r["own_phones"]) for r in found} == before
