import pytest

from cdi_spark.standardise.values.addresses import (
    is_placeholder_postcode,
    postcode,
    postcode_area,
    street,
    street_key,
)

STREETS = {
    "12  HIGH STREET,": "12 High Street", "st john's road": "St John's Road", "Rue de la Paix": "Rue de la Paix",
    " ; 5 Low Rd ;": "5 Low Rd", "n/a": None, "": None, "-": None,
}  # fmt: skip
KEYS = {
    "12 high st": "12 high street", "12 n main rd": "12 north main road", "st johns rd": "saint johns road",
    "12 st johns st": "12 saint johns street", "12a st johns st": "12a saint johns street",
    "konigstr 7": "konigstrasse 7", "konig str 7": "konig strasse 7", "rue de la paix": "rue de la paix",
}  # fmt: skip
CODES = [
    ("ox73de", "GB", "OX7 3DE"), ("OX7  3de", None, "OX7 3DE"), ("w1a1aa", "JE", "W1A 1AA"), ("ox7 3d", "GB", "OX73D"),
    ("D-10115", "DE", "10115"), ("SE-114 55", "SE", "11455"), ("10001-1234", "US", "10001"),
    ("k1a0b6", "CA", "K1A 0B6"), ("1012ab", "NL", "1012 AB"), ("d02x285", "IE", "D02 X285"),
    ("C1425DKC", "AR", "C1425DKC"), ("10115", None, "10115"), ("2050-123", "PT", "2050123"),
    # A spreadsheet's number.
    ("10115.0", "DE", "10115"), ("2134.0", None, "2134"),
    # Digits of other scripts were no digits.
    ("１００－０００１", "JP", "1000001"), ("١١٥٦٤", "SA", "11564"), ("ＯＸ７ ３ＤＥ", "GB", "OX7 3DE"),
]  # fmt: skip
NOTHING = ["00000", "99999", "12345", "XXXXX", "zz99 3wz", "AA1 1AA", "Berlin", "n/a", ""]


@pytest.mark.parametrize(("given", "standard"), STREETS.items())
def test_a_street_line_is_clean_and_in_title_case(given: str, standard: str | None) -> None:
    assert street(given) == standard


@pytest.mark.parametrize(("folded", "key"), KEYS.items())
def test_a_street_has_one_key_however_it_is_abbreviated(folded: str, key: str) -> None:
    assert street_key(folded) == key


@pytest.mark.parametrize(("given", "country", "standard"), CODES)
def test_a_postcode_is_written_as_its_country_writes_it(
    given: str, country: str | None, standard: str
) -> None:
    assert postcode(given, country) == standard
    assert postcode(standard, country) == standard


@pytest.mark.parametrize("country", ["GB", None])
@pytest.mark.parametrize("given", NOTHING)
def test_placeholders_and_words_are_no_postcodes(given: str, country: str | None) -> None:
    assert postcode(given, country) is None


def test_a_placeholder_value_differs_from_an_invalid_code() -> None:
    assert [given for given in NOTHING if is_placeholder_postcode(given)] == [
        "00000", "99999", "12345", "zz99 3wz", "AA1 1AA",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "area"),
    [("OX7 3DE", "OX7"), ("W1A 1AA", "W1A"), ("EC1A 1BB", "EC1A"), ("10115", "101"), ("K1A 0B6", "K1A")],
)
def test_the_area_is_the_first_half_of_a_british_postcode_else_three_characters(
    given: str, area: str
) -> None:
    assert postcode_area(given) == area
