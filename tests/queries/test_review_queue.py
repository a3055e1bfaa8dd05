"""Which pairs a steward is asked about, and in what order."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pyspark.sql import SparkSession

from cdi_spark.config import Linkage
from cdi_spark.queries.review_queue import open_pairs
from cdi_spark.schema import PAIR
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.stewardship.judgements import Judgement, Verdict, close_judgements
from tests.stewardship.pairs import pair_row

AT = datetime(2025, 1, 1, tzinfo=UTC)


Link = tuple[str, str, float] | tuple[str, str, float, str]


def asked(
    spark: SparkSession, entities: dict[str, str], links: list[Link], *decided: str, **limits: Any
) -> list[tuple[str, str, str]]:
    """The two records and the reason of every pair, the most worth it first.

    Args:
        entities: an entity's records, parted by blanks.
        decided: such as 'crm:1 = web:1' and 'crm:1 ! web:1'.
    """
    members = [(record, entity) for entity, records in entities.items() for record in records.split()]
    held = []
    for left, sign, right in (told.split() for told in decided):
        held.append(
            Judgement(left, right, Verdict.MUST_LINK if sign == "=" else Verdict.CANNOT_LINK, "ann", "", AT)
        )
    found = open_pairs(
        local_rows(spark, [pair_row(*link) for link in links], PAIR.schema),
        local_rows(spark, members, "record_id string, entity_id string"),
        close_judgements(spark, held),
        limits=Linkage(**limits),
    ).collect()
    found.sort(key=lambda row: (-row["worth"], not row["beyond"], row["record_id_l"], row["record_id_r"]))
    return [(row["record_id_l"], row["record_id_r"], row["reason"]) for row in found]


def test_pairs_come_with_their_reasons_the_most_worth_it_first(spark: SparkSession) -> None:
    entities = {
        "X": "crm:1 web:1", "Y": "crm:2", "Z": "shop:1 shop:2 shop:3", "W": "crm:4", "A": "app:1", "B": "app:2",
        "C": "erp:1", "D": "erp:2", "E": "crm:5 crm:6 crm:7 crm:8 crm:9 web:5",
    }  # fmt: skip
    links: list[Link] = [
        ("crm:1", "web:1", 20.0),
        # Of X and Y the heaviest pair, whose answer decides two pairs; together they have two crm records.
        ("crm:1", "crm:2", 1.0),
        ("crm:2", "web:1", 2.0),
        # Decides six, but is less doubtful; and one that weighs little.
        ("shop:3", "web:1", 9.0),
        ("crm:4", "shop:1", -1.0),
        # What holds shop:3 best holds less than what holds the others.
        ("shop:1", "shop:2", 30.0),
        ("shop:1", "shop:3", 3.0),
        ("shop:2", "shop:3", 4.0),
        # They weigh the same, but where a limit stands against the weight all is doubt.
        ("app:1", "app:2", 5.0),
        ("erp:1", "erp:2", 5.0),
        *((f"crm:{n}", "web:5", 40.0 - n) for n in range(5, 10)),
    ]
    apart = "kept apart: entities with {} records, although this pair is more likely one person than two"
    weak = "weakly linked: no better link than this pair connects 1 of the entity's {} records with the rest"
    found = asked(spark, entities, links, records_per_source={"crm": 1, "erp": 1}, largest_entity=5)
    assert [f"{left} {right}: {reason}" for left, right, reason in found] == [
        f"crm:9 web:5: {weak.format(6)}; it has 6 records, more than 5, and 5 records of source crm, more than 1",
        f"crm:2 web:1: {apart.format('1 and 2')}; together they would have 2 records of source crm, more than 1",
        f"erp:1 erp:2: {apart.format('1 and 1')}; together they would have 2 records of source erp, more than 1",
        f"shop:2 shop:3: {weak.format(3)}",
        f"app:1 app:2: {apart.format('1 and 1')}",
        f"shop:3 web:1: {apart.format('3 and 2')}",
        f"crm:1 web:1: {weak.format(2)}",
    ]


def test_what_is_decided_is_not_asked(spark: SparkSession) -> None:
    # What is decided of the same three entities, and what is left to ask; z:9 is no more.
    cases = [
        ("", "a:2-a:3 a:2-b:1"),
        # Two that are the same third are one.
        ("a:2=z:9 a:3=z:9", "a:1-a:2 a:2-b:1"),
        # Whom stewards made one is held by them, and as well linked as either; then a:2 is held most weakly.
        ("a:1=a:3", "a:1-a:2 a:2-b:1"),
        # Entities that are two, or will be one, are left alone, whichever of their records that says.
        ("a:3!b:1", "a:2-a:3"),
        ("a:3=z:9 b:1=z:9 a:2!a:3", "a:1-a:3"),
    ]
    entities, links, decided = {}, list[Link](), []
    for n, (judged, _) in enumerate(cases):
        entities |= {f"X{n}": f"a:1.{n} a:2.{n} a:3.{n}", f"Y{n}": f"b:1.{n}", f"Z{n}": f"c:1.{n}"}
        links += [
            (f"a:1.{n}", f"a:2.{n}", 1.5),
            (f"a:1.{n}", f"a:3.{n}", 1.0),
            (f"a:2.{n}", f"a:3.{n}", 1.2),
            (f"a:1.{n}", f"b:1.{n}", 3.0),
            (f"a:2.{n}", f"b:1.{n}", 4.0),
            (f"b:1.{n}", f"c:1.{n}", 5.0, "must-link: same id"),
            (f"a:3.{n}", f"c:1.{n}", 6.0, "cannot-link: two ids"),
        ]
        decided += [f"{told[:3]}.{n} {told[3]} {told[4:]}.{n}" for told in judged.split()]
    # Held by a rule of conf: nobody is asked about it.
    entities |= {"V": "d:1 d:2"}
    links += [("d:1", "d:2", 0.1, "must-link: same id")]
    found = asked(spark, entities, links, *decided)
    pairs: dict[str, set[str]] = {}
    for left, right, _ in found:
        pairs.setdefault(left.partition(".")[2], set()).add(f"{left.split('.')[0]}-{right.split('.')[0]}")
    assert pairs == {str(n): set(left.split()) for n, (_, left) in enumerate(cases)}
