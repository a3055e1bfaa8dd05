"""Functions that cache their recent results."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache, update_wrapper
from typing import Generic, TypeVar

# No ParamSpec: where this package is not installed, it cannot be loaded.
R = TypeVar("R")

_SIZE = 20_000


class Memo(Generic[R]):
    """A pure function that caches its last 20,000 results; it is sent to executors without them.

    >>> Memo(len)("abc")
    3
    """

    def __init__(self, function: Callable[..., R]) -> None:
        self._function = function
        self._cached = lru_cache(_SIZE)(function)
        update_wrapper(self, function)

    def __call__(self, *args: Hashable, **kwargs: Hashable) -> R:
        return self._cached(*args, **kwargs)

    def __reduce__(self) -> tuple[type[Memo[R]], tuple[Callable[..., R]]]:
        return Memo, (self._function,)
