"""The page keeps earlier results, in the order of the data sets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.quality import page
from tests.benchmarks.quality.data_sets import NAMES
from tests.benchmarks.quality.measures import Measures
from tests.benchmarks.quality.page import METHODS, Result
from tests.paths import ROOT

EMPTY = "intro\n<!-- results -->\n<!-- end of results -->\nend\n"


def results(data: str, f1: float, *, note: str = "") -> list[Result]:
    return [Result(data, method, 10, 4, Measures(1.0, 0.5, f1, 0.25), 3, note) for method in METHODS]


def test_what_is_written_is_read_again() -> None:
    written = page.with_results(
        EMPTY, results("one", 0.6667, note="failed: CdiError"), order=["one"], versions="v"
    )
    assert page.read_results(written) == results("one", 0.6667, note="failed: CdiError")
    assert written.startswith("intro\n")
    assert written.endswith("\nend\n")


def test_new_results_replace_those_of_their_data_set_only(tmp_path: Path) -> None:
    file = tmp_path / "page.md"
    file.write_text(EMPTY)
    for data, f1 in (("two", 0.5), ("one", 0.6), ("two", 0.7)):
        page.write_results(file, results(data, f1), order=["one", "two"], versions="v")
    assert page.read_results(file.read_text()) == [*results("one", 0.6), *results("two", 0.7)]


def test_a_row_says_whether_it_reaches_97_percent_of_splinks_best() -> None:
    ours, fixed, best, exact = results("one", 0.8)
    low = Result("one", best.method, 10, 4, Measures(1.0, 1.0, 0.824, 1.0), 3)
    high = Result("one", best.method, 10, 4, Measures(1.0, 1.0, 0.826, 1.0), 3)
    for other, verdict in ((low, "yes"), (high, "no")):
        written = page.with_results(EMPTY, [ours, fixed, other, exact], order=["one"], versions="v")
        assert f"| {verdict} |" in written


def test_the_page_in_docs_has_a_place_for_results_of_known_data_sets() -> None:
    text = (ROOT / "docs" / "quality.md").read_text(encoding="utf-8")
    assert page.with_results(text, results("DE", 0.5), order=NAMES, versions="v") != text
    assert {result.data for result in page.read_results(text)} <= set(NAMES)


def test_a_page_without_a_place_is_an_error() -> None:
    with pytest.raises(ValueError, match="<!-- results -->"):
        page.with_results("nothing", [], order=[], versions="v")
