import pycountry

from cdi_spark.standardise.countries import country, country_words


def test_codes_and_english_names_are_known(apply):
    words = [
        "GB",
        "gbr",
        "United Kingdom",
        "Germany",
        "Bolivia, Plurinational State of",
        "Côte d'Ivoire",
        "Türkiye",
    ]
    assert apply(country, words) == ["GB", "GB", "GB", "DE", "BO", "CI", "TR"]


def test_daily_and_local_names_are_known(apply):
    words = [
        "UK",
        "U.K.",
        "England",
        "Scotland",
        "Wales",
        "USA",
        "U.S.A.",
        "the Netherlands",
        "Deutschland",
        "España",
    ]
    assert apply(country, words) == ["GB"] * 5 + ["US", "US", "NL", "DE", "ES"]
    assert apply(country, ["Italia", "Россия", "中国", "ITALIA "]) == ["IT", "RU", "CN", "IT"]


def test_namibia_is_no_placeholder(apply):
    assert apply(country, ["NA", "na"]) == ["NA", "NA"]


def test_other_words_are_null(apply):
    words = ["Atlantis", "XX", "", "n/a", "👍", None]
    assert apply(country, words) == [None] * len(words)


def test_every_country_is_found_by_its_code_and_name(apply):
    countries = list(pycountry.countries)
    codes = [c.alpha_2 for c in countries]
    for field in ("alpha_2", "alpha_3", "name"):
        assert apply(country, [getattr(c, field) for c in countries]) == codes


def test_a_local_name_never_changes_what_a_code_means():
    assert set(country_words().values()) == {c.alpha_2 for c in pycountry.countries}


def test_country_changes_its_own_result_no_more(apply, odd_texts):
    once = apply(country, [*odd_texts, "Deutschland", "UK"])
    assert apply(country, once) == once
