"""Names of many countries, each with the source of its rule: names_of_the_world.yml."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from cdi_spark.standardise.values.companies import company_name
from cdi_spark.standardise.values.full_names import full_name

_FILE: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "names_of_the_world.yml").read_text(encoding="utf-8")
)
NAMES: list[dict[str, Any]] = _FILE["names"]
# What the text alone does not tell, or no rule does yet; three at most.
KNOWN_MISSES: dict[str, str] = {}

_PARTS = ("given", "middle", "family")


def _expected(line: dict[str, Any]) -> dict[str, str | None]:
    return {part: line.get(part) for part in (*_PARTS, "company")}


def _found(text: str) -> dict[str, str | None]:
    name = full_name(text)
    found = {part: name and getattr(name, part) for part in _PARTS}
    return found | {"company": company_name(text) if name is None else None}


@pytest.mark.parametrize("line", NAMES, ids=lambda line: line["text"])
def test_a_name_is_split_as_its_country_does(line: dict[str, Any]) -> None:
    is_right = _found(line["text"]) == _expected(line)
    assert is_right == (line["text"] not in KNOWN_MISSES), _found(line["text"])


def test_the_set_is_large_and_its_misses_are_few() -> None:
    assert len({line["text"] for line in NAMES}) == len(NAMES) >= 100
    assert len(KNOWN_MISSES) <= 3
    assert KNOWN_MISSES.keys() <= {line["text"] for line in NAMES}


def test_every_name_cites_a_source() -> None:
    assert {line["source"] for line in NAMES} <= _FILE["sources"].keys()
