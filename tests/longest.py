"""Rewrite the table of the longest tests in CONTRIBUTING.md: python -m tests.longest JUNIT_XML ..."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

from tests.paths import ROOT

CONTRIBUTING = ROOT / "CONTRIBUTING.md"
MARKED = re.compile(r"(?<=<!-- longest tests -->\n).*?(?=<!-- end of longest tests -->)", re.DOTALL)
SHOWN = 20


def table(reports: list[Path]) -> str:
    """The longest tests of all reports as a table in Markdown, with the seconds of the fixtures that they set up."""
    cases = [case for report in reports for case in ElementTree.parse(report).iter("testcase")]
    cases.sort(key=lambda case: -float(case.attrib["time"]))
    return "\n".join(["| seconds | file | test |", "| ---: | --- | --- |", *map(_row, cases[:SHOWN]), ""])


def _row(case: ElementTree.Element) -> str:
    file = case.attrib["classname"].replace(".", "/") + ".py"
    name = case.attrib["name"].replace("|", r"\|")
    return f"| {float(case.attrib['time']):.0f} | {file} | {name} |"


def main(reports: list[Path]) -> None:
    text, count = MARKED.subn(lambda _: table(reports), CONTRIBUTING.read_text(encoding="utf-8"))
    if count != 1:
        raise SystemExit(f"{CONTRIBUTING.name}: the two markers of the longest tests are missing.")
    CONTRIBUTING.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
