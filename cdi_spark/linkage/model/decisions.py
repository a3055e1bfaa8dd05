"""Decisions about pairs of records, which come before all weights."""

from __future__ import annotations

from enum import IntEnum


class Decision(IntEnum):
    """The decision about a pair, as a number for SQL and arrays."""

    DIFFERENT = -1
    UNDECIDED = 0
    SAME_BY_RULE = 1
    SAME_BY_STEWARD = 2
