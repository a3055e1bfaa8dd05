"""A batch gives the same as its rows one by one, and reports what it changed and dropped."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark import cloudpickle

from cdi_spark.linkage.model.record_features import FEATURE_RULES
from cdi_spark.schema import FEATURES, PERSON_INPUT
from cdi_spark.spark.shipped import shipped
from cdi_spark.standardise.batches import CHANGES, DROPS, Rule, batch_task, record_values
from cdi_spark.standardise.columns import event_rules, person_rules

LISTS = {"emails", "phones", "account_ids", "device_ids"}
PERSON_RULES = person_rules(PERSON_INPUT, default_country="GB")
OF_FEATURES = {name for name, kind in FEATURES.items() if kind.startswith("array")}
STANDARD = [name for rule in PERSON_RULES for name in rule.columns if not name.startswith("_")]

words = st.one_of(
    st.none(),
    st.sampled_from(
        ["", " ", "ANN", "ann lee", "Lee, Ann", "n/a", "Dr. med. Zoë O'Neil", "ox73de", "10115", "GB", "deutschland",
         "12 high st", "020 7946 0018", "ann@x.org", "Ann <ANN@x.org>", "noreply@x.org", "F", "x y z", "王小明", "👍"]
    ),
    st.text(max_size=12),
)  # fmt: skip
lists = st.one_of(st.none(), st.lists(words, max_size=3))
persons = st.fixed_dictionaries(
    {name: lists if name in LISTS else words for name in PERSON_INPUT if name != "birth_date"}
)


def batch(rows: list[dict[str, Any]], names: list[str]) -> pa.RecordBatch:
    kinds = {name: pa.list_(pa.string()) if name in LISTS else pa.string() for name in names}
    return pa.record_batch(
        [pa.array([row[name] for row in rows], kind) for name, kind in kinds.items()], names=list(kinds)
    )


def applied(
    rules: list[Rule], rows: list[dict[str, Any]], output: list[str], *, lists: set[str], noted: list[str]
) -> list[dict[str, Any]]:
    names = list(rows[0])
    task = batch_task(rules, lists=lists, output=output, noted=noted)
    # In two batches, the second of rows that the first has had.
    return [row for made in task([batch(rows, names), batch(rows, names)]) for row in made.to_pylist()]


@settings(max_examples=100, deadline=None)
@given(st.lists(persons, min_size=1, max_size=30))
def test_a_batch_of_persons_is_each_of_them_alone(rows: list[dict[str, Any]]) -> None:
    alone = [record_values(PERSON_RULES, row) for row in rows]
    expected = [{name: row[name] for name in STANDARD} for row in alone]
    assert applied(PERSON_RULES, rows, STANDARD, lists=LISTS, noted=[]) == expected * 2


@settings(max_examples=100, deadline=None)
@given(st.lists(persons, min_size=1, max_size=30))
def test_features_of_a_batch_are_those_of_each_record_alone(rows: list[dict[str, Any]]) -> None:
    read = [*dict.fromkeys(name for rule in FEATURE_RULES for name in rule.inputs)]
    standard = [{name: record_values(PERSON_RULES, row)[name] for name in read} for row in rows]
    made = [name for rule in FEATURE_RULES for name in rule.columns]
    alone = [record_values(FEATURE_RULES, row) for row in standard]
    expected = [{name: row[name] for name in made} for row in alone]
    assert applied(FEATURE_RULES, standard, made, lists=OF_FEATURES, noted=[]) == expected * 2


def test_a_rule_runs_once_per_distinct_value_of_a_task() -> None:
    calls: Counter[str | None] = Counter()

    def count(word: str | None, other: str | None) -> str:
        calls[word] += 1
        return f"{word}{other}"

    rows = [{"word": word, "other": "x"} for word in ("a", "b", "a", None, "b")]
    made = applied([Rule(("both",), ("word", "other"), count)], rows, ["both"], lists=set(), noted=[])
    assert [row["both"] for row in made] == ["ax", "bx", "ax", "Nonex", "bx"] * 2
    assert calls == {"a": 1, "b": 1, None: 1}


def test_changes_and_drops_are_columns_besides_the_values() -> None:
    rows: list[dict[str, Any]] = [
        {"given_name": "ANN", "emails": ["Ann@x.org"], "postcode": "OX7 3DE"},
        {"given_name": "Ann", "emails": ["a@x.org", "noreply@x.org"], "postcode": "00000"},
        {"given_name": "123", "emails": ["x", " ", None], "postcode": " "},
        {"given_name": None, "emails": None, "postcode": None},
    ]
    noted = ["given_name", "emails", "postcode"]
    rules = person_rules(noted, default_country="GB")
    made = applied(rules, rows, [*noted, CHANGES, DROPS], lists={"emails"}, noted=noted)
    assert [row[CHANGES] for row in made[:4]] == [0b011, 0, 0b100, 0]
    assert [row[DROPS] for row in made[:4]] == [
        None,
        ["emails: placeholder", "postcode: placeholder"],
        ["given_name: no name", "emails: no e-mail address"],
        None,
    ]


def test_a_split_name_is_used_only_where_no_part_is_given() -> None:
    rules = person_rules(["full_name", "given_name"], default_country="GB")
    parts = ("given_name", "middle_name", "family_name")
    told = record_values(rules, {"full_name": "Dr Ann Mary LEE", "given_name": None})
    assert [told[name] for name in parts] == ["Ann", "Mary", "Lee"]
    told = record_values(rules, {"full_name": "Ann LEE", "given_name": "JOAN"})
    assert [told[name] for name in parts] == ["Joan", None, "Lee"]


def test_a_fixed_word_is_in_lower_case_with_underscores() -> None:
    rules = event_rules(["kind", "currency", "subject"], words={"kind"})
    told = record_values(rules, {"kind": "Credit - Note", "currency": "€", "subject": " A  b "})
    assert told == {"kind": "credit_note", "currency": "EUR", "subject": "A b"}


# A worker that lacks this package and what only the driver needs.
WORKER = """
import pickle, sys
class Missing:
    def find_spec(self, name, *_):
        if name.partition(".")[0] in ("cdi_spark", "nicknames", "anyascii", "pycountry", "yaml", "pandas"):
            raise ImportError(name)
sys.meta_path.insert(0, Missing())
task, batches = pickle.loads(sys.stdin.buffer.read())
print([row for batch in task(batches) for row in batch.to_pylist()])
"""


@pytest.mark.parametrize(
    ("rules", "row", "output"),
    [
        (person_rules(["full_name", "phones"], default_country="GB"),
         {"full_name": "dr ann lee", "phones": ["020 7946 0018"]}, {"family_name": "Lee", "phones": ["+442079460018"]}),
        (FEATURE_RULES,
         dict.fromkeys(name for rule in FEATURE_RULES for name in rule.inputs) | {"given_name": "Bob", "emails": []},
         {"given_root": "robert", "name_sounds": ["B100"]}),
    ],
    ids=["person", "features"],
)  # fmt: skip
def test_rules_go_along_with_their_task(
    rules: list[Rule], row: dict[str, Any], output: dict[str, Any]
) -> None:
    task = shipped(batch_task(rules, lists=LISTS | OF_FEATURES, output=list(output)))
    sent = cloudpickle.dumps((task, [batch([row], list(row))]))  # type: ignore[no-untyped-call]
    worker = subprocess.run([sys.executable, "-c", WORKER], input=sent, capture_output=True, check=False)
    assert worker.stderr.decode() == ""
    assert worker.stdout.decode() == f"{[output]}\n"
