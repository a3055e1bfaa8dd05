"""Rows of a raw source, whose person each is, and the rows that the quality rules must refuse."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

Row = dict[str, Any]

# A mistyped century, never in the past of anyone who runs the demo.
FUTURE_BIRTH: Final = date(2087, 4, 12)


@dataclass(slots=True)
class RawRow:
    """One row as it will be written; `person` is None where no usable person record can come of it."""

    values: Row
    person: str | None


class Fault(NamedTuple):
    """A share of the rows is spoilt; `loses_person`: they are then no person record any more."""

    share: float
    spoil: Callable[[Row], None]
    loses_person: bool


def plant(rows: list[RawRow], faults: Sequence[Fault], rng: Random) -> None:
    """Spoil rows in place, each by one fault only, and by every fault at least one row."""
    counts = [max(1, round(fault.share * len(rows))) for fault in faults]
    chosen = iter(rng.sample(rows, sum(counts)))
    for fault, count in zip(faults, counts, strict=True):
        for _ in range(count):
            row = next(chosen)
            fault.spoil(row.values)
            if fault.loses_person:
                row.person = None


def blank(*columns: str) -> Callable[[Row], None]:
    """A fault that leaves the columns without a value."""

    def spoil(row: Row) -> None:
        for column in columns:
            row[column] = "" if isinstance(row[column], str) else None

    return spoil


def put(column: str, value: Any) -> Callable[[Row], None]:
    """A fault that writes the value into the column."""

    def spoil(row: Row) -> None:
        row[column] = value

    return spoil


def write_csv(path: Path, rows: list[Row], *, delimiter: str = ",") -> None:
    """UTF-8 with a header, one line end on every system."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), delimiter=delimiter, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
