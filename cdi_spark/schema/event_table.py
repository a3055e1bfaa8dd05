"""What an event table is: its columns, and all that the engine does with its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cdi_spark.schema.declare import CONTENT_HASH, LONG, MONEY, RECORD_ID, STRING, TIMESTAMP, Column, Table

TOTALS = f"map<{STRING},{MONEY}>"


@dataclass(frozen=True)
class TimelineEntry:
    """One row of gold.timeline per row of an event table, as SQL over that table.

    Attributes:
        what: what happened; one constant where the table has several entries.
        happened_at: when.
        where: which rows have the entry.
        also: by other column of gold.timeline, its SQL; columns that are not given are null.
    """

    what: str
    happened_at: str
    where: str = "true"
    also: Mapping[str, str] = field(default_factory=dict, hash=False)


class SummaryOf(StrEnum):
    """What a column of gold.customer_360 sums up from a customer's events of one table; void events do not count."""

    COUNT = "count"
    TOTALS = "totals"  # sum of amounts by currency
    VALUE = "value"  # sum of amounts in the reporting currency
    LAST = "last"  # time of the newest event
    OPEN_COUNT = "open count"  # number of events without an end
    OPEN_SUBJECTS = "open subjects"  # subjects of the events without an end
    ANSWERS = "answers"  # newest answer, granted or refused, by subject and channel


@dataclass(frozen=True)
class Summary:
    """A column of gold.customer_360, and what it sums up."""

    of: SummaryOf
    column: Column


@dataclass(frozen=True)
class FoundBy:
    """How `cdi init` recognises a table's rows in a file, and what it fills the columns from.

    Words have a space between. A meaning is what discovery takes a column to be, such as `date` or `amount`.

    Attributes:
        names: words for such events in the names of files, arrays and ids, in the languages of Europe.
        evidence: by meaning of a column, how strongly it indicates the table; 2 is enough.
        needs: groups of meanings; the file has one of each group.
        columns: by column of the table, the meanings that fill it, the best first. Amounts and currencies need none.
        words: by meaning that only this table has, the words for it in the names of columns (see
            discovery/lexicon/words/headers.yml).
    """

    names: str
    evidence: Mapping[str, float] = field(hash=False)
    needs: tuple[str, ...]
    columns: Mapping[str, str] = field(hash=False)
    words: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class EventTable(Table):
    """A table of silver with one row per event of a customer: the one place that declares what such an event means.

    Attributes:
        timeline: its entries in gold.timeline; the first is the event itself, the second its end. Empty: none.
        priced_on: the column with the day whose rate turns the amount into the reporting currency; empty: no money.
        credit_kind: the `kind` that means money back to the customer; silver makes the amount negative, in every table
            that has a kind.
        activity: SQL over the table's rows of gold.timeline: which count as activity of the customer; empty: none do.
        fact: name in the expressions of states: <fact>s counts the events, days_since_<fact> is the time since the
            last one; empty: states cannot use the table.
        running: name in the expressions of states of the number that have begun and not ended; an event runs through
            the day of its end.
        summary: its columns in gold.customer_360.
        found_by: how `cdi init` recognises it; None: it does not.
    """

    timeline: tuple[TimelineEntry, ...] = ()
    priced_on: str = ""
    credit_kind: str = ""
    activity: str = ""
    fact: str = ""
    running: str = ""
    summary: tuple[Summary, ...] = ()
    found_by: FoundBy | None = None

    @property
    def begins(self) -> str:
        """SQL over gold.timeline: the one row of each event, void or not."""
        return self._entry(0) if len(self.timeline) > 1 else f"event = '{self.short}'"

    @property
    def ends(self) -> str:
        """SQL over gold.timeline: the rows of events that ended; empty where events of the table have no end."""
        return self._entry(1) if len(self.timeline) > 1 else ""

    @property
    def counts(self) -> str:
        """SQL over gold.timeline: the one row of each event that is not void."""
        return f"{self.begins} AND NOT is_void" if "is_void" in self.names else self.begins

    @property
    def acts(self) -> str:
        """SQL over gold.timeline: the rows that count as activity; empty where none do."""
        every = f"event = '{self.short}'"
        return self.activity and (every if self.activity == "true" else f"{every} AND {self.activity}")

    def _entry(self, number: int) -> str:
        return f"event = '{self.short}' AND what = {self.timeline[number].what}"


def event_columns(name: str, *columns: Column) -> tuple[Column, ...]:
    """Return an event table's columns: natural key <source>:<key>, the person's record_id, its own, content_hash."""
    key = Column(f"{name}_id", STRING, f"<source>:<key> of the {name.replace('_', ' ')}", "pseudonym")
    return (key, RECORD_ID, *columns, CONTENT_HASH)


def count_of(name: str, comment: str) -> Summary:
    """Return the summary column that counts events."""
    return Summary(SummaryOf.COUNT, Column(f"{name}_count", LONG, comment))


def last_of(name: str, comment: str) -> Summary:
    """Return the summary column with the time of the newest event."""
    return Summary(SummaryOf.LAST, Column(f"last_{name}_at", TIMESTAMP, comment))


def document_summary(name: str, what: str) -> tuple[Summary, ...]:
    """Return the summary columns of documents about money: number, sums, the newest."""
    return (
        count_of(name, f"number of {what}, void ones left out"),
        Summary(
            SummaryOf.TOTALS,
            Column(f"{name}_total", TOTALS, f"sum of {what} by ISO 4217 currency, void ones left out"),
        ),
        Summary(
            SummaryOf.VALUE,
            Column(
                f"{name}_value",
                MONEY,
                f"sum of {what} in the reporting currency, void ones and those without a known rate left out",
            ),
        ),
        last_of(name, f"newest of {what}, void ones left out, UTC"),
    )
