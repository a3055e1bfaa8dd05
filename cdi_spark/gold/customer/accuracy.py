"""The accuracy of golden values, for demos and tests, where the true values are known."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from cdi_spark.gold.customer.members import current_members

# Attributes of the truth that are lists in records, and one preferred value in customers.
_LISTS = {"email": "emails", "phone": "phones"}
_ATTRIBUTES = (
    "given_name", "middle_name", "family_name", "gender", "birth_date", *_LISTS, "street", "city", "region",
    "postcode", "country", "national_id",
)  # fmt: skip


def golden_accuracy(
    customers: DataFrame, persons: DataFrame, members: DataFrame, truth: DataFrame, people: DataFrame
) -> DataFrame:
    """Return by attribute how often gold has the true value of a person, compared with plain "last record wins".

    Only values that one of the person's records has right are counted: no rule can choose a value that no source has.
    A person's customer is the entity with most of its records. Capitals are ignored.

    Args:
        customers: gold.customer_360.
        persons: silver.person.
        members: entities.member.
        truth: record_id and person.
        people: person, and the attributes as text: given_name, email, phone, street, …; empty if the person has none.
    Returns:
        attribute; known: number of persons with a record that has the true value; golden, last: for how many of these
        gold, and the entity's newest record with a value, have it.
    """
    live = persons.where("NOT is_deleted")
    current = current_members(members)
    recorded = live.select(
        "record_id",
        F.coalesce("updated_at", F.to_timestamp(F.lit("0001-01-01"))).alias("updated_at"),
        _long({name: _all(name) for name in _ATTRIBUTES}),
    ).where("size(value) > 0")
    true = people.select("person", _long({name: F.lower(name) for name in _ATTRIBUTES})).where("value <> ''")
    records = truth.join(live.select("record_id"), "record_id").select("record_id", "person")
    known = (
        records.join(recorded, "record_id")
        .join(true.withColumnRenamed("value", "right"), ["person", "attribute"])
        .where("array_contains(value, right)")
        .select("person", "attribute", "right")
        .distinct()
    )
    counted = records.join(current, "record_id").groupBy("person", "entity_id").count()
    theirs = counted.groupBy("person").agg(
        F.max_by("entity_id", F.struct("count", "entity_id")).alias("entity_id")
    )
    newest = F.max_by(F.get("value", F.lit(0)), F.struct("updated_at", "record_id"))
    last = recorded.join(current, "record_id").groupBy("entity_id", "attribute").agg(newest.alias("last"))
    shown = {name: f"preferred_{name}" if name in _LISTS else name for name in _ATTRIBUTES}
    golden = customers.select("entity_id", _long({name: _text(column) for name, column in shown.items()}))
    return (
        known.join(theirs, "person", "left")
        .join(golden.withColumnRenamed("value", "golden"), ["entity_id", "attribute"], "left")
        .join(last, ["entity_id", "attribute"], "left")
        .groupBy("attribute")
        .agg(
            F.count("*").alias("known"),
            F.count_if(F.col("golden") == F.col("right")).alias("golden"),
            F.count_if(F.col("last") == F.col("right")).alias("last"),
        )
    )


def _long(values: dict[str, Column]) -> Column:
    pairs = [F.struct(F.lit(name).alias("attribute"), value.alias("value")) for name, value in values.items()]
    return F.inline(F.array(*pairs))


def _all(name: str) -> Column:
    """Return all values that a record has of an attribute."""
    if name in _LISTS:
        return F.transform(_LISTS[name], F.lower)
    return F.array_compact(F.array(_text(name)))


def _text(name: str) -> Column:
    return F.lower(F.col(name).cast("string"))
