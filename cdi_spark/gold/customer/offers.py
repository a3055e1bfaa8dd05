"""Offers: the values that records and stewards have for golden attributes, with the configuration that ranks them."""

from collections.abc import Sequence
from functools import partial, reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from cdi_spark.config import Attribute, Survivorship
from cdi_spark.gold.customer.members import current_members, live_records
from cdi_spark.gold.customer.same_value import comparison_key
from cdi_spark.schema import ATTRIBUTES, BIRTH_DATE_PRECISION, STRING, STRINGS, spark_type
from cdi_spark.standardise.batches import Rule as ValueRule
from cdi_spark.standardise.partial_dates import as_text
from cdi_spark.standardise.rule_step import apply_rules

_STEWARD = "steward"
_LISTS = [c.name for c in ATTRIBUTES if c.type == STRINGS]


def offers(
    persons: DataFrame, members: DataFrame, overrides: DataFrame, *, survivorship: Survivorship
) -> DataFrame:
    """Return one row per entity, choice (attribute or group) and record or steward that offers a value.

    Args:
        persons: silver.person.
        members: entities.member.
        overrides: active_overrides().
        survivorship: the rules of each attribute.
    Returns:
        entity_id, record_id, source, trust, updated_at, choice, filled (number of parts with a value), holds (the value
        meets the attribute's `valid`), step (of an override), parts (attribute, value), spelling, same_as (equal for
        the same value), rule, is_allowed, is_truth.
    """
    return (
        persons.transform(live_records, members)
        .transform(_of_records, survivorship)
        .unionByName(overrides.transform(_of_stewards, members))
        .transform(_with_keys, survivorship)
        # The only shuffle after the joins: ranking finds all rows of an entity in one partition.
        .repartition("entity_id")
        .transform(_with_whole_dates, survivorship)
        .transform(_per_choice, survivorship)
        .transform(_with_conf, survivorship)
    )


def _of_records(live: DataFrame, survivorship: Survivorship) -> DataFrame:
    """Return the values of records: every attribute as text, lists as JSON, a date of birth as far as it is known; and
    for which choices they are valid.
    """
    texts = [
        (
            F.when(F.size(c.name) > 0, F.to_json(c.name))
            if c.name in _LISTS
            else as_text(c.name, BIRTH_DATE_PRECISION.name)
            if c.name == "birth_date"
            else F.col(c.name).cast("string")
        ).alias(c.name)
        for c in ATTRIBUTES
    ]
    valid = [F.expr(survivorship.of(choice).valid or "true") for choice in survivorship.choices]
    return live.select(
        "entity_id",
        "record_id",
        "source",
        "trust",
        "updated_at",
        F.lit(None).cast("string").alias("choice"),
        F.lit(None).cast("long").alias("step"),
        F.array(*valid).alias("holds"),
        *texts,
    )


def _of_stewards(overrides: DataFrame, members: DataFrame) -> DataFrame:
    """Return the values of overrides, one choice per row, with the entity of their record; null: no value."""
    values = F.map_from_entries("values")
    return overrides.join(current_members(members), "record_id").select(
        "entity_id",
        "record_id",
        F.lit(_STEWARD).alias("source"),
        F.lit(None).cast("int").alias("trust"),
        F.col("decided_at").alias("updated_at"),
        F.col("attribute").alias("choice"),
        "step",
        F.lit(None).cast("array<boolean>").alias("holds"),
        *(F.try_element_at(values, F.lit(c.name)).alias(c.name) for c in ATTRIBUTES),
    )


def _with_keys(values: DataFrame, survivorship: Survivorship) -> DataFrame:
    """Add the comparison key of each choice."""
    rules = [
        ValueRule((_key(choice),), names, partial(comparison_key, names, _LISTS))
        for choice, names in survivorship.choices.items()
    ]
    return values.transform(
        apply_rules,
        rules,
        made=dict.fromkeys((name for rule in rules for name in rule.columns), spark_type(STRING)),
    )


def _with_whole_dates(values: DataFrame, survivorship: Survivorship) -> DataFrame:
    """Give a date of birth of which only the year or month is known the key of the entity's whole date.

    That date has to begin with it and to be valid, and there must be no other such: then the two are one value.
    """
    if "birth_date" not in survivorship.choices:
        return values
    key, born = F.col(_key("birth_date")), F.col("birth_date")
    of_record = F.col("holds")[[*survivorship.choices].index("birth_date")]
    holds = F.coalesce(of_record, F.col("step").isNotNull())
    of_entity = F.collect_set(F.when(holds, born)).over(Window.partitionBy("entity_id"))
    whole = F.array_max("_longer")
    is_one = F.forall("_longer", lambda date: F.startswith(whole, date))
    return (
        values.withColumn("_dates", of_entity)
        .withColumn(
            "_longer", F.filter("_dates", lambda date: F.startswith(date, F.concat(born, F.lit("-"))))
        )
        .withColumn(
            _key("birth_date"),
            F.when((F.size("_longer") > 0) & is_one, F.replace(whole, F.lit("-"), F.lit(" "))).otherwise(key),
        )
        .drop("_dates", "_longer")
    )


def _key(choice: str) -> str:
    return f"_key_{choice}"


def _per_choice(values: DataFrame, survivorship: Survivorship) -> DataFrame:
    """Return one row per choice that a record has a value for, or that an override is about."""
    each = [
        _offer(choice, names, F.col("holds")[number])
        for number, (choice, names) in enumerate(survivorship.choices.items())
    ]
    columns = ("entity_id", "record_id", "source", "trust", "updated_at", "step")
    rows = values.select(*columns, F.col("choice").alias("about"), F.inline(F.array(*each)))
    of_record = F.col("about").isNull() & F.expr("exists(parts, part -> part.value <> '')")
    return rows.where(of_record | (F.col("about") == F.col("choice"))).drop("about")


def _offer(choice: str, names: Sequence[str], holds: Column) -> Column:
    # Without the region: few records have one, and the rest of an address implies it.
    filled = [F.col(name).isNotNull().cast("int") for name in names if name != "region"]
    parts = [F.struct(F.lit(name).alias("attribute"), F.col(name).alias("value")) for name in names]
    return F.struct(
        F.lit(choice).alias("choice"),
        F.when(F.col("step").isNull(), reduce(Column.__add__, filled)).alias("filled"),
        F.coalesce(holds, F.col("step").isNotNull()).alias("holds"),
        F.col(_key(choice)).alias("key"),
        F.array(*parts).alias("parts"),
    )


def _with_conf(offers: DataFrame, survivorship: Survivorship) -> DataFrame:
    """Add the configuration of each offer's choice: its rules, and whether the source is allowed, or is the truth."""

    def by_choice(columns: dict[str, Column], otherwise: Column) -> Column:
        return F.coalesce(
            *(F.when(F.col("choice") == choice, column) for choice, column in columns.items()), otherwise
        )

    source, conf = F.col("source"), {choice: survivorship.of(choice) for choice in survivorship.choices}
    allowed = {c: source.isin([*a.updated_by, _STEWARD]) for c, a in conf.items() if a.updated_by}
    truth = {c: source == a.source_of_truth for c, a in conf.items() if a.source_of_truth}
    spelling = F.array_join("parts.value", "|")
    return offers.withColumns(
        {
            "spelling": spelling,
            # An address with only a country, and a text without letters, have no key.
            "same_as": F.coalesce("key", F.lower(spelling)),
            "rule": by_choice({c: F.lit(rules_text(a)) for c, a in conf.items()}, F.lit(None)),
            "is_allowed": by_choice(allowed, F.lit(True)),
            "is_truth": by_choice(truth, F.lit(False)),
        }
    )


def rules_text(attribute: Attribute) -> str:
    """Return the rules of an attribute as gold.attribute.rule has them."""
    return ", ".join(attribute.rules)
