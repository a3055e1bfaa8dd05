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
    """Write an E.164 number in one of the usual ways; with `abroad` always with its country code.

    Other text, such as a placeholder, stays unchanged.
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
    """Return the country's name in English, sometimes in its own language."""
    return rng.choice(COUNTRY_SPELLINGS[country].split("|"))


def currency_text(code: str, rng: Random) -> str:
    """Return an ISO 4217 code, sometimes as a symbol or in lower case."""
    return code if rng.random() < 0.6 else rng.choice(CURRENCY_SPELLINGS[code].split())


def amount_text(amount: Decimal, currency: str, rng: Random) -> str:
    """Write 1234.56 as 1.234,56 in continental Europe and as 1,234.56 elsewhere, or without separators."""
    if rng.random() < 0.3:
        return f"{amount:.2f}"
    english = f"{amount:,.2f}"
    return english.translate(str.maketrans(",.", ".,")) if currency == "EUR" else english


def amount_of(text: str) -> Decimal | None:
    """Read what amount_text() wrote; None if a text is not an amount."""
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
