"""Features of silver.person: a date of birth as far as it is known."""

from datetime import date
from typing import Any

from pyspark.sql import SparkSession

from cdi_spark.linkage.model.blocking import with_keys
from cdi_spark.linkage.model.features import person_features
from cdi_spark.linkage.model.person_model import load_person_model
from cdi_spark.schema import PERSON
from cdi_spark.spark.local_rows import local_rows
from tests.paths import PERSON_MODEL

BORN: dict[str, tuple[date, str | None]] = {
    "year": (date(1980, 1, 1), "year"), "month": (date(1980, 5, 1), "month"), "day": (date(1980, 5, 17), "day"),
    # As a warehouse has it that was written before dates had a precision.
    "old": (date(1980, 5, 17), None), "year too": (date(1980, 1, 1), "year"),
}  # fmt: skip


def test_a_year_alone_is_no_day_and_is_never_compared_for_its_day_alone(spark: SparkSession) -> None:
    def person(key: str) -> tuple[Any, ...]:
        born, precision = BORN[key]
        said = {
            "record_id": key, "family_name": "Lee", "given_name": "Ann", "is_deleted": False, "birth_date": born,
            "birth_date_precision": precision,
        }  # fmt: skip
        return tuple(map(said.get, PERSON.names))

    features = person_features(local_rows(spark, list(map(person, BORN)), PERSON.schema)).cache()
    assert {row["record_id"]: row["birth_date"] for row in features.collect()} == {
        "year": "1980", "month": "1980-05", "day": "1980-05-17", "old": "1980-05-17", "year too": "1980",
    }  # fmt: skip
    rules = [
        r
        for r in load_person_model(PERSON_MODEL).blocking
        if "birth day" in r.name or r.name == "full birth date"
    ]
    assert len(rules) >= 5
    keys = {row["record_id"]: set(row["keys"]) for row in with_keys(features, rules).collect()}
    assert keys["year"] == keys["month"] == set()
    assert keys["day"] == keys["old"] != set()
    by_year = [r for r in load_person_model(PERSON_MODEL).blocking if r.name == "one name and birth year"]
    together = {row["record_id"]: set(row["keys"]) for row in with_keys(features, by_year).collect()}
    assert together["year"] & together["month"] & together["day"]
