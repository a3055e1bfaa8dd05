"""The golden record: the winners of gold.attribute, with their types."""

from collections.abc import Callable
from datetime import date

from pyspark.sql import DataFrame, SparkSession

from cdi_spark.config import Survivorship
from cdi_spark.gold.survivorship import attribute_values, golden_records
from cdi_spark.tables import ATTRIBUTE, ATTRIBUTES

Make = Callable[..., DataFrame]


def test_what_wins_is_shown_with_its_type(persons: Make, members: Make) -> None:
    said = {
        "given_name": "Ann", "middle_name": "Bea", "family_name": "Lee", "gender": "female",
        "birth_date": date(1980, 2, 29), "emails": ["a@x.org"], "phones": ["+441"], "street": "1 High Street",
        "city": "Leeds", "region": "West Yorkshire", "postcode": "LS1 1AA", "country": "GB",
        "national_id": "AB1", "account_ids": ["B-1"], "device_ids": ["d"], "birth_place": "York",
        "occupation": "Nurse", "company": "Acme",
    }  # fmt: skip
    values = persons({"record_id": "crm:1", **said}).transform(
        attribute_values, members(ann="crm:1"), survivorship=Survivorship()
    )
    golden = golden_records(values)
    assert [row.asDict() for row in golden.collect()] == [{"entity_id": "ann", **said}]
    assert [f.dataType for f in golden.schema][1:] == [column.type for column in ATTRIBUTES]


def test_lists_are_united_distinct_and_sorted(persons: Make, members: Make) -> None:
    people = persons(
        {"record_id": "crm:1", "emails": ["c@x.org", "a@x.org"]},
        {"record_id": "web:1", "emails": ["b@x.org", "a@x.org"]},
    )
    values = people.transform(attribute_values, members(ann="crm:1 web:1"), survivorship=Survivorship())
    golden = golden_records(values).first()
    assert golden is not None
    assert golden.emails == ["a@x.org", "b@x.org", "c@x.org"]
    assert golden.phones is None


def test_values_that_lost_are_not_shown(spark: SparkSession) -> None:
    values = [
        ("ann", "city", "York", "crm:1", "crm", False, "recent"),
        ("ann", "country", "GB", "crm:2", "crm", True, "recent"),
    ]
    golden = golden_records(spark.createDataFrame(values, ATTRIBUTE.schema)).first()
    assert golden is not None
    assert (golden.city, golden.country) == (None, "GB")


def test_births_of_the_first_and_the_last_year_survive(persons: Make, members: Make) -> None:
    people = persons(
        {"record_id": "crm:1", "birth_date": date(1, 1, 1)},
        {"record_id": "crm:2", "birth_date": date(9999, 12, 31)},
    )
    values = people.transform(
        attribute_values, members(ann="crm:1", bob="crm:2"), survivorship=Survivorship()
    )
    born = {row.entity_id: row.birth_date for row in golden_records(values).collect()}
    assert born == {"ann": date(1, 1, 1), "bob": date(9999, 12, 31)}
