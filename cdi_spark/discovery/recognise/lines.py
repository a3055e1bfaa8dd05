"""What a conf file says line by line: an expression, what speaks for it, and what to confirm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cdi_spark.discovery.lexicon.shares import percent
from cdi_spark.discovery.recognise.meaning import Guess


@dataclass
class Line:
    """One mapped column: Spark SQL, the facts behind it, and doubts to confirm."""

    target: str
    sql: str
    facts: str = ""
    confirm: list[str] = field(default_factory=list)
    used: list[Guess] = field(default_factory=list)


@dataclass
class EmitPlan:
    """What one kind of row emits for one table."""

    table: str
    lines: list[Line]
    key: str = ""
    key_facts: str = ""
    person: str = ""
    person_source: str = ""
    person_facts: str = ""
    explode: str = ""
    where: str = ""
    per_key: str = ""


def line_of(target: str, guess: Guess, sql: str | None = None) -> Line:
    """A line for one column, with its facts."""
    facts = f"{percent(guess.column.fill)} filled, {percent(guess.fit)} fit"
    return Line(target, sql or guess.column.text, facts, doubts_of(guess), [guess])


def doubts_of(guess: Guess) -> list[str]:
    return [guess.doubt] if guess.doubt else []


def facts_of(guesses: Sequence[Guess]) -> str:
    """Facts of a line that reads several columns."""
    if len(guesses) == 1:
        return f"{percent(guesses[0].column.fill)} filled, {percent(guesses[0].fit)} fit"
    return "; ".join(
        f"{g.column.path[-1]} {percent(g.column.fill)} filled, {percent(g.fit)} fit" for g in guesses
    )
