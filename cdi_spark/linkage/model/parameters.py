"""m and u of one comparison."""

from __future__ import annotations

from dataclasses import dataclass

from cdi_spark.graph.arrays import Floats


@dataclass(frozen=True)
class Parameters:
    """m and u of one comparison.

    Attributes:
        parents: positions of comparisons that decide which row holds: the first that agrees.
        agreeing: how many leading levels count as agreement, where this comparison is a parent.
        m, u: rows: each parent agrees, none agrees, none is known. Columns: levels.
        overlap: bits of a match that independence would count twice, by parent.
    """

    parents: tuple[int, ...]
    agreeing: int
    m: Floats
    u: Floats
    overlap: tuple[float, ...]
