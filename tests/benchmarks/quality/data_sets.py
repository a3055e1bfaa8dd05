"""The data sets of the bench, in the order of the page."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from tests.benchmarks.quality import projects
from tests.benchmarks.quality.families import FAMILIES
from tests.benchmarks.quality.projects import Case

_SEED: Final = 1
_DEMO_SEEDS: Final = (42, 7, 2024)


@dataclass(frozen=True)
class DataSet:
    """A name, and what makes the project in an empty folder.

    Args:
        is_large: it takes minutes; `--quick` leaves it out.
    """

    name: str
    make: Callable[[Path], Case]
    is_large: bool = False


def _generated(name: str, folder: Path) -> Case:
    return projects.of_family(FAMILIES[name](_SEED), folder)


def _historical(_: Path) -> Case:
    return projects.historical(Path(os.environ["CDI_HISTORICAL"]))


_DEMOS: Final = [(people, seed) for people in (400, 10_000) for seed in _DEMO_SEEDS] + [
    (100_000, _DEMO_SEEDS[0])
]
_ALL: Final = [
    *(DataSet(name, partial(_generated, name)) for name in FAMILIES),
    *(DataSet(f"febrl{number}", partial(projects.febrl, number)) for number in (1, 2, 3, 4)),
    DataSet("historical", _historical, is_large=True),
    *(
        DataSet(f"demo_{people}_{seed}", partial(projects.demo, people, seed), is_large=people > 1000)
        for people, seed in _DEMOS
    ),
]
NAMES: Final = [data.name for data in _ALL]


def data_sets() -> list[DataSet]:
    """All data sets; the historical people only where CDI_HISTORICAL names their folder."""
    return [data for data in _ALL if data.make is not _historical or "CDI_HISTORICAL" in os.environ]
