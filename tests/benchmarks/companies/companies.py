"""The companies of the bench by name, and where their mappings by hand are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from cdi_spark.config import Project, load_project
from tests.benchmarks.companies.company import Company
from tests.benchmarks.companies.insurer import insurer
from tests.benchmarks.companies.shops import shops
from tests.benchmarks.companies.telecom import telecom

# Each writes its raw files into a folder, from a seed.
COMPANIES: Final[dict[str, Callable[[Path, int], Company]]] = {
    "insurer": insurer,
    "telecom": telecom,
    "shops": shops,
}
_BY_HAND: Final = Path(__file__).parent / "conf"


def mapped_by_hand(name: str, raw: Path) -> Project:
    """The company as a careful person maps it."""
    return load_project(_BY_HAND / name, {"raw": str(raw)})
