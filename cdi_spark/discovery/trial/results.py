"""What the trial found, by source, table and line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

# Source, number of the emit in it, and target.
LineName = tuple[str, int, str]


@dataclass(frozen=True)
class LineResult:
    """A line as Spark computed and standardised it.

    Attributes:
        rows: rows that the emit made.
        given: of these, rows that have a value in a column that the line uses.
        filled: rows that have a value after standardising.
        kept: rows that have both.
    """

    rows: int
    given: int
    filled: int
    kept: int

    @property
    def fill(self) -> float:
        return self.filled / self.rows if self.rows else 0.0

    @property
    def given_fill(self) -> float:
        return self.given / self.rows if self.rows else 0.0

    @property
    def fit(self) -> float:
        """The share of the rows with an input whose value is kept; 1 where no row has one."""
        return self.kept / self.given if self.given else 1.0


@dataclass(frozen=True)
class TableResult:
    """Where the rows of a source went that were meant for one table; `rules` counts the rows that fail each rule."""

    table: str
    emitted: int
    skipped: int
    in_silver: int
    merged: int
    deleted: int
    quarantined: int
    rules: Counter[str]


@dataclass
class SourceResult:
    """A source in the trial.

    Attributes:
        rows: rows in the files that were tried, counted without Spark.
        whole: whether these are all its rows.
        landed: rows that ingest landed; null where it failed.
    """

    rows: int
    whole: bool
    landed: int | None = None
    tables: list[TableResult] = field(default_factory=list)


@dataclass
class Trial:
    """A trial of a draft.

    Attributes:
        faults: why the project does not run; empty where it does.
    """

    sources: dict[str, SourceResult] = field(default_factory=dict)
    lines: dict[LineName, LineResult] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def runs(self) -> bool:
        """Whether the project as it is written now ran."""
        return not self.faults
