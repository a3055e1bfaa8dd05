"""Which mailboxes, phones and devices are one person's own, and which identify nobody."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import pyarrow as pa
import pytest
from pyspark import cloudpickle
from pyspark.sql import DataFrame, SparkSession

from cdi_spark.linkage.model.owner_counts import count_names
from cdi_spark.linkage.model.owners import MOST_PEOPLE
from cdi_spark.linkage.model.shared_values import NAME, shared_values, with_own, with_people
from cdi_spark.schema import FEATURES
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.spark.shipped import shipped


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


def test_a_value_with_many_names_is_counted_to_the_end_of_counting(spark: SparkSession) -> None:
    starts = ["an", "bo", "cle", "dmi", "eli", "fa", "gre", "hu", "ing", "jo"]
    ends = ["ra", "lph", "stos", "kim", "veg", "num"]
    names = [
        (f"{start}{end}", None, f"family{number}") for start in starts for end in ends for number in range(40)
    ]
    uses = local_rows(
        spark,
        [("switchboard", *name) for name in names]
        + [("own", *names[0]), ("own", names[0][2], None, names[0][0])],
        ", ".join(f"{name} string" for name in ("value", *NAME)),
    )
    found = {row["value"]: row["people"] for row in with_people(uses, by=["value"]).collect()}
    assert found == {"switchboard": MOST_PEOPLE}


# A worker that lacks this package and what only the driver needs.
WORKER = """
import pickle, sys
class Missing:
    def find_spec(self, name, *_):
        if name.partition(".")[0] in ("cdi_spark", "nicknames", "anyascii", "yaml", "pandas"):
            raise ImportError(name)
sys.meta_path.insert(0, Missing())
task, batches = pickle.loads(sys.stdin.buffer.read())
print([batch.to_pydict() for batch in task(batches)])
"""


def test_counting_goes_along_with_its_task() -> None:
    def people(*names: tuple[str, str]) -> list[dict[str, str | None]]:
        return [{"given": first, "middle": None, "family": last} for first, last in names]

    lists = [
        people(("ann", "lee"), ("lee", "ann")),
        people(("ann", "lee"), ("bob", "lee")),
        people(("bob", "roe"), ("rob & ann", "roe")),
    ]
    kind = pa.list_(pa.struct([(name, pa.string()) for name in NAME]))
    batch = pa.record_batch({"value": pa.array(["x", "y", "z"]), "names": pa.array(lists, kind)})
    sent = cloudpickle.dumps((shipped(count_names), [batch[1:], batch[:1]]))  # type: ignore[no-untyped-call]
    worker = subprocess.run([sys.executable, "-c", WORKER], input=sent, capture_output=True, check=False)
    assert worker.stderr.decode() == ""
    assert (
        worker.stdout.decode()
        == "[{'value': ['y', 'z'], 'people': [2, 1]}, {'value': ['x'], 'people': [1]}]\n"
    )
