"""Rows as CSV on stdout: true to the data in a file, printable on a terminal, guarded for a spreadsheet."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from cdi_spark.monitoring.terminal import printable
from cdi_spark.spreadsheet import csv_line, guarded


def print_csv(names: Sequence[str], rows: Iterable[Sequence[Any]], *, excel: bool = False) -> None:
    """Print rows as CSV.

    Args:
        excel: write text that a spreadsheet would run as text, and the mark of UTF-8 that spreadsheets need.
    """
    change: Callable[[str], str] = guarded if excel else str
    if sys.stdout.isatty():
        change = _both(change)
    elif excel:
        sys.stdout.write("\N{ZERO WIDTH NO-BREAK SPACE}")
    for row in (names, *rows):
        sys.stdout.write(csv_line(change(value) if isinstance(value, str) else value for value in row))


def _both(change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: printable(change(text))
