"""The m and u probabilities of one comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cdi_spark.graph.arrays import Floats


@dataclass(frozen=True)
class Parameters:
    """m and u of one comparison.

    Attributes:
        parents: positions of the comparisons that decide which row applies: that of the first one that agrees.
        agreeing: how many leading levels count as agreement, where this comparison is a parent.
        m, u: one row for each parent that agrees, one where none agrees, one where none is known; columns are levels.
        overlap: bits of a match that independence would count twice, by parent.
        kept: by level the share of matches that clusters show, where m was kept at its start.
    """

    parents: tuple[int, ...]
    agreeing: int
    m: Floats
    u: Floats
    overlap: tuple[float, ...]
    kept: Mapping[int, float] = field(default_factory=dict)
