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
    """Do independent work on all items, four at a time: while one is planned, another is computed.

    Args:
        doing: names the step of an item; screens show it, with the number of items done.
    """
    with ThreadPoolExecutor(max_workers=4) as pool:
        return list(pool.map(_reported(work, len(items), doing) if doing else work, items))


def _reported(
    work: Callable[[Item], Result], of: int, doing: Callable[[Item], str]
) -> Callable[[Item], Result]:
    # Lists, because threads share them: their methods are atomic.
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
