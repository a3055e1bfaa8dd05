"""Links within an entity: the weights of all its pairs, and the strongest links that connect its records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.graph.link_weight import bits_from_probability
from cdi_spark.graph.union_find import DisjointSets, spanning_forest
from cdi_spark.linkage.executor.tasks import evidence_of
from cdi_spark.linkage.model.frozen import Frozen
from cdi_spark.linkage.model.splink_sql import evidence_sql
from cdi_spark.private_database import open_database

# A link names so many comparisons: those of most bits, for or against.
_NAMED = 3


@dataclass(frozen=True)
class Link:
    """Two records and the weight of their pair.

    Attributes:
        match_weight: log2 posterior odds, bits.
        strongest: the comparisons of most bits, for or against, with their bits.
    """

    record_id_l: str
    record_id_r: str
    match_weight: float
    strongest: list[tuple[str, float]]


@dataclass(frozen=True)
class WeakestLink:
    """The link without which an entity is two parts: all other links between the parts weigh less."""

    link: Link
    parts: tuple[list[str], list[str]]


def links_within(linked: DataFrame, frozen: Frozen, *, record_ids: Sequence[str]) -> list[Link]:
    """Weigh all pairs of some records on the driver, found by blocking or not; the strongest first.

    Args:
        linked: linkage.linked.
        record_ids: records in it, so few that all their pairs fit in driver memory.
    """
    if not frozen.model.comparisons:
        return []
    chosen = linked.where(F.col("record_id").isin(*record_ids))
    records = frozen.compared(chosen).drop("keys").toArrow().sort_by("record_id")
    records = records.append_column("place", pa.array(np.arange(records.num_rows)))
    records = records.append_column("key", pa.array(np.zeros(records.num_rows, np.int64)))
    scored = frozen.scored()
    names = [comparison.name for comparison in scored.comparisons]
    with open_database() as connection:
        connection.register("cdi_left", records)
        connection.register("cdi_right", records)
        # Here each comparison is its own kind of evidence.
        found = connection.sql(evidence_sql(scored, {name: name for name in names})).fetchnumpy()
    bits, known = evidence_of(found, len(names))
    prior = scored.settings["probability_two_random_records_match"]
    weights = bits.sum(axis=1) + bits_from_probability(prior)
    ids = records.column("record_id").to_pylist()
    left, right = (found[side].tolist() for side in ("place_l", "place_r"))
    links = []
    for pair in np.argsort(-weights, kind="stable"):
        known_first = [n for n in np.argsort(-np.abs(bits[pair]), kind="stable") if known[pair, n]]
        strongest = [(names[n], float(bits[pair, n])) for n in known_first[:_NAMED]]
        links.append(Link(ids[left[pair]], ids[right[pair]], float(weights[pair]), strongest))
    return links


def spanning_tree(links: Sequence[Link]) -> list[Link]:
    """Return the strongest links that connect all records without a cycle, the strongest first.

    Args:
        links: of all pairs, the strongest first.
    """
    return [links[place] for place in spanning_forest((link.record_id_l, link.record_id_r) for link in links)]


def weakest_link(tree: Sequence[Link]) -> WeakestLink | None:
    """Return the last link of a spanning tree, and the records on either side of it; None without any link."""
    if not tree:
        return None
    *others, weakest = tree
    sets = DisjointSets[str]()
    for link in others:
        sets.join(link.record_id_l, link.record_id_r)
    records = sorted({record for link in tree for record in (link.record_id_l, link.record_id_r)})
    left, right = (
        [record for record in records if sets.find(record) == sets.find(end)]
        for end in (weakest.record_id_l, weakest.record_id_r)
    )
    return WeakestLink(weakest, (left, right))
