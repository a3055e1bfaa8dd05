"""Values that stewards set manually: which of them apply."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.config import Survivorship
from cdi_spark.schema import OVERRIDE
from cdi_spark.stewardship.confirmation import with_changes


def active_overrides(
    overrides: DataFrame, content_changes: DataFrame, *, survivorship: Survivorship
) -> DataFrame:
    """Return the active overrides: those of standing_overrides() that are not set aside.

    Returns:
        entities.override's columns.
    """
    standing = standing_overrides(overrides, content_changes, survivorship=survivorship)
    return standing.where("NOT is_set_aside").select(*OVERRIDE.names)


def standing_overrides(
    overrides: DataFrame, content_changes: DataFrame, *, survivorship: Survivorship
) -> DataFrame:
    """Return the newest override of each record and attribute, unless it was withdrawn.

    An override of a group of attributes that the configuration no longer has, or has otherwise, is ignored.

    Args:
        overrides: entities.override.
        content_changes: entities.content_change.
    Returns:
        entities.override's columns, and those of with_changes().
    """
    # The columns too: a group may have other columns since.
    choices = [" ".join((choice, *names)) for choice, names in survivorship.choices.items()]
    is_choice = F.concat_ws(" ", "attribute", "values.attribute").isin(choices)
    newest = F.max_by(F.struct(*OVERRIDE.names), "step").alias("newest")
    current = overrides.groupBy("record_id", "attribute").agg(newest).select("newest.*")
    standing = current.where(F.col("values").isNotNull() & is_choice)
    return with_changes(standing, content_changes, "record_id")
