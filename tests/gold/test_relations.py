"""Households and contacts of an account: customers that belong together."""

from pyspark.sql import SparkSession

from cdi_spark.schema import COMPANY, CUSTOMER_360, HOUSEHOLD
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.storage import Storage

HOME = {"family_name": "Lee", "street": "1 High Street", "postcode": "LS1 1AA", "country": "GB"}
CUSTOMERS = [
    {"entity_id": "ann", **HOME, "account_ids": ["B-1", "B-2"], "company": "Acme"},
    {"entity_id": "bob", **HOME, "family_name": "LEE", "street": "1, high street", "account_ids": ["B-1"]},
    {"entity_id": "next door", **HOME, "street": "2 High Street", "account_ids": ["B-3"]},
    {"entity_id": "lodger", **HOME, "family_name": "Fox"},
    {"entity_id": "no street", **HOME, "street": None},
    {"entity_id": "signs", **HOME, "street": "-"},
    {"entity_id": "abroad", **HOME, "country": "US"},
    *({"entity_id": f"monk {n}", **HOME, "family_name": "Monk"} for n in range(13)),
]  # fmt: skip


def test_customers_with_a_name_and_an_address_are_a_household_and_those_of_an_account_its_contacts(
    spark: SparkSession, storage: Storage
) -> None:
    rows = [tuple(map(customer.get, CUSTOMER_360.names)) for customer in CUSTOMERS]
    assert storage.read(HOUSEHOLD.name).isEmpty()
    storage.replace(CUSTOMER_360, local_rows(spark, rows, CUSTOMER_360.schema))
    households = storage.read(HOUSEHOLD.name)
    assert households.columns == HOUSEHOLD.names
    found = households.collect()
    assert {(row.entity_id, row["size"]) for row in found} == {("ann", 2), ("bob", 2)}
    assert len({row.household_id for row in found}) == 1
    company = storage.read(COMPANY.name)
    assert company.columns == COMPANY.names
    assert {tuple(row) for row in company.collect()} == {("B-1", "ann", "Acme", 2), ("B-1", "bob", None, 2)}
