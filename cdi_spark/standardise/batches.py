"""Value rules over Arrow batches: each runs once per distinct value, in the order of the list.

A task needs numpy, pyarrow and the packages that its rules import.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cdi_spark.standardise.values.memo import Memo
from cdi_spark.standardise.values.text import is_placeholder

Values = tuple[Any, ...]
Task = Callable[[Iterable[pa.RecordBatch]], Iterable[pa.RecordBatch]]

# The outcome of a rule for a value; for a list, the worst outcome of its values.
KEPT, CHANGED, INVALID, PLACEHOLDER = range(4)
OUTCOMES = ("kept", "changed", "invalid", "placeholder")
# Columns besides the values: in CHANGES, bit n is set where the value of noted column n was changed; DROPS has
# "column: outcome" for every dropped value.
CHANGES, DROPS = "_changes", "_drops"

_STRINGS = pa.list_(pa.string())


@dataclass(frozen=True)
class Rule:
    """How a plain function computes columns from others.

    Attributes:
        columns: the columns that it computes.
        inputs: the columns that it reads, from the data or from earlier rules. It standardises the first.
        make: from the inputs to the value, or to one value per column; not called when all inputs are None.
        is_placeholder: whether the first input, of which nothing is left, is a placeholder value.
    """

    columns: tuple[str, ...]
    inputs: tuple[str, ...]
    make: Callable[..., Any]
    is_placeholder: Callable[[str], bool] = is_placeholder

    def values(self, given: Values) -> Values:
        """One value per column."""
        made = None if all(value is None for value in given) else self.make(*given)
        if len(self.columns) == 1:
            return (made,)
        return (None,) * len(self.columns) if made is None else tuple(made)

    def outcome(self, given: Values, made: Values) -> int:
        """Return what happened to the first input."""
        first, *others = given
        if first is None or first == made[0]:
            return KEPT
        if isinstance(first, list):
            given_values = {value for value in first if value and value.strip()}
            # Most lists lose nothing.
            is_whole = len(given_values) == len(made[0] or ())
            dropped = [] if is_whole else [value for value in given_values if not self.make([value], *others)]
        else:
            dropped = [first] if first.strip() and all(value is None for value in made) else []
        if not dropped:
            return CHANGED
        return max(PLACEHOLDER if self._is_placeholder_value(value) else INVALID for value in dropped)

    def _is_placeholder_value(self, value: str) -> bool:
        return is_placeholder(value) or self.is_placeholder(value)


def record_values(rules: Sequence[Rule], record: Mapping[str, Any]) -> dict[str, Any]:
    """Return one record after all rules: its own values and those that rules computed; None for missing inputs."""
    found = dict(record)
    for rule in rules:
        found |= zip(rule.columns, rule.values(tuple(map(found.get, rule.inputs))), strict=True)
    return found


def batch_task(
    rules: Sequence[Rule], *, lists: Collection[str], output: Sequence[str], noted: Sequence[str] = ()
) -> Task:
    """Return a function for mapInArrow that applies the rules to every batch; like record_values() of many records.

    Args:
        lists: columns that hold lists of text; the other computed columns hold text.
        output: the output columns: input columns, computed columns, CHANGES and DROPS.
        noted: columns that may have a bit in CHANGES, at most 63.
    """

    made_here = {CHANGES, DROPS}.union(*(rule.columns for rule in rules))
    is_noted = CHANGES in output or DROPS in output
    passed = [name for name in output if name not in made_here]

    def apply(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        # Per task: a Memo is sent to executors without its cache.
        standardisers = [Memo(partial(_standardised, rule, is_noted)) for rule in rules]
        for batch in batches:
            columns = dict(zip(batch.schema.names, batch.columns, strict=True))
            outcomes = []
            with _without_collector():
                for rule, standardise in zip(rules, standardisers, strict=True):
                    given, place = _distinct([columns[name] for name in rule.inputs])
                    # Lists cannot be keys of a cache.
                    results = [
                        _standardised(rule, is_noted, *values) if place is None else standardise(*values)
                        for values in given
                    ]
                    for number, name in enumerate(rule.columns):
                        kind = _STRINGS if name in lists else pa.string()
                        made = pa.array([values[number] for values, _ in results], kind)
                        columns[name] = made if place is None else made.take(place)
                    codes = np.fromiter((code for _, code in results), np.int8, len(results))
                    outcomes.append(codes if place is None else codes[place])
            if is_noted:
                columns[CHANGES] = _changes(rules, outcomes, noted, batch.num_rows)
                columns[DROPS] = _drops(rules, outcomes, batch.num_rows)
            # Columns that pass through keep their fields, which the plan knows.
            fields = [
                batch.schema.field(name) if name in passed else pa.field(name, columns[name].type)
                for name in output
            ]
            yield pa.record_batch([columns[name] for name in output], schema=pa.schema(fields))

    return apply


@contextmanager
def _without_collector() -> Iterator[None]:
    """Switch the garbage collector off: rules create many tuples and no cycles; collecting costs a fifth."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _standardised(rule: Rule, is_noted: bool, *given: Any) -> tuple[Values, int]:
    made = rule.values(given)
    return made, rule.outcome(given, made) if is_noted else KEPT


def _distinct(columns: Sequence[pa.Array]) -> tuple[list[Values], npt.NDArray[np.int64] | None]:
    """Return the distinct tuples and the index of each row's tuple; with lists, all rows and None."""
    if any(pa.types.is_list(column.type) for column in columns):
        return list(zip(*(column.to_pylist() for column in columns), strict=True)), None
    place = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        encoded = pc.dictionary_encode(column, null_encoding="encode")
        numbered = place * len(encoded.dictionary) + encoded.indices.to_numpy()
        # Numbered again from 0, or those of many columns would not fit.
        _, first, place = np.unique(numbered, return_index=True, return_inverse=True)
    return list(zip(*(column.take(first).to_pylist() for column in columns), strict=True)), place


def _changes(
    rules: Sequence[Rule], outcomes: Sequence[npt.NDArray[np.int8]], noted: Sequence[str], rows: int
) -> pa.Array:
    bits = np.zeros(rows, np.int64)
    for rule, codes in zip(rules, outcomes, strict=True):
        if rule.inputs[0] in noted:
            bits |= (codes == CHANGED).astype(np.int64) << noted.index(rule.inputs[0])
    return pa.array(bits)


def _drops(rules: Sequence[Rule], outcomes: Sequence[npt.NDArray[np.int8]], rows: int) -> pa.Array:
    dropped: dict[int, list[str]] = {}
    for rule, codes in zip(rules, outcomes, strict=True):
        for row in np.flatnonzero(codes > CHANGED):
            dropped.setdefault(int(row), []).append(f"{rule.inputs[0]}: {OUTCOMES[codes[row]]}")
    return pa.array(map(dropped.get, range(rows)), _STRINGS, size=rows)
