"""How sure the draft is of a guess, and what it uses the column for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from cdi_spark.discovery.draft.conf_lines import ConfLine
from cdi_spark.discovery.draft.source_plans import SourcePlan
from cdi_spark.discovery.read.columns import Column
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.recognise.sheets import Sheet

# Of a meaning that only the values show, and of one that has a doubt.
_BY_VALUES = 0.6
_DOUBTED = 0.8


def rate_confidence(guess: Guess) -> float:
    """How sure a guess is, 0 to 1: by the support of its header, the share of values that fit, and its doubts."""
    if not guess.meaning:
        return 0.0
    support = guess.header_score or _BY_VALUES
    return support * guess.fit * (_DOUBTED if guess.doubt else 1.0)


def list_lines(plan: SourcePlan) -> Iterator[tuple[str, ConfLine]]:
    """The plan's lines, each with the name that reports show: person.given_name."""
    for line in (plan.updated, plan.order_by, plan.deleted):
        if line:
            yield line.target, line
    for emit in plan.emits:
        for line in emit.lines:
            yield f"{emit.table}.{line.target}", line


def find_uses(plan: SourcePlan) -> dict[str, list[str]]:
    """By column, the lines that use it, and whether a key or a reference does."""
    uses: defaultdict[str, list[str]] = defaultdict(list)

    def note(name: str, columns: Iterable[Column]) -> None:
        for column in columns:
            note(name, column.parts)
            if name not in uses[column.name]:
                uses[column.name].append(name)

    columns = list(_list_columns(plan.sheet))
    note("key", plan.key.columns)
    for emit in plan.emits:
        # The columns of exploded records are in no array.
        array = "" if emit.explode == plan.sheet.explode else emit.explode
        own = [column for column in columns if not emit.explode or column.array == array]
        note(f"{emit.table}: key", _find_read(emit.key, own) if emit.key != plan.key.sql else [])
        note(f"{emit.table}: person", _find_read(emit.person, own))
    for name, line in list_lines(plan):
        note(name, [guess.column for guess in line.used] or _find_read(line.sql, columns))
    return {name: used for name, used in uses.items() if used}


def _list_columns(sheet: Sheet) -> Iterator[Column]:
    yield from (guess.column for guess in sheet.guesses)
    for inner in sheet.inner:
        yield from _list_columns(inner)


def _find_read(sql: str, columns: Iterable[Column]) -> list[Column]:
    """The columns that an expression names."""
    return [column for column in columns if re.search(rf"(?<![\w.`]){re.escape(column.sql)}(?![\w.`])", sql)]
