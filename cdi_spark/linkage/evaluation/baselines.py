"""Simpler ways to find customers, to compare the accuracy of the entities with."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.graph.components import components
from cdi_spark.linkage.model.link_rules import as_links


def exact_match_clusters(persons: DataFrame) -> DataFrame:
    """Cluster records that share an exact e-mail address or phone number, directly or through others.

    Args:
        persons: silver.person.
    Returns:
        record_id, entity_id.
    """
    live = persons.where("NOT is_deleted")
    values = live.select("record_id", F.explode(F.array_compact(F.concat(
        F.coalesce("emails", F.array().cast("array<string>")), F.coalesce("phones", F.array().cast("array<string>"))
    ))).alias("value"))  # fmt: skip
    first = values.groupBy("value").agg(F.min("record_id").alias("record_id_l"))
    links = values.join(first, "value").where("record_id_l <> record_id")
    links = links.select("record_id_l", F.col("record_id").alias("record_id_r")).distinct()
    return _as_entities(components(live, links))


def linked_clusters(persons: DataFrame, pairs: DataFrame, models: DataFrame) -> DataFrame:
    """Cluster records by plain connected components of the links that the model's link_weight keeps.

    Args:
        persons: silver.person.
        pairs: linkage.pair.
        models: linkage.model.
    Returns:
        record_id, entity_id.
    """
    live = persons.where("NOT is_deleted")
    weights = models.select("model_id", "link_weight")
    links = as_links(pairs).join(F.broadcast(weights), "model_id").where("match_weight >= link_weight")
    return _as_entities(components(live, links))


def _as_entities(clusters: DataFrame) -> DataFrame:
    return clusters.select("record_id", F.col("component").cast("string").alias("entity_id"))
