"""The page of results: one row per data set and method, which is also where a later run finds earlier results."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.quality.measures import Measures

OURS, FIXED, BEST, EXACT = "cdi_spark", "Splink at 0.95", "Splink, best threshold", "exact matching"
METHODS = (OURS, FIXED, BEST, EXACT)
ENOUGH = 0.97
_MARKED = re.compile(r"(?<=<!-- results -->\n).*(?=<!-- end of results -->)", re.DOTALL)
_ROW = re.compile(
    r"^\| (\w+) \| ([^|]+) \| (\d+) \| (\d+)" + r" \| (\d\.\d{4})" * 4 + r" \| (\d+) \| ([^|]*)\|$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Result:
    """What a method found in a data set.

    Args:
        note: why there is no result, where the method failed; all measures are 0 then.
    """

    data: str
    method: str
    records: int
    people: int
    measures: Measures
    seconds: int
    note: str = ""


def read_results(text: str) -> list[Result]:
    """The results of a page."""
    return [
        Result(
            row[0], row[1], int(row[2]), int(row[3]), Measures(*(float(share) for share in row[4:8])), int(row[8]),
            row[9].strip(),
        )
        for row in _ROW.findall(text)
    ]  # fmt: skip


def with_results(text: str, results: Iterable[Result], *, order: list[str], versions: str) -> str:
    """The page with these results.

    Args:
        order: names of the data sets; those of no such name are dropped.
        versions: one line about what was run.
    Raises:
        ValueError: the page has no place for them.
    """
    known = {(result.data, result.method): result for result in results}
    names = [name for name in order if (name, OURS) in known]
    tables = "\n".join([versions, "", *_overview(names, known), "", *_details(names, known), ""])
    text, count = _MARKED.subn(lambda _: tables, text)
    if count != 1:
        raise ValueError("The page wants the lines <!-- results --> and <!-- end of results -->, once each.")
    return text


def write_results(page: Path, new: list[Result], *, order: list[str], versions: str) -> None:
    """Replace the rows of the data sets that the new results are of; keep all others."""
    text = page.read_text(encoding="utf-8")
    replaced = {result.data for result in new}
    kept = [result for result in read_results(text) if result.data not in replaced]
    page.write_text(with_results(text, [*kept, *new], order=order, versions=versions), encoding="utf-8")


def ratio(ours: Result, best: Result) -> float:
    """Our F1 as a share of the other's."""
    return ours.measures.f1 / best.measures.f1 if best.measures.f1 else 1.0


def _overview(names: list[str], known: dict[tuple[str, str], Result]) -> list[str]:
    lines = [
        f"| data | {' | '.join(f'F1: {method}' for method in METHODS)} | of Splink's best | at least {ENOUGH} |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for name in names:
        shares = " | ".join(f"{known[name, method].measures.f1:.4f}" for method in METHODS)
        share = ratio(known[name, OURS], known[name, BEST])
        lines.append(f"| {name} | {shares} | {share:.3f} | {'yes' if share >= ENOUGH else 'no'} |")
    if names:
        means = [sum(known[name, method].measures.f1 for name in names) / len(names) for method in METHODS]
        reached = sum(ratio(known[name, OURS], known[name, BEST]) >= ENOUGH for name in names)
        shares = " | ".join(f"**{mean:.4f}**" for mean in means)
        lines.append(
            f"| **mean** | {shares} | **{means[0] / (means[2] or 1):.3f}** | {reached} of {len(names)} |"
        )
    return lines


def _details(names: list[str], known: dict[tuple[str, str], Result]) -> list[str]:
    lines = [
        "| data | method | records | people | precision | recall | F1 | exact people | seconds | note |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for result in (known[name, method] for name in names for method in METHODS):
        m = result.measures
        shares = f"{m.precision:.4f} | {m.recall:.4f} | {m.f1:.4f} | {m.exact:.4f}"
        counts = f"{result.records} | {result.people}"
        lines.append(
            f"| {result.data} | {result.method} | {counts} | {shares} | {result.seconds} | {result.note} |"
        )
    return lines
