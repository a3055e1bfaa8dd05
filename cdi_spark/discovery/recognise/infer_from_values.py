"""The meaning of a column from its values alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial

from cdi_spark.discovery.lexicon import headers, name_forms, patterns
from cdi_spark.discovery.lexicon.known_names import has_street_word
from cdi_spark.discovery.lexicon.shares import share_of
from cdi_spark.discovery.read.columns import Column
from cdi_spark.discovery.recognise.conventions import Conventions
from cdi_spark.discovery.recognise.dates import Reading, looks_like_births, read_dates

# Kinds of columns that hold dates or times.
TIMED = ("date", "timestamp", "nanos")


@dataclass(frozen=True)
class Inference:
    """A meaning that values show, the share of the values that fit it, and their reading where it is a date."""

    meaning: str
    fit: float
    reading: Reading = field(default_factory=Reading)


def read_column_dates(column: Column, conventions: Conventions, *, numbers: bool) -> Reading:
    """The column's values read as dates."""
    return read_dates(
        column.values, today=conventions.today, month_first=conventions.month_first, numbers=numbers
    )


def infer_meaning(column: Column, conventions: Conventions) -> Inference | None:
    """The meaning that the values alone show; null where they show none."""
    share = partial(share_of, column.values)
    if column.kind in TIMED:
        reading = read_column_dates(column, conventions, numbers=False)
        return _infer_date(reading, 1.0)
    if column.kind == "boolean" or (column.is_list and not column.distinct):
        return None
    mails = share(patterns.is_email)
    if mails >= 0.7:
        return Inference("email", mails)
    if mails >= 0.1 and mails + share(patterns.is_phone) >= 0.9:
        return Inference("contact", mails + share(patterns.is_phone))
    if share(patterns.is_url) > 0.5 or share(patterns.is_ip_address) > 0.5:
        return None
    reading = read_column_dates(column, conventions, numbers=False)
    if reading.share >= 0.8:
        return _infer_date(reading, reading.share)
    if (fit := share(patterns.is_national_id)) >= 0.8 and column.distinct > 5:
        return Inference("national_id", fit)
    if (fit := share(patterns.is_evident_phone)) >= 0.7 and column.distinct > 3:
        sure = share(lambda x: patterns.is_valid_phone(x, conventions.country))
        if sure >= 0.4 or (fit > 0.95 and share(lambda x: x.startswith(("+", "00", "("))) > 0.3):
            return Inference("phone", fit)
    if code := _infer_code(column):
        return code
    if share(patterns.is_text) < 0.5:
        return _infer_number(column)
    return _infer_text(column)


def _infer_date(reading: Reading, fit: float) -> Inference:
    return Inference("birth_date" if looks_like_births(reading) else "date", fit, reading)


def _infer_code(column: Column) -> Inference | None:
    """Genders, titles, lettered postcodes, currencies and countries, which have few forms."""
    share = partial(share_of, column.values)
    if (
        2 <= column.distinct <= 12
        and (fit := share(patterns.is_gender)) >= 0.95
        and share(lambda x: x.lower() in ("m", "male", "f", "female", "w", "v", "k", "h")) > 0.2
        and share(lambda x: x.lower() in ("x", "o", "u", "n", "d")) < 0.5
    ):
        return Inference("gender", fit)
    if column.distinct <= 25 and (fit := share(patterns.is_title)) >= 0.9:
        return Inference("title", fit)
    if (fit := share(patterns.is_lettered_postcode)) >= 0.7 and column.distinct > 3:
        return Inference("postcode", fit)
    if (
        column.distinct <= 250
        and (fit := share(patterns.is_currency)) >= 0.95
        and share(lambda x: len(x) <= 3) > 0.9
        and _all_currencies(column)
    ):
        return Inference("currency", fit)
    spelled = column.distinct >= 3 or share(lambda x: len(x) > 3) > 0.5
    if (
        column.distinct <= 250
        and spelled
        and (fit := share(patterns.is_country)) >= 0.9
        and not _is_yes_no(column)
    ):
        return Inference("country", fit)
    return None


def _all_currencies(column: Column) -> bool:
    return share_of(column.values, lambda x: (len(x) == 3 and x.isupper()) or not x.isalnum()) > 0.99


def _is_yes_no(column: Column) -> bool:
    return share_of(column.values, patterns.is_yes_no) > 0.9


def _infer_number(column: Column) -> Inference | None:
    decimal = share_of(column.values, patterns.is_decimal)
    if decimal >= 0.7:
        return Inference("amount", decimal)
    fit = share_of(column.values, lambda x: bool(patterns.is_postcode(x)) and len(x.removesuffix(".0")) == 5)
    lengths = {len(x) for x in column.values}
    if (
        fit >= 0.95
        and column.distinct > 20
        and lengths == {5}
        and column.distinct < 0.9 * column.filled
        and any(x[0] == "0" for x in column.values)
    ):
        return Inference("postcode", fit)
    return None


def _infer_text(column: Column) -> Inference | None:
    """Streets, companies, names, regions and cities in text."""
    share = partial(share_of, column.values)
    # A column that repeats a few words is a code.
    if column.distinct < min(10, max(3, 0.3 * column.filled)):
        return None
    opaque = headers.is_opaque(column.path[-1])
    if (fit := share(patterns.is_street)) >= 0.5 and share(has_street_word) >= (
        0.0 if opaque and fit > 0.7 else 0.2
    ):
        return Inference("street", fit)
    if (fit := share(patterns.is_company)) >= 0.3:
        return Inference("company", fit)
    several = share(lambda x: not name_forms.is_one_word(x))
    given, family = share(name_forms.is_known_given_name), share(name_forms.is_known_family_name)
    if several >= 0.6 and (fit := share(name_forms.is_known_full_name)) >= 0.5:
        return Inference("full_name", fit)
    if several < 0.5 and given >= 0.35 and given > family:
        return Inference("given_name", share(name_forms.looks_like_name))
    if (fit := share(patterns.is_occupation)) >= 0.4:
        return Inference("occupation", fit)
    if several < 0.5 and family >= 0.3 and share(name_forms.looks_like_name) >= 0.9:
        return Inference("family_name", share(name_forms.looks_like_name))
    if (
        (fit := share(lambda x: bool(patterns.find_region_countries(x)))) >= 0.85
        and column.distinct <= 120
        and _one_country(column)
    ):
        return Inference("region", fit)
    # The list of cities takes a second to load, so it is used only where the header means nothing.
    named = opaque and share(name_forms.looks_like_name) >= 0.85
    if named and (fit := share(patterns.is_city)) >= 0.5:
        return Inference("city", fit)
    return None


def _one_country(column: Column) -> bool:
    """Whether the regions are those of one country."""
    votes: Counter[str] = Counter()
    for value, times in column.values.items():
        votes.update(dict.fromkeys(patterns.find_region_countries(value), times))
    return bool(votes) and votes.most_common(1)[0][1] >= 0.85 * sum(column.values.values())
