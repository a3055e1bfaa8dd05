"""m of a comparison is learned from the pairs that are sure without it: what parts a pair is seen too."""

from __future__ import annotations

import json
import random

import duckdb
import numpy as np
import pyarrow as pa

from cdi_spark.linkage.model.person_model import PersonModel, load_person_model
from cdi_spark.linkage.training.m_and_u import Evidence, learn_parameters
from cdi_spark.linkage.training.pairs import Likely, Tally
from cdi_spark.linkage.training.sample import Sample
from cdi_spark.linkage.training.train import Trained, train_on
from tests.linkage.training_records import with_block_keys, with_frequencies
from tests.paths import PERSON_MODEL

NAMES_AND_HOME = {
    "given", "given_root", "given_tokens", "family", "family_tokens", "names", "street", "city", "postcode", "outward",
}  # fmt: skip
LISTS = ("given_tokens", "family_tokens", "names")


def packaged(columns: set[str]) -> PersonModel:
    return load_person_model(PERSON_MODEL).restricted(columns)


def movers(people: int, moved: float) -> list[dict[str, object]]:
    """Two records of each person, of whom a part has moved; namesakes and homes of several people among them."""
    chance = random.Random(7)

    def words(count: int) -> list[str]:
        return ["".join(chance.choices("abcdefghiklmnoprstuvwz", k=9)) for _ in range(count)]

    given, family, streets, towns = words(90), words(140), words(people), words(40)
    postcodes = ["".join(chance.choices("0123456789", k=8)) for _ in range(300)]
    homes = [(streets[n], towns[n % 40], postcodes[n % 300]) for n in range(people)]
    rows: list[dict[str, object]] = []
    for who in range(people):
        first, last = chance.choice(given), chance.choice(family)
        homes_of = [homes[who], chance.choice(homes) if chance.random() < moved else homes[who]]
        for n, (street, city, postcode) in enumerate(homes_of):
            names = {"given": first, "given_root": first, "given_tokens": [first], "family": last}
            name_words = {"family_tokens": [last], "names": [first, last]}
            home = {"street": street, "city": city, "postcode": postcode, "outward": postcode[:2]}
            rows.append({"record_id": f"{who:05}-{n}", **names, **name_words, **home})
    return rows


def trained_on(rows: list[dict[str, object]], model: PersonModel) -> Trained:
    types = {name: pa.list_(pa.string()) if name in LISTS else pa.string() for name in rows[0]}
    records = pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in types.items()})
    keyed, costs = with_block_keys(with_frequencies(records, model), model)
    with duckdb.connect() as connection:
        return train_on(Sample(connection, keyed, model), population=len(rows), costs=costs)


def m_of(trained: Trained, comparison: str, label: str) -> float:
    [found] = [c for c in trained.settings["comparisons"] if c["output_column_name"] == comparison]
    [level] = [at for at in found["comparison_levels"] if at["label_for_charts"] == label]
    return float(level["m_probability"])


def test_people_who_moved_are_seen_although_no_cluster_has_them() -> None:
    trained = trained_on(movers(1500, moved=0.25), packaged(NAMES_AND_HOME))
    assert 0.12 < m_of(trained, "address", "different") < 0.35
    assert trained.metrics["warnings"] == []


def test_where_nobody_moved_nobody_is_seen_to() -> None:
    assert m_of(trained_on(movers(1500, moved=0.0), packaged(NAMES_AND_HOME)), "address", "different") < 0.1


def test_strangers_among_the_sure_pairs_do_not_count() -> None:
    pairs = Tally(np.array([[0], [1]], np.int8), np.array([60.0, 40.0]))
    strangers = Tally(pairs.levels, np.array([0.0, 40.0]))
    assert Likely(pairs, strangers).matches(0, np.array([0.01, 0.99])).round(1).tolist() == [59.6, 0.4]


def gender_evidence(share_different: float, sure: Likely | None) -> Evidence:
    """Clusters in which genders differ in a share of the pairs; random pairs of which half differ."""
    same_or_not = np.array([[0], [1]], np.int8)
    nothing = Tally(same_or_not[:0], np.zeros(0))
    matches = Tally(same_or_not, 1000 * np.array([1 - share_different, share_different]))
    random_pairs = Tally(same_or_not, np.array([5e5, 5e5]))
    return Evidence(random_pairs, nothing, matches, 1_000_000, [] if sure is None else [sure])


def test_a_level_that_clusters_never_show_keeps_a_part_of_its_start() -> None:
    [gender] = learn_parameters(gender_evidence(0.0, None), packaged({"gender"}))
    assert 0.005 < gender.m[0, 1] < 0.007


def test_a_level_that_only_clusters_show_stays_at_its_start_unless_sure_pairs_confirm_it() -> None:
    names = packaged({"given", "family", "family_tokens", "given_tokens"})
    crossed = [level.label for level in names.comparisons[0].levels].index("the other's family name")
    levels = np.array([[0, 0], [crossed, -1], [len(names.comparisons[0].levels) - 1, 0]], np.int8)
    nothing = Tally(levels[:0], np.zeros(0))
    evidence = Evidence(
        Tally(levels, np.array([1e3, 1e3, 1e6])), nothing, Tally(levels, np.array([400.0, 600.0, 0.0])), 10**7
    )
    [given, _] = learn_parameters(evidence, names)
    assert given.m[0, crossed] < 0.02
    assert {level: round(share, 1) for level, share in given.kept.items()} == {crossed: 0.6}
    sure = Likely(evidence.matches, nothing)
    [given, _] = learn_parameters(
        Evidence(
            *[getattr(evidence, name) for name in ("random", "candidates", "matches", "all_pairs")],
            [sure, sure],
        ),
        names,
    )
    assert given.m[0, crossed] > 0.5
    assert not given.kept


def test_the_metrics_hold_no_value_of_the_data() -> None:
    trained = trained_on(movers(300, moved=0.2), packaged(NAMES_AND_HOME))
    assert all(str(row["given"]) not in json.dumps(trained.metrics) for row in movers(300, moved=0.2))
