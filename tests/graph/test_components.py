"""Components: every record once, connected exactly as links connect it."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from cdi_spark.errors import CdiError
from cdi_spark.graph import components as ways
from cdi_spark.graph.components import Materialise, check_components, components
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.storage import Storage


def records(spark: SparkSession, *ids: str) -> DataFrame:
    return local_rows(spark, [(i,) for i in ids], "record_id string")


def links(spark: SparkSession, *pairs: str) -> DataFrame:
    return local_rows(spark, [tuple(p) for p in pairs], "record_id_l string, record_id_r string")


def parts(found: DataFrame) -> DataFrame:
    """What components were divided into, as if these were components."""
    return found.select("record_id", F.col("part").alias("component"))


def partition(found: DataFrame) -> set[frozenset[str]]:
    groups: dict[int, set[str]] = {}
    for row in found.collect():
        groups.setdefault(row["component"], set()).add(row["record_id"])
    return {frozenset(group) for group in groups.values()}


def test_links_join_over_others_and_a_record_without_a_link_stays_alone(spark: SparkSession) -> None:
    found = components(records(spark, *"abcdef"), links(spark, "ab", "bc", "de"))
    assert partition(found) == {frozenset("abc"), frozenset("de"), frozenset("f")}
    check_components(found, records(spark, *"abcdef"), links(spark, "ab", "bc", "de"))


def test_without_links_every_record_is_its_own(spark: SparkSession) -> None:
    assert partition(components(records(spark, *"ab"), links(spark))) == {frozenset("a"), frozenset("b")}


def graph_of_many_shapes() -> list[tuple[str, str]]:
    """Random graphs with links that come twice and links to oneself, a chain, a ring, a hub and a clique."""
    random = Random(7)
    found = []
    for graph in range(60):
        size = random.randint(1, 25)
        ends = [f"{graph}.{random.randrange(size)}" for _ in range(2 * random.randint(0, 2 * size))]
        found += list(zip(ends[::2], ends[1::2], strict=True))
    found += [(f"chain {i}", f"chain {i + 1}") for i in range(80)]
    found += [(f"ring {i}", f"ring {(i + 1) % 50}") for i in range(50)]
    found += [(f"spoke {i}", "hub") for i in range(100)]
    found += [(f"clique {i}", f"clique {j}") for i in range(12) for j in range(12)]
    return found


def joined_by_hand(pairs: list[tuple[str, str]]) -> set[frozenset[str]]:
    group = {name: {name} for pair in pairs for name in pair}
    for left, right in pairs:
        if group[left] is not group[right]:
            group[left] |= group[right]
            for name in group[right]:
                group[name] = group[left]
    return {frozenset(members) for members in group.values()}


@pytest.mark.parametrize(
    "way",
    [
        pytest.param(lambda edges, keep: ways.in_one_task(edges), id="in one task"),
        pytest.param(lambda edges, keep: ways.by_graphframes(edges, keep=keep), id="by GraphFrames"),
        pytest.param(
            lambda edges, keep: ways.by_contraction(edges, keep=keep, one_task_links=0), id="by contraction"
        ),
        pytest.param(
            lambda edges, keep: ways.by_contraction(edges, keep=keep, one_task_links=200),
            id="by contraction, the rest in one task",
        ),
    ],
)
def test_every_way_joins_the_same_and_calls_a_component_by_its_smallest_id(
    spark: SparkSession, storage: Storage, way: Callable[[DataFrame, Materialise], DataFrame]
) -> None:
    pairs = graph_of_many_shapes()
    rows = local_rows(spark, pairs, "l string, r string")
    edges = rows.select(F.xxhash64("l").alias("src"), F.xxhash64("r").alias("dst"))
    names = rows.select(F.explode(F.array("l", "r")).alias("name")).distinct()
    with storage.scratch(few=True) as keep:
        found = names.select("name", F.xxhash64("name").alias("id")).join(way(edges, keep), "id", "left")
        groups: dict[int, set[tuple[str, int]]] = {}
        for row in found.select("name", "id", F.coalesce("component", "id").alias("component")).collect():
            groups.setdefault(row["component"], set()).add((row["name"], row["id"]))
    assert {frozenset(name for name, _ in group) for group in groups.values()} == joined_by_hand(pairs)
    assert {component: min(number for _, number in group) for component, group in groups.items()} == {
        component: component for component in groups
    }


def test_a_chain_of_ten_thousand_links_is_one_component(spark: SparkSession) -> None:
    ends = spark.range(10_000).select(
        F.concat(F.lit("r"), "id").alias("record_id_l"),
        F.concat(F.lit("r"), F.col("id") + 1).alias("record_id_r"),
    )
    everyone = spark.range(10_001).select(F.concat(F.lit("r"), "id").alias("record_id"))
    assert components(everyone, ends).select("component").distinct().count() == 1


def test_a_graph_beyond_one_task_goes_to_graphframes(spark: SparkSession, storage: Storage) -> None:
    def left_over() -> tuple[int, int]:
        folder = Path(str(spark.sparkContext.getCheckpointDir()).removeprefix("file:"))
        frames = spark.sparkContext._jsc.getPersistentRDDs().size()
        return frames, sum(path.is_file() for path in folder.rglob("*"))

    before = left_over()
    with storage.scratch() as keep:
        asked = []

        def kept(name: str, rows: DataFrame) -> DataFrame:
            asked.append(name)
            return keep(name, rows)

        found = components(records(spark, *"abcd"), links(spark, "ab", "bc"), keep=kept, one_task_links=1)
        assert partition(found) == {frozenset("abc"), frozenset("d")}
    assert asked == ["joined"]
    # Of its cached frames and checkpoints nothing stays.
    assert left_over() == before


def test_without_graphframes_a_graph_beyond_one_task_is_contracted(
    spark: SparkSession, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ways, "is_remote", lambda: True)
    everyone, some = records(spark, *"abcd"), links(spark, "ab", "bc")
    with storage.scratch() as keep:
        found = components(everyone, some, keep=keep, one_task_links=1)
        assert partition(found) == {frozenset("abc"), frozenset("d")}
    with pytest.raises(CdiError, match="a folder to `keep`"):
        components(everyone, some, one_task_links=1)


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([("a", 1), ("b", 1)], "wants 3"),
        ([("a", 1), ("b", 1), ("c", 1), ("c", 2)], "wants 3"),
        ([("a", 1), ("b", 2), ("c", 3)], "join two components"),
        ([("a", 1), ("b", 1), ("c", 1)], "without a link"),
    ],
)
def test_a_wrong_clustering_is_refused(
    spark: SparkSession, rows: list[tuple[str, int]], complaint: str
) -> None:
    found = local_rows(spark, rows, "record_id string, component long")
    with pytest.raises(CdiError, match=complaint):
        check_components(found, records(spark, *"abc"), links(spark, "ab"))


def test_a_component_over_the_limit_is_divided_at_stronger_links_until_they_are_beyond_doubt(
    spark: SparkSession, storage: Storage
) -> None:
    # Two groups of three joined by a weak link, a small component, and four records beyond doubt.
    weights = {
        "ab": 9.0,
        "bc": 9.0,
        "cd": 0.5,
        "de": 7.0,
        "ef": 7.0,
        "gh": 1.0,
        "ij": 40.0,
        "jk": 40.0,
        "kl": 40.0,
    }
    rows = [(*pair, weight) for pair, weight in weights.items()]
    pairs = local_rows(spark, rows, "record_id_l string, record_id_r string, match_weight double")
    everyone = records(spark, *"abcdefghijkl")
    with storage.scratch(few=True) as keep:
        found = ways.bounded_components(everyone, pairs, largest=3, least=-3.0, keep=keep)
        assert partition(found) == {frozenset("abcdef"), frozenset("gh"), frozenset("ijkl")}
        assert partition(parts(found)) == {
            frozenset("abc"),
            frozenset("def"),
            frozenset("gh"),
            frozenset("ijkl"),
        }
    with storage.scratch(few=True) as keep:
        whole = ways.bounded_components(everyone, pairs, largest=6, least=-3.0, keep=keep)
        assert partition(parts(whole)) == {frozenset("abcdef"), frozenset("gh"), frozenset("ijkl")}
