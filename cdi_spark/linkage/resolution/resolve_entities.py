"""Resolves components into entities, within decisions and limits."""

from __future__ import annotations

from functools import partial

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.config import Linkage
from cdi_spark.graph.link_weight import bits_from_probability
from cdi_spark.linkage.clustering.agglomerative import LARGEST_COMPONENT
from cdi_spark.linkage.clustering.clusters import EntityLimits
from cdi_spark.linkage.executor import tasks
from cdi_spark.linkage.model.frozen import Frozen
from cdi_spark.linkage.model.splink_sql import cannot_sql, evidence_sql
from cdi_spark.schema import JUDGED
from cdi_spark.spark.local_rows import Materialise, local_rows
from cdi_spark.spark.shipped import shipped

_FOUND = "record_id string, first_record string"


def resolve_entities(
    linked: DataFrame,
    components: DataFrame,
    links: DataFrame,
    frozen: Frozen,
    *,
    limits: Linkage,
    judged: DataFrame | None = None,
    keep: Materialise = lambda _, rows: rows,
    largest: int = LARGEST_COMPONENT,
) -> DataFrame:
    """Return the entities of every component.

    Each part of a component is resolved by agglomeration (clustering/agglomerative.py). A part that is too large for
    that, and every part where conf sets `resolve: components`, is one entity as far as decisions and limits allow
    (clustering/constrained_spanning_tree.py).

    Args:
        linked: linkage.linked.
        components: record_id, component, part; each part is resolved on its own.
        links: record_id_l, record_id_r, match_weight; they join the records of parts that are one entity.
        limits: of conf, on the records of an entity.
        judged: JUDGED: decisions of stewards, one row per record that has some.
        keep: computes rows once, under a name.
        largest: all pairs of a part of at most so many records are compared.
    Returns:
        record_id, component, part, entity: a number, the hash of the entity's first record_id.
    """
    largest = largest if limits.resolve == "entities" else 1
    judged = local_rows(linked.sparkSession, [], JUDGED) if judged is None else judged
    limits_of = partial(
        EntityLimits.of, largest=limits.largest_entity, per_source=dict(limits.records_per_source)
    )
    parts = components.groupBy("part").agg(F.count("*").alias("size"), F.min("record_id").alias("smallest"))
    sized = keep("sized", components.join(parts, "part"))
    most = sized.agg(F.max("size").alias("size")).first()
    key = F.col("part").alias("key")
    records = frozen.compared(linked).drop("keys").join(judged, "record_id", "left")
    found = local_rows(linked.sparkSession, [], _FOUND)
    if ((most and most["size"]) or 0) > largest:
        large = records.select("record_id", "judged_same", "judged_apart", *frozen.rules.columns()).join(
            sized.where(F.col("size") > largest).select("record_id", key), "record_id"
        )
        with_links = large.join(_links_of_left(links), "record_id", "left").transform(component_by_component)
        found = found.unionByName(
            with_links.mapInArrow(
                shipped(tasks.spanning_tree_resolver(cannot_sql(frozen.rules), limits=limits_of)), _FOUND
            )
        )
    if largest > 1:
        several = sized.where(F.col("size").between(2, largest)).select("record_id", key)
        compared = records.join(several, "record_id").transform(component_by_component)
        found = found.unionByName(compared.mapInArrow(shipped(_resolver(frozen, limits_of)), _FOUND))
    return sized.join(found, "record_id", "left").select(
        "record_id",
        "component",
        "part",
        F.xxhash64(F.coalesce("first_record", "smallest")).alias("entity"),
    )


def _resolver(frozen: Frozen, limits_of: tasks.LimitsOf) -> tasks.Task:
    scored = frozen.scored()
    evidence = {c.name: c.evidence for c in frozen.model.comparisons}
    prior = scored.settings["probability_two_random_records_match"]
    return tasks.resolver(
        evidence_sql(scored, evidence, frozen.rules, judged=True),
        kinds=len(set(evidence.values())),
        prior=bits_from_probability(prior),
        least_weight=frozen.trained["entity_weight"],
        limits=limits_of,
    )


def _links_of_left(links: DataFrame) -> DataFrame:
    """Return record_id and links: the other record and the bits of each."""
    link = F.struct(F.col("record_id_r").alias("other"), F.col("match_weight").alias("weight"))
    return links.groupBy(F.col("record_id_l").alias("record_id")).agg(F.collect_list(link).alias("links"))


def component_by_component(records: DataFrame) -> DataFrame:
    """Move the records of a component into one task, and sort by component (`key`) and record_id.

    Partitions by a hash of `key`, not by `key` itself: Spark does not move rows again that a join has partitioned by
    `key`, and adaptive execution, which may turn that join into a broadcast, would then leave one component in many
    tasks.
    """
    return records.repartition(F.xxhash64("key")).sortWithinPartitions("key", "record_id")
