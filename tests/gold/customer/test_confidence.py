"""The confidence of an entity is that of its weakest link."""

from collections.abc import Callable
from itertools import combinations
from random import Random

import pytest
from pyspark.sql import DataFrame, SparkSession

from cdi_spark.gold.customer.confidence import weakest_links
from cdi_spark.spark.local_rows import local_rows

Make = Callable[..., DataFrame]
Link = tuple[str, str, float]
CERTAIN = float("inf")
KNOWN: dict[str, tuple[list[str], list[Link], tuple[float | None, float] | None]] = {
    "of a ring all but the weakest hold": (
        list("abc"), [("a", "b", 5.0), ("b", "c", 3.0), ("a", "c", 1.0)], (3.0, 8 / 9)
    ),
    "what is decided is certain": (list("ab"), [("a", "b", CERTAIN)], (None, 1.0)),
    "links that are not decided count": (list("abc"), [("a", "b", CERTAIN), ("b", "c", 0.0)], (0.0, 0.5)),
    "where links hold nothing together there is none": (list("abc"), [("a", "b", 9.0)], None),
    "one record has none": (["a"], [], None),
}  # fmt: skip


def found(
    spark: SparkSession, members: Make, worlds: dict[str, tuple[list[str], list[Link]]]
) -> dict[str, tuple[float | None, float]]:
    """Return weakest_link and confidence by entity; links also lead out of entities."""
    links = [(f"{a}@{e}", f"{b}@{e}", w) for e, (_, of) in worlds.items() for a, b, w in of]
    links += [(f"a@{one}", f"a@{other}", 20.0) for one, other in combinations(sorted(worlds), 2)]
    rows = local_rows(spark, links, "record_id_l string, record_id_r string, match_weight double")
    belong = members({e: [f"{r}@{e}" for r in records] for e, (records, _) in worlds.items()})
    return {row[0]: tuple(row[1:]) for row in weakest_links(rows, belong).collect()}


def test_the_weakest_of_the_links_that_hold_an_entity_together(spark: SparkSession, members: Make) -> None:
    worlds = {case: (records, links) for case, (records, links, _) in KNOWN.items()}
    assert found(spark, members, worlds) == {
        case: pytest.approx(expected) for case, (_, _, expected) in KNOWN.items() if expected
    }


def test_an_entity_is_connected_by_links_as_strong_as_the_weakest_link_but_not_by_stronger_ones(
    spark: SparkSession, members: Make
) -> None:
    rng = Random(7)
    worlds: dict[str, tuple[list[str], list[Link]]] = {}
    for number in range(60):
        records = list("abcdefgh")[: rng.randint(2, 8)]
        pairs = [pair for pair in combinations(records, 2) if rng.random() < 0.6]
        worlds[f"{number}"] = records, [(*pair, float(rng.randint(-3, 12))) for pair in pairs]
    weakest = found(spark, members, worlds)
    assert 20 < len(weakest) < 60
    for name, (records, links) in worlds.items():
        if name not in weakest:
            assert not holds(records, links)
            continue
        least = weakest[name][0]
        assert holds(records, [link for link in links if link[2] >= least])
        assert not holds(records, [link for link in links if link[2] > least])


def holds(records: list[str], links: list[Link]) -> bool:
    reached, grown = {records[0]}, True
    while grown:
        ends = [{a, b} for a, b, _ in links if len(reached & {a, b}) == 1]
        grown = bool(ends)
        reached = reached.union(*ends)
    return reached == set(records)
