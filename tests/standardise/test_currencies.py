import pycountry

from cdi_spark.standardise.currencies import currency


def test_codes_signs_and_words_are_known(apply):
    words = [
        "gbp",
        "£",
        "€",
        "Euros",
        "Pound Sterling",
        "US Dollar",
        "US$",
        "¥",
        "zł",
        "Kč",
        "SFr.",
        "R$",
        "₹",
        "円",
    ]
    codes = ["GBP", "GBP", "EUR", "EUR", "GBP", "USD", "USD", "JPY", "PLN", "CZK", "CHF", "BRL", "INR", "JPY"]
    assert apply(currency, words) == codes


def test_a_shared_sign_is_the_currency_most_traded_under_it(apply):
    assert apply(currency, ["$", "dollar", "rupee", "A$"]) == ["USD", "USD", "INR", "AUD"]


def test_what_is_no_currency_is_null(apply):
    words = ["XXX", "XTS", "foo", "🪙", "", "n/a", "$$", None]
    assert apply(currency, words) == [None] * len(words)


def test_every_currency_is_found_by_its_code(apply):
    codes = [c.alpha_3 for c in pycountry.currencies if c.alpha_3 not in ("XXX", "XTS")]
    assert apply(currency, codes) == codes


def test_currency_changes_its_own_result_no_more(apply, odd_texts):
    once = apply(currency, [*odd_texts, "£", "euro"])
    assert apply(currency, once) == once
