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
OLD, NEW = datetime(2020, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)
HOME = {"street": "1 High Street", "city": "Leeds", "postcode": "LS1 1AA", "country": "GB"}


@pytest.fixture
def winners(persons: Make, members: Make) -> Callable[..., dict[str, str]]:
    """winners(records, attribute=rules, …): of one entity, the record that wins each attribute."""

    def winners(*rows: dict[str, Any], **rules: list[str]) -> dict[str, str]:
        entity = members(ann=" ".join(row["record_id"] for row in rows))
        survivorship = Survivorship.model_validate({"attributes": rules})
        values = persons(*rows).transform(attribute_values, entity, survivorship=survivorship)
        won = [(row.attribute, row.record_id) for row in values.where("is_winner").collect()]
        assert len(won) == len(dict(won)), "an attribute with two winners"
        return dict(won)

    return winners


def test_trusted_takes_the_lowest_trust_number(winners: Callable[..., dict[str, str]]) -> None:
    crm = {"record_id": "crm:1", "company": "Acme", "trust": 2}
    web = {"record_id": "web:1", "company": "Ajax", "trust": 3}
    assert winners(web, crm, company=["trusted"]) == {"company": "crm:1"}


def test_recent_takes_the_newest_record_and_an_undated_one_last(
    winners: Callable[..., dict[str, str]],
) -> None:
    undated = {"record_id": "crm:1", "company": "Acme"}
    old = {"record_id": "crm:2", "company": "Ajax", "updated_at": OLD}
    new = {"record_id": "crm:3", "company": "Apex", "updated_at": NEW}
    assert winners(undated, old, new, company=["recent"]) == {"company": "crm:3"}
    assert winners(undated, old, company=["recent"]) == {"company": "crm:2"}


def test_frequent_counts_records_and_takes_capitals_for_small_letters(
    winners: Callable[..., dict[str, str]],
) -> None:
    rows = [
        {"record_id": "crm:1", "company": "Apex", "trust": 1},
        {"record_id": "crm:2", "company": "ACME", "trust": 3},
        {"record_id": "crm:3", "company": "Acme", "trust": 2},
    ]
    assert winners(*rows, company=["frequent", "trusted"]) == {"company": "crm:3"}


def test_longest_takes_the_most_characters(winners: Callable[..., dict[str, str]]) -> None:
    rows = [{"record_id": "crm:1", "given_name": "J"}, {"record_id": "crm:2", "given_name": "Jane"}]
    assert winners(*rows, given_name=["longest"]) == {"given_name": "crm:2"}


def test_a_later_rule_decides_only_what_the_earlier_left_open(
    winners: Callable[..., dict[str, str]],
) -> None:
    rows = [
        {"record_id": "crm:1", "company": "Acme", "trust": 1, "updated_at": OLD},
        {"record_id": "crm:2", "company": "Ajax", "trust": 1, "updated_at": NEW},
        {"record_id": "web:1", "company": "Apex International", "trust": 2, "updated_at": NEW},
    ]
    assert winners(*rows, company=["trusted", "recent", "longest"]) == {"company": "crm:2"}


def test_a_tie_goes_to_the_lexically_first_record(winners: Callable[..., dict[str, str]]) -> None:
    rows = [{"record_id": "crm:2", "company": "Ajax"}, {"record_id": "crm:10", "company": "Acme"}]
    assert winners(*rows) == winners(*reversed(rows)) == {"company": "crm:10"}


def test_a_record_without_the_value_does_not_stand(winners: Callable[..., dict[str, str]]) -> None:
    trusted = {"record_id": "crm:1", "family_name": "Lee", "trust": 1}
    web = {"record_id": "web:1", "company": "Acme"}
    assert winners(trusted, web, company=["trusted"]) == {"family_name": "crm:1", "company": "web:1"}


def test_the_parts_of_an_address_survive_from_one_record(winners: Callable[..., dict[str, str]]) -> None:
    full = {"record_id": "crm:1", **HOME, "updated_at": OLD}
    newer = {
        "record_id": "web:1",
        "street": "9 Low Road",
        "region": "Kent",
        "country": "GB",
        "updated_at": NEW,
    }
    assert winners(full, newer, address=["recent"]) == dict.fromkeys(("street", "region", "country"), "web:1")
    assert winners(full, newer, address=["complete", "recent"]) == dict.fromkeys(HOME, "crm:1")


def test_a_region_makes_no_address_more_complete(winners: Callable[..., dict[str, str]]) -> None:
    old = {"record_id": "crm:1", **HOME, "region": "West Yorkshire", "updated_at": OLD}
    new = {"record_id": "crm:2", **HOME, "street": "9 Low Road", "updated_at": NEW}
    assert winners(old, new, address=["complete", "recent"]) == dict.fromkeys(HOME, "crm:2")


def test_addresses_are_counted_whole(winners: Callable[..., dict[str, str]]) -> None:
    rows = [
        {"record_id": "crm:1", **HOME, "city": "York"},
        {"record_id": "crm:2", **HOME},
        {"record_id": "crm:3", **HOME, "city": "LEEDS"},
    ]
    assert winners(*rows, address=["frequent"]) == dict.fromkeys(HOME, "crm:2")


def test_by_the_packaged_rules_most_records_name_a_person_and_the_newest_tells_the_job(
    winners: Callable[..., dict[str, str]],
) -> None:
    rows = [
        {"record_id": "crm:1", "given_name": "Jnae", "occupation": "Nurse", "trust": 1, "updated_at": OLD},
        {"record_id": "crm:2", "given_name": "Jane", "occupation": "Nurse", "trust": 1, "updated_at": OLD},
        {"record_id": "crm:3", "given_name": "Jane", "occupation": "Dentist", "trust": 1, "updated_at": NEW},
    ]
    assert winners(*rows) == {"given_name": "crm:2", "occupation": "crm:3"}


def test_every_record_s_list_survives_as_json(persons: Make, members: Make) -> None:
    people = persons(
        {"record_id": "crm:1", "emails": ["a@x.org", 'b"@x.org']},
        {"record_id": "web:1", "emails": ["a@x.org"]},
        {"record_id": "web:2", "emails": []},
    )
    values = people.transform(attribute_values, members(ann="crm:1 web:1 web:2"), survivorship=Survivorship())
    rows = values.select("record_id", "value", "is_winner", "rule").collect()
    assert sorted(rows) == [
        ("crm:1", '["a@x.org","b\\"@x.org"]', True, "all"),
        ("web:1", '["a@x.org"]', True, "all"),
    ]


def test_losing_values_stay_with_their_record_and_the_rules_that_ranked_them(
    persons: Make, members: Make
) -> None:
    people = persons(
        {"record_id": "crm:1", "company": "Acme", "trust": 1}, {"record_id": "web:1", "company": "Ajax"}
    )
    values = people.transform(attribute_values, members(ann="crm:1 web:1"), survivorship=Survivorship())
    rule = "trusted, recent, frequent"
    assert sorted(conform(values, ATTRIBUTE).collect()) == [
        ("ann", "company", "Acme", "crm:1", "crm", True, rule),
        ("ann", "company", "Ajax", "web:1", "web", False, rule),
    ]


def test_deleted_records_and_past_memberships_offer_nothing(persons: Make, members: Make) -> None:
    people = persons(
        {"record_id": "crm:1", "company": "Acme"},
        {"record_id": "crm:2", "company": "Acme", "is_deleted": True},
        {"record_id": "crm:3", "company": "Acme"},
    )
    belong = members(ended={"ann": "crm:1", "cy": "crm:3"}, bob="crm:1", dee="crm:2")
    values = people.transform(attribute_values, belong, survivorship=Survivorship())
    assert [(row.entity_id, row.record_id) for row in values.collect()] == [("bob", "crm:1")]


def test_entities_are_shuffled_once(persons: Make, members: Make, capsys: pytest.CaptureFixture[str]) -> None:
    people = persons({"record_id": "crm:1"})
    people.transform(attribute_values, members(ann="crm:1"), survivorship=Survivorship()).explain()
    assert capsys.readouterr().out.count("Exchange hashpartitioning(entity_id") == 1
