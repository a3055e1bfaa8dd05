"""The golden record: the winners of gold.attribute, with their types."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from cdi_spark.config import Survivorship
from cdi_spark.gold.customer.survivorship import attribute_values, check_provenance, golden_records
from cdi_spark.schema import ATTRIBUTE, ATTRIBUTES, BIRTH_DATE_PRECISION
from cdi_spark.spark.local_rows import local_rows

Make = Callable[..., DataFrame]
SAID = {
    "given_name": "Ann", "middle_name": "Bea", "family_name": "Lee", "gender": "female",
    "birth_date": date(1, 1, 1), "emails": ["a@x.org", "c@x.org"], "phones": ["+441"],
    "street": "1 High Street", "city": "Leeds", "region": "West Yorkshire", "postcode": "LS1 1AA",
    "country": "GB", "national_id": "AB1", "account_ids": ["B-1"], "device_ids": ["d"],
    "birth_place": "York", "occupation": "Nurse", "company": "Acme",
}  # fmt: skip
DAY = {"birth_date_precision": "day"}


def test_winners_come_back_with_their_types_and_lists_united(
    persons: Make, members: Make, overrides: Make
) -> None:
    people = persons(
        {"record_id": "crm:1", **SAID},
        {"record_id": "web:1", "emails": ["b@x.org", "a@x.org"]},
        {"record_id": "crm:2", "birth_date": date(9999, 12, 31)},
    )
    belong = members({"ann": ["crm:1", "web:1"], "bob": ["crm:2"]})
    golden = golden_records(
        people.transform(attribute_values, belong, overrides(), survivorship=Survivorship())
    )
    assert {row.entity_id: row.asDict() for row in golden.collect()} == {
        "ann": {"entity_id": "ann", **SAID, "emails": ["a@x.org", "b@x.org", "c@x.org"], **DAY},
        "bob": {"entity_id": "bob", **dict.fromkeys(SAID), "birth_date": date(9999, 12, 31), **DAY},
    }
    types = [(c.name, c.type) for c in (*ATTRIBUTES, BIRTH_DATE_PRECISION)]
    assert golden.dtypes == [("entity_id", "string"), *types]


def test_values_that_lost_are_not_shown(spark: SparkSession) -> None:
    values = [
        ("ann", "city", "York", "crm:1", "crm", None, False, "recent", "recent"),
        ("ann", "country", "GB", "crm:2", "crm", None, True, "recent", "only"),
    ]
    golden = golden_records(local_rows(spark, values, ATTRIBUTE.schema)).collect()
    assert [(row.city, row.country) for row in golden] == [(None, "GB")]


YEAR, WHOLE = (
    {"birth_date": date(1980, 1, 1), "birth_date_precision": "year"},
    {"birth_date": date(1980, 5, 17)},
)
MONTH, OTHER = (
    {"birth_date": date(1980, 5, 1), "birth_date_precision": "month"},
    {"birth_date": date(1980, 6, 1)},
)
IN_1970 = {"birth_date": date(1970, 1, 1), "birth_date_precision": "year"}


@pytest.mark.parametrize(
    ("records", "born", "precision"),
    [
        ([YEAR], date(1980, 1, 1), "year"),
        # The majority knows less, and agrees.
        ([YEAR, YEAR, WHOLE], date(1980, 5, 17), "day"),
        ([YEAR, MONTH, YEAR], date(1980, 5, 1), "month"),
        ([YEAR, MONTH, WHOLE], date(1980, 5, 17), "day"),
        # A year counts for the date that it agrees with, not for another one.
        ([YEAR, WHOLE, {"birth_date": date(1975, 3, 2)}], date(1980, 5, 17), "day"),
        ([YEAR, YEAR, WHOLE, OTHER], date(1980, 1, 1), "year"),
        # No placeholder: somebody was born in that year.
        ([IN_1970, {"birth_date": date(1970, 1, 1)}], date(1970, 1, 1), "year"),
    ],
)  # fmt: skip
def test_the_date_of_which_more_is_known_is_golden_where_both_agree(
    persons: Make, members: Make, overrides: Make, records: list[dict[str, Any]], born: date, precision: str
) -> None:
    people = persons(*({"record_id": f"crm:{n}", **record} for n, record in enumerate(records)))
    belong = members({"ann": [f"crm:{n}" for n in range(len(records))]})
    values = people.transform(attribute_values, belong, overrides(), survivorship=Survivorship()).cache()
    [row] = golden_records(values).collect()
    assert (row["birth_date"], row["birth_date_precision"]) == (born, precision)
    check_provenance(golden_records(values), values)


def test_a_steward_may_know_only_the_year(persons: Make, members: Make, overrides: Make) -> None:
    people = persons({"record_id": "crm:1", "birth_date": date(1975, 3, 2)})
    said = overrides(("crm:1", "birth_date", {"birth_date": "1980"})).drop("why")
    values = people.transform(
        attribute_values, members({"ann": ["crm:1"]}), said, survivorship=Survivorship()
    )
    [row] = golden_records(values).collect()
    assert (row["birth_date"], row["birth_date_precision"]) == (date(1980, 1, 1), "year")
