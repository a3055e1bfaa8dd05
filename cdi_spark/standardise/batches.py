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
from cdi_spark.standardise.values.reasons import PLACEHOLDER
from cdi_spark.standardise.values.text import is_placeholder

Values = tuple[Any, ...]
Task = Callable[[Iterable[pa.RecordBatch]], Iterable[pa.RecordBatch]]

# The outcome of a rule for a value; of a list, something may be dropped and something kept.
KEPT, CHANGED, DROPPED = range(3)
# Columns besides the values: in CHANGES, bit n is set where the value of noted column n was changed; DROPS has
# "column: reason" for every reason for which a value of the column was dropped.
CHANGES, DROPS = "_changes", "_drops"
# What stands before the name of a column in inputs that hold the text of a value that has no number or date yet: one
# that the rules may read, and one that the mapping dropped.
UNREAD, LOST = "_unread_", "_lost_"

_STRINGS = pa.list_(pa.string())
Outcome = tuple[int, Sequence[str]]
_KEPT: Outcome = (KEPT, ())


def drop_reason(
    reason: str, is_placeholder_value: Callable[[str], bool] = is_placeholder
) -> Callable[..., Sequence[str]]:
    """Return a rule's `why`: this reason, unless the value is a placeholder."""

    def why(value: str, *_: object) -> Sequence[str]:
        return (PLACEHOLDER if is_placeholder(value) or is_placeholder_value(value) else reason,)

    return why


_NOT_VALID = drop_reason("not valid")


@dataclass(frozen=True)
class Rule:
    """How a plain function computes columns from others.

    Attributes:
        columns: the columns that it computes.
        inputs: the columns that it reads, from the data or from earlier rules. It standardises the first.
        make: from the inputs to the value, or to one value per column; not called when all inputs are None.
        why: from one value of the first input, and the other inputs, to the reasons why something of it is dropped.
    """

    columns: tuple[str, ...]
    inputs: tuple[str, ...]
    make: Callable[..., Any]
    why: Callable[..., Sequence[str]] = _NOT_VALID

    @property
    def about(self) -> str:
        """The column that the outcome is about."""
        return self.inputs[0].removeprefix(UNREAD).removeprefix(LOST)

    def values(self, given: Values) -> Values:
        """One value per column."""
        made = None if all(value is None for value in given) else self.make(*given)
        if len(self.columns) == 1:
            return (made,)
        return (None,) * len(self.columns) if made is None else tuple(made)

    def outcome(self, given: Values, made: Values) -> Outcome:
        """Return what happened to the first input, and the reasons why something of it was dropped."""
        first, *others = given
        if first is None or (made and first == made[0]):
            return _KEPT
        if isinstance(first, list):
            values = {value for value in first if value and value.strip()}
        else:
            values = {first} if first.strip() and all(value is None for value in made) else set()
        reasons = sorted({reason for value in values for reason in self.why(value, *others)})
        return (DROPPED, reasons) if reasons else (CHANGED, ())


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
                    outcomes.append(_Outcomes(rule.about, [outcome for _, outcome in results], place))
            if is_noted:
                columns[CHANGES] = _changes(outcomes, noted, batch.num_rows)
                columns[DROPS] = _drops(outcomes, batch.num_rows)
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


def _standardised(rule: Rule, is_noted: bool, *given: Any) -> tuple[Values, Outcome]:
    made = rule.values(given)
    return made, rule.outcome(given, made) if is_noted else _KEPT


@dataclass(frozen=True)
class _Outcomes:
    """What a rule did: by distinct value, and the index of each row's value; None where these are all rows."""

    about: str
    of_values: Sequence[Outcome]
    place: npt.NDArray[np.int64] | None

    def rows(self, outcome: int) -> npt.NDArray[np.bool_]:
        """Return whether each row has this outcome."""
        found = np.fromiter((code == outcome for code, _ in self.of_values), np.bool_, len(self.of_values))
        return found if self.place is None else found[self.place]

    def reasons(self, row: int) -> Sequence[str]:
        return self.of_values[row if self.place is None else int(self.place[row])][1]


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


def _changes(outcomes: Sequence[_Outcomes], noted: Sequence[str], rows: int) -> pa.Array:
    bits = np.zeros(rows, np.int64)
    for found in outcomes:
        if found.about in noted:
            bits |= found.rows(CHANGED).astype(np.int64) << noted.index(found.about)
    return pa.array(bits)


def _drops(outcomes: Sequence[_Outcomes], rows: int) -> pa.Array:
    dropped: dict[int, list[str]] = {}
    for found in outcomes:
        for row in map(int, np.flatnonzero(found.rows(DROPPED))):
            dropped.setdefault(row, []).extend(f"{found.about}: {reason}" for reason in found.reasons(row))
    return pa.array(map(dropped.get, range(rows)), _STRINGS, size=rows)
