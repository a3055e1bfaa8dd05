"""Independent work, a few pieces at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Do independent work on all items, a few at a time: while one plans, another computes."""
    with ThreadPoolExecutor(max_workers=4) as pool:
        return list(pool.map(work, items))
