"""full_names.txt holds the names; the rules that no line of it shows are here."""

from pathlib import Path

import pytest

from cdi_spark.standardise.values.full_names import Name, full_name
from cdi_spark.standardise.values.names import name_part

Parts = tuple[str | None, str | None, str | None]


def _corpus() -> dict[str, Parts]:
    lines = (Path(__file__).parent / "full_names.txt").read_text(encoding="utf-8").splitlines()
    fields = [line.rsplit("|", 3) for line in lines if line and not line.startswith("#")]
    return {
        text.strip(): (given.strip() or None, middle.strip() or None, family.strip() or None)
        for text, given, middle, family in fields
    }


NAMES = _corpus()
# Not Chinese, Korean and Vietnamese names.
IN_ORDER = {
    " ".join(filter(None, parts))
    for text, parts in NAMES.items()
    if "," not in text and max(text) < "\u1ea0" and parts[0] and parts[2]
}
REPEATED = [
    "(", "[", '"', "“", "'a' ", "mr ", "a, ", "a-", "- ", "a.b ", "M. ", "ph. d ", "of ", "van ", "jr ", "1st ",
    "née a ", "ABC ", "王", "a・", "👍 ", "\x00", "e\u0301",
]  # fmt: skip


def _parts(name: Name | None) -> Parts:
    return (name.given, name.middle, name.family) if name else (None, None, None)


@pytest.mark.parametrize(("text", "parts"), NAMES.items())
def test_a_full_name_is_split(text: str, parts: Parts) -> None:
    assert _parts(full_name(text)) == parts


@pytest.mark.parametrize("text", NAMES)
def test_blanks_around_a_name_change_nothing(text: str) -> None:
    assert full_name(f" \t{text}\u00a0 ") == full_name(text)


@pytest.mark.parametrize("text", sorted(IN_ORDER))
def test_parts_in_order_split_into_themselves(text: str) -> None:
    assert " ".join(filter(None, _parts(full_name(text)))) == text


@pytest.mark.parametrize("text", NAMES)
def test_each_part_is_a_standard_form(text: str) -> None:
    assert all(part is None or name_part(part) == part for part in _parts(full_name(text)))


@pytest.mark.parametrize(
    "text",
    ["van den Berg, Jan", "Jan van den Berg", "VAN DEN BERG, JAN", "van den BERG Jan", "Berg, Jan van den"],
)
def test_a_name_is_the_same_in_any_order(text: str) -> None:
    assert full_name(text) == Name("Jan", None, "van den Berg")


@pytest.mark.parametrize("repeated", REPEATED)
@pytest.mark.parametrize("start", ["", "John Smith ", "Smith, "])
def test_no_repeated_text_breaks_the_split(start: str, repeated: str) -> None:
    text = (start + repeated * 2_000)[:2_000]
    name = full_name(text)
    assert name is None or name.given or name.family


@pytest.mark.parametrize(
    "text",
    ["Ryan Alexander", "Lev Alexander", "Geneva Maria", "Lin Lee", "Kim Basinger", "Lee Harvey Oswald", "Han Solo",
     "Lu Rose", "Kevin Nguyen", "Bruce Lee", "Yuki Tanaka", "Laszlo Kovacs", "Ivan Ivanov", "Park Lane Smith"],
)  # fmt: skip
def test_a_word_that_is_a_family_name_elsewhere_does_not_turn_a_name(text: str) -> None:
    name = full_name(text)
    assert name is not None
    assert name.given == text.split(" ")[0]


@pytest.mark.parametrize(
    ("text", "family"),
    [("Jennifer Null", "Null"), ("JENNIFER NULL", "Null"), ("Null, Jennifer", "Null"), ("jennifer null", None),
     ("Jennifer NULL", None), ("Jennifer null", None), ("Jennifer None", "None"), ("Jennifer Unknown", None)],
)  # fmt: skip
def test_null_is_a_family_name_where_it_is_written_like_the_given_name(text: str, family: str | None) -> None:
    assert full_name(text) == Name("Jennifer", None, family)
