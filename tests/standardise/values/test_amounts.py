import pytest

from cdi_spark.standardise.values.amounts import NO_AMOUNT, TOO_LARGE, amount, no_amount

READ = {
    "(12,50)": "-12.50", "12,50-": "-12.50", "- 12.50": "-12.50", "12.50 CR": "-12.50", "12.50DR": "12.50",
    "12,50 H": "-12.50", "12,50 EUR": "12.50", "EUR 12,50": "12.50", "kr 1 250,00": "1250.00", "(45,25) kr": "-45.25",
    "1\u00a0250,00 kr": "1250.00", "CHF 1\u2019250.50": "1250.50", "1,25,000.00": "125000.00",
    "\u20b9 10,00,000": "1000000",
    "\u0661\u0662\u066b\u0665\u0660": "12.50", "\uff11\uff12\uff0e\uff15\uff10": "12.50", "\u221212.50": "-12.50",
    "1.234.567,89": "1234567.89", "1,234": "1234", "1.234": "1.234", "0,125": "0.125", "12,- \u20ac": "12",
    "-$12.50": "-12.50", "R$ 1.250,00": "1250.00", ".50": "0.50", "12.": "12",
    # A euro sign in another code page.
    "12,00 \u0402": "12.00", "12,00 \x80": "12.00",
}  # fmt: skip
NONE = ["twelve", "12 or 13", "12-13", "12.50 x", "1,2,3", "1 25", "12.5.3", "12.50%", "\u00bd", "12\u4e07", "12\u043a",
        "12.50 CR DR", "--12", "12,50 per month"]  # fmt: skip


@pytest.mark.parametrize(("written", "read"), READ.items())
def test_an_amount_is_read_as_people_and_programs_write_it(written: str, read: str) -> None:
    assert amount(written) == read
    assert amount(read) == read


@pytest.mark.parametrize("written", NONE)
def test_a_text_that_says_more_or_less_than_a_number_is_no_amount(written: str) -> None:
    assert amount(written) is None
    assert no_amount(written) == NO_AMOUNT


def test_a_reason_is_that_of_the_text() -> None:
    assert [no_amount(text) for text in ("n/a", "#####", "9" * 16)] == [
        "placeholder", "damaged by a spreadsheet", TOO_LARGE,
    ]  # fmt: skip
