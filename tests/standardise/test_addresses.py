import pytest

from cdi_spark.standardise.addresses import house_number, postcode, postcode_outward, street, street_key

LINES = {
    "12b HIGH STREET": "12b", "Flat 3, 12-14 High St": "12-14", "221B Baker Street": "221b",
    "350 5th Ave": "350", "Hauptstraße 5 a": "5a", "Rue de la Paix 10": "10", "Suite 100, 5/7 Pitt St": "5/7",
    "High Street": None, "PO Box 123": None, "Apartment 12": None, "5th Avenue": None,
    "12 \u2013 14 High St": "12-14",
}  # fmt: skip


def test_a_street_line_is_clean_and_in_title_case(apply):
    assert apply(street, ["12  HIGH STREET,", "st john's road", "Rue de la Paix", "n/a", None]) == [
        "12 High Street", "St John's Road", "Rue de la Paix", None, None,
    ]  # fmt: skip


def test_a_street_has_one_key_however_it_is_abbreviated(apply):
    ways = [
        "12 high st",
        "12 n main rd",
        "st johns rd",
        "12 st johns st",
        "konigstr 7",
        "konig str 7",
        "rue de la paix",
    ]
    assert apply(street_key, [*ways, None]) == [
        "12 high street", "12 north main road", "saint johns road", "12 saint johns street", "konigstrasse 7",
        "konig strasse 7", "rue de la paix", None,
    ]  # fmt: skip


def test_the_house_number_is_found_before_or_after_the_street(apply):
    assert apply(house_number, [*LINES, None]) == [*LINES.values(), None]


@pytest.mark.parametrize(
    ("given", "country", "standard"),
    [
        ("ox73de", "GB", "OX7 3DE"), ("OX7  3de", None, "OX7 3DE"), ("w1a1aa", "JE", "W1A 1AA"),
        ("ox7 3d", "GB", "OX73D"), ("D-10115", "DE", "10115"), ("SE-114 55", "SE", "11455"),
        ("10001-1234", "US", "10001"), ("k1a0b6", "CA", "K1A 0B6"), ("1012ab", "NL", "1012 AB"),
        ("d02x285", "IE", "D02 X285"), ("C1425DKC", "AR", "C1425DKC"), ("10115", None, "10115"),
    ],
)  # fmt: skip
def test_a_postcode_is_written_as_its_country_writes_it(apply, given, country, standard):
    assert apply(postcode, [given], [country]) == [standard]


def test_placeholders_and_words_are_no_postcodes(apply):
    given = ["00000", "99999", "12345", "XXXXX", "zz99 3wz", "AA1 1AA", "Berlin", "n/a", "", None]
    assert apply(postcode, given, ["GB"] * len(given)) == [None] * len(given)
    assert apply(postcode, given, [None] * len(given)) == [None] * len(given)


def test_the_outward_code_is_the_first_half_of_a_british_postcode(apply):
    given = ["OX7 3DE", "W1A 1AA", "EC1A 1BB", "10115", "K1A 0B6", None]
    assert apply(postcode_outward, given) == ["OX7", "W1A", "EC1A", "101", "K1A", None]


@pytest.mark.parametrize("country", ["GB", "US", "IE", "AR", None])
def test_a_postcode_changes_no_more_once_standard(apply, odd_texts, country):
    texts = [*odd_texts, "ox73de", "10001-1234", "d02x285", "123456789", "1012ab"]
    countries = [country] * len(texts)
    once = apply(postcode, texts, countries)
    assert apply(postcode, once, countries) == once


@pytest.mark.parametrize("rule", [street, street_key, house_number])
def test_no_text_breaks_an_address_rule(apply, odd_texts, rule):
    once = apply(rule, odd_texts)
    assert apply(rule, once) == once
