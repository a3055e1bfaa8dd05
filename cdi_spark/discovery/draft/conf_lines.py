"""Lines of a source's YAML: an expression, the facts behind it, and what to confirm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cdi_spark.discovery.lexicon.shares import percent
from cdi_spark.discovery.recognise.meaning import Guess


@dataclass
class ConfLine:
    """One line: its name, Spark SQL, the facts behind it, doubts to confirm, and the columns that it uses."""

    target: str
    sql: str
    facts: str = ""
    confirm: list[str] = field(default_factory=list)
    used: list[Guess] = field(default_factory=list)


def draft_line(target: str, guess: Guess, sql: str | None = None) -> ConfLine:
    """A line that maps one column."""
    facts = f"{percent(guess.column.fill)} filled, {percent(guess.fit)} fit"
    return ConfLine(target, sql or guess.column.text, facts, list_doubts(guess), [guess])


def list_doubts(guess: Guess) -> list[str]:
    return [guess.doubt] if guess.doubt else []


def state_facts(guesses: Sequence[Guess]) -> str:
    """The facts of a line that uses these columns."""
    if len(guesses) == 1:
        return f"{percent(guesses[0].column.fill)} filled, {percent(guesses[0].fit)} fit"
    return "; ".join(
        f"{g.column.path[-1]} {percent(g.column.fill)} filled, {percent(g.fit)} fit" for g in guesses
    )
