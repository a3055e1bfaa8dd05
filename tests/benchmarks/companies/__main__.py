"""Measure what `cdi init` alone finds beside a mapping by hand: python -m tests.benchmarks.companies [NAME ...].

Three invented companies, each with six exports in its own language and conventions. Both mappings get the same files
and the same engine; F1 counts pairs of rows, so that keys and names of sources do not matter.
"""

from __future__ import annotations

import argparse
import tempfile
from datetime import date
from pathlib import Path
from typing import Final

from cdi_spark.config import Project, load_project
from cdi_spark.discovery.draft.project import init_project
from cdi_spark.spark.session import spark_session
from cdi_spark.storage import Storage
from tests.benchmarks.companies.companies import COMPANIES, mapped_by_hand
from tests.benchmarks.companies.measured import measured

_SEED: Final = 5
_TODAY: Final = date(2025, 1, 31)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(COMPANIES)}; all by default")
    parser.add_argument("--seed", type=int, default=_SEED, help="other people and errors")
    given = parser.parse_args()
    for name in given.names or COMPANIES:
        with tempfile.TemporaryDirectory() as folder:
            _measure(name, Path(folder), given.seed)


def _measure(name: str, folder: Path, seed: int) -> None:
    company = COMPANIES[name](folder / "raw", seed)
    projects = {"by hand": mapped_by_hand(name, company.raw), "cdi init": _drafted(name, folder)}
    for how, project in projects.items():
        # In a session of its own, where no setting of the other project is left.
        spark = spark_session(project.file.spark, profile="small")
        found = measured(company, project, Storage(spark, folder / how))
        spark.stop()
        m = found.entities
        print(
            f"{name}: {how}: precision {m.precision:.4f}, recall {m.recall:.4f}, F1 {m.f1:.4f}, "
            f"exact people {m.exact:.4f}, events of the right person {found.events:.4f}, "
            f"{len(company.people)} + {len(company.events)} rows, linked in {found.seconds:.0f} s",
            flush=True,
        )


def _drafted(name: str, folder: Path) -> Project:
    for line in init_project(folder / name, [folder / "raw"], today=_TODAY):
        print(f"  {line}", flush=True)
    return load_project(folder / name)


if __name__ == "__main__":
    main()
