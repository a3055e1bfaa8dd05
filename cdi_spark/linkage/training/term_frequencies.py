"""How common the values are that weigh more the rarer they are."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.linkage.model.person_model import PersonModel
from cdi_spark.linkage.training.shipped import FEWEST_PEOPLE
from cdi_spark.spark.local_rows import local_rows

# A value of fewer people counts as rare as a value of so many.
_FEW = 2


def count_terms(features: DataFrame, *, model: PersonModel) -> DataFrame:
    """Count how many people have each value that weighs more the rarer it is.

    Records that agree in given name, family name and birth year count once: one person's duplicates must not
    make a rare name look common.

    Returns:
        column, value, people.
    """
    columns = model.term_frequency_columns()
    if not columns:
        return local_rows(features.sparkSession, [], "column string, value string, people long")
    somebody = F.xxhash64("given_root", "family", F.left("birth_date", F.lit(4)))
    values = features.select(
        somebody.alias("somebody"),
        F.inline(F.array(*(F.struct(F.lit(c).alias("column"), F.col(c).alias("value")) for c in columns))),
    )
    known = values.where("value IS NOT NULL")
    return known.groupBy("column", "value").agg(F.count_distinct("somebody").alias("people"))


def term_frequencies(terms: DataFrame) -> tuple[DataFrame, dict[str, float]]:
    """Return the share of people with each value that more than _FEW have, and the share for all other values.

    Fewer people than FEWEST_PEOPLE count as so many.

    A value of few people counts as if _FEW had it, and so does a value that training never saw.

    Args:
        terms: count_terms().
    Returns:
        linkage.term_frequency without model_id; by column, the frequency of values that it does not hold.
    """
    totals = terms.groupBy("column").agg(F.sum("people").alias("total"))
    rare = {row["column"]: _FEW / max(FEWEST_PEOPLE, row["total"]) for row in totals.collect()}
    common = terms.where(F.col("people") > _FEW).join(F.broadcast(totals), "column")
    return common.select(
        "column", "value", (F.col("people") / F.greatest("total", F.lit(FEWEST_PEOPLE))).alias("frequency")
    ), rare
