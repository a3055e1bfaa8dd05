"""Must-links join records and cannot-links keep them apart, whatever they weigh, and pairs name the rule."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from cdi_spark.config import CannotLink, Linkage, MustLink
from cdi_spark.graph.components import components
from cdi_spark.linkage.model.frozen import Frozen
from cdi_spark.linkage.model.link_rules import NO_RULES, as_links
from cdi_spark.linkage.model.person_model import load_person_model
from cdi_spark.linkage.resolution.resolve_entities import resolve_entities
from cdi_spark.linkage.scoring import score
from cdi_spark.linkage.training.freeze import train_and_freeze
from cdi_spark.schema import JUDGED, PERSON
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.storage import Storage
from tests.paths import PERSON_MODEL

RULES = Linkage(
    must_link=[
        MustLink(name="same national id", same=["national_id"]),
        MustLink(name="one source's account", same=["account_ids"], within_source=True),
    ],
    cannot_link=[
        CannotLink(name="two national ids", differ=["national_id"]),
        CannotLink(name="two devices", differ=["device_ids"], within_source=True),
    ],
)
Record = dict[str, Any]
GIVEN = ["Alice", "Brian", "Chloe", "David", "Ellen", "Frank", "Grace", "Henry", "Irene", "James", "Karen"]
FAMILY = ["Abbott", "Barlow", "Carver", "Dawson", "Ellis", "Fowler", "Garner", "Harvey", "Ingram", "Jarvis"]


def person(chance: random.Random, **values: Any) -> Record:
    given, family = chance.choice(GIVEN), chance.choice(FAMILY)
    return {
        "given_name": given,
        "family_name": family,
        "birth_date": date(1940 + chance.randrange(60), 1 + chance.randrange(12), 1 + chance.randrange(28)),
        "emails": [f"{given}.{family}{chance.randrange(1000)}@mail.org".lower()],
        "phones": [f"+447{chance.randrange(10**9):09}"],
        "street": f"{chance.randrange(1, 200)} High Street",
        "city": chance.choice(["Leeds", "York", "Hull"]),
        "postcode": f"LS{1 + chance.randrange(9)} {chance.randrange(9)}AA",
    } | values


def made() -> dict[str, Record]:
    chance = random.Random(5)
    records: dict[str, Record] = {}
    for n in range(120):
        who = person(chance)
        records |= {f"crm:{n}": who, f"web:{n}": who}
    robin = person(chance, given_name="Robin", family_name="Vale")
    records |= {"crm:robin": robin | {"national_id": "A1"}, "web:robin": robin | {"national_id": "B2"}}
    records["shop:robin"] = robin
    records |= {
        f"{s}:strong": person(chance, national_id="S-9" if s == "crm" else "s9") for s in ("crm", "web")
    }
    # Nobody's id: a placeholder with ten initials.
    records |= {
        f"crm:none {n}": person(chance, given_name=name, national_id="NONE")
        for n, name in enumerate(GIVEN[:10])
    }
    devices = person(chance, given_name="Sidney", family_name="Marsh")
    records |= {f"crm:sid {n}": devices | {"device_ids": [f"d{n}"]} for n in range(2)}
    records["web:sid"] = devices | {"device_ids": ["d7"]}
    records |= {
        f"{s}:account {n}": person(chance, account_ids=["77"])
        for s, n in (("crm", 1), ("crm", 2), ("web", 3))
    }
    return records


@pytest.fixture
def persons(spark: SparkSession) -> DataFrame:
    rows = [
        dict.fromkeys(PERSON.names) | record | {"record_id": key, "is_deleted": False}
        for key, record in made().items()
    ]
    return local_rows(spark, [tuple(row[name] for name in PERSON.names) for row in rows], PERSON.schema)


@dataclass(frozen=True)
class Linked:
    pairs: dict[tuple[str, str], Row]
    entity: dict[str, int]
    entity_without_rules: dict[str, int]
    entity_of_components: dict[str, int]
    entity_of_judged: dict[str, int]


# A steward decides that the two robins are one person whatever their ids, and that the two of one strong id are not.
STEWARDS = [
    ("crm:robin", "crm:robin", None), ("web:robin", "crm:robin", None),
    ("crm:strong", None, ["1"]), ("web:strong", None, ["1"]),
]  # fmt: skip


def linked(spark: SparkSession, persons: DataFrame, storage: Storage) -> Linked:
    """Pairs and entities; the model itself compares neither national ids nor devices nor accounts."""
    packaged = load_person_model(PERSON_MODEL)
    blind = {"national_id", "device", "account"}
    model = packaged.model_copy(
        update={
            "comparisons": [c for c in packaged.comparisons if c.name not in blind],
            "blocking": [r for r in packaged.blocking if r.name in ("full birth date", "e-mail")],
        }
    )
    with storage.scratch(few=True) as keep:

        def entities(
            links: DataFrame, by: Frozen, *, judged: DataFrame | None = None, **limits: object
        ) -> dict[str, int]:
            joined = components(persons.select("record_id"), links.where("match_weight >= -3"), keep=keep)
            whole = joined.withColumn("part", F.col("component"))
            conf = RULES.model_copy(update=limits)
            rows = resolve_entities(records, whole, links, by, limits=conf, judged=judged).collect()
            return {row["record_id"]: row["entity"] for row in rows}

        frozen = train_and_freeze(persons, model=model, limits=RULES, settings_hash="", run_id="r", keep=keep)
        records = keep("linked", frozen.linked(persons))
        pairs = keep("pairs", score.score_pairs(records, frozen))
        return Linked(
            {(row["record_id_l"], row["record_id_r"]): row for row in pairs.collect()},
            entities(pairs.transform(as_links), frozen),
            entities(pairs, replace(frozen, rules=NO_RULES)),
            entities(pairs.transform(as_links), frozen, resolve="components"),
            entities(
                pairs.transform(as_links),
                frozen,
                judged=local_rows(spark, STEWARDS, JUDGED),
            ),
        )


def test_rules_decide_whatever_pairs_weigh_and_pairs_name_them(
    spark: SparkSession, persons: DataFrame, storage: Storage
) -> None:
    found = linked(spark, persons, storage)
    pairs, entity, without = found.pairs, found.entity, found.entity_without_rules

    # Two national ids stay apart though a third record is like both.
    torn = pairs["crm:robin", "web:robin"]
    assert torn["decided_by"] == "cannot-link: two national ids"
    assert torn["match_weight"] > 10
    assert entity["crm:robin"] != entity["web:robin"]
    assert entity["shop:robin"] in (entity["crm:robin"], entity["web:robin"])
    assert without["crm:robin"] == without["web:robin"] == without["shop:robin"]
    # So it is where components are entities, over the third as over no other.
    plain = found.entity_of_components
    assert plain["crm:robin"] != plain["web:robin"]
    assert plain["shop:robin"] in (plain["crm:robin"], plain["web:robin"])
    assert plain["crm:strong"] == plain["web:strong"]
    # Stewards stand above rules.
    judged = found.entity_of_judged
    assert judged["crm:robin"] == judged["web:robin"]
    assert judged["crm:strong"] != judged["web:strong"]
    # One national id, spelled two ways, brings together what has nothing else in common.
    strong = pairs["crm:strong", "web:strong"]
    assert (strong["decided_by"], strong["block_rule"]) == ("must-link: same national id",) * 2
    assert strong["match_weight"] < -3
    assert entity["crm:strong"] == entity["web:strong"]
    assert without["crm:strong"] != without["web:strong"]
    # An id with many initials identifies placeholder.
    placeholder = {key for key in entity if key.startswith("crm:none")}
    assert len({entity[key] for key in placeholder}) == len(placeholder) == 10
    # Only of one source: two devices apart, one account together.
    assert pairs["crm:sid 0", "crm:sid 1"]["decided_by"] == "cannot-link: two devices"
    assert entity["crm:sid 0"] != entity["crm:sid 1"]
    assert without["crm:sid 0"] == without["crm:sid 1"]
    assert pairs["crm:sid 0", "web:sid"]["decided_by"] is None
    assert entity["crm:account 1"] == entity["crm:account 2"] != entity["web:account 3"]
    # Nothing else is decided.
    assert pairs["crm:3", "web:3"]["decided_by"] is None
    assert sum(pair["decided_by"] is not None for pair in pairs.values()) == 4


def test_links_hold_where_a_rule_joins_and_fall_where_one_parts(spark: SparkSession) -> None:
    rows = [("a", -40.0, "must-link: x"), ("b", 40.0, "cannot-link: x"), ("c", 1.0, None)]
    pairs = local_rows(spark, rows, "record_id_l string, match_weight double, decided_by string")
    found = {row["record_id_l"]: row["match_weight"] for row in pairs.transform(as_links).collect()}
    assert found == {"a": float("inf"), "c": 1.0}
