"""Pages of docs/ that are made from code are up to date."""

from __future__ import annotations

import pytest

from docs.generate import DOCS, pages


@pytest.fixture(scope="module")
def generated() -> dict[str, str]:
    return pages()


def test_every_generated_page_is_that_of_the_code(generated: dict[str, str]) -> None:
    stale = [path for path, text in generated.items() if (DOCS / path).read_text(encoding="utf-8") != text]
    assert not stale, f"docs/{', docs/'.join(stale)}: stale. Run `make docs` and commit the pages."


def test_every_command_is_on_the_page_of_the_command_line(generated: dict[str, str]) -> None:
    for command in (
        "cdi run",
        "cdi sql",
        "cdi judge must",
        "cdi override set",
        "cdi serve sql",
        "cdi models",
    ):
        assert f"## {command}\n" in generated["reference/cli.md"]


def test_every_key_of_project_yml_and_of_sources_is_on_the_page_of_conf(generated: dict[str, str]) -> None:
    for key in ("default_country", "link_probability", "trust", "source_of_truth", "largest_block"):
        assert f"| `{key}` |" in generated["reference/configuration.md"]


def test_every_key_of_conf_has_a_description(generated: dict[str, str]) -> None:
    rows = [line for line in generated["reference/configuration.md"].splitlines() if line.startswith("| `")]
    assert rows
    assert not [row for row in rows if row.endswith("|  |")]
