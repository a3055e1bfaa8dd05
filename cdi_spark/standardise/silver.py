"""From mapped rows to rows of silver: every value in its standard form, in one pass per table."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from cdi_spark.schema import EVENT_TABLES, MONEY, PERSON, Table
from cdi_spark.standardise.batches import LOST, UNREAD
from cdi_spark.standardise.columns import READ, event_rules, number_and_date_rules, person_rules
from cdi_spark.standardise.mapping import AMOUNTS, EXACT, column_types
from cdi_spark.standardise.minor_units import in_minor_units
from cdi_spark.standardise.rule_step import NOTES, apply_rules

# The rule of every row of every table, in addition to the project's own rules.
KEY_RULE = {"has_key": "trim(key) <> ''"}

_CREDIT_KINDS = [table.credit_kind for table in EVENT_TABLES if table.credit_kind]


def standardise_rows(
    rows: DataFrame, table: Table, *, mapped: Collection[str], default_country: str, today: date
) -> DataFrame:
    """Return the rows with every value in its standard form, and null in the columns that no source maps.

    Args:
        rows: emit_rows() of one source or several.
        mapped: the columns of the table that any of them maps.
        default_country: ISO 3166 alpha-2; how to read phones and postcodes of rows without a country.
        today: a date of birth after it is in the future.
    Returns:
        All columns of the table except content_hash and is_deleted, the other columns of the rows, and what the rules
        did: `_changes` (a bit per noted_columns()) and `_drops` ("column: reason").
    """
    types = column_types(table)
    if table is PERSON:
        rules = person_rules(mapped, default_country=default_country)
    else:
        words = {column.name for column in table.columns if column.is_word}
        texts = [name for name in types if name in mapped and isinstance(types[name], T.StringType)]
        rules = event_rules(texts, words=words)
    rules += number_and_date_rules(
        rows.columns, is_date=lambda name: isinstance(types[name], T.DateType | T.TimestampType), today=today
    )
    # What a rule reads as a number is text until the next step.
    made = {
        name: types.get(name, T.StringType())
        for rule in rules
        for name in rule.columns
        if name.removeprefix(READ) in types
    }
    rows = apply_rules(rows, rules, made=made | NOTES, noted=noted_columns(table))
    for name in (name for name in types if f"{READ}{name}" in made):
        read = F.col(f"{READ}{name}").try_cast(EXACT if name in AMOUNTS else types[name])
        rows = rows.withColumn(name, F.coalesce(name, read))
    texts = [name for name in rows.columns if name.startswith((LOST, UNREAD, READ))]
    rows = rows.drop("full_name", *texts)
    absent = types.keys() - {*rows.columns, "full_name"}
    rows = rows.select("*", *(F.lit(None).cast(types[name]).alias(name) for name in sorted(absent)))
    if table is PERSON and "birth_date" in absent:
        rows = rows.withColumn("birth_date_precision", F.lit(None).cast("string"))
    for column in table.columns:
        if column.default:
            rows = rows.withColumn(column.name, F.coalesce(column.name, F.lit(column.default)))
    for name in types.keys() & set(AMOUNTS):
        rows = rows.withColumn(name, _money(name, types))
    return rows


def noted_columns(table: Table) -> tuple[str, ...]:
    """Return the columns that the bits of `_changes` stand for, in order."""
    return tuple(column_types(table))


def _money(name: str, types: Mapping[str, T.DataType]) -> Column:
    """Return an amount in its currency's minor units; money back to the customer is always negative."""
    amount = in_minor_units(F.col(name), F.col("currency")).try_cast(MONEY)
    return (
        F.when(F.col("kind").isin(*_CREDIT_KINDS), -F.abs(amount)).otherwise(amount)
        if "kind" in types
        else amount
    )
