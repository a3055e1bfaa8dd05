"""The value rules of each column of silver."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from functools import partial

from cdi_spark.standardise.batches import LOST, UNREAD, Rule, drop_reason
from cdi_spark.standardise.values import addresses
from cdi_spark.standardise.values.amounts import amount, no_amount
from cdi_spark.standardise.values.companies import company_name
from cdi_spark.standardise.values.countries import country
from cdi_spark.standardise.values.currencies import currency
from cdi_spark.standardise.values.dates import NOT_READ, no_date
from cdi_spark.standardise.values.emails import dropped_emails, emails
from cdi_spark.standardise.values.full_names import full_name
from cdi_spark.standardise.values.identifiers import device_ids, identifier, identifiers
from cdi_spark.standardise.values.name_parts import family_part, given_part
from cdi_spark.standardise.values.names import name_part
from cdi_spark.standardise.values.people import gender, is_placeholder_gender
from cdi_spark.standardise.values.phones import dropped_phones, phones
from cdi_spark.standardise.values.text import clean_text, is_unknown, known_text


def _place(name: str) -> str | None:
    """Return the name of a place, standardised as a name; no name of a place is a word for unknown."""
    return None if is_unknown(name) else name_part(name)


_NAMES = {"given_name": "_given", "middle_name": "_middle", "family_name": "_family"}
_SPLIT = (*_NAMES.values(), "_company")
_PARTS: dict[str, Callable[[str], str | None]] = {
    "given_name": given_part,
    "middle_name": name_part,
    "family_name": family_part,
}
_BETWEEN = re.compile("[ -]+")
_LISTS = ("account_ids", "device_ids")
_NO_TEXT = {"currency": "no currency", "to_currency": "no currency"}
# What stands before the name of a column in the number that its text was read as.
READ = "_read_"
# Why a value of the column is dropped, besides placeholders.
_NO_NAME, _NO_PLACE, _NO_IDENTIFIER = "no name", "no name of a place", "no identifier"
_ALONE: dict[str, tuple[Callable[..., object], str]] = {
    "street": (addresses.street, "no street"),
    "city": (_place, _NO_PLACE),
    "region": (addresses.region, _NO_PLACE),
    "national_id": (identifier, _NO_IDENTIFIER),
    "account_ids": (identifiers, _NO_IDENTIFIER),
    "device_ids": (device_ids, _NO_IDENTIFIER),
    "birth_place": (_place, _NO_PLACE),
    "occupation": (known_text, "no text"),
}


def person_rules(mapped: Collection[str], *, default_country: str) -> list[Rule]:
    """Return the rules for the mapped columns of silver.person and for full_name, in the order to apply them.

    A whole name is split; its parts fill the name columns that have no value of their own. A whole name that is a
    company's fills `company` so.

    Args:
        default_country: ISO 3166 alpha-2; how to read phones and postcodes of rows without a country.
    """
    rules = []
    if "country" in mapped:
        rules.append(Rule(("country",), ("country",), country, drop_reason("no country")))
    is_split = "full_name" in mapped
    if is_split:
        rules.append(Rule(_SPLIT, ("full_name",), _parts, drop_reason(_NO_NAME)))
    rules += [rule for name, part in _NAMES.items() for rule in _name_rules(name, part, mapped, is_split)]
    if "company" in mapped or is_split:
        inputs = (*(["company"] if "company" in mapped else []), *(["_company"] if is_split else []))
        company = partial(_own_or_split, known_text, "company" in mapped)
        rules.append(Rule(("company",), inputs, company, drop_reason("no text", is_unknown)))
    if "emails" in mapped:
        rules.append(Rule(("emails",), ("emails",), emails, dropped_emails))
    by_country: dict[str, tuple[Callable[..., object], Callable[..., Sequence[str]]]] = {
        "phones": (_phones, partial(_dropped_phones, default_country=default_country)),
        "postcode": (_postcode, drop_reason("no postcode", addresses.is_placeholder_postcode)),
    }
    for name, (rule, why) in by_country.items():
        if name in mapped:
            inputs = (name, "country") if "country" in mapped else (name,)
            make = partial(rule, default_country=default_country)
            rules.append(Rule((name,), inputs, make, why))
    if "gender" in mapped:
        rules.append(Rule(("gender",), ("gender",), gender, drop_reason("no gender", is_placeholder_gender)))
    return rules + [
        Rule((name,), (name,), rule, _why_dropped(rule, reason, name in _LISTS))
        for name, (rule, reason) in _ALONE.items()
        if name in mapped
    ]


def event_rules(texts: Iterable[str], *, words: Collection[str]) -> list[Rule]:
    """Return the rules for text columns of an event or a thing: currencies as ISO 4217, other columns as clean text.

    Args:
        words: columns of fixed words, stored in lower case with underscores.
    """
    rules = {name: currency if name in ("currency", "to_currency") else clean_text for name in texts}
    return [
        Rule(
            (name,),
            (name,),
            _fixed_word if name in words else rule,
            drop_reason(_NO_TEXT.get(name, "no text")),
        )
        for name, rule in rules.items()
    ]


def number_and_date_rules(
    columns: Collection[str], *, is_date: Callable[[str], bool], today: date
) -> list[Rule]:
    """Return the rules for texts that are no number or date of their column yet (mapping.emit_rows()).

    Args:
        columns: of the rows; those that begin with UNREAD and LOST are the texts.
        is_date: whether a column of the table holds dates or times.
        today: later dates of birth are in the future.
    """
    rules = []
    for name in sorted(columns):
        if name.startswith(UNREAD):
            read = f"{READ}{name.removeprefix(UNREAD)}"
            rules.append(Rule((read,), (name,), amount, _no_amount))
        elif name.startswith(LOST):
            is_day = is_date(name.removeprefix(LOST))
            rules.append(
                Rule((), (name,), _nothing, partial(_no_date, today=today) if is_day else _no_number)
            )
    return rules


def _why_dropped(rule: Callable[..., object], reason: str, is_list: bool) -> Callable[..., Sequence[str]]:
    why = drop_reason(reason, is_unknown)
    if not is_list:
        return why
    return lambda value: () if rule([value]) else why(value)


def _dropped_phones(number: str, country: str | None = None, *, default_country: str) -> Sequence[str]:
    return dropped_phones(number, country or default_country)


def _nothing(text: str) -> tuple[()]:
    return ()


def _no_amount(text: str) -> Sequence[str]:
    return (no_amount(text),)


def _no_number(text: str) -> Sequence[str]:
    """Return why the mapping dropped a number; it may be one in a form that the mapping does not read."""
    return (NOT_READ if amount(text) else no_amount(text),)


def _no_date(text: str, *, today: date) -> Sequence[str]:
    return (no_date(text, today=today),)


def _name_rules(name: str, part: str, mapped: Collection[str], is_split: bool) -> Iterable[Rule]:
    inputs = (*([name] if name in mapped else []), *([part] if is_split else []))
    if not inputs:
        return
    make, why = partial(_own_or_split, _PARTS[name], name in mapped), drop_reason(_NO_NAME)
    has_given = "family_name" in mapped and ("given_name" in mapped or is_split)
    if name == "given_name" and has_given:
        # Of the given name, the family name's rule gets one bit, so that it runs once per family name, not per pair.
        yield Rule((name, "_has_given"), inputs, partial(_with_bit, make), why)
    elif name == "family_name" and has_given:
        yield Rule((name,), (*inputs, "_has_given"), _family_name, why)
    else:
        yield Rule((name,), inputs, make, why)


def _with_bit(make: Callable[..., str | None], *inputs: str | None) -> tuple[str | None, str | None]:
    name = make(*inputs)
    return name, None if name is None else "1"


def _family_name(own: str | None, *others: str | None) -> str | None:
    """Return the own family name, standardised; without one, that of full_name, if there is such a column."""
    *split, has_given = others
    if own is None:
        return split[0] if split else None
    return family_part(own, has_given=has_given is not None)


def _parts(whole: str) -> tuple[str | None, ...] | None:
    name = full_name(whole)
    if name is None:
        company = company_name(whole)
        return None if company is None else (None, None, None, company)
    return name.given, name.middle, name.family, None


def _own_or_split(
    rule: Callable[[str], str | None], has_own: bool, first: str | None, split: str | None = None
) -> str | None:
    """Return the column's own value, standardised; without one, what full_name holds, which is standardised already."""
    if not has_own:
        return first
    return split if first is None else rule(first)


def _phones(
    numbers: list[str | None] | None, country: str | None = None, *, default_country: str
) -> list[str] | None:
    return None if numbers is None else phones(numbers, country or default_country)


def _postcode(code: str | None, country: str | None = None, *, default_country: str) -> str | None:
    return None if code is None else addresses.postcode(code, country or default_country)


def _fixed_word(word: str) -> str | None:
    cleaned = clean_text(word)
    return cleaned and _BETWEEN.sub("_", cleaned.lower())
