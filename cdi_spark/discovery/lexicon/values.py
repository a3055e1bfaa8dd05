"""What values look like: the share of a column's values that fit a meaning, whatever its header says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache

from cdi_spark.discovery.lexicon.known_names import (
    COMPANY_WORDS,
    JOB_WORDS,
    city_names,
    given_names,
    has_street_word,
    looks_like_family_name,
)
from cdi_spark.discovery.lexicon.vocabulary import fold, word_set
from cdi_spark.standardise.values.countries import country as country_code
from cdi_spark.standardise.values.currencies import currency as currency_code
from cdi_spark.standardise.values.phones import phone as standard_phone

# What stands for "no value" in the files of many programs; folded by case only.
NOTHING = frozenset((
    "", "null", "\\n", "na", "n/a", "n.a.", "none", "nan", "#n/a", "-", "--", "---", "?", ".", "unknown", "(null)",
    "undefined", "nat", "nil", "<na>", "<null>", "unbekannt", "inconnu", "desconocido", "k.a.", "not given",
    "not known", "none given", "0000-00-00", "0000-00-00 00:00:00", "tbd", "xxx", "#null!",
))  # fmt: skip
_EMAIL = re.compile(
    r"^(?:mailto:)?[^\s@<>,;]+@[^\s@<>,;]+\.[A-Za-z]{2,}$|^.{0,60}<[^\s@]+@[^\s@]+\.[A-Za-z]{2,}>$"
)
_LIST = re.compile(r"\s*[;,|]\s*")
_PHONE = re.compile(r"^\+?[\d(][\d ()./\u2011\u2013-]{5,22}\d(?: ?(?:x|ext\.?) ?\d{1,6})?$", re.IGNORECASE)
_DATE_LIKE = re.compile(r"^(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d{2}))\b")
_UUID = re.compile(r"^\{?[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\}?$")
_TOKEN = re.compile(r"^(?=.*\d)[0-9a-zA-Z_.:-]{16,}$")
_POSTCODES = {
    "GB": r"[A-Za-z]{1,2}\d[A-Za-z\d]? ?\d[A-Za-z]{2}", "CA": r"[A-Za-z]\d[A-Za-z][ -]?\d[A-Za-z]\d",
    "NL": r"[1-9]\d{3} ?[A-Za-z]{2}", "IE": r"[A-Za-z]\d[\dWw] ?(?=\d*[A-Za-z])[A-Za-z0-9]{4}", "PL": r"\d{2}-\d{3}",
    "PT": r"\d{4}-\d{3}", "JP": r"\d{3}-\d{4}", "BR": r"\d{5}-\d{3}", "CZ": r"\d{3} \d{2}", "US": r"\d{5}-\d{4}",
}  # fmt: skip
_DIGITS_POSTCODE = re.compile(r"^(?:[A-Z]{1,2}-)?\d{4,6}(?:\.0)?$")
_LETTERED_POSTCODE = re.compile("^(?:" + "|".join(_POSTCODES.values()) + ")$")
_HOUSE = re.compile(r"^\d{1,5} ?[a-zA-Z]?(?: ?[-/+] ?\d{0,4} ?[a-zA-Z]?)?(?:\.0)?$")
_NATIONAL = re.compile(
    r"^(?:\d{3}-\d{2}-\d{4}"  # US
    r"|[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]"  # GB
    r"|[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]"  # IT
    r"|\d{8}-?[A-HJ-NP-TV-Z]|[XYZ]-?\d{7}-?[A-Z]"  # ES
    r"|\d{3}\.\d{3}\.\d{3}-\d{2}"  # BR
    r"|[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?\d{2} ?\d{3} ?\d{3}(?: ?\d{2})?"  # FR
    r"|756\.\d{4}\.\d{4}\.\d{2}"  # CH
    r"|\d{6}/\d{3,4}|\d{6}-\d{4}|\d{6}[-+A]\d{3}[\dA-Y])$",  # CZ, SE and DK, FI
    re.IGNORECASE,
)
_NAME_WORD = r"[^\W\d_][^\W\d_'\u2019.\-]*(?:['\u2019.\-][^\W\d_.]*)*"
_FULL_NAME = re.compile(rf"^{_NAME_WORD}(?:,? {_NAME_WORD}){{1,4}}$|^{_NAME_WORD}, ?{_NAME_WORD}.*$")
_ONE_NAME = re.compile(rf"^{_NAME_WORD}(?: {_NAME_WORD}){{0,2}}$")
_NUMBER = re.compile(r"^[-+(]?\s*[^\d\s.,+-]{0,4}\s*[-+]?\d[\d.,'\u00a0\u202f ]*\s*[^\d\s.,]{0,4}\)?-?$")
_GENDERS = {
    "female": "f female w woman weiblich frau femme feminin feminine femenina femenino feminino mujer donna femmina "
              "vrouw v k kobieta kadin kvinna girl",
    "male": "m male man m\u00e4nnlich maennlich mann h homme masculin masculine masculino hombre e erkek ferfi "
            "f\u00e9rfi uomo maschio mezczyzna muz boy",
    "other": "x other d divers diverse nonbinary non-binary u unknown o n",
}  # fmt: skip
GENDER_OF = {word: gender for gender, words in _GENDERS.items() for word in words.split()}
_TITLES = {
    "male": "mr mr. mister herr hr hr. m. monsieur sr sr. senor señor don sig. sig signor signore dhr dhr. pan de heer "
            "meneer sir lord hr.",
    "female": "mrs mrs. ms ms. miss frau fr fr. mme mme. madame mlle mlle. mademoiselle sra sra. senora señora srta "
              "srta. doña sig.ra signora sig.na mevr mevr. mevrouw mw mw. pani fru lady dame madam fröken",
    "": "dr dr. prof prof. rev mx mx. doctor ing. dipl.-ing. doktor professor",
}  # fmt: skip
TITLE_GENDER = {word: gender for gender, words in _TITLES.items() for word in words.split()}
_YES_NO = word_set(
    "true false t f yes no y n 0 1 ja nein j oui non o si sí tak nie s 0.0 1.0 on off active inactive x"
)


def is_nothing(value: str | None) -> bool:
    """Whether a value says that there is none."""
    return value is None or value.strip().lower() in NOTHING


def email(value: str) -> bool:
    return "@" in value and all(_EMAIL.match(part) for part in _LIST.split(value.strip(" ;,")))


def phone(value: str) -> bool:
    """Written as phone numbers are; dates, amounts and short codes are not."""
    parts = [
        part for part in _LIST.split(re.sub(r"(?i)^(?:tel|phone|ph|mob|fax)?[.:]* ?", "", value)) if part
    ]
    return bool(parts) and all(
        _PHONE.match(part) and not _DATE_LIKE.match(part) and 7 <= sum(c.isdigit() for c in part) <= 16
        for part in parts
    )


def told_phone(value: str) -> bool:
    """A phone number by its writing alone: a plus, a leading zero or brackets, or groups of digits."""
    return phone(value) and bool(
        re.match(r"^(?:\+|00|0\d{8}|\(|0\d+[ /-]|\d{2,4}[ -]\d{2,4}[ -]\d{2,})", value)
    )


def valid_phone(value: str, region: str | None) -> bool:
    """A number that the country's numbering plan has; without region only numbers with a country code."""
    return standard_phone(value, region or "") is not None


def postcode(value: str) -> bool:
    return bool(_LETTERED_POSTCODE.match(value) or _DIGITS_POSTCODE.match(value))


def lettered_postcode(value: str) -> bool:
    return bool(_LETTERED_POSTCODE.match(value))


def postcode_country(value: str) -> str | None:
    """The country whose form of postcode alone a value has."""
    return next((c for c, form in _POSTCODES.items() if re.fullmatch(form, value)), None)


def full_name(value: str) -> bool:
    """Two words or more, written as a name, one of them a known name of people."""
    if not _FULL_NAME.match(value) or len(value) > 60:
        return False
    words = fold(value).split()
    return any(w in given_names() for w in words) or (len(words) == 2 and looks_like_family_name(words[1]))


def shaped_as_full_name(value: str) -> bool:
    return bool(_FULL_NAME.match(value)) and len(value) <= 60


def name(value: str) -> bool:
    """Written as a name, known or not."""
    return bool(_ONE_NAME.match(value)) and len(value) <= 40


def given_name(value: str) -> bool:
    return name(value) and (fold(value).split() or [""])[0] in given_names()


def family_name(value: str) -> bool:
    return name(value) and looks_like_family_name((fold(value).split() or [""])[-1])


def city(value: str) -> bool:
    return name(value) and fold(value) in city_names()


def street(value: str) -> bool:
    """A street line: a word for a street, or a name and a house number."""
    if not 4 <= len(value) <= 120 or "@" in value:
        return False
    numbered = re.search(
        r"^\d+[a-zA-Z]? [^\W\d_]{2}|[^\W\d_]{3}[.,]? \d+ ?[a-zA-Z]?(?:[-/ ]\d+)?(?:,|$)", value
    )
    return (has_street_word(value) and bool(re.search(r"[^\W\d_]{3}", value)) and " " in value) or bool(
        numbered
    )


def house_number(value: str) -> bool:
    return bool(_HOUSE.match(value))


def country(value: str) -> bool:
    return country_code(value) is not None


def region_countries(value: str) -> frozenset[str]:
    """The countries that have a state, province or region of this name or code."""
    return _regions().get(fold(value), frozenset())


def region(value: str) -> bool:
    return (value.strip().isalpha() and len(value) <= 3) or bool(region_countries(value)) or name(value)


def currency(value: str) -> bool:
    return currency_code(value) is not None


def gender(value: str) -> bool:
    return value.strip().lower() in GENDER_OF


def title(value: str) -> bool:
    return all(word in TITLE_GENDER for word in value.lower().split()) and bool(value.strip())


def national_id(value: str) -> bool:
    return bool(_NATIONAL.match(value))


def company(value: str) -> bool:
    return any(word in COMPANY_WORDS for word in fold(value.replace(".", "")).split()[1:])


def occupation(value: str) -> bool:
    return any(word in JOB_WORDS for word in fold(value).split())


def number(value: str) -> bool:
    """A number or a sum of money, with or without a sign or code of a currency."""
    return bool(_NUMBER.match(value)) and sum(c.isalpha() for c in value) <= 3


def integer(value: str) -> bool:
    return bool(re.fullmatch(r"[-+]?\d{1,9}(?:[.]0+)?", value))


def decimal(value: str) -> bool:
    return number(value) and bool(re.search(r"[.,]\d{2}(?!\d)", value))


def yes_no(value: str) -> bool:
    return value.strip().lower() in _YES_NO


def uuid(value: str) -> bool:
    return bool(_UUID.match(value))


def token(value: str) -> bool:
    """A long random id, as of devices and cookies."""
    return uuid(value) or bool(_TOKEN.match(value))


def url(value: str) -> bool:
    return bool(re.match(r"^(?:https?://|www\.)", value.lower()))


def ip_address(value: str) -> bool:
    return bool(re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}|(?:[0-9a-fA-F]{0,4}:){3,7}[0-9a-fA-F]{0,4}", value))


def words(value: str) -> bool:
    """Text with letters in it."""
    return sum(c.isalpha() for c in value) >= 2


TESTS: Mapping[str, Callable[[str], bool]] = {
    "email": email, "phone": phone, "postcode": postcode, "country": country, "currency": currency, "gender": gender,
    "title": title, "national_id": national_id, "street": street, "house_number": house_number, "region": region,
    "given_name": name, "middle_name": name, "family_name": name, "second_family_name": name, "full_name": words,
    "name_particle": words, "city": words, "birth_place": words, "occupation": words, "company": words,
    "amount": number, "unit_price": number, "quantity": number, "unit": lambda v: len(v) <= 80,
}  # fmt: skip


def share(values: Counter[str], test: Callable[[str], bool]) -> float:
    """The share of the values, each as often as it stands there, that pass a test; 0 when there are none."""
    total = sum(values.values())
    return sum(n for value, n in values.items() if test(value)) / total if total else 0.0


@cache
def _regions() -> dict[str, frozenset[str]]:
    import pycountry

    found: dict[str, set[str]] = {}
    for entry in pycountry.subdivisions:
        for word in (entry.name, entry.code.partition("-")[2]):
            if not word.isdigit():
                found.setdefault(fold(word), set()).add(entry.country_code)
    return {word: frozenset(countries) for word, countries in found.items()}
