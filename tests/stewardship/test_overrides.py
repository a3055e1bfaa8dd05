"""`cdi override`: values that stewards set manually are standardised, checked, and kept with who and why."""

import json

import pytest
from pyspark.sql import SparkSession

from cdi_spark.cli import main
from cdi_spark.schema import OVERRIDE, PERSON
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.storage import Storage
from tests.paths import DEMO


@pytest.fixture(scope="module")
def persons(spark_session_of_all_tests: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Storage:
    storage = Storage(spark_session_of_all_tests, tmp_path_factory.mktemp("overrides"))
    rows = [
        {"record_id": "crm:1", "is_deleted": False, "country": "DE"},
        {"record_id": "crm:2", "is_deleted": False},
        {"record_id": "crm:gone", "is_deleted": True},
    ]
    storage.replace(
        PERSON, local_rows(storage.spark, [tuple(map(r.get, PERSON.names)) for r in rows], PERSON.schema)
    )
    return storage


def override(persons: Storage, *said: str) -> int:
    where = ["--project", str(DEMO), "--warehouse", persons.warehouse]
    return main(
        ["override", *said, *([] if said[0] == "list" else ["--by", "pat", "--why", "asked"]), *where]
    )


def test_values_are_standardised_and_the_newest_is_valid_until_it_is_withdrawn(
    persons: Storage, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        override(persons, "set", "crm:1", "birth_date=1980-12-31", "phones=030 901820, +44 20 7946 0018") == 0
    )
    assert override(persons, "set", "crm:1", "birth_date=1980-12-30", "emails=") == 0
    house = ["street=1 High St", "city=leeds", "region=", "postcode=ls11aa", "country=uk"]
    assert override(persons, "set", "crm:2", *house, "gender=F") == 0
    assert override(persons, "withdraw", "crm:2", "gender") == 0
    capsys.readouterr()
    assert override(persons, "list", "--json") == 0
    held = json.loads(capsys.readouterr().out)
    said = {
        (entry["record_id"], entry["attribute"]): {v["attribute"]: v["value"] for v in entry["values"]}
        for entry in held
    }
    assert said == {
        ("crm:1", "phones"): {"phones": '["+442079460018","+4930901820"]'},
        ("crm:1", "birth_date"): {"birth_date": "1980-12-30"},
        ("crm:1", "emails"): {"emails": None},
        ("crm:2", "address"): {
            "street": "1 High St",
            "city": "Leeds",
            "region": None,
            "postcode": "LS1 1AA",
            "country": "GB",
        },
    }
    assert {(entry["decided_by"], entry["why"]) for entry in held} == {("pat", "asked")}
    assert override(persons, "list") == 0
    assert "1980-12-30" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        (("set", "crm:9", "gender=f"), "crm:9: no such record in silver.person"),
        (("set", "crm:gone", "gender=f"), "crm:gone: no such record in silver.person"),
        (("set", "crm:1", "shoe_size=9"), "shoe_size is not an attribute; attributes are given_name"),
        (
            ("set", "crm:1", "city=Leeds", "street=1 High St"),
            "address survives as a whole. Give region= postcode=",
        ),
        (("set", "crm:1", "birth_date=31/12/1980"), "a value for birth_date is not valid"),
        (
            ("set", "crm:1", "emails=a@example.org, secret"),
            "a value for emails is not valid",
        ),
        (("set", "crm:1", "gender"), "write ATTRIBUTE=VALUE"),
        (("withdraw", "crm:1", "company"), "company of crm:1 is not set manually"),
    ],
)
def test_an_invalid_value_is_refused_and_not_shown(
    persons: Storage, said: tuple[str, ...], meaning: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = persons.read_or_empty(OVERRIDE).count()
    assert override(persons, *said) == 1
    told = " ".join(capsys.readouterr().err.split())
    assert meaning in told
    assert "secret" not in told
    assert persons.read_or_empty(OVERRIDE).count() == before
