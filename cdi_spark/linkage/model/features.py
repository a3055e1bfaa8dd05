"""Converts standard person columns to the feature columns that the person model compares and blocks on."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from cdi_spark.linkage.model.record_features import FEATURE_RULES
from cdi_spark.linkage.model.shared_values import SHAREABLE
from cdi_spark.schema import BIRTH_DATE_PRECISION, FEATURES
from cdi_spark.standardise.partial_dates import as_text
from cdi_spark.standardise.rule_step import apply_rules

_MADE: dict[str, T.DataType] = {
    name: T.ArrayType(T.StringType()) if FEATURES[name].startswith("array") else T.StringType()
    for rule in FEATURE_RULES
    for name in rule.columns
}


def person_features(persons: DataFrame) -> DataFrame:
    """Return one row per live record: record_id, content_hash and FEATURES, folded for comparison; null if unknown.

    Args:
        persons: silver.person.
    """
    read = {name for rule in FEATURE_RULES for name in rule.inputs} | FEATURES.keys() & set(persons.columns)
    # A year alone is no day: its text is shorter.
    born = as_text("birth_date", BIRTH_DATE_PRECISION.name).alias("birth_date")
    live = persons.where(~F.col("is_deleted")).select(
        "record_id", "content_hash", *sorted(read - {"birth_date"}), born
    )
    made = live.transform(apply_rules, FEATURE_RULES, made=_MADE)
    # Until shared_values.with_own() removes the shared ones.
    own = {f"own_{name}": F.col(name) for name in SHAREABLE}
    return made.withColumns(own).select("record_id", "content_hash", *FEATURES)


def known_features(features: DataFrame) -> tuple[list[str], int]:
    """Return the feature columns that at least one record has a value in, and the number of records."""
    counts = features.agg(F.count("*"), *(F.count(name) for name in FEATURES)).first()
    records, *filled = counts or [0] * (len(FEATURES) + 1)
    return [name for name, n in zip(FEATURES, filled, strict=True) if n], records


def known_attributes(persons: DataFrame) -> tuple[set[str], int]:
    """Return the columns of silver.person that at least one live record has a value to compare in, and the records."""
    live = persons.where("NOT is_deleted")
    compared = [name for name in persons.columns if feature_of(name)]
    counts = live.agg(F.count("*"), *(F.count(name) for name in compared)).first()
    records, *filled = counts or [0] * (len(compared) + 1)
    return {name for name, n in zip(compared, filled, strict=True) if n}, records


def feature_of(attribute: str) -> str | None:
    """Return the feature that has a value where this column of silver.person has one; None if it is not compared."""
    name = attribute.removesuffix("_name")
    return name if name in FEATURES else None


def with_frequency(records: DataFrame, frequencies: DataFrame, name: str, rare: float) -> DataFrame:
    """Add tf_<name>, the frequency of the record's value; `rare` if it is not listed, null without a value."""
    of_column = frequencies.where(F.col("column") == name)
    joined = records.join(
        of_column.select(F.col("value").alias(name), F.col("frequency").alias(f"tf_{name}")), name, "left"
    )
    known = F.coalesce(F.col(f"tf_{name}"), F.lit(rare))
    return joined.withColumn(f"tf_{name}", F.when(F.col(name).isNotNull(), known))
