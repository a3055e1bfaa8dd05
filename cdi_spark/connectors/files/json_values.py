"""Reads JSON texts into rows: any number of values one after another, and what is wrong with those that are none.

Plain Python without Spark; a task needs nothing else.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from cdi_spark.config.limits import MOST_FIELDS, MOST_LEVELS
from cdi_spark.connectors.files.faults import Fault

_BETWEEN = re.compile(r"[\s,\ufeff\x00]*")
# Where reading goes on after text that is no JSON: at a line that begins an object.
_NEXT_OBJECT = re.compile(r"\n[^\S\n]*(?=\{)")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
# What to leave out of a JSON text so that its braces remain. Text whose quote never closes is left out as a whole,
# since it would be searched once per quote in it.
NO_BRACES = r'(?s)"(?:\\.|[^"\\])*(?:"|\\?\z)|[^{}"]+'
# Texts, and what opens, closes and divides lists and objects.
_STRUCTURE = re.compile(r'"(?:\\.|[^"\\])*(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
# Python needs a hundred times the memory of an object that Python wrote.
_LONGEST_OF_PYTHON = 1 << 20
# The decoder counts the lines before each error, so it gets a text without most of those that are read.
_READ = 1 << 16


class Literal(str):
    """A number as it is written."""

    __slots__ = ()


@dataclass(frozen=True)
class Value:
    """One row: a JSON object, or the text of what is none and why."""

    fields: dict[str, Any] | None
    text: str = ""
    fault: Fault | None = None


class JsonReader:
    """Reads JSON texts into rows: their objects, and those in their lists.

    A value with more levels than `most_levels` is its JSON text, and its row has a fault. A row with an object of more
    than `most_fields` has a fault too, and nothing but its text. Numbers are Literal. Of a name that an object has
    twice, the last value that is not null holds; if others differ, the row has a fault.

    >>> [row.fields for row in JsonReader().rows('{"id": 1}{"id": 2.50} [{"id": "3"}]')]
    [{'id': '1'}, {'id': '2.50'}, {'id': '3'}]
    >>> [row.fault.value for row in JsonReader().rows('{"id": ')]
    ['reads_as_json']
    """

    def __init__(self, *, most_levels: int = MOST_LEVELS, most_fields: int = MOST_FIELDS) -> None:
        self._most_levels, self._most_fields = most_levels, most_fields
        # Objects of the value that have a name twice.
        self._twice: list[dict[str, Any]] = []
        self._decode = json.JSONDecoder(
            object_pairs_hook=self._as_object,
            parse_int=Literal,
            parse_float=Literal,
            parse_constant=Literal,
            strict=False,
        ).raw_decode

    def rows(self, text: str) -> Iterator[Value]:
        """Return the rows of a text, in its order."""
        may_be_halved = _SURROGATE.search(text) is not None
        for row in self._rows(text):
            yield _without_halved_characters(row) if may_be_halved else row

    def _rows(self, text: str, *, in_list: bool = False) -> Iterator[Value]:
        at, is_closed = _skip(text, 0), True
        while at < len(text):
            self._twice.clear()
            try:
                found, end = self._decode(text, at)
            except (ValueError, RecursionError) as fault:
                elements: list[str] = []
                if is_too_deep := isinstance(fault, RecursionError) and is_closed:
                    elements, end = _elements(text, at)
                    is_closed = end > 0
                if is_too_deep and is_closed and text[at] == "[" and not in_list:
                    for element in elements:
                        yield from self._rows(element, in_list=True)
                elif is_too_deep and is_closed:
                    yield self._row_of_members(text[at:end], elements)
                else:
                    begins = _NEXT_OBJECT.search(text, at)
                    end = begins.end() if begins else len(text)
                    yield from self._read_quoted_singly(text[at:end])
                if end > _READ:
                    text, end = text[end:], 0
            else:
                # Counted first, since a look at every value takes longer than reading it.
                may_be_over = (
                    text.count("{", at, end) + text.count("[", at, end) > self._most_levels
                    or text.count(":", at, end) > self._most_fields
                )
                for one in found if isinstance(found, list) else [found]:
                    yield (self._over_limits(one) if may_be_over else None) or self._row_of(one)
            at = _skip(text, end)

    def _as_object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            found |= {name: value for name, value in pairs if value is not None}
            if any(value not in (None, found[name]) for name, value in pairs):
                self._twice.append(found)
        return found

    def _row_of(self, found: Any) -> Value:
        if not isinstance(found, dict):
            return Value(None, write_json(found), Fault.READS_AS_JSON)
        if self._twice and self._holds_twice(found):
            return Value(found, write_json(found), Fault.ONE_VALUE_PER_NAME)
        return Value(found)

    def _holds_twice(self, found: Any) -> bool:
        if any(found is one for one in self._twice):
            return True
        inner = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
        return any(map(self._holds_twice, inner))

    def _over_limits(self, found: Any) -> Value | None:
        """Return the row of an object that is too wide or too deep; null for any other value."""
        if not isinstance(found, dict):
            return None
        depth = -1
        for level in _levels(found):
            depth += 1
            if any(len(one) > self._most_fields for one in level if isinstance(one, dict)):
                return Value(None, write_json(found), Fault.FIELDS_WITHIN_LIMIT)
        if depth <= self._most_levels:
            return None
        too_deep = [name for name, value in found.items() if _is_deeper(value, self._most_levels)]
        texts = {name: write_json(found[name]) for name in too_deep}
        return Value(found | texts, write_json(found), Fault.LEVELS_WITHIN_LIMIT)

    def _row_of_members(self, text: str, members: list[str]) -> Value:
        """Return the row of an object that is too deep to be read as a whole, from its members one by one.

        How deep Python reads depends on who calls it, so a row must not.
        """
        try:
            found = self._as_object([self._member(member) for member in members])
        except ValueError:
            return Value(None, text, Fault.LEVELS_WITHIN_LIMIT)
        row = self._over_limits(found)
        return replace(row, text=text) if row else Value(found, text, Fault.LEVELS_WITHIN_LIMIT)

    def _member(self, text: str) -> tuple[str, Any]:
        """Return the name and the value of a member; its text for a value that is too deep.

        Raises:
            ValueError: it is none.
        """
        name, end = self._decode(text, _skip(text, 0))
        colon, inner = text[end:].lstrip()[:1], text[end:].lstrip()[1:].strip()
        try:
            value, end = self._decode(inner, 0)
        except RecursionError:
            value, end = inner, len(inner)
        if not isinstance(name, str) or isinstance(name, Literal) or colon != ":" or end < len(inner):
            raise ValueError("no member of an object")
        return name, value

    def _read_quoted_singly(self, text: str) -> Iterator[Value]:
        """Read an object as Python writes it, which some programs export for JSON."""
        try:
            is_one = len(text) <= _LONGEST_OF_PYTHON and text.lstrip().startswith("{'")
            found = json.dumps(ast.literal_eval(text.strip()), default=str) if is_one else ""
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            found = ""
        if found.startswith("{"):
            yield from self._rows(found)
        else:
            yield Value(None, text.rstrip("\r\n"), Fault.READS_AS_JSON)


def count_objects(braces: str) -> int:
    """Count the objects of a JSON text that stand in no other object, by its braces.

    Args:
        braces: the text without what NO_BRACES matches.

    >>> count_objects("{{}}{}{}")
    3
    """
    depth = count = 0
    for brace in braces:
        count += brace == "{" and not depth
        depth += 1 if brace == "{" else -1
    return count


def write_json(value: Any) -> str:
    """Return a value as JSON text, with numbers as they were written."""
    written: list[str] = []
    # Not by recursion, since values may be deeper than Python's stack. Text on the stack is written as it is.
    todo: list[Any] = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, Literal):
            written.append(str(one))
        elif isinstance(one, (dict, list)):
            is_object = isinstance(one, dict)
            parts = [Literal("{" if is_object else "[")]
            for key, inner in one.items() if isinstance(one, dict) else enumerate(one):
                parts += [Literal(", ")] if len(parts) > 1 else []
                parts += [Literal(f"{json.dumps(key, ensure_ascii=False)}: ")] if is_object else []
                parts.append(inner)
            parts.append(Literal("}" if is_object else "]"))
            todo += reversed(parts)
        else:
            written.append(json.dumps(one, ensure_ascii=False))
    return "".join(written)


def _is_deeper(value: Any, most_levels: int) -> bool:
    return next(islice(_levels(value), most_levels, None), None) is not None


def _levels(value: Any) -> Iterator[list[Any]]:
    """Yield the lists and objects of a value, level by level."""
    level = [value] if isinstance(value, (dict, list)) else []
    while level:
        yield level
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, (dict, list))
        ]


def _elements(text: str, at: int) -> tuple[list[str], int]:
    """Return the elements of the list or object that begins at a place, and where it ends; 0 if it does not end."""
    found: list[str] = []
    depth = 0
    begin = at + 1
    for mark in _STRUCTURE.finditer(text, at):
        if mark[0] in "[{":
            depth += 1
        elif mark[0] == "," and depth == 1:
            found.append(text[begin : mark.start()])
            begin = mark.end()
        elif mark[0] in "]}":
            depth -= 1
            if not depth:
                return [*found, text[begin : mark.start()]], mark.end()
    return found, 0


def _without_halved_characters(row: Value) -> Value:
    text = str(_without_halves(row.text))
    try:
        return replace(row, fields=_without_halves(row.fields), text=text)
    except _SameNameError:
        return Value(None, str(_without_halves(write_json(row.fields))), Fault.ONE_VALUE_PER_NAME)


class _SameNameError(ValueError):
    """Two names of an object differ only by halves of characters."""


def _without_halves(value: Any) -> Any:
    """The value with ? for halves of characters, which texts that were cut to a length end with."""
    if isinstance(value, dict):
        found = {_without_halves(name): _without_halves(inner) for name, inner in value.items()}
        if len(found) < len(value):
            raise _SameNameError
        return found
    if isinstance(value, list):
        return list(map(_without_halves, value))
    if isinstance(value, str) and not isinstance(value, Literal):
        return value.encode("utf-8", "replace").decode()
    return value


def _skip(text: str, at: int) -> int:
    match = _BETWEEN.match(text, at)
    return match.end() if match else at
