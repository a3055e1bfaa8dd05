"""Code that goes along with its tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pyspark import cloudpickle

import cdi_spark

Task = TypeVar("Task", bound=Callable[..., object])


def shipped(task: Task) -> Task:
    """The same function; what it uses of this package is sent with it, for executors and Connect servers lack that."""
    cloudpickle.register_pickle_by_value(cdi_spark)  # type: ignore[no-untyped-call]
    return task
