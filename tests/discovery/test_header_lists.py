"""Headers of systems of many kinds and languages are read rightly; most of those that nobody has seen, too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from cdi_spark.discovery.lexicon import headers

FOLDER = Path(__file__).with_name("headers")
KNOWN, HELD_OUT = (yaml.safe_load((FOLDER / name).read_text()) for name in ("known.yml", "held_out.yml"))


def read(header: str, context: frozenset[str]) -> str:
    """The meaning of a header alone: `id` for the number of a record, `none` for no meaning."""
    found = headers.find_meanings(header, context=context)
    best = max(found, key=lambda meaning: found[meaning], default="")
    if headers.is_about_another(header) and found.get(best, 0) < 1:
        return "none"
    if not best and headers.find_id_subject(header) is not None:
        return "id"
    return best or "none"


def read_list(one: Any) -> dict[str, str]:
    context = headers.find_common_prefixes(list(one["headers"]))
    return {header: read(header, context) for header in one["headers"]}


@pytest.mark.parametrize("one", KNOWN, ids=lambda one: f"{one['what']}-{one['language']}")
def test_every_header_of_a_list_is_read(one: Any) -> None:
    assert read_list(one) == one["headers"]


def test_nine_in_ten_headers_that_no_word_was_added_for_are_read() -> None:
    wanted = {(one["what"], one["language"], h): m for one in HELD_OUT for h, m in one["headers"].items()}
    found = {(one["what"], one["language"], h): m for one in HELD_OUT for h, m in read_list(one).items()}
    assert len(wanted) > 300
    assert sum(found[key] == meaning for key, meaning in wanted.items()) >= 0.9 * len(wanted)


@pytest.mark.parametrize(
    "spellings",
    ["NAME_FIRST|FIRST_NAME|name.first|first-name|firstName|Name (first)", "dob_mon|mon_dob|DOB Mon.|dobMonth",
     "Fecha de nacimiento|nacimiento fecha|F_NACIMIENTO|nac. fecha", "date naissance|Naissance (date)|DATE_DE_NAISS."],
)  # fmt: skip
def test_order_and_separators_of_words_change_nothing(spellings: str) -> None:
    assert len({read(header, frozenset()) for header in spellings.split("|")} - {"none"}) == 1
    assert "none" not in {read(header, frozenset()) for header in spellings.split("|")}
