"""The golden record: the winners of gold.attribute, with their types."""

from collections.abc import Callable
from datetime import date

from pyspark.sql import DataFrame, SparkSession

from cdi_spark.config import Survivorship
from cdi_spark.gold.customer.survivorship import attribute_values, golden_records
from cdi_spark.schema import ATTRIBUTE, ATTRIBUTES
from cdi_spark.spark.local_rows import local_rows

Make = Callable[..., DataFrame]
SAID = {
    "given_name": "Ann", "middle_name": "Bea", "family_name": "Lee", "gender": "female",
    "birth_date": date(1, 1, 1), "emails": ["a@x.org", "c@x.org"], "phones": ["+441"],
    "street": "1 High Street", "city": "Leeds", "region": "West Yorkshire", "postcode": "LS1 1AA",
    "country": "GB", "national_id": "AB1", "account_ids": ["B-1"], "device_ids": ["d"],
    "birth_place": "York", "occupation": "Nurse", "company": "Acme",
}  # fmt: skip


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
        "ann": {"entity_id": "ann", **SAID, "emails": ["a@x.org", "b@x.org", "c@x.org"]},
        "bob": {"entity_id": "bob", **dict.fromkeys(SAID), "birth_date": date(9999, 12, 31)},
    }
    types = [(c.name, c.type) for c in ATTRIBUTES]
    assert golden.dtypes == [("entity_id", "string"), *types]


def test_values_that_lost_are_not_shown(spark: SparkSession) -> None:
    values = [
        ("ann", "city", "York", "crm:1", "crm", None, False, "recent", "recent"),
        ("ann", "country", "GB", "crm:2", "crm", None, True, "recent", "only"),
    ]
    golden = golden_records(local_rows(spark, values, ATTRIBUTE.schema)).collect()
    assert [(row.city, row.country) for row in golden] == [(None, "GB")]
