"""What values look like: a test for each meaning, without regard to the header."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

from cdi_spark.discovery.lexicon.known_names import city_names, has_street_word
from cdi_spark.discovery.lexicon.name_forms import looks_like_name
from cdi_spark.discovery.lexicon.vocabulary import fold, group_by_word, load_lists, word_set
from cdi_spark.standardise.values.countries import country as country_code
from cdi_spark.standardise.values.currencies import currency as currency_code
from cdi_spark.standardise.values.people import gender, is_placeholder_gender
from cdi_spark.standardise.values.phones import phone as standard_phone

_PEOPLE = load_lists("people")
_VALUES = load_lists("values")
# Values that mean "no value", in lower case.
NOTHING = frozenset(_VALUES["nothing"])
_EMAIL = re.compile(
    r"^(?:mailto:)?[^\s@<>,;]+@[^\s@<>,;]+\.[A-Za-z]{2,}$|^.{0,60}<[^\s@]+@[^\s@]+\.[A-Za-z]{2,}>$"
)
_BETWEEN = re.compile(r"[;,|]")
_PHONE = re.compile(r"^\+?[\d(][\d ()./\u2011\u2013-]{5,22}\d(?: ?(?:x|ext\.?) ?\d{1,6})?$", re.IGNORECASE)
_DATE_LIKE = re.compile(r"^(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d{2}))\b")
_POSTCODES = {
    "GB": r"[A-Za-z]{1,2}\d[A-Za-z\d]? ?\d[A-Za-z]{2}", "CA": r"[A-Za-z]\d[A-Za-z][ -]?\d[A-Za-z]\d",
    "NL": r"[1-9]\d{3} ?[A-Za-z]{2}", "IE": r"[A-Za-z]\d[\dWw] ?(?=\d*[A-Za-z])[A-Za-z0-9]{4}", "PL": r"\d{2}-\d{3}",
    "PT": r"\d{4}-\d{3}", "JP": r"\d{3}-\d{4}", "BR": r"\d{5}-\d{3}", "CZ": r"\d{3} \d{2}", "US": r"\d{5}-\d{4}",
}  # fmt: skip
_DIGITS_POSTCODE = re.compile(r"^(?:[A-Z]{1,2}-)?\d{4,6}(?:\.0)?$")
_LETTERED_POSTCODE = re.compile("^(?:" + "|".join(_POSTCODES.values()) + ")$")
_HOUSE = re.compile(r"^\d{1,5} ?[a-zA-Z]?(?: ?[-/+] ?\d{0,4} ?[a-zA-Z]?)?(?:\.0)?$")
# Forms that one state alone uses, by kind; and forms that several do.
_NATIONAL_ID_KINDS = {
    "ssn": r"\d{3}-\d{2}-\d{4}",
    "nino": r"[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]",
    "codice_fiscale": r"[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]",
    "dni": r"\d{8}-?[A-HJ-NP-TV-Z]|[XYZ]-?\d{7}-?[A-Z]",
    "cpf": r"\d{3}\.\d{3}\.\d{3}-\d{2}",
    "nir": r"[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?\d{2} ?\d{3} ?\d{3}(?: ?\d{2})?",
    "ahv": r"756\.\d{4}\.\d{4}\.\d{2}",
    # Czechia and Slovakia; Sweden and Denmark; Finland.
    "rodne_cislo": r"\d{6}/\d{3,4}",
    "": r"\d{6}-\d{4}",
    "henkilotunnus": r"\d{6}[-+A]\d{3}[\dA-Y]",
}
_NATIONAL = {kind: re.compile(f"(?:{form})", re.IGNORECASE) for kind, form in _NATIONAL_ID_KINDS.items()}
_NUMBER = re.compile(r"^[-+(]?\s*[^\d\s.,+-]{0,4}\s*[-+]?\d[\d.,'\u00a0\u202f ]*\s*[^\d\s.,]{0,4}\)?-?$")
_LONGEST_NUMBER = 60
GENDER_OF = group_by_word(_PEOPLE["genders"])
TITLE_GENDER = group_by_word(_PEOPLE["titles"])
_YES_NO = word_set(_VALUES["yes_no"])
_COMPANY_WORDS = word_set(_PEOPLE["company_words"])
_JOB_WORDS = word_set(_PEOPLE["job_words"])


def is_nothing(value: str | None) -> bool:
    """Whether a value means "no value"."""
    return value is None or value.strip().lower() in NOTHING


def is_email(value: str) -> bool:
    return "@" in value and all(_EMAIL.match(part.strip()) for part in _BETWEEN.split(value.strip(" ;,")))


def is_phone(value: str) -> bool:
    """Whether a value has the form of a phone number, and not of a date, an amount or a short code."""
    bare = re.sub(r"(?i)^(?:tel|phone|ph|mob|fax)?[.:]* ?", "", value)
    parts = [part for one in _BETWEEN.split(bare) if (part := one.strip())]
    return bool(parts) and all(
        _PHONE.match(part) and not _DATE_LIKE.match(part) and 7 <= sum(c.isdigit() for c in part) <= 16
        for part in parts
    )


def is_evident_phone(value: str) -> bool:
    """Whether the form alone shows a phone number: a plus, a leading zero, brackets or groups of digits."""
    return is_phone(value) and bool(
        re.match(r"^(?:\+|00|0\d{8}|\(|0\d+[ /-]|\d{2,4}[ -]\d{2,4}[ -]\d{2,})", value)
    )


def is_valid_phone(value: str, region: str | None) -> bool:
    """Whether the numbering plan of a country has the number; without a region, only numbers with a country code."""
    return standard_phone(value, region or "") is not None


def is_postcode(value: str) -> bool:
    return bool(_LETTERED_POSTCODE.match(value) or _DIGITS_POSTCODE.match(value))


def is_lettered_postcode(value: str) -> bool:
    return bool(_LETTERED_POSTCODE.match(value))


def lettered_postcode_country(value: str) -> str | None:
    """The first country whose postcodes have the form of a value; null where none has it."""
    return next((c for c, form in _POSTCODES.items() if re.fullmatch(form, value)), None)


def is_city(value: str) -> bool:
    return looks_like_name(value) and fold(value) in city_names()


def is_street(value: str) -> bool:
    """Whether a value is a street line: a word for a street, or a name and a house number."""
    if not 4 <= len(value) <= 120 or "@" in value:
        return False
    numbered = re.search(
        r"^\d+[a-zA-Z]? [^\W\d_]{2}|[^\W\d_]{3}[.,]? \d+ ?[a-zA-Z]?(?:[-/ ]\d+)?(?:,|$)", value
    )
    return (has_street_word(value) and bool(re.search(r"[^\W\d_]{3}", value)) and " " in value) or bool(
        numbered
    )


def is_house_number(value: str) -> bool:
    return bool(_HOUSE.match(value))


def is_country(value: str) -> bool:
    return country_code(value) is not None


def find_region_countries(value: str) -> frozenset[str]:
    """The countries that have a state, province or region of this name or code."""
    return _countries_by_region().get(fold(value), frozenset())


def is_region(value: str) -> bool:
    return (
        (value.strip().isalpha() and len(value) <= 3)
        or bool(find_region_countries(value))
        or looks_like_name(value)
    )


def is_currency(value: str) -> bool:
    return currency_code(value) is not None


def is_gender(value: str) -> bool:
    return value.strip().lower() in GENDER_OF or gender(value) is not None or is_placeholder_gender(value)


def is_title(value: str) -> bool:
    return all(word in TITLE_GENDER for word in value.lower().split()) and bool(value.strip())


def is_national_id(value: str) -> bool:
    return any(form.fullmatch(value) for form in _NATIONAL.values())


def national_id_kind(value: str) -> str:
    """The document or register whose numbers have this form; empty if none or several do."""
    return next((kind for kind, form in _NATIONAL.items() if form.fullmatch(value)), "")


def is_company(value: str) -> bool:
    return any(word in _COMPANY_WORDS for word in fold(value.replace(".", "")).split()[1:])


def is_occupation(value: str) -> bool:
    return any(word in _JOB_WORDS for word in fold(value).split())


def is_number(value: str) -> bool:
    """Whether a value is a number or an amount, with or without a currency sign or code."""
    return (
        len(value) <= _LONGEST_NUMBER and bool(_NUMBER.match(value)) and sum(c.isalpha() for c in value) <= 3
    )


def is_integer(value: str) -> bool:
    return bool(re.fullmatch(r"[-+]?\d{1,9}(?:[.]0+)?", value))


def is_decimal(value: str) -> bool:
    return is_number(value) and bool(re.search(r"[.,]\d{2}(?!\d)", value))


def is_yes_no(value: str) -> bool:
    return value.strip().lower() in _YES_NO


def is_url(value: str) -> bool:
    return bool(re.match(r"^(?:https?://|www\.)", value.lower()))


def is_ip_address(value: str) -> bool:
    return bool(re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}|(?:[0-9a-fA-F]{0,4}:){3,7}[0-9a-fA-F]{0,4}", value))


def is_hash(value: str) -> bool:
    """Whether a value is a hash in hexadecimal digits, or a UUID."""
    bare = value.replace("-", "")
    return len(bare) in (32, 40, 56, 64, 96, 128) and bool(re.fullmatch(r"[0-9a-fA-F]+", bare))


def is_text(value: str) -> bool:
    """Whether a value has at least two letters."""
    return sum(c.isalpha() for c in value) >= 2


TESTS: Mapping[str, Callable[[str], bool]] = {
    "email": is_email,
    "phone": is_phone,
    "postcode": is_postcode,
    "country": is_country,
    "currency": is_currency,
    "gender": is_gender,
    "title": is_title,
    "national_id": is_national_id,
    "street": is_street,
    "house_number": is_house_number,
    "region": is_region,
    "unit": lambda value: len(value) <= 80,
    **dict.fromkeys(("given_name", "middle_name", "family_name", "second_family_name"), looks_like_name),
    **dict.fromkeys(("full_name", "name_particle", "city", "birth_place", "occupation", "company"), is_text),
    **dict.fromkeys(("amount", "unit_price", "quantity"), is_number),
}


@cache
def _countries_by_region() -> dict[str, frozenset[str]]:
    import pycountry

    found: dict[str, set[str]] = {}
    for entry in pycountry.subdivisions:
        for word in (entry.name, entry.code.partition("-")[2]):
            if not word.isdigit():
                found.setdefault(fold(word), set()).add(entry.country_code)
    return {word: frozenset(countries) for word, countries in found.items()}
