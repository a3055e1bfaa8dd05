"""Columns of a row from the arrays of objects in it: an element is found by its content, never by its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cdi_spark.discovery.lexicon import headers
from cdi_spark.discovery.lexicon.vocabulary import fold, load_lists, word_set
from cdi_spark.discovery.read.columns import Array, Column, count_values, dotted, field_of
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.sql_text import literal, literals

LISTED = ("email", "phone", "contact")
_LIFTED = frozenset(
    ("given_name", "middle_name", "family_name", "full_name", "birth_date", "birth_year", "birth_month", "birth_day",
     "gender", "street", "house_number", "city", "region", "postcode", "country", "company", "occupation")
)  # fmt: skip
_WORDS = load_lists("arrays")
_KIND_FIELDS = word_set(_WORDS["kind_fields"])
_VALUE_FIELDS = word_set(_WORDS["value_fields"])
_PAST_WORDS = word_set(_WORDS["past_words"])
# Kinds of values are few words; a field of free text has many.
_MOST_KINDS = 60
# Meanings without which a name or an address is only a part of one.
_CORE = (("given_name", "family_name"), ("street", "city"), ("birth_year", "birth_month"))


def find_values_by_kind(
    array: Array, guesses: Sequence[Guess], guess: Callable[[Column], Guess]
) -> list[Guess]:
    """The columns of an array that says of each value what it is: `{system: phone, value: …}`, `{type: SSN, value: …}`.

    Args:
        guesses: of the array's own columns; that of the value loses its meaning where kinds are found.
        guess: guesses the meaning of a column.
    """
    for value in (g for g in guesses if headers.canonical(g.column.path[-1]) in _VALUE_FIELDS):
        if value.meaning in LISTED and value.header_score:
            # `emails: [{type: work, value: …}]` needs no kinds.
            continue
        for kind in (g for g in guesses if _is_kind(g, value)):
            found = [guess(column) for column in _split_by_kind(array, kind.column, value.column)]
            found = [g for g in found if (g.meaning and g.header_score) or g.subject]
            if found:
                value.meaning = ""
                return [_as_list(g, array) for g in found]
    return []


def lift_fields(array: Array, guesses: Sequence[Guess], *, lacks: Callable[[str], bool]) -> list[Guess]:
    """The fields of names, births and addresses of the array's best element, as columns of the row.

    Args:
        lacks: whether the row has no column of a meaning itself.
    """
    lifted = [g for g in guesses if g.meaning in _LIFTED and lacks(g.meaning)]
    if not lifted or not array.elements:
        return []
    element, is_chosen = _choose_element(array, guesses, lifted)
    chosen = [next((e for e in row if is_chosen(e)), None) for row in array.rows]
    found = []
    for guess in lifted:
        column = guess.column.at(element)
        values = [[] if e is None else _list(field_of(e, column.path)) for e in chosen]
        doubt = guess.doubt or ("taken from one object of the array" if _has_several(array) else "")
        found.append(replace(guess, column=count_values(column, values), doubt=doubt))
    return found


def _choose_element(
    array: Array, guesses: Sequence[Guess], lifted: Sequence[Guess]
) -> tuple[str, Callable[[Mapping[str, Any]], bool]]:
    """Spark SQL for the element to read, and a test for it; a whole name or address goes before a part of one."""
    place = dotted(lifted[0].column.array_base, array.path)
    if not _has_several(array):
        return f"get({place}, 0)", lambda element: True
    core = next((pair for pair in _CORE if {*pair} <= {g.meaning for g in lifted}), ())
    needed = [next(g for g in lifted if g.meaning == meaning) for meaning in core] or list(lifted[:1])
    paths = [g.column.path for g in needed]
    past = {g.column.path: words for g in guesses if (words := _find_past(g))}
    conditions = [f"{dotted('x', path)} is not null" for path in paths]
    conditions += [
        f"lower(coalesce({dotted('x', path)}, '')) not in {literals(sorted(words))}"
        for path, words in past.items()
    ]

    def is_chosen(element: Mapping[str, Any]) -> bool:
        return all(field_of(element, path) is not None for path in paths) and not any(
            str(field_of(element, path)).lower() in words for path, words in past.items()
        )

    whole = f"filter({place}, x -> {' and '.join(conditions)})"
    rows = [row for row in array.rows if row]
    if all(any(is_chosen(e) for e in row) for row in rows) or len(paths) == 1:
        return f"get({whole}, 0)", is_chosen
    some = " or ".join(f"{dotted('x', g.column.path)} is not null" for g in lifted)
    return f"coalesce(get({whole}, 0), get(filter({place}, x -> {some}), 0))", is_chosen


def write_without_others(value: Guess, guesses: Sequence[Guess]) -> str:
    """Spark SQL for the values in all elements of an array, without those whose kind is none of the person: fax.

    Args:
        guesses: of the array.
    """
    column = value.column
    for kind in (g.column for g in guesses if _is_kind(g, value)):
        others = sorted({v.lower() for v in kind.values if headers.is_about_another(v)})
        if others:
            said = f"lower(coalesce({dotted('x', kind.path)}, ''))"
            chosen = f"filter({column.array}, x -> {said} not in {literals(others)})"
            return f"{chosen}.{dotted('', column.path)}"
    return column.all_of_array


def _find_past(guess: Guess) -> set[str]:
    """Words of a column that mark what no longer holds: a maiden name, an old address."""
    if headers.canonical(guess.column.path[-1]) not in _KIND_FIELDS:
        return set()
    return {value.lower() for value in guess.column.values if _PAST_WORDS & set(fold(value).split())}


def _has_several(array: Array) -> bool:
    return any(len(row) > 1 for row in array.rows)


def _is_kind(guess: Guess, value: Guess) -> bool:
    column = guess.column
    words = [headers.canonical(part) for part in column.path]
    return (
        guess is not value
        and not column.is_list
        and bool(_KIND_FIELDS & set(words))
        and 1 <= column.distinct <= min(_MOST_KINDS, max(2, 0.5 * column.filled))
    )


def _split_by_kind(array: Array, kind: Column, value: Column) -> list[Column]:
    """A column for each kind of value, named after the kind."""
    found = []
    place = dotted(kind.array_base, array.path)
    for word in kind.values:
        values = [
            [
                field_of(e, value.path)
                for e in row
                if str(field_of(e, kind.path)).strip() == word and field_of(e, value.path) is not None
            ]
            for row in array.rows
        ]
        chosen = f"filter({place}, x -> {dotted('x', kind.path)} = {literal(word)})"
        # The name of a system may be an address: http://hl7.org/fhir/sid/us-ssn.
        name = word.rstrip("/").replace("#", "/").split("/")[-1].split(":")[-1] or word
        column = Column(
            (name,), above=value.above, array=value.array, place=f"get({chosen}, 0).{dotted('', value.path)}"
        )
        column.all_values = f"{chosen}.{dotted('', value.path)}"
        found.append(count_values(column, values))
    return found


def _as_list(guess: Guess, array: Array) -> Guess:
    """E-mail addresses and phones are gathered, so all elements of their kind are read."""
    column = guess.column
    if guess.meaning in LISTED and _has_several(array):
        guess.column = replace(column, place=column.all_values, is_list=True)
    return guess


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
