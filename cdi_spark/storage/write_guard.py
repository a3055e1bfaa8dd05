"""A check before each write, so that a run that lost its lease commits nothing more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class WriteGuard:
    """Runs the checks that are in place; outside a lease there are none."""

    def __init__(self) -> None:
        self._checks: list[Callable[[], None]] = []

    def check(self) -> None:
        """Run the checks; each raises an error where nothing more may be written."""
        for check in self._checks:
            check()

    @contextmanager
    def checking(self, check: Callable[[], None]) -> Iterator[None]:
        """Run a check before each write of the block."""
        self._checks.append(check)
        try:
            yield
        finally:
            self._checks.remove(check)
