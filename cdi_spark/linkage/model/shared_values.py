"""Mailboxes, telephones, devices and accounts that several people use: found in the data and frozen with the model."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

# Each of these features has a second one, own_<feature>, without the values that several people use.
SHAREABLE = ("emails", "phones", "device_ids", "account_ids")


def shared_values(features: DataFrame) -> DataFrame:
    """Return linkage.shared_value without model_id: values that come with given names of different initials.

    Initials, not names: a person's own mailbox comes with nicknames and typing errors, but rarely with another
    initial.
    """
    initial = F.left("given_root", F.lit(1)).alias("initial")
    uses = features.select(initial, F.inline(_values()))
    people = uses.groupBy("column", "value").agg(F.count_distinct("initial").alias("people"))
    return people.where("people > 1")


def with_own(features: DataFrame, shared: DataFrame, *, public_from: int) -> DataFrame:
    """Remove shared values from own_<feature>, and public values from both <feature> and own_<feature>.

    Args:
        features: features.person_features().
        shared: linkage.shared_value of one model.
        public_from: a value of so many people is public and identifies nobody.
    Returns:
        The same columns.
    """
    uses = features.select("record_id", F.inline(_values())).join(
        shared.select("column", "value", "people"), ["column", "value"]
    )
    sets = [
        F.collect_set(F.when((F.col("column") == name) & (F.col("people") >= least), F.col("value"))).alias(
            named
        )
        for name in SHAREABLE
        for least, named in ((2, f"_shared_{name}"), (public_from, f"_public_{name}"))
    ]
    joined = features.join(uses.groupBy("record_id").agg(*sets), "record_id", "left")
    columns: dict[str, Column] = {}
    for name in SHAREABLE:
        columns[name] = _without(name, f"_public_{name}")
        columns[f"own_{name}"] = _without(name, f"_shared_{name}")
    return joined.withColumns(columns).select(*features.columns)


def _values() -> Column:
    """Return all values as an array of (column, value)."""
    return reduce(lambda one, other: F.concat(one, other), map(_named, SHAREABLE))


def _named(column: str) -> Column:
    values = F.coalesce(column, F.array().cast("array<string>"))
    return F.transform(values, lambda value: F.struct(F.lit(column).alias("column"), value.alias("value")))


def _without(name: str, left_out: str) -> Column:
    kept = F.coalesce(F.array_except(name, left_out), F.col(name))
    return F.when(F.size(kept) > 0, kept)
