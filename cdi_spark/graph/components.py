"""Connected components of links: in one task while the links fit, else by GraphFrames or by contraction."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from graphframes import GraphFrame
from py4j.protocol import Py4JError
from pyspark import cloudpickle
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.utils import is_remote

from cdi_spark.errors import CdiError
from cdi_spark.graph import union_find
from cdi_spark.graph.union_find import smallest_connected
from cdi_spark.spark.local_rows import Materialise

if TYPE_CHECKING:
    import pyarrow as pa

# The task is sent to the worker by value, so the worker needs only numpy and pyarrow installed.
cloudpickle.register_pickle_by_value(union_find)  # type: ignore[no-untyped-call]


# One task takes 5 s and 0.6 GB for so many links, even if they form one chain. For 6 million links in 1 million
# components it took 9 s, contraction 50 s and GraphFrames 157 s (two cores).
ONE_TASK_LINKS = 5_000_000
# A link of so many bits is certain.
SURE_WEIGHT = 25.0


def components(
    records: DataFrame,
    links: DataFrame,
    *,
    keep: Materialise | None = None,
    one_task_links: int = ONE_TASK_LINKS,
) -> DataFrame:
    """Return the component of every record: records that links join directly or through other records.

    Args:
        records: record_id, one row per record; a record without a link is a component of its own.
        links: record_id_l, record_id_r; a link may come twice, or join a record to itself.
        keep: writes rows under a name and reads them back, until the result is written; needed for more than
            one_task_links.
        one_task_links: more links than this are distributed over Spark's tasks.
    Returns:
        record_id, component (the smallest of its records' 64-bit hashes, by each of the methods).
    Raises:
        CdiError: too many links for one task, and no `keep`.
    """
    # Ids are hashes of record ids: ids that Spark generates may differ when a task runs again.
    edges = links.select(F.xxhash64("record_id_l").alias("src"), F.xxhash64("record_id_r").alias("dst"))
    if links.count() <= one_task_links:
        joined = in_one_task(edges)
    elif keep is None:
        raise CdiError(
            f"entities.component: more than {one_task_links} links. Give components() a folder to `keep` its steps."
        )
    elif _has_graphframes(links.sparkSession):
        joined = by_graphframes(edges, keep=keep)
    else:
        joined = by_contraction(edges, keep=keep, one_task_links=one_task_links)
    own = F.xxhash64("record_id")
    return (
        records.select("record_id", own.alias("id"))
        .join(joined, "id", "left")
        .select("record_id", F.coalesce("component", "id").alias("component"))
    )


def bounded_components(
    records: DataFrame, pairs: DataFrame, *, largest: int, least: float, keep: Materialise
) -> DataFrame:
    """Return components of the pairs; a component of more than `largest` records is split at stronger links.

    The least weight of a link rises bit by bit. The split of a component depends only on its own records and pairs.
    Records that are connected at SURE_WEIGHT stay together, even if they are more than `largest`.

    Args:
        records: record_id, one row per record.
        pairs: record_id_l, record_id_r, match_weight in bits.
        least: weight from which a pair joins its records, before any split.
        keep: as for components().
    Returns:
        record_id, component, part: the component, or the part of it after the split.
    """

    def connect(part: DataFrame, links: DataFrame, round_: int) -> DataFrame:
        return components(part, links, keep=lambda name, rows: keep(f"{name}_of_{round_}", rows))

    links = pairs.where(F.col("match_weight") >= least)
    found = keep("components", connect(records, links, 0).withColumn("part", F.col("component")))
    check_components(found, records, links)
    for round_ in range(1, math.ceil(SURE_WEIGHT - least) + 1):
        sizes = found.groupBy("part").agg(F.count("*").alias("size")).where(F.col("size") > largest)
        large = found.join(sizes, "part", "left_semi").select("record_id", F.col("component").alias("whole"))
        if large.isEmpty():
            break
        inside = pairs.where(F.col("match_weight") >= least + round_)
        for side in ("record_id_l", "record_id_r"):
            inside = inside.join(large.withColumnRenamed("record_id", side), side, "left_semi")
        rest = found.join(large, "record_id", "left_anti")
        parts = connect(large.select("record_id"), inside, round_).withColumnRenamed("component", "part")
        split = parts.join(large, "record_id").select("record_id", F.col("whole").alias("component"), "part")
        found = keep(f"components_{round_}", rest.unionByName(split))
    return found


def in_one_task(edges: DataFrame) -> DataFrame:
    """Return the components, found in the memory of one Python worker.

    Args:
        edges: src, dst, 64-bit ids.
    Returns:
        id, component (its smallest id), for every id of an edge.
    """

    def label(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import numpy as np
        import pyarrow as pa

        received = list(batches)
        if not received:
            return
        ends = np.concatenate([batch[end].to_numpy() for end in ("src", "dst") for batch in received])
        ids, positions = np.unique(ends, return_inverse=True)
        left, right = np.split(positions, 2)
        first = smallest_connected(len(ids), left, right)
        yield from pa.table({"id": ids, "component": ids[first]}).to_batches()

    return edges.repartition(1).mapInArrow(label, "id long, component long")


def _has_graphframes(spark: SparkSession) -> bool:
    """Return whether the session has its own JVM with GraphFrames, and a folder for checkpoints."""
    if is_remote() or not spark.conf.get("spark.checkpoint.dir", ""):
        return False
    no_ids = spark.range(0)
    try:
        GraphFrame(no_ids, no_ids.select(F.col("id").alias("src"), F.col("id").alias("dst")))
    except Py4JError:
        return False
    return True


def by_graphframes(edges: DataFrame, *, keep: Materialise) -> DataFrame:
    """Return the components, found by GraphFrames; arguments and result are those of in_one_task().

    Removes the cached frame and the checkpoints that GraphFrames leaves.
    """
    vertices = edges.select(F.explode(F.array("src", "dst")).alias("id")).distinct()
    joined: DataFrame = GraphFrame(vertices, edges).connectedComponents()
    found = keep("joined", joined)
    joined.unpersist()
    # GraphFrames runs only in a session with its own JVM, which knows the file system of the folder.
    context = edges.sparkSession.sparkContext
    jvm: Any = context._jvm
    path = jvm.org.apache.hadoop.fs.Path(f"{context.getCheckpointDir()}/connected-components-*")
    files = path.getFileSystem(context._jsc.hadoopConfiguration())
    for left in files.globStatus(path):
        files.delete(left.getPath(), True)
    return found


def by_contraction(edges: DataFrame, *, keep: Materialise, one_task_links: int = ONE_TASK_LINKS) -> DataFrame:
    """Return the components, found by DataFrame operations only; arguments and result are those of in_one_task().

    Each round contracts every vertex to its smallest neighbour, or leaves it if it is the smallest. Edges then
    connect the contracted vertices, and edges within one vertex are dropped. The rounds end when one task can
    process the rest. As ids are hashes, a round halves a chain, and contracts a denser component faster.

    Source:
        Hirschberg, Chandra & Sarwate 1979, doi:10.1145/359138.359141.
    """
    rounds: list[DataFrame] = []
    rest = edges.where("src <> dst")
    while rest.count() > one_task_links:
        both_ways = rest.unionByName(rest.select(F.col("dst").alias("src"), F.col("src").alias("dst")))
        nearest = both_ways.groupBy(F.col("src").alias("id")).agg(F.least("id", F.min("dst")).alias("to"))
        moved = keep(f"moved_{len(rounds)}", nearest)
        src = moved.select(F.col("id").alias("src"), F.col("to").alias("l"))
        dst = moved.select(F.col("id").alias("dst"), F.col("to").alias("r"))
        ends = (F.least("l", "r").alias("src"), F.greatest("l", "r").alias("dst"))
        contracted = rest.join(src, "src").join(dst, "dst").where("l <> r").select(*ends).distinct()
        rest = keep(f"rest_{len(rounds)}", contracted)
        rounds.append(moved)
    joined = in_one_task(rest)
    for moved in reversed(rounds):
        of_to = joined.withColumnRenamed("id", "to")
        joined = moved.join(of_to, "to", "left").select(
            "id", F.coalesce("component", "to").alias("component")
        )
    # The last vertex of a component is not always its smallest id.
    smallest = joined.groupBy("component").agg(F.min("id").alias("smallest"))
    return joined.join(smallest, "component").select("id", F.col("smallest").alias("component"))


def check_records(found: DataFrame, records: DataFrame) -> None:
    """Check that every record is there once.

    Args:
        found: components or entities as written and read back.
    Raises:
        CdiError: a record is missing, comes twice, or has the same hash as another.
    """
    rows, ids, numbers = found.agg(
        F.count("*"), F.count_distinct("record_id"), F.count_distinct(F.xxhash64("record_id"))
    ).first() or (0, 0, 0)
    wanted = records.count()
    if not rows == ids == numbers == wanted:
        raise CdiError(
            f"entities.component: {rows} rows of {ids} records ({numbers} hashes), wants {wanted} of each. "
            "Run the stage resolve again."
        )


def check_components(found: DataFrame, records: DataFrame, links: DataFrame) -> None:
    """Check that links join records of one component, and that a link connects every record to its component.

    Args:
        found: components() as written and read back.
    Raises:
        CdiError: as check_records(); or a link joins two components, or no link connects a record to its component.
    """
    check_records(found, records)
    left = found.select(F.col("record_id").alias("record_id_l"), F.col("component").alias("component_l"))
    right = found.select(F.col("record_id").alias("record_id_r"), F.col("component").alias("component_r"))
    ends = links.join(left, "record_id_l").join(right, "record_id_r")
    across = ends.where("component_l <> component_r").count()
    if across:
        raise CdiError(
            f"entities.component: {across} links join two components. Run the stage resolve again."
        )
    connected = ends.select(F.explode(F.array("record_id_l", "record_id_r")).alias("record_id")).distinct()
    sizes = found.withColumn("size", F.expr("count(*) over (partition by component)"))
    loose = sizes.where("size > 1").join(connected, "record_id", "left_anti").count()
    if loose:
        raise CdiError(
            f"entities.component: {loose} records share a component without a link. Run the stage resolve again."
        )
