"""Small hand-made families among ordinary people: who must come apart, and who must come together."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from cdi_spark.config import Linkage
from cdi_spark.graph.components import components
from cdi_spark.linkage.model.person_model import load_person_model
from cdi_spark.linkage.resolution.resolve_entities import resolve_entities
from cdi_spark.linkage.scoring import score
from cdi_spark.linkage.training.freeze import train_and_freeze
from cdi_spark.schema import PERSON
from cdi_spark.spark.local_rows import local_rows
from tests.paths import PERSON_MODEL

GIVEN = [
    "Alice", "Brian", "Chloe", "David", "Ellen", "Frank", "Grace", "Henry", "Irene", "James", "Karen",
    "Louis", "Martha", "Norman", "Olivia", "Peter", "Queenie", "Rupert", "Sylvia", "Thomas", "Ursula",
    "Victor", "Wendy", "Xavier", "Yvonne", "Zachary", "Agnes", "Boris", "Clara", "Dennis",
]  # fmt: skip
FAMILY = [
    "Abbott", "Barlow", "Carver", "Dawson", "Ellis", "Fowler", "Garner", "Harvey", "Ingram", "Jarvis",
    "Kemp", "Lawson", "Mercer", "Norton", "Osborne", "Palmer", "Quinn", "Rhodes", "Spencer", "Turner",
    "Underhill", "Vickers", "Walton", "Yates", "Ashby", "Booth", "Chandler", "Drake",
]  # fmt: skip
TOWNS = [("Leeds", "LS1"), ("York", "YO1"), ("Hull", "HU5"), ("Derby", "DE2"), ("Exeter", "EX4")]
STREETS = ["High Street", "Mill Lane", "Church Road", "Station Road", "Park Avenue", "Green Lane"]
Record = dict[str, Any]


def home(chance: random.Random) -> Record:
    city, outward = chance.choice(TOWNS)
    number, street = chance.randrange(1, 200), chance.choice(STREETS)
    code = f"{outward} {chance.randrange(10)}{chance.choice('ABDEF')}{chance.choice('GHJLN')}"
    return {"street": f"{number} {street}", "city": city, "postcode": code}


def person(chance: random.Random) -> Record:
    given, family = chance.choice(GIVEN), chance.choice(FAMILY)
    return home(chance) | {
        "given_name": given,
        "family_name": family,
        "birth_date": date(1940, 1, 1) + timedelta(days=chance.randrange(22_000)),
        "emails": [f"{given}.{family}{chance.randrange(1000)}@mail.org".lower()],
        "phones": [f"+447{chance.randrange(10**9):09}"],
    }


def seen(who: Record, chance: random.Random) -> Record:
    """The person as one source has them: now and then without a birth date, a phone or an e-mail."""
    gaps = {name for name in ("birth_date", "phones", "emails") if chance.random() < 0.2}
    return {name: value for name, value in who.items() if name not in gaps}


@pytest.fixture(scope="module")
def families() -> dict[str, list[Record]]:
    chance = random.Random(11)
    made: dict[str, list[Record]] = {}
    for n in range(150):
        # Couples in a third of the homes: one address, one landline, one family name.
        first = person(chance)
        made[f"person {n}"] = [seen(first, chance) for _ in range(chance.randrange(1, 4))]
        if n % 3 == 0:
            landline = {"phones": [f"+441{chance.randrange(10**9):09}"]}
            made[f"person {n}"] = [record | landline for record in made[f"person {n}"]]
            shared = {name: first[name] for name in ("street", "city", "postcode", "family_name")} | landline
            partner = person(chance) | shared
            partner["given_name"] = GIVEN[(GIVEN.index(first["given_name"]) + 1 + n % 20) % len(GIVEN)]
            made[f"partner {n}"] = [seen(partner, chance) | landline for _ in range(chance.randrange(1, 4))]
    base = person(chance) | {"given_name": "Hugo", "family_name": "Sandringham"}
    twin = base | {"given_name": "Imogen", "emails": ["imo@mail.org"]}
    made["twin one"], made["twin two"] = [base, base], [twin, twin]
    father = person(chance) | {
        "given_name": "Walter",
        "family_name": "Pemberton",
        "birth_date": date(1951, 3, 4),
    }
    son = father | {
        "birth_date": date(1979, 11, 20),
        "emails": ["wp79@mail.org"],
        "phones": ["+447000000079"],
    }
    made["father"], made["son"] = [father, father], [son, son]
    bride = person(chance) | {"given_name": "Josephine", "family_name": "Winterbourne"}
    made["bride"] = [bride, bride | {"family_name": "Castellano"}, bride | {"family_name": "Castellano"}]
    mover = person(chance) | {"given_name": "Leopold", "family_name": "Hathersage"}
    made["mover"] = [mover, mover | home(chance) | {"phones": ["+447000000011"]}]
    switchboard = {"phones": ["+441130000000"]}
    for n in range(10):
        made[f"clerk {n}"] = [person(chance) | {"given_name": GIVEN[n]} | switchboard]
    return made


def test_families_come_apart_and_people_who_changed_come_together(
    spark: SparkSession, families: dict[str, list[Record]]
) -> None:
    rows = [
        {c.name: None for c in PERSON.columns} | record | {"record_id": f"{who}|{n}", "is_deleted": False}
        for who, records in families.items()
        for n, record in enumerate(records)
    ]
    persons = local_rows(spark, [tuple(row[name] for name in PERSON.names) for row in rows], PERSON.schema)
    frozen = train_and_freeze(
        persons, model=load_person_model(PERSON_MODEL), limits=Linkage(), settings_hash="", run_id="r",
        keep=lambda _, kept: kept.localCheckpoint(),
    )  # fmt: skip
    linked = frozen.linked(persons).localCheckpoint()
    pairs = score.score_pairs(linked, frozen).localCheckpoint()
    joined = components(persons.select("record_id"), pairs).withColumn("part", F.col("component"))
    found = resolve_entities(linked, joined, pairs, frozen, limits=Linkage()).collect()
    entity: dict[str, set[int]] = {}
    for row in found:
        entity.setdefault(row["record_id"].split("|")[0], set()).add(row["entity"])
    apart = [("twin one", "twin two"), ("father", "son")]
    apart += [(f"person {n}", f"partner {n}") for n in range(0, 150, 3)]
    apart += [(f"clerk {n}", f"clerk {n + 1}") for n in range(9)]
    assert {pair for pair in apart if entity[pair[0]] & entity[pair[1]]} == set()
    for who in ("bride", "mover", "father", "son", "twin one", "twin two"):
        assert len(entity[who]) == 1, who
