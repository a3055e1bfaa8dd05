"""What training learns from judgements: m, and by how many bits the weights are off."""

from __future__ import annotations

import random

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from cdi_spark.config import CannotLink, Linkage
from cdi_spark.graph.arrays import Bools, Floats
from cdi_spark.linkage.evaluation.charts import level_weights
from cdi_spark.linkage.model.link_rules import LinkRules
from cdi_spark.linkage.model.person_model import PersonModel
from cdi_spark.linkage.training.calibration import estimate_shift, select_answers
from cdi_spark.linkage.training.freeze import model_id
from cdi_spark.linkage.training.sample import Sample
from cdi_spark.linkage.training.train import Trained, train_on
from tests.linkage.training.test_metrics import packaged
from tests.linkage.training_records import with_block_keys, with_frequencies

Sides = dict[str, tuple[str | None, list[str] | None]]
RULES = LinkRules.of(Linkage(cannot_link=[CannotLink(name="two births", differ=["birth_date"])]))


def drawn(true: float, bits: Floats, *, seed: int = 3) -> Bools:
    """Which pairs of these weights are one person, if the log2 odds are weight + true."""
    return np.random.default_rng(seed).random(len(bits)) < 1 / (1 + np.exp2(-bits - true))


@pytest.mark.parametrize("true", [-3.0, 0.0, 2.0])
@pytest.mark.parametrize(("low", "high"), [(-3, 8), (-1, 1)])
def test_many_answers_find_the_shift_whichever_weights_they_were_asked_at(
    true: float, low: float, high: float
) -> None:
    bits = np.random.default_rng(1).uniform(low, high, 1_000)
    assert estimate_shift(bits, drawn(true, bits)) == pytest.approx(true, abs=0.3)


def test_one_answer_moves_no_threshold_and_none_nothing() -> None:
    assert estimate_shift(np.zeros(0), np.zeros(0, bool)) == 0.0
    (same, apart) = (estimate_shift(np.zeros(1), np.array([is_same])) for is_same in (True, False))
    assert 0.1 < same < 0.5
    assert apart == -same


def test_answers_that_are_all_the_same_do_not_run_away() -> None:
    for is_same in (True, False):
        few, many = (estimate_shift(np.zeros(n), np.full(n, is_same)) for n in (30, 30_000))
        sign = 1 if is_same else -1
        assert 1 < sign * few < 4 < sign * many < 20


def test_an_answer_beyond_every_threshold_changes_nothing() -> None:
    bits, same = np.array([-0.5, 1.0, 2.0]), np.array([False, True, True])
    for far, is_same in ((-30.0, True), (40.0, False)):
        assert estimate_shift(np.append(bits, far), np.append(same, is_same)) == estimate_shift(bits, same)


def test_what_only_follows_from_answers_is_no_answer() -> None:
    # 0, 1 and 2 are one person, joined by 0-1 and 1-2; 3 and 4 another; the two are not the same, and 5 is not 0's.
    pairs = [(0, 1, 3.0, -1), (0, 2, -9.0, -1), (1, 2, 1.0, -1), (3, 4, 2.0, -1)]
    pairs += [(n, other, -float(n + other), 1) for n in (0, 1, 2) for other in (3, 4)]
    pairs += [(n, 5, n - 5.0, 2) for n in (0, 1, 2)]
    left, right, bits, question = (np.array(column) for column in zip(*pairs, strict=True))
    counted = select_answers(left, right, bits, question)
    assert [(left[n], right[n]) for n in counted] == [(0, 1), (1, 2), (3, 4), (0, 3), (2, 5)]


def people(judged: Sides | None = None) -> tuple[pa.Table, PersonModel]:
    """150 people of two records. Of those in tens the second says all else; in fives it knows no family nor phone."""
    chance = random.Random(9)
    rows = []
    for who in range(150):
        first = {
            "given": chance.choice(["ada", "ben", "cleo", "dan", "eve", "fay", "gus"]),
            "family": chance.choice(["stone", "marsh", "wood", "field", "brook"]),
            "birth_date": f"19{chance.randrange(10, 99)}-0{chance.randrange(1, 10)}-1{chance.randrange(10)}",
            "phones": [f"+4477{chance.randrange(10**7):07}"],
        }
        second = dict(first)
        if who % 10 == 0:
            phone = f"+4499{chance.randrange(10**7):07}"
            second = {
                "given": "zoe",
                "family": "ridge",
                "birth_date": f"18{who % 90 + 10}-11-29",
                "phones": [phone],
            }
        if who % 10 == 5:
            second |= {"family": None, "phones": None}
        for copy, said in (("a", first), ("b", second)):
            rows.append({"record_id": f"crm:{who:03}{copy}", "given_root": said["given"], **said})
    lists = ("phones", "judged_apart")
    if judged is not None:
        for row in rows:
            row["judged_same"], row["judged_apart"] = judged.get(row["record_id"], (None, None))
    types = {name: pa.list_(pa.string()) if name in lists else pa.string() for name in rows[0]}
    records = pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in types.items()})
    return with_frequencies(records, packaged()), packaged()


def trained(judged: Sides | None = None, *, population: int = 300, backwards: bool = False) -> Trained:
    keyed, costs = with_block_keys(*people(judged))
    if backwards:
        keyed = keyed.take(list(range(len(keyed)))[::-1])
    with duckdb.connect() as connection:
        return train_on(Sample(connection, keyed, packaged()), population=population, costs=costs)


def judged_same(*, ends_with: int) -> Sides:
    """Both records of the people whose number ends so are one person."""
    return {
        f"crm:{who:03}{copy}": (f"crm:{who:03}a", None) for who in range(ends_with, 150, 10) for copy in "ab"
    }


def m(found: Trained, comparison: str, level: str) -> float:
    return next(w.m for w in level_weights(found.settings) if (w.comparison, w.level) == (comparison, level))


def test_a_level_that_judged_records_of_one_person_are_at_gets_more_m() -> None:
    without, judged = trained({}), trained(judged_same(ends_with=0))
    for name in ("family_name", "birth_date", "phone"):
        # Nothing else has records of one person differ so.
        last = [w.level for w in level_weights(without.settings) if w.comparison == name][-1]
        assert m(judged, name, last) > m(without, name, last) + 0.03
    assert (judged.metrics["judged"]["same"], judged.metrics["judged"]["apart"]) == (15, 0)
    assert without.metrics["judged"] == {"same": 0, "apart": 0, "shift": 0.0}
    assert without.metrics["chosen"]["by"] == "even odds"
    alone = trained()
    assert alone.metrics["judged"] is None
    assert (alone.settings, alone.entity_weight) == (without.settings, without.entity_weight)


def test_the_same_records_and_judgements_make_the_same_model_in_any_order() -> None:
    judged = judged_same(ends_with=5) | {"crm:001a": (None, ["x"]), "crm:002a": (None, ["x"])}
    once, again = trained(judged), trained(judged, backwards=True)
    assert once.metrics["judged"]["apart"] == 1
    assert model_id(once, "", []) == model_id(again, "", [])
    assert once.metrics == again.metrics


def test_judged_records_are_one_or_two_whatever_they_weigh_and_stewards_come_first() -> None:
    sides: Sides = {
        "crm:000a": ("crm:000a", ["x"]),
        "crm:000b": ("crm:000a", ["x"]),
        "crm:001a": (None, ["x", "y"]),
        "crm:001b": (None, ["y"]),
    }
    keyed, _ = with_block_keys(*people(sides))
    with duckdb.connect() as connection:
        sample = Sample(connection, keyed, packaged(), RULES)
        found = sample.candidates()
        # Blocking has nothing that brings the first two together.
        assert (0, 1) in zip(found.left.tolist(), found.right.tolist(), strict=True)
        left, right = np.array([0, 0, 1, 2, 4, 5]), np.array([1, 2, 2, 3, 5, 6])
        # The last but one is alike, and the last two persons by the rule, as the first would be.
        assert sample.decided(left, right).tolist() == [2, -1, -1, -1, 0, -1]
        judged = sample.judged()
        assert judged is not None
        pairs, question = judged
        found_pairs = zip(pairs.left.tolist(), pairs.right.tolist(), question.tolist(), strict=True)
        assert list(found_pairs) == [(0, 1, -1), (0, 2, 1), (1, 2, 1), (2, 3, 2)]


def test_pairs_are_weighed_among_all_records_and_not_among_those_of_the_sample() -> None:
    few, many = (trained(judged_same(ends_with=5), population=n).metrics["judged"] for n in (300, 1200))
    assert few["same"] == many["same"] == 15
    # Among four times as many the same pairs weigh two bits less, and that they are right says more.
    assert 0 < few["shift"] < many["shift"] - 0.5
