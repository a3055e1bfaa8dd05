"""What a drafted source consists of: its key, its tables, and the lines of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cdi_spark.discovery.draft.conf_lines import ConfLine
from cdi_spark.discovery.recognise.keys import Key
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.recognise.sheets import Sheet


@dataclass
class EmitPlan:
    """What a source emits for one table."""

    table: str
    lines: list[ConfLine]
    key: str = ""
    key_facts: str = ""
    person: str = ""
    person_source: str = ""
    person_facts: str = ""
    explode: str = ""
    where: str = ""
    per_key: str = ""
    # Lines that Spark cannot compute, each with the reason.
    left_out: list[tuple[ConfLine, str]] = field(default_factory=list)


@dataclass(eq=False)
class SourcePlan:
    """A source to write: its sheet, its key, and what it emits."""

    sheet: Sheet
    key: Key
    kind: str | None
    emits: list[EmitPlan] = field(default_factory=list)
    # The rows on which Spark measured the facts of the lines; empty where they are those of the sample.
    tried: str = ""
    updated: ConfLine | None = None
    deleted: ConfLine | None = None
    inactive: Guess | None = None
    order_by: ConfLine | None = None
    # What to report about columns that no line uses.
    notes: Sequence[str] = ()

    @property
    def name(self) -> str:
        return self.sheet.name
