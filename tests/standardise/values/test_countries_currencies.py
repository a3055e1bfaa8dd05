import pycountry
import pytest

from cdi_spark.standardise.values.countries import COUNTRY_WORDS, country
from cdi_spark.standardise.values.currencies import currency, minor_units

COUNTRIES = {
    "GB": "GB", "gbr": "GB", "United Kingdom": "GB", "Germany": "DE", "Bolivia, Plurinational State of": "BO",
    "Côte d'Ivoire": "CI", "Türkiye": "TR", "UK": "GB", "U.K.": "GB", "England": "GB", "Scotland": "GB", "Wales": "GB",
    "USA": "US", "U.S.A.": "US", "the Netherlands": "NL", "Deutschland": "DE", "España": "ES", "Italia": "IT",
    "Россия": "RU", "中国": "CN", "ITALIA ": "IT", "NO": "NO", "no": "NO",
    # Namibia is no placeholder.
    "NA": "NA", "na": "NA",
}  # fmt: skip
CURRENCIES = {
    "gbp": "GBP", "£": "GBP", "€": "EUR", "Euros": "EUR", "Pound Sterling": "GBP", "US Dollar": "USD", "US$": "USD",
    "¥": "JPY", "zł": "PLN", "Kč": "CZK", "SFr.": "CHF", "R$": "BRL", "₹": "INR", "円": "JPY", "$": "USD",
    "dollar": "USD",
    "rupee": "INR", "A$": "AUD", "kr": None, " eur ": "EUR",
}  # fmt: skip


@pytest.mark.parametrize(("word", "code"), COUNTRIES.items())
def test_codes_and_english_and_local_names_of_countries_are_known(word: str, code: str) -> None:
    assert country(word) == code


@pytest.mark.parametrize("word", ["Atlantis", "XX", "", "n/a", "👍", "the"])
def test_other_words_are_no_country(word: str) -> None:
    assert country(word) is None


@pytest.mark.parametrize("field", ["alpha_2", "alpha_3", "name"])
def test_every_country_is_found_by_its_code_and_name(field: str) -> None:
    found = {entry.alpha_2: country(getattr(entry, field)) for entry in pycountry.countries}
    assert all(code == known for code, known in found.items())


def test_a_local_name_never_changes_what_a_code_means() -> None:
    assert set(COUNTRY_WORDS.values()) == {entry.alpha_2 for entry in pycountry.countries}


@pytest.mark.parametrize(("word", "code"), CURRENCIES.items())
def test_codes_signs_and_words_of_currencies_are_known(word: str, code: str | None) -> None:
    assert currency(word) == code


@pytest.mark.parametrize("word", ["XXX", "XTS", "foo", "🪙", "", "n/a", "$$"])
def test_what_is_no_currency_is_none(word: str) -> None:
    assert currency(word) is None


def test_every_currency_is_found_by_its_code_and_has_minor_units() -> None:
    codes = [entry.alpha_3 for entry in pycountry.currencies if entry.alpha_3 not in ("XXX", "XTS")]
    assert [currency(code) for code in codes] == codes
    assert {minor_units(code) for code in codes} == {0, 2, 3}
