"""README, CONTRIBUTING and docs/ point only at what exists, and a reader reaches every page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from cdi_spark.cli import app
from cdi_spark.schema import TABLES
from docs.generate import layers
from tests.paths import ROOT

DOCS = ROOT / "docs"
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "conf" / "databricks" / "README.md",
    *sorted(DOCS.rglob("*.md")),
]
LINK = re.compile(r"\]\(([^)\s]+)\)")
PLACES = ("cdi_spark", "conf", "docs", "jobs", "notebooks", "tests")
FOLDERS = tuple(sorted(folder.name for folder in (ROOT / "cdi_spark").iterdir() if folder.is_dir()))
# A path from the repository's root, or from the package's.
NAMED = re.compile(
    rf"(?<![\w/.{{}}*-])((?:{'|'.join((*PLACES, *FOLDERS))})/[\w./-]*\w\.(?:py|yml|sql|md|ipynb|svg|png))\b"
)

TABLE = re.compile(r"(?<![\w/.])((?:silver|gold|linkage|entities|ops)\.[a-z_0-9]+)(?![\w/(]|\.py|\.yml)")
EXAMPLES = {"silver.review", "gold.review"}


def prose(page: Path) -> str:
    """Return a page without its blocks of code."""
    return re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and mkdocs make them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(prose(page)):
        target, _, anchor = link.partition("#")
        if "://" in target:
            continue
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), f"{link}: no such file"
        assert not anchor or anchor in anchors(file), f"{link}: no such heading"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    for name in NAMED.findall(LINK.sub("", page.read_text(encoding="utf-8"))):
        assert (ROOT / name).exists() or (ROOT / "cdi_spark" / name).exists(), f"{name}: no such file"


def test_links_of_docs_stay_inside_docs_so_that_the_site_has_their_targets() -> None:
    for page in DOCS.rglob("*.md"):
        for link in LINK.findall(prose(page)):
            if "://" not in link and not link.startswith("#"):
                assert (page.parent / link.partition("#")[0]).resolve().is_relative_to(DOCS), (
                    f"{page.name}: {link}"
                )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    named = re.findall(r"(?:^|`)cdi ([a-z]+)", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert not [command for command in named if command not in known]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_table_that_a_page_names_exists(page: Path) -> None:
    named = set(TABLE.findall(page.read_text(encoding="utf-8")))
    assert named - TABLES.keys() <= EXAMPLES


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def test_the_navigation_lists_every_page_once() -> None:
    listed = list(_leaves(yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]))
    assert sorted(listed) == sorted(page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md"))


def test_the_list_of_decisions_has_every_decision() -> None:
    listed = re.findall(
        r"\.\./decisions/([\w-]+\.md)", (DOCS / "architecture" / "decisions.md").read_text(encoding="utf-8")
    )
    assert listed == sorted(file.name for file in (DOCS / "decisions").glob("*.md"))


def test_the_picture_of_the_house_shows_every_room_in_its_row() -> None:
    picture = (
        (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("one picture")[2].split("```")[1]
    )
    places = [[_place_of(room, picture) for room in row] for row in layers()]
    assert all(max(above) < min(below) for above, below in pairwise(places))


def test_the_decision_on_names_has_the_rows_of_the_contracts() -> None:
    decision = (DOCS / "decisions" / "0013-names.md").read_text(encoding="utf-8").split("```")[1]
    assert [row.split(" | ") for row in decision.split("\n") if row] == layers()


def test_pictures_are_small() -> None:
    assert not [file.name for file in (DOCS / "images").iterdir() if file.stat().st_size >= 150_000]


def _place_of(room: str, picture: str) -> int:
    found = re.search(rf"(?<![\w/]){room}(?:/|\.py)(?=\s)", picture)
    assert found, f"{room} is missing"
    return found.start()


def _leaves(nav: Any) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    else:
        for item in nav.values() if isinstance(nav, dict) else nav:
            yield from _leaves(item)
