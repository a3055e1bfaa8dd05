"""The many ways to write one phone number, country or sum of money."""

from decimal import Decimal
from random import Random
from typing import Final

from cdi_spark.demo.places import DIALLING

CURRENCY: Final = {"GB": "GBP", "US": "USD", "DE": "EUR", "FR": "EUR", "ES": "EUR", "IT": "EUR"}
CURRENCY_SPELLINGS: Final = {"GBP": "GBP £ gbp", "EUR": "EUR € eur", "USD": "USD $ US$"}
ISO3: Final = {"GB": "GBR", "US": "USA", "DE": "DEU", "FR": "FRA", "ES": "ESP", "IT": "ITA"}
COUNTRY_SPELLINGS: Final = {
    "GB": "United Kingdom|United Kingdom|United Kingdom|UK|England|Great Britain",
    "US": "United States|United States|USA|United States of America",
    "DE": "Germany|Germany|Germany|Deutschland",
    "FR": "France",
    "ES": "Spain|Spain|Spain|España",
    "IT": "Italy|Italy|Italy|Italia",
}


def phone_text(number: str, rng: Random, *, abroad: bool = False) -> str:
    """Write an E.164 number as people do; with `abroad` always with its country code.

    What is not E.164 (a placeholder) stays as it is.
    """
    country = next((c for c, code in DIALLING.items() if number.startswith(f"+{code}")), None)
    if country is None:
        return number
    code = DIALLING[country]
    local = number[len(code) + 1 :]
    if abroad or rng.random() < 0.4:
        if country != "US" and rng.random() < 0.25:
            return f"00{code}{local}"
        if country in ("GB", "DE") and rng.random() < 0.15:
            return f"+{code} (0){_grouped(local, rng)}"
        return number if rng.random() < 0.4 else f"+{code} {_grouped(local, rng)}"
    if country == "US":
        return rng.choice(["({}) {}-{}", "{}-{}-{}", "{}.{}.{}", "{}{}{}"]).format(
            local[:3], local[3:6], local[6:]
        )
    trunk = "" if country in ("ES", "IT") else "0"
    return trunk + (local if rng.random() < 0.4 else _grouped(local, rng))


def country_text(country: str, rng: Random) -> str:
    """The country in English, at times in its own language."""
    return rng.choice(COUNTRY_SPELLINGS[country].split("|"))


def currency_text(code: str, rng: Random) -> str:
    """An ISO 4217 code, mostly as it should be, else a symbol or small letters."""
    return code if rng.random() < 0.6 else rng.choice(CURRENCY_SPELLINGS[code].split())


def amount_text(amount: Decimal, currency: str, rng: Random) -> str:
    """1234.56 as 1.234,56 on the continent and 1,234.56 elsewhere, or plain."""
    if rng.random() < 0.3:
        return f"{amount:.2f}"
    english = f"{amount:,.2f}"
    return english.translate(str.maketrans(",.", ".,")) if currency == "EUR" else english


def amount_of(text: str) -> Decimal | None:
    """What amount_text() wrote; None where a text is no sum."""
    plain = text.replace(".", "").replace(",", ".") if text[-3:-2] == "," else text.replace(",", "")
    return Decimal(plain) if plain.replace(".", "").isdigit() else None


def _grouped(local: str, rng: Random) -> str:
    cut = rng.choice([3, 4])
    middle = (len(local) + cut) // 2
    return (
        " ".join((local[:cut], local[cut:middle], local[middle:]))
        if rng.random() < 0.5
        else f"{local[:cut]} {local[cut:]}"
    )
