"""Which record's value wins, and which values are offered at all."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pyspark.sql import DataFrame

from cdi_spark.config import Survivorship
from cdi_spark.gold.survivorship import attribute_values
from cdi_spark.storage import conform
from cdi_spark.tables import ATTRIBUTE

Make = Callable[..., DataFrame]
Won = dict[str, dict[str, str]]
OLD, NEW = datetime(2020, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
HOME = {"street": "1 High Street", "city": "Leeds", "postcode": "LS1 1AA", "country": "GB"}
PARTIAL = {"street": "9 Low Road", "region": "Kent", "country": "GB"}

RULES = Survivorship.model_validate(
    {
        "default": ["trusted"],
        "attributes": {
            "company": ["trusted"],
            "occupation": ["recent"],
            "birth_place": ["frequent", "trusted"],
            "given_name": ["longest"],
            "family_name": ["trusted", "recent", "longest"],
            "address": ["complete", "frequent", "recent"],
        },
    }
)
# Rule: the records of one entity, and which of them wins what by RULES.
CASES: dict[str, tuple[dict[str, dict[str, Any]], dict[str, str]]] = {
    "trusted takes the lowest trust number": (
        {"web:1": {"company": "Ajax", "trust": 3}, "crm:1": {"company": "Acme", "trust": 2}},
        {"company": "crm:1"},
    ),
    "recent takes the newest record": (
        {
            "crm:1": {"occupation": "Chef"},
            "crm:2": {"occupation": "Nurse", "updated_at": OLD},
            "crm:3": {"occupation": "Baker", "updated_at": NEW},
        },
        {"occupation": "crm:3"},
    ),
    "recent takes an undated record last": (
        {"crm:1": {"occupation": "Chef"}, "crm:2": {"occupation": "Nurse", "updated_at": OLD}},
        {"occupation": "crm:2"},
    ),
    "frequent counts records, capitals or not": (
        {
            "crm:1": {"birth_place": "York", "trust": 1},
            "crm:2": {"birth_place": "LEEDS", "trust": 3},
            "crm:3": {"birth_place": "Leeds", "trust": 2},
        },
        {"birth_place": "crm:3"},
    ),
    "longest takes the most characters": (
        {"crm:1": {"given_name": "J"}, "crm:2": {"given_name": "Jane"}},
        {"given_name": "crm:2"},
    ),
    "a later rule decides only what the earlier left open": (
        {
            "crm:1": {"family_name": "Lee", "trust": 1, "updated_at": OLD},
            "crm:2": {"family_name": "Fox", "trust": 1, "updated_at": NEW},
            "web:1": {"family_name": "Featherstone", "trust": 2, "updated_at": NEW},
        },
        {"family_name": "crm:2"},
    ),
    "a tie goes to the lexically first record": (
        {"crm:2": {"company": "Ajax"}, "crm:10": {"company": "Acme"}},
        {"company": "crm:10"},
    ),
    "a record without the value does not stand": (
        {"crm:1": {"family_name": "Lee", "trust": 1}, "web:1": {"company": "Acme"}},
        {"family_name": "crm:1", "company": "web:1"},
    ),
    "the parts of an address survive from one record": (
        {"crm:1": {**HOME, "updated_at": OLD}, "web:1": {**PARTIAL, "updated_at": NEW}},
        dict.fromkeys(HOME, "crm:1"),
    ),
    "a winning address leaves what it lacks empty": (
        {"crm:1": {"city": "Leeds", "trust": 1}, "web:1": PARTIAL},
        dict.fromkeys(PARTIAL, "web:1"),
    ),
    "a region makes no address more complete": (
        {
            "crm:1": {**HOME, "region": "West Yorkshire", "updated_at": OLD},
            "crm:2": {**HOME, "street": "9 Low Road", "updated_at": NEW},
        },
        dict.fromkeys(HOME, "crm:2"),
    ),
    "addresses are counted whole": (
        {"crm:1": {**HOME, "city": "York"}, "crm:2": HOME, "crm:3": {**HOME, "city": "LEEDS"}},
        dict.fromkeys(HOME, "crm:2"),
    ),
    "an attribute without rules of its own goes by the package's": (
        {
            "crm:1": {"gender": "male", "trust": 1},
            "crm:2": {"gender": "female"},
            "crm:3": {"gender": "female"},
        },
        {"gender": "crm:2"},
    ),
}


@pytest.fixture(scope="module")
def won(persons: Make, members: Make) -> Won:
    """By case, the record that wins each attribute; all cases in one run, an entity each."""
    # The case after the id keeps records apart and in order.
    rows = [
        {**said, "record_id": f"{record}@{case}"}
        for case, (records, _) in CASES.items()
        for record, said in records.items()
    ]
    entities = {case: [f"{record}@{case}" for record in records] for case, (records, _) in CASES.items()}
    values = persons(*rows).transform(attribute_values, members(entities), survivorship=RULES)
    won: Won = {}
    for row in values.where("is_winner").collect():
        winners = won.setdefault(row.entity_id, {})
        assert row.attribute not in winners, f"{row.attribute} has two winners"
        winners[row.attribute] = row.record_id.split("@")[0]
    return won


@pytest.mark.parametrize("case", CASES)
def test_the_winner_by_rule(won: Won, case: str) -> None:
    assert won[case] == CASES[case][1]


def test_losers_stay_and_every_list_survives_and_what_is_gone_offers_nothing(
    persons: Make, members: Make
) -> None:
    people = persons(
        {"record_id": "crm:1", "company": "Acme", "trust": 1, "emails": ["a@x.org", 'b"@x.org']},
        {"record_id": "web:1", "company": "Ajax", "emails": ["a@x.org"], "phones": []},
        {"record_id": "crm:2", "company": "Deleted", "is_deleted": True},
        {"record_id": "crm:3", "company": "Left"},
    )
    belong = members({"ann": ["crm:1", "web:1"], "bob": ["crm:2"]}, ended={"ann": ["crm:3"], "cy": ["crm:1"]})
    values = people.transform(attribute_values, belong, survivorship=Survivorship())
    rules = "trusted, recent, frequent"
    assert sorted(conform(values, ATTRIBUTE).collect()) == [
        ("ann", "company", "Acme", "crm:1", "crm", True, rules),
        ("ann", "company", "Ajax", "web:1", "web", False, rules),
        ("ann", "emails", '["a@x.org","b\\"@x.org"]', "crm:1", "crm", True, "all"),
        ("ann", "emails", '["a@x.org"]', "web:1", "web", True, "all"),
    ]


def test_entities_are_shuffled_once(persons: Make, members: Make, capsys: pytest.CaptureFixture[str]) -> None:
    people = persons({"record_id": "crm:1"})
    people.transform(attribute_values, members({"ann": ["crm:1"]}), survivorship=Survivorship()).explain()
    assert capsys.readouterr().out.count("Exchange hashpartitioning(entity_id") == 1
