"""Which record's value wins, and which values are offered."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.config import Survivorship
from cdi_spark.errors import GateError
from cdi_spark.gold.customer.survivorship import (
    attribute_values,
    check_provenance,
    golden_records,
)
from cdi_spark.schema import ATTRIBUTE, CONTENT_CHANGE
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.stewardship.overrides import active_overrides
from cdi_spark.storage.declared import conform

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
            "birth_date": ["valid", "recent"],
            "national_id": {"rules": ["recent"], "source_of_truth": "tax"},
            "gender": {"rules": ["recent"], "updated_by": ["crm", "tax"]},
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
    "an attribute without its own rules has the default rules": (
        {
            "crm:1": {"middle_name": "B", "trust": 1},
            "crm:2": {"middle_name": "Bea"},
            "crm:3": {"middle_name": "B"},
        },
        {"middle_name": "crm:2"},
    ),
    "what is not valid comes after what is": (
        {
            "crm:1": {"birth_date": date(1980, 5, 5), "updated_at": OLD},
            "crm:2": {"birth_date": date(1900, 1, 1), "updated_at": NEW},
        },
        {"birth_date": "crm:1"},
    ),
    "of what is not valid the rules choose": (
        {
            "crm:1": {"birth_date": date(1970, 1, 1), "updated_at": OLD},
            "crm:2": {"birth_date": date(1900, 1, 1), "updated_at": NEW},
        },
        {"birth_date": "crm:2"},
    ),
    "the source of truth goes before the rules": (
        {
            "crm:1": {"national_id": "AB1", "updated_at": NEW},
            "tax:1": {"national_id": "AB2", "updated_at": OLD},
        },
        {"national_id": "tax:1"},
    ),
    "without the source of truth the rules choose": (
        {
            "crm:1": {"national_id": "AB1", "updated_at": NEW},
            "web:1": {"national_id": "AB2", "updated_at": OLD},
        },
        {"national_id": "crm:1"},
    ),
    "a source that may not update an attribute never wins it": (
        {
            "crm:1": {"gender": "female", "updated_at": OLD},
            "web:1": {"gender": "male", "updated_at": NEW},
        },
        {"gender": "crm:1"},
    ),
    "of one value in two spellings the one with accents is shown": (
        {
            "crm:1": {"given_name": "Jurgen"},
            "crm:2": {"given_name": "JURGEN"},
            "crm:3": {"given_name": "Jürgen"},
            "crm:4": {"given_name": "Joe"},
        },
        {"given_name": "crm:3"},
    ),
    "one house is written as most write it": (
        {
            "crm:1": {**HOME, "street": "1 Hihg Street", "city": "Harehills", "updated_at": NEW},
            "crm:2": {**HOME, "street": "1 High St"},
            "crm:3": {**HOME, "region": "West Yorkshire"},
            "crm:4": HOME,
            "web:1": {**HOME, "street": "2 High Street"},
        },
        dict.fromkeys([*HOME, "region"], "crm:3"),
    ),
    "the source of truth is shown as it writes": (
        {
            "crm:1": {"national_id": "ab-1"},
            "crm:2": {"national_id": "ab-1"},
            "tax:1": {"national_id": "AB 1"},
        },
        {"national_id": "tax:1"},
    ),
    "not even alone": ({"web:1": {"gender": "male", "company": "Acme"}}, {"company": "web:1"}),
}


@pytest.fixture(scope="module")
def won(persons: Make, members: Make, overrides: Make) -> Won:
    """By case, the record that wins each attribute; all cases in one run, one entity per case."""
    # The case after the id keeps records apart and in order.
    rows = [
        {**said, "record_id": f"{record}@{case}"}
        for case, (records, _) in CASES.items()
        for record, said in records.items()
    ]
    entities = {case: [f"{record}@{case}" for record in records] for case, (records, _) in CASES.items()}
    values = persons(*rows).transform(attribute_values, members(entities), overrides(), survivorship=RULES)
    won: Won = {}
    for row in values.where("is_winner").collect():
        winners = won.setdefault(row.entity_id, {})
        assert row.attribute not in winners, f"{row.attribute} has two winners"
        winners[row.attribute] = row.record_id.split("@")[0]
    return won


@pytest.mark.parametrize("case", CASES)
def test_the_winner_by_rule(won: Won, case: str) -> None:
    assert won[case] == CASES[case][1]


def test_losers_are_kept_with_the_reason_lists_are_united_and_deleted_records_offer_nothing(
    persons: Make, members: Make, overrides: Make
) -> None:
    acme = {"company": "Acme", "trust": 1, "updated_at": OLD}
    people = persons(
        {"record_id": "crm:1", **acme, "emails": ["a@x.org", 'b"@x.org']},
        {"record_id": "web:1", "company": "Ajax", "emails": ["a@x.org"], "phones": []},
        {"record_id": "web:2", "company": "ACME"},
        {"record_id": "crm:2", "company": "Deleted", "is_deleted": True},
        {"record_id": "crm:3", "company": "Left"},
        {"record_id": "web:9", "occupation": "Chef"},
        {"record_id": "web:8", "occupation": "Nurse", "gender": "male"},
    )
    belong = members(
        {"ann": ["crm:1", "web:1", "web:2"], "bob": ["crm:2"], "dot": ["web:8", "web:9"]},
        ended={"ann": ["crm:3"], "cy": ["crm:1"]},
    )
    conf = Survivorship.model_validate({"attributes": {"gender": {"updated_by": ["crm"]}}})
    values = people.transform(attribute_values, belong, overrides(), survivorship=conf)
    rules, old = "trusted, recent, frequent", OLD.astimezone().replace(tzinfo=None)
    assert sorted(conform(values, ATTRIBUTE).collect()) == [
        ("ann", "company", "ACME", "web:2", "web", None, False, rules, "same"),
        ("ann", "company", "Acme", "crm:1", "crm", old, True, rules, "trusted"),
        ("ann", "company", "Ajax", "web:1", "web", None, False, rules, "trusted"),
        ("ann", "emails", '["a@x.org","b\\"@x.org"]', "crm:1", "crm", old, True, "all", "all"),
        ("ann", "emails", '["a@x.org"]', "web:1", "web", None, True, "all", "all"),
        ("dot", "gender", "male", "web:8", "web", None, False, "frequent, trusted, recent", "updated_by"),
        ("dot", "occupation", "Chef", "web:9", "web", None, False, rules, "record_id"),
        ("dot", "occupation", "Nurse", "web:8", "web", None, True, rules, "record_id"),
    ]


def test_an_override_wins_over_all_records_of_the_entity_of_its_record(
    persons: Make, members: Make, overrides: Make
) -> None:
    people = persons(
        {"record_id": "crm:1", "company": "Acme", "emails": ["a@x.org"], "gender": "male"},
        {"record_id": "web:1", **HOME, "emails": ["b@x.org"], "phones": ["+441"]},
        {"record_id": "web:2", "company": "Ajax"},
    )
    belong = members({"ann": ["crm:1", "web:1"], "bob": ["web:2"]}, ended={"bob": ["crm:1"]})
    conf = Survivorship.model_validate({"groups": {"work": ["company", "occupation"]}})
    house = dict.fromkeys(conf.choices["address"]) | {"city": "York", "country": "GB"}
    held = overrides(
        ("crm:1", "work", {"company": "Old", "occupation": "Chef"}),
        ("web:1", "work", {"company": "New", "occupation": None}),
        ("crm:1", "gender", {"gender": "other"}),
        ("crm:1", "gender", None),
        ("crm:1", "phones", {"phones": None}),
        ("web:1", "emails", {"emails": '["c@x.org"]'}),
        ("web:1", "address", house),
        # The group as it was before, without its occupation.
        ("web:2", "work", {"company": "Gone"}),
        ("web:2", "company", {"company": "Gone"}),
    )
    unchanged = local_rows(held.sparkSession, [], CONTENT_CHANGE.schema)
    held = active_overrides(held, unchanged, survivorship=conf)
    values = people.transform(attribute_values, belong, held, survivorship=conf).collect()
    assert {(v.entity_id, v.attribute): (v.value, v.source, v.reason) for v in values if v.is_winner} == {
        ("ann", "company"): ("New", "steward", "override"),
        ("ann", "gender"): ("male", "crm", "only"),
        ("ann", "emails"): ('["c@x.org"]', "steward", "override"),
        ("ann", "city"): ("York", "steward", "override"),
        ("ann", "country"): ("GB", "steward", "override"),
        ("bob", "company"): ("Ajax", "web", "only"),
    }
    assert {v.reason for v in values if not v.is_winner} == {"override"}


def test_a_golden_value_without_a_winner_is_refused(persons: Make, members: Make, overrides: Make) -> None:
    values = persons({"record_id": "crm:1", "company": "Acme"}).transform(
        attribute_values, members({"ann": ["crm:1"]}), overrides(), survivorship=Survivorship()
    )
    golden = golden_records(values)
    check_provenance(golden, values)
    with pytest.raises(GateError, match=r"has values without a winner .*: gender of 1\. "):
        check_provenance(golden.withColumn("gender", F.lit("male")), values)


def test_entities_are_shuffled_once(
    persons: Make, members: Make, overrides: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    persons({"record_id": "crm:1"}).transform(
        attribute_values, members({"ann": ["crm:1"]}), overrides(), survivorship=Survivorship()
    ).explain()
    assert capsys.readouterr().out.count("Exchange hashpartitioning(entity_id") == 1
