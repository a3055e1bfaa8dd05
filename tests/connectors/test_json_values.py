"""Texts of JSON become rows of one type per column, and nothing of them is lost."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdi_spark.connectors.files.faults import Fault
from cdi_spark.connectors.files.json_files import _count_objects
from cdi_spark.connectors.files.json_kinds import (
    TEXT,
    Kind,
    ListOf,
    Object,
    Shape,
    SpelledTwiceError,
    UnknownNameError,
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


NESTED = {
    "lists": lambda deep: "[" * deep + "]" * deep,
    "objects": lambda deep: '{"a":' * deep + "1" + "}" * deep,
}


@pytest.mark.parametrize("form", NESTED)
@pytest.mark.parametrize("deep", [21, 100, 300, 950, 100_000])
def test_a_value_deeper_than_the_limit_is_text_and_its_row_alone_has_a_fault(form: str, deep: int) -> None:
    nested = NESTED[form](deep)
    before, odd, after = rows(f'{{"id": 1}}\n{{"id": 2, "x": {nested}}}\n{{"id": 3}}')
    assert (before.fields, after.fields) == ({"id": "1"}, {"id": "3"})
    assert odd.fault == "levels_within_limit"
    assert odd.text.replace(" ", "") == f'{{"id":2,"x":{nested}}}'
    assert odd.fields is not None
    assert (odd.fields["id"], odd.fields["x"].replace(" ", "")) == ("2", nested)
    kind(*[row.fields for row in (before, odd, after)])


@pytest.mark.parametrize("form", NESTED)
def test_a_value_as_deep_as_the_limit_has_its_levels(form: str) -> None:
    [row] = rows(f'{{"x": {NESTED[form](20)}}}')
    assert row.fault is None
    assert row.fields
    assert not isinstance(row.fields["x"], str)


def test_of_a_list_with_an_element_that_is_too_deep_the_others_are_rows() -> None:
    found = rows(f'[{{"a": 1}}, {{"b": {"[" * 5000}{"]" * 5000}}}, 7, {{"a": 3}}] {{"a": 4}}')
    deep = {"b": "[" * 5000 + "]" * 5000}
    assert [row.fields for row in found] == [{"a": "1"}, deep, None, {"a": "3"}, {"a": "4"}]
    assert [row.fault for row in found if row.fault] == ["levels_within_limit", "reads_as_json"]


def test_a_row_is_the_same_however_deep_its_reader_is_called() -> None:
    text = f'{{"id": 2, "x": {"[" * 700}{"]" * 700}, "x": null, "y": {{"z": 1.50}}}}'

    def read_within(frames: int) -> Value:
        return read_within(frames - 1) if frames else rows(text)[0]

    found = read_within(0), read_within(600)
    assert found[0].fields == found[1].fields
    assert found[0].fault == found[1].fault == "levels_within_limit"


@pytest.mark.parametrize(
    "row", ['{{"a": 1, {deep}}}', '{{"a": 1 {deep}}}', '{{a: 1, "x": {deep}}}', '{{"a": 1 2, "x": {deep}}}']
)
def test_a_row_with_a_deep_value_that_is_no_object_is_text(row: str) -> None:
    text = row.format(deep="[" * 5000 + "]" * 5000)
    [found] = rows(text)
    assert (found.fields, found.text) == (None, text)
    assert found.fault in ("levels_within_limit", "reads_as_json")


def test_a_deep_text_that_never_ends_hides_no_object_after_it() -> None:
    found = rows("\n".join(['{"a":' * 5000] * 50 + ['{"a": 1}']))
    assert len(found) == 51
    assert found[-1].fields == {"a": "1"}


def test_a_row_with_too_many_names_in_one_object_is_text() -> None:
    names = ", ".join(f'"k{number}": 1' for number in range(2001))
    for text in (f"{{{names}}}", f'{{"id": 1, "map": [{{{names}}}]}}'):
        assert rows(text) == [Value(None, text, Fault.FIELDS_WITHIN_LIMIT)]


def test_objects_whose_names_are_data_are_text_and_other_columns_stay() -> None:
    values = [{"id": str(n), "map": {f"k{n}": "1"}, "maps": [{f"k{n}": "1"}]} for n in range(3000)]
    shape = Shape()
    for value in values:
        shape.add(value)
    shape.narrow(2000)
    assert kind_of(shape) == Object({"id": TEXT, "map": TEXT, "maps": ListOf(TEXT)})
    assert fitter(kind_of(shape))(values[7]) == {"id": "7", "map": '{"k7": "1"}', "maps": ['{"k7": "1"}']}


def test_of_too_many_columns_those_stay_that_landed_or_that_most_rows_have() -> None:
    shape = Shape()
    for number in range(3000):
        shape.add({f"junk{number}": "1"} | ({"id": "1"} if number > 2500 else {}) | {"old": None})
    shape.narrow(2000, landed=["old"])
    assert len(shape.fields) == 2000
    assert {"id", "old"} <= shape.fields.keys()
    fit = fitter(kind_of(shape))
    assert fit({"id": "1", "junk2999": None}) == {"id": "1"}
    with pytest.raises(UnknownNameError):
        fit({"id": "1", "junk2999": "1"})


def test_narrowing_counts_the_names_of_all_levels() -> None:
    shape = Shape()
    for number in range(60):
        shape.add({f"c{number}": {f"f{one}": {"x": 1, "y": 2} for one in range(60)}})
    shape.narrow(2000)
    nested = [name for name, column in shape.fields.items() if not column.is_wide]
    assert len(shape.fields) == 60
    assert 0 < len(nested) <= 2000 // 61


@pytest.mark.parametrize(
    "text",
    ['{"a": {"b": 1, "b": 2, "c": "\\ud800"}}', '{"a": ' + '{"\\ud800": ' * 30 + "1" + "}" * 31, "['\\ud800']",
     '[["\\ud800"]]', "{'a': 1, (1, 2): 3}", "{'a': {1, 2}, b'x': 1}", "{'a': " + "-" * 5000 + "1}",
     '{"a": 1e400000000, "b": ' + "9" * 1_000_000 + ', "c": [NaN, -Infinity]}'],
)  # fmt: skip
def test_odd_values_are_rows_that_can_be_stored(text: str) -> None:
    for row in rows(text):
        (row.text + write_json(row.fields)).encode()


def test_names_that_differ_by_halves_of_characters_lose_no_value() -> None:
    [row] = rows('{"a": {"x\\ud800": 1, "x\\ud801": 2}}')
    assert row == Value(None, '{"a": {"x?": 1, "x?": 2}}', Fault.ONE_VALUE_PER_NAME)


SLOW = {
    "blank lines": "{x\n" + " \n" * 100_000,
    "many faults": "{x\n " * 50_000,
    "half strings": "{" + '"' + '\\"' * 100_000,
    "deep faults": ('{"a":' * 1100 + "\n") * 40,
    "python": "{'a': " + "[" * 100_000,
    "commas": ",".join(["{}"] * 50_000),
}


@pytest.mark.parametrize("name", SLOW)
def test_the_time_to_read_a_text_grows_with_its_length_alone(name: str) -> None:
    began = time.process_time()
    rows(SLOW[name])
    _count_objects([SLOW[name]])
    assert time.process_time() - began < 3
