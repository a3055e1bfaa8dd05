"""Mailboxes, telephones, devices and accounts that several people use: found in the data and frozen with the model."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from cdi_spark.linkage.model.owner_counts import count_names
from cdi_spark.spark.shipped import shipped

# Each of these features has a second one, own_<feature>, without the values that several people use.
SHAREABLE = ("emails", "phones", "device_ids", "account_ids")
# The features by which people are counted.
NAME = ("given", "middle", "family")

# Of more names, these are enough for as many people as are counted.
_MOST_NAMES = 1000
_NAME_HASHES = 1 << 16


def shared_values(features: DataFrame) -> DataFrame:
    """Return linkage.shared_value without model_id: values that come with the names of several people."""
    return features.select(*NAME, F.inline(_values())).transform(with_people, by=["column", "value"])


def with_people(uses: DataFrame, *, by: Sequence[str]) -> DataFrame:
    """Return the groups with the names of two people or more: `by` and `people`, how many, at most MOST_PEOPLE.

    Args:
        uses: `by` and NAME.
    """
    name = F.struct(*NAME).alias("name")
    # By hash, so that a group has no more names than there are hashes, and so that few names are all there.
    number = F.pmod(F.xxhash64(*NAME), F.lit(_NAME_HASHES)).alias("number")
    names = uses.where("given is not null").groupBy(*by, number).agg(F.min(name).alias("name"))
    some = F.slice(F.array_sort(F.collect_list(F.struct("number", "name"))), 1, _MOST_NAMES)
    grouped = names.groupBy(*by).agg(some["name"].alias("names")).where(F.size("names") > 1)
    fields = [field for field in grouped.schema if field.name != "names"]
    schema = T.StructType([*fields, T.StructField("people", T.LongType())])
    return grouped.mapInArrow(shipped(count_names), schema).where("people > 1")


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
