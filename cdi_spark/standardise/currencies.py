"""Currencies as ISO 4217 codes."""

from functools import cache

from pyspark.sql import Column
from pyspark.sql import functions as F

from cdi_spark.standardise.text import clean_text, fold, fold_word, look_up, once

# A sign or word that several currencies share stands for the one most traded ($ and dollar: USD, ¥: JPY).
_SIGNS = {
    "$": "USD", "us$": "USD", "£": "GBP", "€": "EUR", "¥": "JPY", "￥": "JPY", "a$": "AUD", "au$": "AUD",
    "c$": "CAD", "ca$": "CAD", "hk$": "HKD", "mx$": "MXN", "nz$": "NZD", "r$": "BRL", "s$": "SGD",
    "₪": "ILS", "₹": "INR", "₩": "KRW", "₦": "NGN", "₱": "PHP", "₽": "RUB", "฿": "THB", "₺": "TRY",
    "₴": "UAH", "₫": "VND",
}  # fmt: skip
_DAILY_NAMES = {
    "AUD": "australian dollars", "BRL": "real|reais", "CAD": "canadian dollars",
    "CHF": "fr|sfr|franken|swiss francs", "CNY": "rmb|renminbi|yuan|chinese yuan|元", "CZK": "kc",
    "EUR": "euros", "GBP": "pound|pounds|pounds sterling|sterling|stg|british pound|british pounds",
    "ILS": "shekel|shekels|nis", "INR": "rs|rupee|rupees", "JPY": "japanese yen|円", "KRW": "korean won",
    "PLN": "zl|zlotys", "RUB": "ruble|rubles|rouble|roubles", "TRY": "tl",
    "USD": "dollar|dollars|us dollars|american dollar|american dollars",
}  # fmt: skip
# Digits after the point, where they are not two.
_NO_DIGITS = (
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF",
    "XPF",
)  # fmt: skip
_THREE_DIGITS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
# ISO 4217 codes that are no currency: tests and "no currency".
_NO_CURRENCY = ("XTS", "XXX")


def currency(name: Column) -> Column:
    """Find a currency by its code, sign or name; ISO 4217, null when unknown.

    A shared sign or word is read as the currency most traded under it: $ is USD, ¥ is JPY, rupee is INR.
    Source: ISO 4217, as in the pycountry package; `_DAILY_NAMES`.
    """
    written = F.lower(clean_text(name))
    return once(
        written, lambda w: look_up(F.when(w.rlike(r"\p{Sc}"), w).otherwise(fold(w)), currency_words())
    )


def minor_units(currency: Column) -> Column:
    """Digits after the point that amounts of a currency have: 2 of most; null for null.

    Source: ISO 4217. Two units of account with four digits (CLF, UYW) count as having two.
    """
    return (
        F.when(currency.isin(*_NO_DIGITS), 0)
        .when(currency.isin(*_THREE_DIGITS), 3)
        .when(currency.isNotNull(), 2)
    )


def in_minor_units(amount: Column, currency: Column) -> Column:
    """An amount rounded half up to the smallest unit of its currency: the one rounding rule for money.

    Args:
        amount: decimal with at least three digits after the point; as it is where the currency is null.
    """
    units = minor_units(currency)
    return (
        F.when(units == 0, F.round(amount, 0)).when(units == 2, F.round(amount, 2)).when(units == 3, F.round(amount, 3))
        .otherwise(amount)
    )  # fmt: skip


@cache
def currency_words() -> dict[str, str]:
    """Every word (folded) or sign for a currency, with its code; codes win over names."""
    import pycountry

    entries = [entry for entry in pycountry.currencies if entry.alpha_3 not in _NO_CURRENCY]
    words = {fold_word(entry.name): entry.alpha_3 for entry in entries}
    words |= {word: code for code, names in _DAILY_NAMES.items() for word in names.split("|")}
    return words | {entry.alpha_3.lower(): entry.alpha_3 for entry in entries} | _SIGNS
