"""Mailboxes, telephones and devices that several people use: found from the data, frozen with the model."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

# Of each of these features there is another, own_<feature>, without the values that several people use.
SHAREABLE = ("emails", "phones", "device_ids")


def shared_values(features: DataFrame) -> DataFrame:
    """linkage.shared_value but for model_id: values that stand beside given names of different initials.

    Initials, not names: a person's own mailbox comes with nicknames and typing errors, hardly ever with
    another initial.
    """
    initial = F.left("given_root", F.lit(1)).alias("initial")
    uses = features.select(initial, F.inline(_values()))
    people = uses.groupBy("column", "value").agg(F.count_distinct("initial").alias("people"))
    return people.where("people > 1")


def with_own(features: DataFrame, shared: DataFrame, *, public_from: int) -> DataFrame:
    """Tell own values from shared ones, and leave out those that so many people use that they are nobody's.

    Args:
        features: features.person_features().
        shared: linkage.shared_value of one model.
        public_from: people from which a value says nothing.
    Returns:
        The same columns, own_emails, own_phones and own_device_ids filled.
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
    """All values as an array of (column, value)."""
    return reduce(lambda one, other: F.concat(one, other), map(_named, SHAREABLE))


def _named(column: str) -> Column:
    values = F.coalesce(column, F.array().cast("array<string>"))
    return F.transform(values, lambda value: F.struct(F.lit(column).alias("column"), value.alias("value")))


def _without(name: str, left_out: str) -> Column:
    kept = F.coalesce(F.array_except(name, left_out), F.col(name))
    return F.when(F.size(kept) > 0, kept)
