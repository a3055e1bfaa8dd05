"""Rows of a raw source with the person of each, and faulty rows that quality rules must reject."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

Row = dict[str, Any]

# A mistyped century, always in the future.
FUTURE_BIRTH: Final = date(2087, 4, 12)


@dataclass(slots=True)
class RawRow:
    """One row as written; `person` is None if it gives no usable person record."""

    values: Row
    person: str | None


class Fault(NamedTuple):
    """A fault for a share of the rows; with `loses_person` they are no longer person records."""

    share: float
    spoil: Callable[[Row], None]
    loses_person: bool


def plant(rows: list[RawRow], faults: Sequence[Fault], rng: Random) -> None:
    """Add faults to rows in place: at most one per row, and each fault to at least one row."""
    counts = [max(1, round(fault.share * len(rows))) for fault in faults]
    chosen = iter(rng.sample(rows, sum(counts)))
    for fault, count in zip(faults, counts, strict=True):
        for _ in range(count):
            row = next(chosen)
            fault.spoil(row.values)
            if fault.loses_person:
                row.person = None


def blank(*columns: str) -> Callable[[Row], None]:
    """Return a fault that empties the columns."""

    def spoil(row: Row) -> None:
        for column in columns:
            row[column] = "" if isinstance(row[column], str) else None

    return spoil


def put(column: str, value: Any) -> Callable[[Row], None]:
    """Return a fault that writes the value into the column."""

    def spoil(row: Row) -> None:
        row[column] = value

    return spoil


def write_csv(path: Path, rows: list[Row], *, delimiter: str = ",") -> None:
    """Write UTF-8 with a header and the same line ends on every system."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), delimiter=delimiter, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
