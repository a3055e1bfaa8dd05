"""The levels of two records under the packaged person model: what one word, date or mailbox counts for, and once."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa
import pytest

from cdi_spark.linkage.model.person_model import UNKNOWN, load_person_model
from cdi_spark.linkage.model.record_features import FEATURE_RULES
from cdi_spark.schema import FEATURES
from cdi_spark.standardise.batches import record_values
from tests.paths import PERSON_MODEL

Person = dict[str, Any]


def levels(one: Person, other: Person) -> dict[str, str]:
    """The label of the level of every comparison that is known, by comparison."""
    model = load_person_model(PERSON_MODEL)
    inputs = {name for rule in FEATURE_RULES for name in rule.inputs} | FEATURES.keys()
    rows = []
    for person in (one, other):
        made = record_values(FEATURE_RULES, dict.fromkeys(inputs) | person)
        own = {
            name: made[name.removeprefix("own_")] if name.startswith("own_") else made[name]
            for name in FEATURES
        }
        rows.append({name: list(v) if isinstance(v, tuple | list) else v for name, v in own.items()})
    types = {
        name: pa.list_(pa.string()) if kind.startswith("array") else pa.string()
        for name, kind in FEATURES.items()
    }
    table = pa.Table.from_pylist(rows, pa.schema(types))
    cases = ", ".join(f"{c.level_sql()} AS {c.name}" for c in model.comparisons)
    sides = ", ".join(f'l."{name}" AS "{name}_l", r."{name}" AS "{name}_r"' for name in FEATURES)
    with duckdb.connect() as connection:
        connection.register("first", table.slice(0, 1))
        connection.register("second", table.slice(1, 1))
        found = connection.sql(
            f"SELECT {cases} FROM (SELECT {sides} FROM first AS l, second AS r)"
        ).fetchall()[0]
    return {
        c.name: c.levels[level].label
        for c, level in zip(model.comparisons, found, strict=True)
        if level != UNKNOWN
    }


def named(given: str | None, family: str | None = None, middle: str | None = None) -> Person:
    return {"given_name": given, "middle_name": middle, "family_name": family}


def test_a_word_that_crosses_counts_once() -> None:
    assert levels(named("John", "Smith"), named("Mary", "John")) == {"given_name": "the other's family name"}


def test_a_word_in_both_fields_of_one_record_counts_once() -> None:
    found = levels(named("James", "James"), named("James", "Smith"))
    assert found == {"given_name": "same", "family_name": "different"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (named("Milan", "Okonjo"), named("Okonjo", "Milan")),
        (named("Milan", "Okonjo"), named("Okonjo", "Millan")),
        (named("健明", "中田"), named("中田健明")),
        (named("John", "Smith"), named("JohnSmith")),
    ],
)
def test_a_whole_swap_and_a_name_in_one_word_have_a_level_of_their_own(one: Person, other: Person) -> None:
    assert levels(one, other) == levels(other, one) == {"given_name": "swapped or joined"}


def test_a_second_given_name_is_no_swap() -> None:
    found = levels(named("Anna", "Schmidt", "Maria"), named("Maria", "Schmidt"))
    assert found == {"given_name": "another of the given names", "family_name": "same"}


def test_one_of_two_family_names_is_half_of_the_name() -> None:
    found = levels(named("Ana", "García López"), named("Ana", "López"))
    assert found == {"given_name": "same", "family_name": "another of the names"}


def test_a_particle_is_no_evidence() -> None:
    found = levels(named("Van", "Carlsen", "Maximilian"), named("Piet", "van der Hoeven"))
    assert found == {"given_name": "different", "family_name": "different"}


def test_names_in_two_scripts_agree_where_they_are_spelled_alike_and_else_are_unknown() -> None:
    assert levels(named("Иван", "Петров"), named("Ivan", "Petrov")) == {
        "given_name": "same", "family_name": "same",
    }  # fmt: skip
    assert levels(named("太郎", "山田"), named("Taro", "Yamada")) == {}
    assert levels(named("太郎", "山田"), named("健太", "山田"))["given_name"] == "different"


def test_namesakes_with_mailboxes_called_like_them_are_no_closer_than_their_names() -> None:
    ann = named("Ann", "Lee")
    one, other = ({**ann, "emails": [f"ann.lee@{domain}"]} for domain in ("a.org", "b.org"))
    assert "email" not in levels(one, other)
    assert levels(one, one)["email"] == "same own"
    one, other = ({**ann, "emails": [f"bluedragon@{domain}"]} for domain in ("a.org", "b.org"))
    assert levels(one, other)["email"] == "same user"


def test_dates_of_one_month_differ_in_the_day_only() -> None:
    found = levels({"birth_date": "1980-05-12"}, {"birth_date": "1980-05-27"})
    assert found == {"birth_date": "same year and month, another day"}
    found = levels({"birth_date": "1980-01-01"}, {"birth_date": "1980-01-27"})
    assert found == {"birth_date": "same year, one gives no day"}


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("1980", "1980-05-12", "same year, one gives no day"),
        ("1980", "1980", "same year, one gives no day"),
        ("1980", "1980-01-01", "same year, one gives no day"),
        ("1980", "1980-05", "same year, one gives no day"),
        ("1980-05", "1980-05-12", "same year, one gives no day"),
        ("1980-05", "1980-05", "same year, one gives no day"),
        ("1980-05", "1980-06-12", "same year"),
        ("1980-05", "1981-05", "different"),
        ("1980-05", "1880-05", "different"),
        ("1980", "1981", "different"),
        ("1980", "1965", "different"),
        ("1980", "1981-01-01", "different"),
        ("1980-01-01", "1980-01-01", "same"),
    ],
)
def test_a_year_alone_agrees_in_the_year_and_is_no_day(one: str, other: str, level: str) -> None:
    for left, right in ((one, other), (other, one)):
        assert levels({"birth_date": left}, {"birth_date": right}) == {"birth_date": level}


def test_a_house_number_alone_is_no_street() -> None:
    assert levels({"street": "19", "city": "Leeds"}, {"street": "19", "city": "York"}) == {
        "address": "different"
    }
    assert levels({"street": "19", "city": "Leeds"}, {"street": "5", "city": "Leeds"}) == {
        "address": "same city"
    }


def test_a_similar_street_needs_only_the_columns_that_there_are() -> None:
    model = load_person_model(PERSON_MODEL).restricted({"street", "postcode", "outward"})
    [address] = model.comparisons
    assert "similar street" in [level.label for level in address.levels]
    assert "city" not in address.columns()
