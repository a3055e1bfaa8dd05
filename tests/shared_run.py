"""A folder that one process of a test session fills and the others read."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """The folder, filled by `make` in the first process that asks for it; the other processes wait.

    Raises:
        pytest.fail.Exception: `make` failed in another process.
    """
    complete = folder.with_suffix(".complete")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if complete.exists():
            return folder
        if folder.exists():
            pytest.fail(f"{folder.name}: another process could not make it.")
        folder.mkdir()
        make(folder)
        complete.touch()
    return folder
