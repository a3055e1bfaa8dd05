"""What a column likely means, by its header and by its values; both have a say."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial

from cdi_spark.discovery import values as v
from cdi_spark.discovery import words
from cdi_spark.discovery.columns import Column
from cdi_spark.discovery.dates import Reading, looks_like_births, read_dates
from cdi_spark.discovery.known_names import has_street_word
from cdi_spark.discovery.vocabulary import word_set

DATE_MEANINGS = frozenset(
    [
        "birth_date",
        "updated_at",
        "created_at",
        "ordered_at",
        "issued_on",
        "due_on",
        "started_on",
        "ended_on",
        "opened_at",
        "closed_at",
        "occurred_at",
        "date",
    ]
)
_PERSONAL = word_set(
    """
given_name middle_name family_name second_family_name name_particle full_name name_word title gender
birth_date birth_day birth_month birth_year birth_place email phone phone_prefix street house_number unit city
region postcode postcode_city country national_id device_id cookie_id occupation company
"""
)
# The least share of values that must fit before a header is believed.
_LEAST = {
    "email": 0.3, "phone": 0.35, "postcode": 0.4, "country": 0.3, "currency": 0.4, "gender": 0.5, "title": 0.3,
    "street": 0.5, "house_number": 0.5, "region": 0.5, "given_name": 0.5, "middle_name": 0.4, "family_name": 0.5,
    "second_family_name": 0.5, "full_name": 0.6, "name_particle": 0.5, "city": 0.6, "birth_place": 0.6,
    "occupation": 0.6, "company": 0.5, "amount": 0.5, "unit_price": 0.5, "quantity": 0.6, "unit": 0.3,
    "national_id": 0.4, "name_word": 0.5, "product_name": 0.5, "event_name": 0.5, "subject": 0.5,
}  # fmt: skip
_HEADER_TESTS = {
    **v.TESTS,
    "national_id": lambda x: 5 <= len(x) <= 24 and sum(c.isdigit() for c in x) >= 4 and " " not in x.strip()[:3],
    "street": v.words, "name_word": v.words, "product_name": v.words, "event_name": v.words, "subject": v.words,
    "phone": lambda x: 6 <= sum(c.isdigit() for c in x) <= 20 and sum(c.isalpha() for c in x) <= 5,
    "postcode": lambda x: len(x) <= 11 and any(c.isdigit() for c in x) and sum(c.isalpha() for c in x) <= 6,
}  # fmt: skip


@dataclass(eq=False)
class Guess:
    """A column with what it likely means.

    `fit` is the share of its values that fit; `said` how much the header says so (0 to 1; 0: values alone);
    `doubt` what a person should look at, empty when nothing.
    """

    column: Column
    meaning: str = ""
    fit: float = 0.0
    said: float = 0.0
    doubt: str = ""
    reading: Reading = field(default_factory=Reading)
    # Whose id the column holds by its header ("" for nobody's); null when it is none.
    subject: str | None = None

    @property
    def by_values(self) -> bool:
        return not self.said


def guess_of(column: Column, *, country: str | None = None) -> Guess:
    """Weigh a column's header and values.

    Args:
        country: ISO 3166 alpha-2, where known: how its phones and dates are written.
    """
    leaf = column.path[-1]
    subject = words.subject_of_id(leaf)
    above = (*column.above, *column.path)[:-1]
    if subject == "" and above:
        subject = words.subject_of_id(f"{above[-1]}_{leaf}")
    guess = Guess(column, subject=subject)
    if not column.filled:
        return guess
    if words.is_label(leaf):
        guess.meaning = "label"
        return guess
    named = _named(column)
    told = _by_values(column, country)
    for meaning, said in sorted(named.items(), key=lambda item: -item[1]):
        if _accepts(guess, meaning, said, country):
            break
    # Values that cannot be anything else win over a header that only half says so.
    if told and (
        not guess.meaning
        or (
            told[0] in ("email", "phone")
            and guess.meaning not in (told[0], "label")
            and told[1] > 0.9
            and guess.said < 0.9
        )
    ):
        if not (named and _is_another(column)) and not (
            guess.subject is not None and told[0] in ("phone", "postcode", "amount", "date", "national_id")
        ):
            guess.meaning, guess.fit, guess.said = told[0], told[1], 0.0
            guess.reading = told[2]
            guess.doubt = "no header says so, its values do"
    if _is_another(column) and guess.meaning in _PERSONAL:
        guess.meaning = ""
    return guess


def _is_another(column: Column) -> bool:
    return any(words.is_about_another(part) for part in (*column.above, *column.path))


def _named(column: Column) -> dict[str, float]:
    """Meanings that the header gives, alone and together with the names above it."""
    path = [part for part in (*column.above, *column.path) if not part.isdigit()]
    found: dict[str, float] = {}
    for depth in (1, 2, 3):
        if depth > len(path):
            break
        for meaning, said in words.meanings_of(" ".join(path[-depth:])).items():
            # What needs the names above to be said is more exactly said.
            better = said if depth > 1 or len(path) == 1 else said - 0.05
            found[meaning] = max(found.get(meaning, 0.0), better)
    return found


def _accepts(guess: Guess, meaning: str, said: float, country: str | None) -> bool:
    """Take a meaning that the header names, if the values bear it."""
    column = guess.column
    if meaning in DATE_MEANINGS:
        reading = _dates(column, country, numbers=True)
        least = 0.3 if meaning != "date" else 0.5
        if column.kind not in ("date", "timestamp") and reading.share < least:
            return False
        guess.reading, fit = reading, reading.share if column.kind not in ("date", "timestamp") else 1.0
    elif meaning in ("birth_day", "birth_month", "birth_year"):
        low, high = {"birth_day": (1, 31), "birth_month": (1, 12), "birth_year": (1000, 2100)}[meaning]
        fit = v.share(column.values, lambda x: v.integer(x) and low <= int(float(x)) <= high)
        if fit < 0.7:
            return False
    elif meaning in ("deleted", "active"):
        fit = v.share(column.values, v.yes_no)
        if fit < 0.9 and meaning == "deleted":
            guess.reading = _dates(column, country, numbers=True)
            fit = guess.reading.share
        if fit < 0.9 and column.kind != "boolean":
            return False
    elif (
        meaning == "gender"
        and column.distinct <= 3
        and v.share(column.values, lambda x: x in ("1", "2", "9", "0")) == 1
    ):
        fit = 1.0
    elif meaning == "region" and v.share(column.values, _status_word) > 0.5:
        return False
    else:
        fit = v.share(column.values, partial(_fits, meaning))
        if fit < _LEAST.get(meaning, 0.0):
            return False
        if meaning == "country" and column.distinct > 250:
            return False
        if meaning == "title" and fit < 0.6 and v.share(column.values, v.title) < 0.6:
            return False
        if meaning == "amount" and (
            column.kind == "boolean" or v.share(column.values, lambda x: "%" in x) > 0.5
        ):
            return False
    guess.meaning, guess.fit, guess.said = meaning, fit, said
    if said < 0.75:
        guess.doubt = "its header says so only in part"
    elif fit < 0.8 and meaning in _LEAST:
        guess.doubt = f"only {fit:.0%} of its values look like it"
    return True


def _fits(meaning: str, value: str) -> bool:
    test = _HEADER_TESTS.get(meaning)
    return test is None or bool(test(value))


def _status_word(value: str) -> bool:
    return value.lower() in (
        "open", "closed", "active", "inactive", "pending", "new", "done", "cancelled", "canceled", "shipped", "paid",
        "delivered", "resolved", "returned", "completed", "failed", "processing", "lead", "prospect", "suspended",
    )  # fmt: skip


def _dates(column: Column, country: str | None, *, numbers: bool) -> Reading:
    return read_dates(column.values, month_first=country in ("US", "PH", "BZ", "FM"), numbers=numbers)


def _by_values(column: Column, country: str | None) -> tuple[str, float, Reading] | None:
    """A meaning that the values alone show, its fit, and the reading where it is a date."""
    told = partial(v.share, column.values)
    none = Reading()
    if column.kind in ("date", "timestamp"):
        reading = _dates(column, country, numbers=False)
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
    reading = _dates(column, country, numbers=False)
    if reading.share >= 0.8:
        return ("birth_date" if looks_like_births(reading) else "date"), reading.share, reading
    if (fit := told(v.national_id)) >= 0.8 and column.distinct > 5:
        return "national_id", fit, none
    if (fit := told(v.told_phone)) >= 0.7 and column.distinct > 3:
        sure = told(lambda x: v.valid_phone(x, country))
        if sure >= 0.4 or (fit > 0.95 and told(lambda x: x.startswith(("+", "00", "("))) > 0.3):
            return "phone", fit, none
    if (
        column.distinct <= 12
        and (fit := told(v.gender)) >= 0.95
        and told(lambda x: x.lower() in ("m", "male", "f", "female", "w", "v", "k", "h")) > 0.2
    ):
        if column.distinct >= 2 and told(lambda x: x.lower() in ("x", "o", "u", "n", "d")) < 0.5:
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
    if (
        opaque
        and told(v.name) >= 0.85
        and column.distinct >= 5
        and (fit := told(v.city)) >= 0.5
    ):
        return "city", fit, none
    return None


def _one_country(column: Column) -> bool:
    """Whether the regions are those of one country."""
    votes: Counter[str] = Counter()
    for value in column.values:
        votes.update(v.region_countries(value))
    return bool(votes) and votes.most_common(1)[0][1] >= 0.85 * len(column.values)
