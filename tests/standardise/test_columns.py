"""The rules of silver.person's columns on one record, without Spark."""

import pytest

from cdi_spark.standardise.batches import KEPT, record_values
from cdi_spark.standardise.columns import person_rules

COLUMNS = ("given_name", "middle_name", "family_name", "company")


def _standard(**record: str | None) -> dict[str, str | None]:
    made = record_values(person_rules(record, default_country="GB"), record)
    return {name: made[name] for name in COLUMNS if made.get(name) is not None}


@pytest.mark.parametrize(
    ("record", "standard"),
    [
        ({"full_name": "Rob & Beth Eddowes"}, {"given_name": "Rob & Beth", "family_name": "Eddowes"}),
        ({"full_name": "Jennifer Null"}, {"given_name": "Jennifer", "family_name": "Null"}),
        ({"full_name": "Brightwater Plumbing Ltd"}, {"company": "Brightwater Plumbing Ltd"}),
        ({"full_name": "Brightwater Plumbing Ltd", "company": None}, {"company": "Brightwater Plumbing Ltd"}),
        ({"full_name": "Brightwater Plumbing Ltd", "company": "Acme"}, {"company": "Acme"}),
        ({"full_name": "Accounts Payable"}, {}),
        ({"full_name": "Ann Lee", "family_name": "Mrs Brown"}, {"given_name": "Ann", "family_name": "Brown"}),
        ({"full_name": "Ann Lee", "family_name": "n/a"}, {"given_name": "Ann"}),
        ({"full_name": "Ann Null", "family_name": None}, {"given_name": "Ann", "family_name": "Null"}),
        (
            {"given_name": "Mr & Mrs R", "family_name": "Okonjo, Mr"},
            {"given_name": "R", "family_name": "Okonjo"},
        ),
        (
            {"given_name": "Jennifer", "family_name": "Null"},
            {"given_name": "Jennifer", "family_name": "Null"},
        ),
        ({"given_name": "null", "family_name": "Null"}, {}),
        ({"given_name": None, "family_name": "Null"}, {}),
        ({"family_name": "Null"}, {}),
    ],
)
def test_a_persons_names_and_company(record: dict[str, str | None], standard: dict[str, str]) -> None:
    assert _standard(**record) == standard


def test_a_family_name_beside_it_does_not_count_as_a_change_of_a_given_name() -> None:
    rules = person_rules({"given_name", "family_name"}, default_country="GB")
    of_given = [rule for rule in rules if rule.inputs[0] == "given_name"]
    assert [rule.outcome(("Ann",), rule.values(("Ann",))) for rule in of_given] == [(KEPT, ())]
