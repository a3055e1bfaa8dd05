"""Independent work, a few pieces at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from cdi_spark.monitoring import logs

Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(
    work: Callable[[Item], Result], items: Sequence[Item], *, doing: Callable[[Item], str] | None = None
) -> list[Result]:
    """Do independent work on all items, a few at a time: while one plans, another computes.

    Args:
        doing: the step that work on an item is; screens show it, with how many items are done.
    """
    with ThreadPoolExecutor(max_workers=4) as pool:
        return list(pool.map(_reported(work, len(items), doing) if doing else work, items))


def _reported(
    work: Callable[[Item], Result], of: int, doing: Callable[[Item], str]
) -> Callable[[Item], Result]:
    # Lists, because threads share them: one call changes one whole.
    under_way: list[str] = []
    done: list[str] = []

    def report(step: str) -> None:
        logs.doing(step, done=len(done), of=of)

    def reported(item: Item) -> Result:
        step = doing(item)
        under_way.append(step)
        report(step)
        result = work(item)
        under_way.remove(step)
        done.append(step)
        report([*under_way, step][0])
        return result

    return reported
