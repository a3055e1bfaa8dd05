"""One customer number is a link by itself, however little else training has to learn it from."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from cdi_spark.config import CannotLink, Linkage
from cdi_spark.linkage.evaluation.charts import level_weights
from cdi_spark.linkage.model.link_rules import LinkRules
from cdi_spark.linkage.model.person_model import PersonModel, load_person_model
from cdi_spark.linkage.model.splink_sql import Scored, evidence_sql
from cdi_spark.linkage.training.sample import Sample
from cdi_spark.linkage.training.train import Trained, train_on
from tests.linkage.training_records import with_block_keys, with_frequencies
from tests.paths import PERSON_MODEL

GIVEN = ["ada", "ben", "cleo", "dan", "eve", "fay", "gus", "hal", "ida", "jon", "kit", "lou"]
FAMILY = [a + b for a in ("stone", "marsh", "wood", "field", "brook") for b in ("", "man", "ley", "ton")]
LISTS = {"names", "given_tokens", "family_tokens", "account_ids", "account_kinds", "own_account_ids"}
Row = dict[str, Any]


def named(chance: random.Random) -> Row:
    given, family = chance.choice(GIVEN), chance.choice(FAMILY)
    born = f"{chance.randrange(1930, 2000)}-0{chance.randrange(1, 10)}-{chance.randrange(10, 28)}"
    names = {"names": [given, family], "given_tokens": [given], "family_tokens": [family]}
    return {"given": given, "given_root": given, "family": family, "birth_date": born, **names}


def account(*numbers: str, own: bool = True, kind: str = "crm.customer") -> Row:
    ids = [f"{kind}:{number}" for number in numbers]
    return {"account_ids": ids, "account_kinds": [kind], "own_account_ids": ids if own else None}


def company(people: int, *, known: float = 1.0, by_number: int = 2, twice: float = 0.2) -> list[Row]:
    """A contact with name and number, some of them twice under two numbers, and orders and tickets by number alone.

    Args:
        known: share of people with a contact.
        by_number: records by number alone, for every person.
        twice: share of people with a second contact.
    """
    chance = random.Random(7)
    rows: list[Row] = []
    for who in range(people):
        whole, number = named(chance), f"C-{who:05}"
        of_person: list[Row] = [account(number)] * by_number
        if chance.random() < known:
            of_person.append(whole | account(number))
            if chance.random() < twice:
                of_person.append(whole | account(f"{number}-2"))
        rows += [
            {"record_id": f"s{n}:{who:05}", "person": str(who), **row} for n, row in enumerate(of_person)
        ]
    return rows


def table_of(rows: Sequence[Row]) -> pa.Table:
    columns = sorted({name for row in rows for name in row})
    kinds = {name: pa.list_(pa.string()) if name in LISTS else pa.string() for name in columns}
    return pa.table({name: pa.array([row.get(name) for row in rows], kinds[name]) for name in columns})


def trained(rows: Sequence[Row], *, population: int | None = None) -> Trained:
    table = table_of(rows)
    model = packaged(table.column_names)
    keyed, costs = with_block_keys(with_frequencies(table, model), model)
    with duckdb.connect() as connection:
        return train_on(Sample(connection, keyed, model), population=population or len(rows), costs=costs)


def packaged(columns: Iterable[str]) -> PersonModel:
    return load_person_model(PERSON_MODEL).restricted(set(columns))


def weight(found: Trained, level: str = "same own", comparison: str = "account") -> float:
    """Weight of a pair with this level and nothing else, prior included."""
    prior = found.settings["probability_two_random_records_match"]
    (of_level,) = (w for w in level_weights(found.settings) if (w.comparison, w.level) == (comparison, level))
    return float(np.log2(of_level.m / of_level.u) + np.log2(prior / (1 - prior)))


def at_even_odds(found: Trained) -> dict[str, Any]:
    return next(dict(at) for at in found.metrics["thresholds"] if at["entity_weight"] == 0.0)


@pytest.mark.parametrize(
    "rows",
    [
        company(150, by_number=1),
        company(150, by_number=3),
        company(500, by_number=2),
        company(500, by_number=2, known=0.05),
        company(300, by_number=2, known=0.0),
    ],
    ids=["few", "mostly by number", "many", "hardly a name", "no name"],
)
def test_records_known_by_a_customer_number_alone_are_with_their_person(rows: list[Row]) -> None:
    found = trained(rows)
    assert weight(found) >= 6.9
    at = at_even_odds(found)
    assert at["labelled_recall"] > 0.97
    assert at["labelled_precision"] > 0.95
    assert "account" in {rule.name for rule in found.rules}


def test_a_customer_number_is_a_link_among_a_thousand_times_as_many_records() -> None:
    rows = company(300)
    assert weight(trained(rows, population=1_000 * len(rows))) == pytest.approx(7.0, abs=0.01)


def test_a_first_delivery_without_a_shared_number_keeps_the_rule_and_its_weight() -> None:
    found = trained(company(300, by_number=0, twice=0.0))
    assert weight(found) >= 6.9
    assert "account" in {rule.name for rule in found.rules}


def test_numbers_that_people_of_other_names_share_are_no_link() -> None:
    chance = random.Random(5)
    strangers = [
        {"record_id": f"s{n}:{number:05}", "person": f"{number}-{n}"} | named(chance) | account(f"{number}")
        for number in range(300)
        for n in range(2)
    ]
    found = trained(strangers)
    assert weight(found) < 0
    assert at_even_odds(found)["entities"] > 550


def test_a_placeholder_that_many_records_have_is_one_mistake() -> None:
    chance = random.Random(5)
    placeholder = [
        {"record_id": f"s9:{n:05}", "person": f"p{n}"} | named(chance) | account("0") for n in range(100)
    ]
    contacts = [row for row in company(300, by_number=0) for _ in range(2)]
    twice = [row | {"record_id": f"{row['record_id']}:{n}"} for n, row in enumerate(contacts)]
    assert weight(trained(twice + placeholder)) > 2


def test_people_who_share_a_number_that_is_known_to_be_shared_stay_apart() -> None:
    chance = random.Random(5)
    families = [
        {"record_id": f"s{n}:f{number:05}", "person": f"f{number}-{n}"}
        | named(chance)
        | account(f"F-{number}", own=False)
        for number in range(100)
        for n in range(2)
    ]
    found = trained(company(300) + families)
    assert weight(found) >= 6.9
    assert at_even_odds(found)["labelled_precision"] > 0.98


def test_numbers_of_two_kinds_are_unknown_to_each_other() -> None:
    club, shop = ({"record_id": f"{kind}:1", **account("17", kind=kind)} for kind in ("club", "shop"))
    both = {"record_id": "x:1", "account_ids": ["club:17", "shop:4"], "account_kinds": ["club", "shop"]}
    rows = [club, shop, both | {"own_account_ids": both["account_ids"]}]
    table = pa.table({name: pa.array([row[name] for row in rows]) for name in rows[0]})
    model = packaged(table.column_names)
    with duckdb.connect() as connection:
        sample = Sample(connection, table, model)
        levels = sample.at_levels(np.array([0, 0, 1]), np.array([1, 2, 2])).levels[:, 0].tolist()
    # In order of record_id: club, shop, both.
    assert levels == [-1, 0, 2]


def test_a_passport_is_unknown_to_a_social_security_number() -> None:
    ids = ["ssn:123456789", "passport:123456789", "ssn:123456789", "ssn:123456780", "123456789", "123456789"]
    table = pa.table({"record_id": [f"s:{n}" for n in range(len(ids))], "national_id": ids})
    with duckdb.connect() as connection:
        sample = Sample(connection, table, packaged(table.column_names))
        left, right = np.array([0, 0, 0, 0, 1, 4]), np.array([1, 2, 3, 4, 4, 5])
        assert sample.at_levels(left, right).levels[:, 0].tolist() == [-1, 0, 1, -1, -1, 0]


def test_resolve_knows_the_pairs_that_agree_on_a_strong_id() -> None:
    rows = company(60)
    found, table = trained(rows), table_of(rows).sort_by("record_id")
    model = packaged(table.column_names)
    scored = Scored(found.settings, model.comparisons, found.parents)
    query = evidence_sql(scored, {c.name: c.evidence for c in model.comparisons})
    with duckdb.connect() as connection:
        connection.register("arrived", with_frequencies(table, model))
        connection.execute(
            "create table cdi_left as select *, 0 as key, row_number() over (order by record_id) as place "
            "from arrived"
        )
        connection.execute("create view cdi_right as from cdi_left")
        pairs = connection.sql(
            f"select strong, coalesce(l.own_account_ids = r.own_account_ids, false) as same from ({query}) "
            "join cdi_left l on l.place = place_l join cdi_left r on r.place = place_r"
        ).fetchall()
    assert {same for _, same in pairs} == {True, False}
    assert all(strong == same for strong, same in pairs)


def test_a_cannot_link_holds_between_numbers_of_one_kind_only() -> None:
    rules = LinkRules.of(
        Linkage(
            cannot_link=[
                CannotLink(name="two accounts", differ=["account_ids"]),
                CannotLink(name="two ids", differ=["national_id"]),
            ]
        )
    )
    rows = [
        account("17", kind="club") | {"national_id": "ssn:1"},
        account("4", kind="shop") | {"national_id": "passport:2"},
        account("5", kind="shop") | {"national_id": None},
        account("9", kind="till") | {"national_id": "ssn:3"},
    ]
    named_rows = [{"record_id": f"s:{n}", **row} for n, row in enumerate(rows)]
    table = pa.Table.from_pylist(named_rows)
    with duckdb.connect() as connection:
        sample = Sample(connection, table, packaged(table.column_names), rules)
        assert sample.decided(np.array([0, 1, 0]), np.array([1, 2, 3])).tolist() == [0, -1, -1]
