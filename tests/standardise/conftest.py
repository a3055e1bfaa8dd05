"""Value rules are tested on lists of values: one small Spark job a list."""

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from cdi_spark.rows import local_rows

Apply = Callable[..., list[Any]]


@pytest.fixture
def apply(spark: SparkSession) -> Apply:
    """apply(rule, values, *more_values, kind=, more_kind=): what the rule makes of each value, in order."""

    def apply(
        rule: Callable[..., Column],
        values: Sequence[Any],
        *more: Sequence[Any],
        kind: str = "string",
        more_kind: str = "string",
    ) -> list[Any]:
        columns = [values, *more]
        names = [f"c{i}" for i in range(len(columns))]
        kinds = [kind] + [more_kind] * len(more)
        schema = ", ".join(["i int", *(f"{n} {k}" for n, k in zip(names, kinds, strict=True))])
        rows = [(i, *row) for i, row in enumerate(zip(*columns, strict=True))]
        given = local_rows(spark, rows, schema)
        result = given.select("i", rule(*(F.col(n) for n in names)).alias("value"))
        return [row["value"] for row in sorted(result.collect(), key=lambda row: row["i"])]

    return apply


@pytest.fixture(scope="session")
def odd_texts() -> list[str]:
    """Texts that break rules: scripts, marks, emoji, control characters, long ones, and seeded noise."""
    noise = random.Random(20)
    ranges = [(0, 0x250), (0x20, 0x7F), (0x300, 0x530), (0x590, 0x700), (0x900, 0xE00), (0x1E00, 0x2100)]
    ranges += [(0x3000, 0x3100), (0xFE00, 0xFFFE), (0x1F300, 0x1F700)]

    def mess() -> str:
        low, high = noise.choice(ranges)
        return "".join(chr(noise.randrange(low, high)) for _ in range(noise.randrange(1, 12)))

    return [
        "", " ", "-", "?", "\x00", "a\x00b\tc\nd", "\u200b", "\ufeffann", "\u202eevil\u202c", "👍",
        "👨\u200d👩\u200d👧 family", "محمد بن سلمان", "שלום", "राम कुमार", "王小明", "Σίσυφος", "ΣΊΣΥΦΟΣ",
        "İstanbul", "\u0131i", "straße", "STRASSE", "ß", "ǿ", "ǆ", "\u017f", "zoe\u0308", "e\u0301\u0301",
        "o\u2019neil", "(", ")", "[", "\\", "$1", ".*", "<>", "@", "@@", "a@", "@b", "+", "++44", "'", '"',
        ",", ",,", "a,", ",a", "1st", "st", "st.", "of", "n/a", "unknown", "XXX",
        "x" * 10_000, "X " * 5_000, "1" * 10_000, "- " * 5_000, "," * 10_000, "mr " * 3_000, "é" * 10_000,
        "a@" * 5_000, "o'" * 5_000, "st " * 3_000 + "x", "captain " * 1_200, "(" * 10_000, "a." * 5_000,
        " " * 10_000, "😀" * 3_000, "john, " * 2_000, "a of " * 2_000, "'a' " * 2_500, "12-" * 3_000,
        *(mess() for _ in range(400)),
    ]  # fmt: skip
