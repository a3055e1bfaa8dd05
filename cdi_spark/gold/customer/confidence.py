"""Confidence that a customer's records are one person: the weakest link that holds them together."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.functions import pandas_udf
from pyspark.sql.types import DoubleType

from cdi_spark.gold.customer.members import current_members
from cdi_spark.graph.link_weight_columns import probability_column
from cdi_spark.graph.union_find import spanning_forest
from cdi_spark.spark.shipped import shipped


def weakest_links(links: DataFrame, members: DataFrame) -> DataFrame:
    """Return the weakest link of each entity with two records or more: the smallest of its maximum spanning tree.

    Any two records of the entity are connected by links that are at least as strong as this one; without links of
    this strength the entity falls apart.

    Args:
        links: record_id_l, record_id_r, match_weight (bits; infinite for must-links).
        members: entities.member.
    Returns:
        entity_id, weakest_link (bits; null if must-links suffice), confidence (probability). Entities that these links
        do not connect have no row: their records were joined by the evidence of the whole group.
    """
    current = current_members(members)
    left = current.select(F.col("record_id").alias("record_id_l"), "entity_id")
    right = current.select(F.col("record_id").alias("record_id_r"), F.col("entity_id").alias("other"))
    within = links.join(left, "record_id_l").join(right, "record_id_r").where("entity_id = other")
    link = F.struct("match_weight", "record_id_l", "record_id_r")
    entities = within.groupBy("entity_id").agg(F.sort_array(F.collect_list(link), asc=False).alias("links"))
    sizes = current.groupBy("entity_id").agg(F.count("*").alias("size"))
    smallest = _smallest_in_tree()(
        "links.match_weight", "links.record_id_l", "links.record_id_r", F.col("size").cast("int")
    )
    return (
        entities.join(sizes, "entity_id")
        .select("entity_id", smallest.alias("weakest"))
        .where("weakest IS NOT NULL")
        .select(
            "entity_id",
            F.when(F.col("weakest") < float("inf"), F.col("weakest")).alias("weakest_link"),
            probability_column(F.col("weakest")).alias("confidence"),
        )
    )


def _smallest_in_tree() -> Callable[..., Column]:
    def smallest(
        batches: Iterator[tuple[pd.Series, pd.Series, pd.Series, pd.Series]],
    ) -> Iterator[pd.Series]:
        def of_entity(weights: list[float], lefts: list[str], rights: list[str], size: int) -> float | None:
            """Return the weight of the link that joins the last two parts; None if the links do not join all parts."""
            tree = list(spanning_forest(zip(lefts, rights, strict=True)))
            return weights[tree[-1]] if len(tree) == size - 1 else None

        for batch in batches:
            yield pd.Series([of_entity(*entity) for entity in zip(*batch, strict=True)], dtype="float64")

    rule: Callable[..., Column] = pandas_udf(shipped(smallest), DoubleType())  # type: ignore[call-overload]
    return rule
