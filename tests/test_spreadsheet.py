"""No cell of a sheet is run by a spreadsheet, and each comes back as it was."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdi_spark.spreadsheet import guarded, unguarded


@pytest.mark.parametrize(
    "text",
    ["=1", "+1-1", "-1+1", "@SUM(1)", "\tx", "\rx", "\nx", " =1", "\u00a0=1", "\u200b=1", "\x00=1", '"=1"', "'=1",
     "\uff1d1", "\uff0bx", "\uff0dx", "\uff20x", "\ufe661", "+49 30 123", "+4930123", "-", "=", "--1", "-1-1", "-1;=1"],
)  # fmt: skip
def test_a_cell_that_a_spreadsheet_would_run_begins_with_an_apostrophe(text: str) -> None:
    assert guarded(text).startswith("'")
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize(
    "text", ["-12.50", "-12,50", "-1.234,5", "-1e-7", "12", "2026-01-01", "a=b", "a@b.c", "", "O'Neil"]
)
def test_numbers_and_other_text_stay(text: str) -> None:
    assert guarded(text) == text


@pytest.mark.parametrize("separator", [";", "\t", "|", "\n", "\r"])
@pytest.mark.parametrize("cell", ["=1", '"=1"', ' "=1', "\uff1d1", "+1"])
def test_a_cell_behind_the_separator_of_another_country_is_text_too(separator: str, cell: str) -> None:
    assert f"{separator}'{cell}" in guarded(f"Ann{separator}{cell}")


@given(st.text("=+-@;|\t\r\n'\" \uff1d\u00a0a1.,", max_size=12))
def test_every_text_comes_back_and_no_part_is_a_formula(text: str) -> None:
    sheet = guarded(text)
    assert unguarded(sheet) == text
    if not re.fullmatch(r"-?\d+([.,]\d+)*", text):
        assert not any(re.match('[\\s"]*[=+\\-@\uff1d]', part) for part in re.split(r"[;|\t\r\n]", sheet))


@pytest.mark.parametrize("part", [" ", "\t", ";", "; ", "\n ", "'", '"', "='", ";'", "1,", "1e"])
def test_a_long_cell_is_guarded_in_linear_time(part: str) -> None:
    began = time.process_time()
    assert unguarded(guarded(part * 100_000 + "x")) == part * 100_000 + "x"
    assert time.process_time() - began < 2
