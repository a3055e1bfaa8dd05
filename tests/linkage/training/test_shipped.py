"""Too few matches to learn from: the shipped parameters stay, and tomorrow's duplicate is over the threshold."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from cdi_spark.linkage.model.person_model import PersonModel, load_person_model
from cdi_spark.linkage.model.record_features import FEATURE_RULES
from cdi_spark.linkage.model.splink_sql import Scored, scoring_sql
from cdi_spark.linkage.training import train
from cdi_spark.linkage.training.rule_choice import affordable_rules
from cdi_spark.linkage.training.sample import Sample
from cdi_spark.linkage.training.sampling import BlockingCosts
from cdi_spark.linkage.training.shipped import (
    FEWEST_MATCHES,
    FEWEST_PEOPLE,
    has_few_matches,
    shipped_prior,
    shipped_threshold,
)
from cdi_spark.linkage.training.thresholds import Threshold
from cdi_spark.linkage.training.train import Trained, train_on
from cdi_spark.schema import FEATURES
from cdi_spark.standardise.batches import record_values
from tests.linkage.training_records import with_block_keys
from tests.paths import PERSON_MODEL

GIVEN = [
    "Anna",
    "Bela",
    "Carl",
    "Dora",
    "Emil",
    "Frida",
    "Gustav",
    "Hanna",
    "Ivo",
    "Jana",
    "Karl",
    "Lena",
    "Max",
    "Nora",
    "Otto",
    "Paula",
    "Quirin",
    "Rosa",
    "Sven",
    "Tina",
]
FAMILY = [
    "Abel",
    "Brandt",
    "Conrad",
    "Dorn",
    "Eckert",
    "Falk",
    "Gruber",
    "Huber",
    "Immel",
    "Jung",
    "Kern",
    "Lang",
    "Maurer",
    "Nagel",
    "Ott",
    "Pohl",
    "Quast",
    "Roth",
]
Person = dict[str, Any]


def somebody(n: int) -> Person:
    """The n-th of many different people; two of them share a given name, a family name or a city now and then."""
    given, family = GIVEN[n % 20], FAMILY[n * 7 % 18]
    return {
        "given_name": given,
        "family_name": family,
        "birth_date": f"{1940 + n * 13 % 61}-{1 + n * 5 % 12:02}-{1 + n * 11 % 28:02}",
        "emails": [f"{hashlib.sha256(bytes([n % 256, n // 256])).hexdigest()[:9]}@mail.example"],
        "street": f"{('Ringweg', 'Am Anger', 'Lindenallee')[n % 3]} {n * 3 + 1}",
        "postcode": f"{10000 + n * 731 % 80000}",
        "city": ("Berlin", "Bonn", "Ulm", "Jena", "Mainz")[n % 5],
    }


NAMESAKE = somebody(7) | {
    "birth_date": "1933-12-24", "emails": ["other@elsewhere.example"], "street": "Waldweg 77", "postcode": "99998",
    "city": "Kiel",
}  # fmt: skip


def features(people: Sequence[Person]) -> pa.Table:
    rows = []
    for n, person in enumerate(people):
        made = record_values(FEATURE_RULES, dict.fromkeys(FEATURES) | person)
        made |= {f"own_{name}": made[name] for name in ("emails", "phones", "device_ids")}
        rows.append({"record_id": f"{n:06}", **{name: made[name] for name in FEATURES}})
    kinds = {
        name: pa.list_(pa.string()) if k.startswith("array") else pa.string() for name, k in FEATURES.items()
    }
    return pa.table(
        {
            name: pa.array([row[name] for row in rows], kinds.get(name, pa.string()))
            for name in ("record_id", *FEATURES)
        }
    )


def with_shares(records: pa.Table, model: PersonModel, people: pa.Table) -> pa.Table:
    """The records with tf_<column>: how common their values are among these people, as training counts it."""
    for column in model.term_frequency_columns():
        somebodies = zip(
            *(people[name].to_pylist() for name in (column, "given", "family", "birth_date")), strict=True
        )
        known = Counter(value for value, *_ in set(somebodies))
        share = [
            None if value is None else max(2, known[value]) / max(FEWEST_PEOPLE, people.num_rows)
            for value in records[column].to_pylist()
        ]
        records = records.append_column(f"tf_{column}", pa.array(share, pa.float64()))
    return records


@pytest.fixture(autouse=True)
def few_random_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few show as much of 400 records, in less time."""
    monkeypatch.setattr(train, "RANDOM_PAIRS", 50_000)


@dataclass(frozen=True)
class Model:
    """A model trained on some people."""

    trained: Trained
    model: PersonModel
    people: pa.Table

    def weight(self, one: Person, other: Person) -> float:
        """The match weight of two records of tomorrow, as scoring computes it."""
        records = with_shares(features([one, other]), self.model, self.people)
        records = records.append_column("keys", pa.array([[1], [1]], pa.list_(pa.int64())))
        scored = Scored(self.trained.settings, self.model.comparisons, self.trained.parents)
        with duckdb.connect() as connection:
            connection.register("arrived", records)
            connection.execute("CREATE TABLE records AS FROM arrived")
            connection.execute(
                "CREATE TABLE entries AS SELECT rowid AS record, rowid AS place, true AS changed, 1::BIGINT AS key "
                "FROM records"
            )
            found = connection.sql(scoring_sql(scored, keep_weight=-999)).fetchnumpy()
        return float(found["match_weight"][0])


def trained_on(people: Sequence[Person]) -> Model:
    records = features(people)
    known = {name for name in FEATURES if records[name].null_count < len(people)}
    model = load_person_model(PERSON_MODEL).restricted(known)
    keyed, costs = with_block_keys(with_shares(records, model, records), model)
    with duckdb.connect() as connection:
        trained = train_on(Sample(connection, keyed, model), population=len(people), costs=costs)
    return Model(trained, model, records)


@pytest.mark.parametrize("count", [1, 2, 25, 400])
def test_the_duplicate_of_tomorrow_is_over_the_threshold_and_a_namesake_is_not(count: int) -> None:
    found = trained_on([somebody(n) for n in range(7, 7 + count)])
    trained = found.trained
    assert trained.metrics["few_matches"] == {"found": 0, "wanted": FEWEST_MATCHES, "records": count}
    first = somebody(7)
    misspelt = first | {"family_name": first["family_name"] + "t", "emails": None, "street": None}

    def weighed(other: Person) -> float:
        return found.weight(first, other)

    assert weighed(first) > trained.entity_weight + 5
    assert weighed(misspelt) > trained.entity_weight
    assert weighed(first | dict.fromkeys(("emails", "street", "postcode", "city"))) > trained.entity_weight
    assert weighed(NAMESAKE) < trained.entity_weight - 2
    assert weighed(somebody(8)) < trained.entity_weight - 10


def test_a_couple_and_twins_of_one_house_are_not_one_person() -> None:
    wife = somebody(7) | {"given_name": "Berta", "birth_date": "1961-02-03", "emails": ["berta@mail.example"]}
    twin = somebody(7) | {"given_name": "Berta", "emails": None}
    found = trained_on([*map(somebody, range(25)), wife])
    trained = found.trained
    assert trained.metrics["few_matches"]["found"] == 0
    for other in (wife, twin):
        assert found.weight(somebody(7), other) < trained.entity_weight - 2


def test_one_person_only_is_one_person_and_a_stranger_is_another() -> None:
    found = trained_on([somebody(7)] * 30)
    trained = found.trained
    assert trained.metrics["cluster_sizes"]["entities"] == [[30, 1]]
    assert found.weight(somebody(7), somebody(7)) > trained.entity_weight + 5
    assert found.weight(somebody(7), somebody(8)) < trained.entity_weight - 10


def test_no_record_and_no_value_train_a_model_that_compares_nothing() -> None:
    for people in ([], [{}], [{}] * 25):
        trained = trained_on(people).trained
        assert (trained.rules, trained.settings["comparisons"]) == ([], [])
        assert trained.metrics["few_matches"]["records"] == len(people)


def test_every_rule_that_the_data_can_afford_is_kept() -> None:
    found_model = trained_on([somebody(n) for n in range(25)])
    assert [rule.name for rule in found_model.trained.rules] == [
        rule.name for rule in found_model.model.blocking
    ]
    costs = BlockingCosts([9, 9, 9], [501, 0, 500], [])
    found = {0: np.array([1, 2]), 1: np.array([1]), 2: np.array([1, 3])}
    finds = affordable_rules(found, costs=costs, records=25)
    assert [(at.rule, at.added, at.kept) for at in finds] == [(1, 1, True), (2, 1, True), (0, 1, False)]


def test_enough_duplicates_of_enough_people_are_learned_from() -> None:
    people = [somebody(n) for n in range(60)]
    trained = trained_on([*people, *people[:30]]).trained
    assert trained.metrics["few_matches"] is None
    assert json.dumps(trained.metrics)
    twice = np.repeat(np.arange(FEWEST_MATCHES), 2)
    assert not has_few_matches(twice)
    assert has_few_matches(twice[2:])
    assert has_few_matches(np.zeros(100, np.int64))


def test_the_prior_is_that_of_one_record_in_ten_with_a_duplicate() -> None:
    for records in (1_000, 50_000):
        pairs = records * (records - 1) / 2
        assert 2 ** shipped_prior(records) * pairs == pytest.approx(records / 10)
    assert shipped_prior(0) == shipped_prior(25) == shipped_prior(FEWEST_PEOPLE)


def test_a_target_is_met_by_the_odds_of_the_threshold_itself() -> None:
    nobody = np.arange(3)
    thresholds = [Threshold(weight, nobody, 1.0, 1.0, None, None) for weight in (-4.0, 0.0, 6.0, 8.0)]
    assert shipped_threshold(thresholds, None, 0.0).threshold.entity_weight == 0.0
    # 99 to 1 are 6.6 bits.
    assert shipped_threshold(thresholds, 0.99, 0.0).threshold.entity_weight == 8.0
    assert shipped_threshold(thresholds, 0.98, 0.0).threshold.entity_weight == 6.0
    assert shipped_threshold(thresholds, 0.99999, 0.0).threshold.entity_weight == 8.0
