"""Reads JSON texts into rows: any number of values one after another, and what is wrong with those that are none.

Plain Python without Spark; a task needs nothing else.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from cdi_spark.connectors.files.faults import Fault

_BETWEEN = re.compile(r"[\s,\ufeff\x00]*")
# Where reading goes on after text that is no JSON: at a line that begins an object.
_NEXT_OBJECT = re.compile(r"\n\s*(?=\{)")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
# What to leave out of a JSON text so that its braces remain.
NO_BRACES = r'(?s)"(?:\\.|[^"\\])*"|[^{}"]+'


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

    Numbers are Literal. Of a name that an object has twice, the last value that is not null holds; if others differ,
    the row has a fault.

    >>> [row.fields for row in JsonReader().rows('{"id": 1}{"id": 2.50} [{"id": "3"}]')]
    [{'id': '1'}, {'id': '2.50'}, {'id': '3'}]
    >>> [row.fault.value for row in JsonReader().rows('{"id": ')]
    ['reads_as_json']
    """

    def __init__(self) -> None:
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
        at = _skip(text, 0)
        may_be_halved = _SURROGATE.search(text) is not None
        while at < len(text):
            self._twice.clear()
            try:
                found, end = self._decode(text, at)
            except (ValueError, RecursionError):
                begins = _NEXT_OBJECT.search(text, at)
                end = begins.end() if begins else len(text)
                yield from self._read_quoted_singly(text[at:end])
            else:
                for one in found if isinstance(found, list) else [found]:
                    row = self._row_of(one)
                    yield replace(row, fields=_without_halves(row.fields)) if may_be_halved else row
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

    def _read_quoted_singly(self, text: str) -> Iterator[Value]:
        """Read an object as Python writes it, which some programs export for JSON."""
        try:
            found = ast.literal_eval(text.strip()) if text.lstrip().startswith("{'") else None
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            found = None
        if isinstance(found, dict):
            yield from self.rows(json.dumps(found, default=str))
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
    if isinstance(value, Literal):
        return str(value)
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{json.dumps(k, ensure_ascii=False)}: {write_json(v)}" for k, v in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(write_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _without_halves(value: Any) -> Any:
    """The value with ? for halves of characters, which texts that were cut to a length end with."""
    if isinstance(value, dict):
        return {_without_halves(name): _without_halves(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return list(map(_without_halves, value))
    if isinstance(value, str) and not isinstance(value, Literal):
        return value.encode("utf-8", "replace").decode()
    return value


def _skip(text: str, at: int) -> int:
    match = _BETWEEN.match(text, at)
    return match.end() if match else at
