"""Golden accuracy: how many true values that a source knows are in gold."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from pyspark.sql import DataFrame, SparkSession

from cdi_spark.gold.customer.accuracy import golden_accuracy
from cdi_spark.schema import CUSTOMER_360
from cdi_spark.spark.local_rows import local_rows

Make = Callable[..., DataFrame]
OLD, NEW = datetime(2020, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
TRUE = (
    "person", "given_name", "middle_name", "family_name", "gender", "birth_date", "email", "phone", "street", "city",
    "region", "postcode", "country", "national_id",
)  # fmt: skip


def test_true_values_that_a_source_knows_are_counted_for_gold_and_for_the_last_record(
    spark: SparkSession, persons: Make, members: Make
) -> None:
    people = persons(
        {"record_id": "crm:1", "family_name": "LEE", "emails": ["ann@x.org"], "updated_at": OLD},
        {"record_id": "web:1", "family_name": "Le", "emails": ["old@x.org", "ann@x.org"], "updated_at": NEW},
        {"record_id": "web:2", "family_name": "Lee"},
        {"record_id": "crm:2", "birth_date": date(1980, 5, 5), "city": "York"},
    )
    # The larger part of Ann's records is in one entity; the other has her family name, but is not hers.
    belong = members({"ann": ["crm:1", "web:1"], "half": ["web:2"], "bob": ["crm:2"]})
    shown = [
        {"entity_id": "ann", "family_name": "Lee", "preferred_email": "ann@x.org"},
        {"entity_id": "bob", "birth_date": date(1980, 5, 5), "city": "Leeds"},
    ]
    golden = local_rows(spark, [tuple(map(c.get, CUSTOMER_360.names)) for c in shown], CUSTOMER_360.schema)
    whose = [("crm:1", "A"), ("web:1", "A"), ("web:2", "A"), ("crm:2", "B"), ("gone:1", "B")]
    said = [
        {"person": "A", "family_name": "lee", "email": "ann@x.org", "city": "Leeds"},
        {"person": "B", "birth_date": "1980-05-05", "city": "York", "email": ""},
    ]
    true = local_rows(spark, [tuple(map(p.get, TRUE)) for p in said], ", ".join(f"{c} string" for c in TRUE))
    truth = local_rows(spark, whose, "record_id string, person string")
    found = golden_accuracy(golden, people, belong, truth, true).collect()
    assert sorted(map(tuple, found)) == [
        ("birth_date", 1, 1, 1), ("city", 1, 0, 1), ("email", 1, 1, 0), ("family_name", 1, 1, 0),
    ]  # fmt: skip
