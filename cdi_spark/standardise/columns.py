"""The value rules of each column of silver."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from functools import partial

from cdi_spark.standardise.batches import Rule
from cdi_spark.standardise.values import addresses, emails, phones
from cdi_spark.standardise.values.countries import country
from cdi_spark.standardise.values.currencies import currency
from cdi_spark.standardise.values.full_names import full_name
from cdi_spark.standardise.values.identifiers import device_ids, identifier, identifiers
from cdi_spark.standardise.values.names import name_part
from cdi_spark.standardise.values.people import gender, is_placeholder_gender
from cdi_spark.standardise.values.text import clean_text, is_unknown, known_text


def _place(name: str) -> str | None:
    """Return the name of a place, standardised as a name; no name of a place is a word for unknown."""
    return None if is_unknown(name) else name_part(name)


_NAMES = {"given_name": "_given", "middle_name": "_middle", "family_name": "_family"}
_BETWEEN = re.compile("[ -]+")
_ALONE: dict[str, Callable[..., object]] = {
    "street": addresses.street,
    "city": _place,
    "region": addresses.region,
    "national_id": identifier,
    "account_ids": identifiers,
    "device_ids": device_ids,
    "birth_place": _place,
    "occupation": known_text,
    "company": known_text,
}


def person_rules(mapped: Collection[str], *, default_country: str) -> list[Rule]:
    """Return the rules for the mapped columns of silver.person and for full_name, in the order to apply them.

    A whole name is split; its parts fill the name columns that have no value of their own.

    Args:
        default_country: ISO 3166 alpha-2; how to read phones and postcodes of rows without a country.
    """
    rules = [Rule(("country",), ("country",), country)] if "country" in mapped else []
    is_split = "full_name" in mapped
    if is_split:
        rules.append(Rule(tuple(_NAMES.values()), ("full_name",), _parts))
    for name, part in _NAMES.items():
        inputs = (*([name] if name in mapped else []), *([part] if is_split else []))
        if inputs:
            rules.append(Rule((name,), inputs, _first_name_part))
    if "emails" in mapped:
        rules.append(Rule(("emails",), ("emails",), emails.emails, emails.is_placeholder_email))
    by_country: dict[str, tuple[Callable[..., object], Callable[[str], bool]]] = {
        "phones": (_phones, phones.is_placeholder_phone),
        "postcode": (_postcode, addresses.is_placeholder_postcode),
    }
    for name, (rule, is_placeholder) in by_country.items():
        if name in mapped:
            inputs = (name, "country") if "country" in mapped else (name,)
            make = partial(rule, default_country=default_country)
            rules.append(Rule((name,), inputs, make, is_placeholder))
    if "gender" in mapped:
        rules.append(Rule(("gender",), ("gender",), gender, is_placeholder_gender))
    return rules + [
        Rule((name,), (name,), rule, is_unknown) for name, rule in _ALONE.items() if name in mapped
    ]


def event_rules(texts: Iterable[str], *, words: Collection[str]) -> list[Rule]:
    """Return the rules for text columns of an event or a thing: currencies as ISO 4217, other columns as clean text.

    Args:
        words: columns of fixed words, stored in lower case with underscores.
    """
    rules = {name: currency if name in ("currency", "to_currency") else clean_text for name in texts}
    return [Rule((name,), (name,), _fixed_word if name in words else rule) for name, rule in rules.items()]


def _parts(whole: str) -> tuple[str | None, str | None, str | None] | None:
    name = full_name(whole)
    return None if name is None else (name.given, name.middle, name.family)


def _first_name_part(*parts: str | None) -> str | None:
    """Return the first part that is given, standardised."""
    return next((name_part(part) for part in parts if part is not None), None)


def _phones(
    numbers: list[str | None] | None, country: str | None = None, *, default_country: str
) -> list[str] | None:
    return None if numbers is None else phones.phones(numbers, country or default_country)


def _postcode(code: str | None, country: str | None = None, *, default_country: str) -> str | None:
    return None if code is None else addresses.postcode(code, country or default_country)


def _fixed_word(word: str) -> str | None:
    cleaned = clean_text(word)
    return cleaned and _BETWEEN.sub("_", cleaned.lower())
