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
    return ConfLine(target, sql or guess.column.text, state_facts([guess]), list_doubts(guess), [guess])


def list_doubts(guess: Guess) -> list[str]:
    """What to confirm about a guess; empty for nothing."""
    return [guess.doubt] if guess.doubt else []


def state_facts(guesses: Sequence[Guess]) -> str:
    """The facts of a line that uses these columns."""
    facts = [f"{percent(guess.column.fill)} filled, {percent(guess.fit)} fit" for guess in guesses]
    if len(guesses) == 1:
        return facts[0]
    return "; ".join(f"{g.column.path[-1]} {fact}" for g, fact in zip(guesses, facts, strict=True))
