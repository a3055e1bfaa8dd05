"""The metrics of training: the same every time, and consistent."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import duckdb
import pyarrow as pa
import pytest

from cdi_spark.linkage.model.person_model import PersonModel, load_person_model
from cdi_spark.linkage.training.sample import Sample
from cdi_spark.linkage.training.train import Trained, train_on
from tests.linkage.training_records import with_block_keys, with_frequencies
from tests.paths import PERSON_MODEL

PEOPLE = 150


def packaged() -> PersonModel:
    columns = {"given", "given_root", "family", "birth_date", "phones"}
    return load_person_model(PERSON_MODEL).restricted(columns)


def trained(*, precision_target: float | None = None, dear: str = "") -> Trained:
    """Trained on two records a person; a tenth of the records knows no more than a given name.

    Args:
        dear: a rule that compares a hundred million pairs.
    """
    chance = random.Random(9)
    rows = []
    for who in range(PEOPLE):
        given = chance.choice(["ada", "ben", "cleo", "dan", "eve", "fay", "gus"])
        whole = {
            "family": chance.choice(["stone", "marsh", "wood", "field", "brook"]),
            "birth_date": f"19{chance.randrange(10, 99)}-0{chance.randrange(1, 10)}-1{chance.randrange(10)}",
            "phones": [f"+4477{chance.randrange(10**7):07}"],
        }
        for n in range(2):
            rest = dict.fromkeys(whole) if chance.random() < 0.1 else whole
            rows.append(
                {
                    "record_id": f"{who:03}-{n}",
                    "given": given,
                    "given_root": given,
                    "person": str(who),
                    **rest,
                }
            )
    types = {name: pa.list_(pa.string()) if name == "phones" else pa.string() for name in rows[0]}
    records = pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in types.items()})
    model = packaged()
    keyed, costs = with_block_keys(with_frequencies(records, model), model)
    pairs = [10**8 if rule.name == dear else n for rule, n in zip(model.blocking, costs.pairs, strict=True)]
    costs = replace(costs, pairs=pairs)
    with duckdb.connect() as connection:
        return train_on(
            Sample(connection, keyed, model),
            population=len(rows),
            costs=costs,
            precision_target=precision_target,
        )


@pytest.fixture(scope="module")
def once() -> Trained:
    return trained()


def test_a_target_is_stored_and_changes_nothing_but_what_is_chosen(once: Trained) -> None:
    assert once.metrics["chosen"] == {"entity_weight": 0.0, "by": "even odds", "precision_target": None}
    targeted = trained(precision_target=0.5)
    assert targeted.metrics["chosen"] == {"entity_weight": -4.0, "by": "labels", "precision_target": 0.5}
    assert (once.entity_weight, targeted.entity_weight) == (0.0, -4.0)
    assert targeted.settings == once.settings
    for name in ("sample_records", "prior", "overlaps", "unlinkable", "thresholds"):
        assert json.dumps(targeted.metrics[name]) == json.dumps(once.metrics[name])
    assert targeted.metrics["cluster_sizes"]["components"] == once.metrics["cluster_sizes"]["components"]


def test_every_record_is_in_one_component_and_one_entity(once: Trained) -> None:
    metrics = once.metrics
    assert metrics["sample_records"] == 2 * PEOPLE
    for clusters in metrics["cluster_sizes"].values():
        assert sum(size * n for size, n in clusters) == 2 * PEOPLE
    even = next(at for at in metrics["thresholds"] if at["entity_weight"] == 0.0)
    assert even["entities"] == sum(n for _, n in metrics["cluster_sizes"]["entities"])
    assert even["labelled_precision"] > 0.95
    assert [at["entities"] for at in metrics["thresholds"]] == sorted(
        at["entities"] for at in metrics["thresholds"]
    )


def test_kept_rules_come_first_as_they_were_chosen_and_what_they_add_is_what_all_find(once: Trained) -> None:
    rules = once.metrics["rules"]
    assert {rule["name"] for rule in rules} == {rule.name for rule in packaged().blocking}
    kept = [rule for rule in rules if rule["kept"]]
    assert rules[: len(kept)] == kept
    assert {rule["name"] for rule in kept} == {rule.name for rule in once.rules}
    assert kept[0]["added"] == kept[0]["found"]
    assert all(rule["added"] <= rule["found"] <= rule["pairs"] for rule in rules)
    assert all(rule["added"] <= 0.0005 * sum(r["added"] for r in kept) + 1 for rule in rules[len(kept) :])


def test_a_record_that_knows_little_cannot_be_linked_at_a_weight_that_others_reach(once: Trained) -> None:
    shares = dict(map(tuple, once.metrics["unlinkable"]))
    assert list(shares.values()) == sorted(shares.values())
    assert shares[-10] == 0.0
    # Those with a given name alone, and no others.
    assert shares[0] == shares[10] == pytest.approx(0.1, abs=0.04)


def test_a_rule_that_compares_too_many_pairs_for_what_it_adds_is_not_kept(once: Trained) -> None:
    always = {rule.name for rule in packaged().blocking if rule.always}
    best = next(rule["name"] for rule in once.metrics["rules"] if rule["name"] not in always)
    found = {rule["name"]: rule for rule in trained(dear=best).metrics["rules"]}
    assert not found[best]["kept"]
    assert found[best]["pairs"] == 10**8
    assert any(rule["kept"] for rule in found.values())
