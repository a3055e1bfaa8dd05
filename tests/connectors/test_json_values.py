"""Texts of JSON become rows of one type per column, and nothing of them is lost."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdi_spark.connectors.files.json_kinds import (
    TEXT,
    Kind,
    ListOf,
    Object,
    Shape,
    SpelledTwiceError,
    fitter,
    kind_of,
)
from cdi_spark.connectors.files.json_values import JsonReader, Value, write_json


def rows(text: str) -> list[Value]:
    return list(JsonReader().rows(text))


def kind(*values: Any, landed: Kind | None = None) -> Kind:
    shape = Shape()
    for value in values:
        shape.add(value)
    return kind_of(Shape.of_list(json.loads(json.dumps(shape.as_list()))), landed)


@pytest.mark.parametrize(
    "text",
    ['{"a":1}{"a":2}', '{"a":1},\n{"a":2},', '[{"a":1},{"a":2}]', '[{"a":1}]\n[{"a":2}]',
     '\ufeff{"a":1}\r\n{"a":2}\r\n', "{'a': 1}\n{'a': 2}"],
)  # fmt: skip
def test_objects_are_rows_however_they_stand(text: str) -> None:
    assert [row.fields for row in rows(text)] == [{"a": "1"}, {"a": "2"}]


def test_text_that_is_no_json_is_kept_and_reading_goes_on_at_the_next_object() -> None:
    found = rows('{"a": 1}\n{"b": \n{"a": 3} trash\n{"a": 4}\n5')
    assert [row.fields and row.fields["a"] for row in found] == ["1", None, "3", None, "4", None]
    assert [row.text for row in found if row.fault] == ['{"b": ', "trash", "5"]


def test_of_a_name_twice_the_last_value_holds_and_another_is_a_fault() -> None:
    found = rows('[{"a": 1, "a": null}, {"a": {"b": 1, "b": 2}}, {"a": 3}]')
    assert [(row.fields, row.fault) for row in found] == [
        ({"a": "1"}, None), ({"a": {"b": "2"}}, "one_value_per_name"), ({"a": "3"}, None)
    ]  # fmt: skip


def test_half_a_character_at_the_end_of_a_text_is_a_question_mark() -> None:
    assert rows('{"a": "x\\ud83d", "b": "\\ud83d\\ude00"}')[0].fields == {"a": "x?", "b": "😀"}


single = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5))


@given(
    st.recursive(
        single, lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(max_size=3), inner))
    )
)
def test_what_is_written_reads_the_same(value: Any) -> None:
    text = json.dumps({"a": value})
    assert json.loads(write_json(rows(text)[0].fields)) == json.loads(text)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["x", 1, None], TEXT),
        ([None, {}], TEXT),
        ([["x"], "y"], ListOf(TEXT)),
        ([["x"], *["y"] * 20], TEXT),
        ([[], "y"], ListOf(TEXT)),
        ([{"b": 1}, {"B": 2, "c": []}], Object({"b": TEXT, "c": ListOf(TEXT)})),
        ([{"b": 1}, {"b": 2}, "y"], Object({"b": TEXT, "value": TEXT})),
        ([{"b": 1}, [{"c": 2}], "y"], ListOf(Object({"b": TEXT, "c": TEXT, "value": TEXT}))),
        (["x", "y", {"b": 1}], TEXT),
    ],
)
def test_the_type_of_a_column_holds_its_values(values: list[Any], expected: Kind) -> None:
    found = kind(*values)
    assert found == expected or _unordered(found) == _unordered(expected)


def _unordered(found: Kind) -> Any:
    if isinstance(found, ListOf):
        return [_unordered(found.element)]
    return {n: _unordered(k) for n, k in found.fields.items()} if isinstance(found, Object) else "text"


def test_every_value_gets_the_type_and_keeps_its_content() -> None:
    found = fitter(Object({"mail": ListOf(TEXT), "to": Object({"city": TEXT, "value": TEXT}), "note": TEXT}))
    assert found({"mail": "a", "to": "York", "note": ["x", 1.5]}) == {
        "mail": ["a"], "to": {"value": "York"}, "note": '["x", 1.5]'
    }  # fmt: skip
    assert found({"MAIL": None, "mail": ["b"], "to": {"City": "Ely"}, "note": True}) == {
        "mail": ["b"], "to": {"city": "Ely"}, "note": "true"
    }  # fmt: skip
    with pytest.raises(SpelledTwiceError):
        found({"note": "x", "Note": "y"})


def test_a_column_keeps_the_type_that_it_landed_with() -> None:
    assert kind(["x"], ["y"], landed=TEXT) == TEXT
    assert kind("x", landed=ListOf(TEXT)) == ListOf(TEXT)
    assert kind("x", {"c": 1}, landed=Object({"b": TEXT})) == Object({"b": TEXT, "c": TEXT, "value": TEXT})
