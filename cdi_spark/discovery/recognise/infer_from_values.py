"""What values tell without a header."""

from __future__ import annotations

from collections import Counter
from functools import partial

from cdi_spark.discovery.lexicon import values as v
from cdi_spark.discovery.lexicon import words
from cdi_spark.discovery.lexicon.known_names import has_street_word
from cdi_spark.discovery.read.columns import Column
from cdi_spark.discovery.recognise.conventions import Conventions
from cdi_spark.discovery.recognise.dates import Reading, looks_like_births, read_dates

# Kinds of typed columns that are a date or a time.
TIMED = ("date", "timestamp", "nanos")


def read_column_dates(column: Column, conventions: Conventions, *, numbers: bool) -> Reading:
    """The column's values read as dates."""
    return read_dates(
        column.values, today=conventions.today, month_first=conventions.month_first, numbers=numbers
    )


def infer_meaning(column: Column, conventions: Conventions) -> tuple[str, float, Reading] | None:
    """A meaning that the values alone show, its fit, and the reading where it is a date."""
    told = partial(v.share, column.values)
    none = Reading()
    if column.kind in TIMED:
        reading = read_column_dates(column, conventions, numbers=False)
        return ("birth_date" if looks_like_births(reading) else "date"), 1.0, reading
    if column.kind == "boolean" or (column.is_list and not column.distinct):
        return None
    mails = told(v.email)
    if mails >= 0.7:
        return "email", mails, none
    if mails >= 0.1 and mails + told(v.phone) >= 0.9:
        return "contact", mails + told(v.phone), none
    if told(v.url) > 0.5 or told(v.ip_address) > 0.5:
        return None
    reading = read_column_dates(column, conventions, numbers=False)
    if reading.share >= 0.8:
        return ("birth_date" if looks_like_births(reading) else "date"), reading.share, reading
    if (fit := told(v.national_id)) >= 0.8 and column.distinct > 5:
        return "national_id", fit, none
    if (fit := told(v.told_phone)) >= 0.7 and column.distinct > 3:
        sure = told(lambda x: v.valid_phone(x, conventions.country))
        if sure >= 0.4 or (fit > 0.95 and told(lambda x: x.startswith(("+", "00", "("))) > 0.3):
            return "phone", fit, none
    if (
        2 <= column.distinct <= 12
        and (fit := told(v.gender)) >= 0.95
        and told(lambda x: x.lower() in ("m", "male", "f", "female", "w", "v", "k", "h")) > 0.2
        and told(lambda x: x.lower() in ("x", "o", "u", "n", "d")) < 0.5
    ):
        return "gender", fit, none
    if column.distinct <= 25 and (fit := told(v.title)) >= 0.9:
        return "title", fit, none
    if (fit := told(v.lettered_postcode)) >= 0.7 and column.distinct > 3:
        return "postcode", fit, none
    if (
        column.distinct <= 250
        and (fit := told(v.currency)) >= 0.95
        and told(lambda x: len(x) <= 3) > 0.9
        and _all_currencies(column)
    ):
        return "currency", fit, none
    spelled = column.distinct >= 3 or told(lambda x: len(x) > 3) > 0.5
    if column.distinct <= 250 and spelled and (fit := told(v.country)) >= 0.9 and not _is_yes_no(column):
        return "country", fit, none
    if told(v.words) < 0.5:
        return _numeric_by_values(column)
    return _text_by_values(column)


def _all_currencies(column: Column) -> bool:
    return all((len(x) == 3 and x.isupper()) or not x.isalnum() for x in column.values)


def _is_yes_no(column: Column) -> bool:
    return v.share(column.values, v.yes_no) > 0.9


def _numeric_by_values(column: Column) -> tuple[str, float, Reading] | None:
    decimal = v.share(column.values, v.decimal)
    if decimal >= 0.7:
        return "amount", decimal, Reading()
    fit = v.share(column.values, lambda x: bool(v.postcode(x)) and len(x.removesuffix(".0")) == 5)
    lengths = {len(x) for x in column.values}
    if (
        fit >= 0.95
        and column.distinct > 20
        and lengths == {5}
        and column.distinct < 0.9 * column.filled
        and any(x[0] == "0" for x in column.values)
    ):
        return "postcode", fit, Reading()
    return None


def _text_by_values(column: Column) -> tuple[str, float, Reading] | None:
    """Streets, companies, names, regions and cities, of text that no header explains."""
    told = partial(v.share, column.values)
    none = Reading()
    if column.distinct < 10 or column.distinct < 0.001 * column.filled:
        return None
    opaque = words.is_opaque(column.path[-1])
    if (fit := told(v.street)) >= 0.5 and told(has_street_word) >= (0.0 if opaque and fit > 0.7 else 0.2):
        return "street", fit, none
    if (fit := told(v.company)) >= 0.3:
        return "company", fit, none
    several = told(lambda x: " " in x or "," in x)
    given, family = told(v.given_name), told(v.family_name)
    if several >= 0.6 and (fit := told(v.full_name)) >= 0.5:
        return "full_name", fit, none
    if several < 0.5 and given >= 0.35 and given > family:
        return "given_name", told(v.name), none
    if (fit := told(v.occupation)) >= 0.4:
        return "occupation", fit, none
    if several < 0.5 and family >= 0.3 and column.distinct >= 10 and told(v.name) >= 0.9:
        return "family_name", told(v.name), none
    if (
        (fit := told(lambda x: bool(v.region_countries(x)))) >= 0.85
        and column.distinct <= 120
        and _one_country(column)
    ):
        return "region", fit, none
    # The list of cities takes seconds to load: asked only where the header is no word at all.
    if opaque and told(v.name) >= 0.85 and column.distinct >= 5 and (fit := told(v.city)) >= 0.5:
        return "city", fit, none
    return None


def _one_country(column: Column) -> bool:
    """Whether the regions are those of one country."""
    votes: Counter[str] = Counter()
    for value in column.values:
        votes.update(v.region_countries(value))
    return bool(votes) and votes.most_common(1)[0][1] >= 0.85 * len(column.values)
