"""Measure linkage on many kinds of data: python -m tests.benchmarks.quality [--only NAME ...] [--quick]."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from cdi_spark.spark.session import spark_session
from cdi_spark.storage import Storage
from tests.benchmarks.quality import page
from tests.benchmarks.quality.data_sets import NAMES, DataSet, data_sets
from tests.benchmarks.quality.engine import entities, standardised
from tests.benchmarks.quality.exact import exact_clusters
from tests.benchmarks.quality.measures import Measures, Truth, best_threshold, linked, measure
from tests.benchmarks.quality.page import Result
from tests.benchmarks.quality.stock_splink import stock_pairs
from tests.paths import ROOT

PAGE = ROOT / "docs" / "quality.md"
_FIXED = 0.95
_NOTHING = Measures(0.0, 0.0, 0.0, 0.0)
# What each method found: its name, clusters, seconds.
_Found = list[tuple[str, dict[str, str], float]]


def main() -> None:
    known = data_sets()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", choices=[data.name for data in known], help="data sets"
    )
    parser.add_argument("--quick", action="store_true", help="leave out the large data sets")
    parser.add_argument("--page", type=Path, default=PAGE, help="page whose tables are rewritten")
    given = parser.parse_args()
    chosen = [data for data in known if data.name in given.only] if given.only else known
    chosen = [data for data in chosen if not (given.quick and data.is_large)]
    if not given.page.exists():
        shutil.copy(PAGE, given.page)
    failed: list[str] = []
    for is_large in (False, True):
        failed += _measure_all(
            [data for data in chosen if data.is_large is is_large], given.page, is_large=is_large
        )
    if failed:
        raise SystemExit(f"Not measured, as their records could not be standardised: {', '.join(failed)}.")


def _measure_all(chosen: list[DataSet], target: Path, *, is_large: bool) -> list[str]:
    """Measure the data sets in one Spark session, and write each as it is done; return those that cannot be read."""
    failed: list[str] = []
    if not chosen:
        return failed
    spark = spark_session(profile="large" if is_large else "small")
    for data in chosen:
        with tempfile.TemporaryDirectory() as folder:
            try:
                results = _measured(data, Path(folder), lambda place: Storage(spark, place))
            # The other data sets, which take hours, are still to be measured.
            except Exception as fault:
                print(f"{data.name}: {type(fault).__name__}: {str(fault)[:500]}", flush=True)
                failed.append(data.name)
                continue
        _report(results, target)
        page.write_results(target, results, order=NAMES, versions=_versions())
    spark.stop()
    return failed


def _measured(data: DataSet, folder: Path, storage_at: Callable[[Path], Storage]) -> list[Result]:
    """Make the data set, and run every method on its standardised records."""
    made = folder / "made"
    made.mkdir()
    case, storage = data.make(made), storage_at(folder / "warehouse")
    persons = standardised(case.project, storage)

    def ours() -> _Found:
        clusters, seconds = entities(case.project, storage)
        return [(page.OURS, clusters, seconds)]

    def splink() -> _Found:
        began = time.monotonic()
        pairs = stock_pairs(persons, country=case.project.file.default_country)
        seconds = time.monotonic() - began
        best = best_threshold(pairs, case.truth)
        thresholds = ((page.FIXED, _FIXED), (page.BEST, best))
        return [(name, linked(pairs, at_least=threshold), seconds) for name, threshold in thresholds]

    def exact() -> _Found:
        began = time.monotonic()
        return [(page.EXACT, exact_clusters(persons), time.monotonic() - began)]

    methods = ((ours, (page.OURS,)), (splink, (page.FIXED, page.BEST)), (exact, (page.EXACT,)))
    return [r for run, names in methods for r in _results(data.name, run, names, case.truth)]


def _results(data: str, run: Callable[[], _Found], names: tuple[str, ...], truth: Truth) -> list[Result]:
    people = len({person for person in truth.values() if person is not None})
    try:
        found = run()
    # A method that fails on some data is a result, and the other data sets are still to be measured.
    except Exception as fault:
        note = f"failed: {type(fault).__name__}"
        print(f"{data}: {names[0]} {note}: {str(fault)[:500]}", flush=True)
        return [Result(data, name, len(truth), people, _NOTHING, 0, note) for name in names]
    return [
        Result(data, name, len(truth), people, measure(clusters, truth), round(seconds))
        for name, clusters, seconds in found
    ]


def _report(results: list[Result], target: Path) -> None:
    """Print each result, ours beside the one of the page."""
    before = {
        (r.data, r.method): r.measures.f1 for r in page.read_results(target.read_text(encoding="utf-8"))
    }
    for r in results:
        m = r.measures
        earlier = before.get((r.data, r.method))
        change = "" if earlier is None else f", before {earlier:.4f} ({m.f1 - earlier:+.4f})"
        print(
            f"{r.data}: {r.method}: precision {m.precision:.4f}, recall {m.recall:.4f}, F1 {m.f1:.4f}{change}, "
            f"exact people {m.exact:.4f}, {r.seconds} s {r.note}",
            flush=True,
        )


def _versions() -> str:
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("splink", "duckdb", "pyspark", "faker", "recordlinkage")
    )
    return f"cdi_spark {version('cdi-spark')}, {packages}, Python {platform.python_version()}; {os.cpu_count()} cores."


if __name__ == "__main__":
    main()
