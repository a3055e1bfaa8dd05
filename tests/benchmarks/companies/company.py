"""What a company is: raw files as its systems export them, and whose each row is."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.benchmarks.quality.corruption import ORDINARY, Record, corrupt
from tests.benchmarks.quality.people import Person

# The true person of a row, and its fields as the export has them.
Row = tuple[str, dict[str, Any]]
Write = Callable[[Person, Random], Record]
# Weights of no, one and two errors in a record.
_ERRORS = (60, 30, 10)
_LAST_DAY = date(2024, 12, 31)


@dataclass
class Company:
    """Raw files, and the truth about them.

    Args:
        people: by `file:row` the true person of each row that says who somebody is; rows count from 1.
        events: by `file:row` the true person of each row that names a customer by a number only.
    """

    raw: Path
    people: dict[str, str] = field(default_factory=dict)
    events: dict[str, str] = field(default_factory=dict)

    def csv(
        self, name: str, rows: Sequence[Row], *, events: bool = False, encoding: str = "utf-8",
        delimiter: str = ",",
    ) -> None:  # fmt: skip
        out = io.StringIO()
        writer = csv.DictWriter(out, list(rows[0][1]), delimiter=delimiter, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(row for _, row in rows)
        self._write(name, out.getvalue().encode(encoding, errors="replace"), rows, events=events)

    def json_lines(self, name: str, rows: Sequence[Row], *, events: bool = False) -> None:
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for _, row in rows)
        self._write(name, text.encode(), rows, events=events)

    def json_list(self, name: str, rows: Sequence[Row], *, events: bool = False) -> None:
        text = json.dumps([row for _, row in rows], ensure_ascii=False, indent=1)
        self._write(name, text.encode(), rows, events=events)

    def parquet(self, name: str, rows: Sequence[Row], schema: pa.Schema, *, events: bool = False) -> None:
        sink = pa.BufferOutputStream()
        pq.write_table(pa.Table.from_pylist([row for _, row in rows], schema), sink)
        self._write(name, sink.getvalue().to_pybytes(), rows, events=events)

    def _write(self, name: str, content: bytes, rows: Sequence[Row], *, events: bool) -> None:
        self.raw.mkdir(parents=True, exist_ok=True)
        (self.raw / name).write_bytes(content)
        truth = self.events if events else self.people
        truth |= {f"{name}:{number}": person for number, (person, _) in enumerate(rows, 1)}


def drawn(people: Sequence[Person], share: float, rng: Random) -> Iterator[Person]:
    """People of a list, some of them twice, in random order."""
    chosen = [person for person in people if rng.random() < share]
    chosen += [person for person in chosen if rng.random() < 0.08]
    rng.shuffle(chosen)
    yield from chosen


def observed(person: Person, write: Write, rng: Random) -> Record:
    """The person as columns of silver.person, as somebody wrote the name, with ordinary errors.

    A third of the mailboxes and of the phones are of another time: names, dates and addresses must decide as well.
    """
    record = person.record() | write(person, rng)
    if record["emails"] and rng.random() < 1 / 3:
        user, _, host = record["emails"][0].partition("@")
        record["emails"] = [f"{user}{rng.randrange(10, 100)}@{host}"] if rng.random() < 0.5 else None
    if rng.random() < 1 / 3:
        mobile = record["phones"][0]
        record["phones"] = [f"{mobile[:-5]}{rng.randrange(10**5):05}"] if rng.random() < 0.5 else None
    return corrupt(record, rng, errors=ORDINARY, counts=_ERRORS)


def first(values: Sequence[str] | None) -> str:
    return values[0] if values else ""


def day_of(year: int, rng: Random, *, month: int | None = None) -> date:
    start = date(year, month or 1, 1)
    return min(start + timedelta(days=rng.randrange(28 if month else 365)), _LAST_DAY)


def decimal_comma(amount: float) -> str:
    """12345.5 as 12.345,50."""
    return f"{amount:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")
