"""Masked samples show how values are written, and never what they are."""

from __future__ import annotations

from collections import Counter

import pytest

from cdi_spark.discovery.draft.masking import mask, sample_shapes
from cdi_spark.discovery.read.columns import Column


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("Ann Lee", "Xxx Xxx"),
        ("ann.lee+news@post.de", "xxx.xxx+xxxx@xxxx.xx"),
        ("+49 (0)30 901820", "+99 (9)99 999999"),
        ("Иван Петров", "Xxxx Xxxxxx"),
        ("山田 太郎", "xx xx"),
        ("٠١٢٣", "9999"),
        ("जगन्नाथ", "xxxxxxx"),
        ("Zoe\u0308", "Xxx"),
        ("½ Ⅳ", "9 9"),
        ("a\x00b\tc\u00a0d 😀", "xxxxx x x"),
        ("1,234.50-", "9,999.99-"),
        ("", ""),
    ],
)
def test_letters_and_digits_of_every_script_are_masked(value: str, shape: str) -> None:
    assert mask(value) == shape


def test_a_long_value_is_cut() -> None:
    assert mask("Word " * 40) == "Xxxx Xxxx Xxxx Xxxx Xxxx Xxxx X…"


def test_the_most_frequent_shapes_come_first() -> None:
    values = Counter({"0301": 4, "0302": 3, "+49 30": 5, "none": 1})
    assert sample_shapes(Column(("phone",), values=values), most=2) == ["9999", "+99 99"]
