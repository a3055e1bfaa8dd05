"""How sure the draft is of a guess, and what it uses the column for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from cdi_spark.discovery.draft.conf_lines import ConfLine
from cdi_spark.discovery.draft.source_plans import SourcePlan
from cdi_spark.discovery.recognise.meaning import Guess

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
    """By column, the lines that use it, and whether the key does."""
    uses: defaultdict[str, list[str]] = defaultdict(list)
    for column in plan.key.columns:
        uses[column.name].append("key")
    for name, line in list_lines(plan):
        for guess in line.used:
            if name not in uses[guess.column.name]:
                uses[guess.column.name].append(name)
    for emit in plan.emits:
        for guess in plan.sheet.guesses:
            if emit.person in (guess.column.sql, guess.column.text):
                uses[guess.column.name].append(f"{emit.table}: person")
    return dict(uses)
