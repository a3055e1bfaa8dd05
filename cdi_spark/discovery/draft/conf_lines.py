"""Lines of a source's YAML: an expression, the facts behind it, and what to confirm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cdi_spark.discovery.lexicon.shares import percent
from cdi_spark.discovery.recognise.meaning import Guess


@dataclass
class ConfLine:
    """One line: its name, Spark SQL, the facts behind it, doubts to confirm, and the columns that it uses.

    The facts are the shares of rows and values, which the trial measures again, and notes on how the line was made.
    """

    target: str
    sql: str
    shares: str = ""
    confirm: list[str] = field(default_factory=list)
    used: list[Guess] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def facts(self) -> str:
        """The facts as a comment shows them."""
        return "; ".join([*([self.shares] if self.shares else []), *self.notes])


def draft_line(target: str, guess: Guess, sql: str | None = None) -> ConfLine:
    """A line that maps one column."""
    return ConfLine(target, sql or guess.column.text, state_shares([guess]), list_doubts(guess), [guess])


def list_doubts(guess: Guess) -> list[str]:
    """What to confirm about a guess; empty for nothing."""
    return [guess.doubt] if guess.doubt else []


def state_shares(guesses: Sequence[Guess]) -> str:
    """The shares of a line that uses these columns, in the sample."""
    shares = [f"{percent(guess.column.fill)} filled, {percent(guess.fit)} fit" for guess in guesses]
    if len(guesses) == 1:
        return shares[0]
    return "; ".join(f"{g.column.path[-1]} {share}" for g, share in zip(guesses, shares, strict=True))
