"""m and u from clusters: fields that go together count once, and Splink weighs pairs just the same."""

from __future__ import annotations

import random

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from splink import DuckDBAPI, Linker

from cdi_spark.linkage.model.person_model import PersonModel, load_person_model
from cdi_spark.linkage.model.splink_sql import splink_settings
from cdi_spark.linkage.training.m_and_u import Evidence, learn_parameters, weigh_pairs
from cdi_spark.linkage.training.pairs import Pairs, tally
from cdi_spark.linkage.training.sample import Sample
from tests.linkage.training_records import with_frequencies
from tests.paths import PERSON_MODEL

COLUMNS = ["family", "birth_date", "phones", "own_phones", "street", "city", "postcode", "outward"]
PEOPLE = 300


def packaged() -> PersonModel:
    return load_person_model(PERSON_MODEL).restricted(set(COLUMNS))


@pytest.fixture(scope="module")
def sample() -> Sample:
    """Two records a person; every two persons share family name, phone and address, and so are a household."""
    chance = random.Random(3)
    rows = []
    for who in range(PEOPLE):
        house = who // 2
        household = random.Random(house)
        for n in range(2):
            gone = {name for name in ("birth_date", "phones", "postcode") if chance.random() < 0.15}
            born = f"{1900 + who % 90}-0{1 + who % 9}-11"
            born = f"19{chance.randrange(10, 99)}-05-17" if chance.random() < 0.1 else born
            row = {
                "record_id": f"{who:04}-{n}",
                "family": household.choice(["smith", "smyth", "jones", "brown", "taylor"]),
                "birth_date": born,
                "phones": [f"+44{house:06}"],
                "own_phones": None,
                "street": f"{house} high street",
                "city": household.choice(["leeds", "york"]),
                "postcode": f"ls{house % 50}aa",
                "outward": f"ls{house % 50}",
            }  # fmt: skip
            rows.append({name: None if name in gone else value for name, value in row.items()})
    types = {name: pa.list_(pa.string()) if name.endswith("phones") else pa.string() for name in rows[0]}
    records = pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in types.items()})
    return Sample(duckdb.connect(), with_frequencies(records, packaged()), packaged())


@pytest.fixture(scope="module")
def everything(sample: Sample) -> Pairs:
    left, right = np.triu_indices(sample.size, 1)
    return sample.at_levels(left, right)


def evidence(sample: Sample, everything: Pairs) -> Evidence:
    same = everything.left // 2 == everything.right // 2
    household = (everything.left // 4 == everything.right // 4) & ~same
    return Evidence(
        tally(everything.levels[~same]),
        tally(everything.levels[household]),
        tally(everything.levels[same]),
        sample.all_pairs,
    )


def test_what_a_household_shares_counts_once(sample: Sample, everything: Pairs) -> None:
    model = packaged()
    learned = learn_parameters(evidence(sample, everything), model)
    names = [c.name for c in model.comparisons]
    parents = {name: {names[p] for p in own.parents} for name, own in zip(names, learned, strict=True)}
    assert parents["address"] >= {"phone"}
    assert parents["birth_date"] == set()
    found = weigh_pairs(everything, learned, model, sample.frequencies).sum(axis=1) + np.log2(
        PEOPLE / sample.all_pairs
    )
    same = everything.left // 2 == everything.right // 2
    household = (everything.left // 4 == everything.right // 4) & ~same
    assert np.median(found[same]) > 0
    assert np.quantile(found[household], 0.95) < 0


def test_splink_weighs_pairs_as_training_does(sample: Sample, everything: Pairs) -> None:
    model = packaged()
    learned = learn_parameters(evidence(sample, everything), model)
    assert any(own.parents for own in learned)
    prior = PEOPLE / sample.all_pairs
    ours = weigh_pairs(everything, learned, model, sample.frequencies).sum(axis=1) + np.log2(
        prior / (1 - prior)
    )
    settings = splink_settings(model, learned, prior=prior)
    connection = sample._sql
    linker = Linker(DuckDBAPI(connection=connection).register("records"), settings)
    predicted = linker.inference.predict(threshold_match_weight=-1000)
    rows = connection.sql(
        f"select l.id, r.id, match_weight from {predicted.physical_name} "
        "join records l on l.record_id = record_id_l join records r on r.record_id = record_id_r"
    ).fetchall()
    theirs = {(min(i, j), max(i, j)): weight for i, j, weight in rows}
    assert len(theirs) == len(ours)
    pairs = zip(everything.left.tolist(), everything.right.tolist(), strict=True)
    assert max(abs(theirs[pair] - own) for pair, own in zip(pairs, ours, strict=True)) < 1e-6
