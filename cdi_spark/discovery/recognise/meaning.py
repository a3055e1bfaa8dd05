"""What a column likely means, by its header and by its values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from cdi_spark.discovery.lexicon import headers, patterns
from cdi_spark.discovery.lexicon.shares import share_of
from cdi_spark.discovery.lexicon.vocabulary import load_lists, word_set
from cdi_spark.discovery.read.columns import Column
from cdi_spark.discovery.recognise.birth_parts import fits_part, read_partial
from cdi_spark.discovery.recognise.conventions import Conventions
from cdi_spark.discovery.recognise.dates import Reading
from cdi_spark.discovery.recognise.infer_from_values import TIMED, Inference, infer_meaning, read_column_dates
from cdi_spark.discovery.recognise.kinds import EVENT_DATES

DATE_MEANINGS = EVENT_DATES | {"birth_date", "updated_at", "created_at"}
_PERSONAL = word_set(
    """
given_name middle_name family_name second_family_name name_particle full_name name_word title gender
birth_date birth_day birth_month birth_year birth_place email phone phone_prefix street house_number unit city
region postcode postcode_city country national_id device_id cookie_id occupation company role
"""
)
_STATUS_WORDS = word_set(load_lists("values")["status_words"])
# The least share of values that must fit the meaning of a header.
_LEAST = {
    "email": 0.3, "phone": 0.35, "postcode": 0.4, "country": 0.3, "currency": 0.4, "gender": 0.5, "title": 0.3,
    "street": 0.5, "house_number": 0.5, "region": 0.5, "given_name": 0.5, "middle_name": 0.4, "family_name": 0.5,
    "second_family_name": 0.5, "full_name": 0.6, "name_particle": 0.5, "city": 0.6, "birth_place": 0.6,
    "occupation": 0.6, "company": 0.5, "amount": 0.5, "unit_price": 0.5, "quantity": 0.6, "unit": 0.3,
    "national_id": 0.4, "name_word": 0.5, "role": 0.5, "product_name": 0.5, "event_name": 0.5, "subject": 0.5,
}  # fmt: skip
# Values do not change the meaning of a header that supports it so much.
_CERTAIN = 0.9
# A number of something else: C-7165012.
_CODE = re.compile(r"(?i)(?!tel|ph|mob|fax|hp|cel|m |t |p )[a-z]{1,4}[-_ ]?\d+")
_HEADER_TESTS: Mapping[str, Callable[[str], bool]] = {
    **patterns.TESTS,
    "national_id": lambda x: 5 <= len(x) <= 24 and sum(c.isdigit() for c in x) >= 4 and " " not in x.strip()[:3],
    **dict.fromkeys(("street", "product_name", "event_name", "subject"), patterns.is_text),
    **dict.fromkeys(("name_word", "role"), lambda x: patterns.is_text(x) and "@" not in x),
    "phone": lambda x: (
        6 <= sum(c.isdigit() for c in x) <= 20 and sum(c.isalpha() for c in x) <= 5 and not _CODE.fullmatch(x)
    ),
    "postcode": lambda x: len(x) <= 11 and any(c.isdigit() for c in x) and sum(c.isalpha() for c in x) <= 6,
}  # fmt: skip


@dataclass(eq=False)
class Guess:
    """A column with what it likely means.

    `fit` is the share of its values that fit; `header_score` the share of the header that supports the meaning
    (0 to 1; 0 where only the values do); `doubt` what the user should check, empty for nothing.
    """

    column: Column
    meaning: str = ""
    fit: float = 0.0
    header_score: float = 0.0
    doubt: str = ""
    reading: Reading = field(default_factory=Reading)
    # The thing that the column identifies by its header ("" where it does not name one); null when it is no id.
    subject: str | None = None

    @property
    def is_timed(self) -> bool:
        """Whether the column holds dates or times."""
        return bool(self.reading.forms) or self.column.kind in TIMED

    @property
    def by_values(self) -> bool:
        return not self.header_score


def guess_meaning(
    column: Column, *, conventions: Conventions, context: frozenset[str] = frozenset()
) -> Guess:
    """Guess what a column means from its header and its values.

    Args:
        conventions: how its phones and dates are written.
        context: words of headers that mean nothing in its table.
    """
    leaf = column.path[-1]
    subject = headers.find_id_subject(leaf)
    above = (*column.above, *column.path)[:-1]
    if subject == "" and above:
        subject = headers.find_id_subject(f"{above[-1]}_{leaf}")
    guess = Guess(column, subject=subject)
    if not column.filled:
        return guess
    if headers.is_label(leaf):
        guess.meaning = "label"
        return guess
    named = _read_header(column, context)
    for meaning, said in sorted(named.items(), key=lambda item: -item[1]):
        if _accept_meaning(guess, meaning, said, conventions):
            break
    is_certain = bool(guess.meaning) and guess.header_score >= _CERTAIN
    inferred = None if is_certain else infer_meaning(column, conventions)
    if inferred and _overrules_header(guess, inferred) and not (named and _is_about_another(column)):
        guess.meaning, guess.fit, guess.reading = inferred.meaning, inferred.fit, inferred.reading
        guess.header_score, guess.doubt = 0.0, "recognised by its values, not by its header"
    if _is_about_another(column) and guess.meaning in _PERSONAL:
        guess.meaning = ""
    return guess


def _overrules_header(guess: Guess, inferred: Inference) -> bool:
    """Whether the meaning of the values replaces the header's: it has none, or a doubtful one."""
    if guess.subject is not None and inferred.meaning in (
        "phone",
        "postcode",
        "amount",
        "date",
        "national_id",
    ):
        return False
    if inferred.meaning == "amount" and _is_about_another(guess.column):
        return False
    return not guess.meaning or (
        inferred.meaning in ("email", "phone")
        and guess.meaning != inferred.meaning
        and inferred.fit > 0.9
        and guess.header_score < _CERTAIN
    )


def _is_about_another(column: Column) -> bool:
    return any(headers.is_about_another(part) for part in (*column.above, *column.path))


def _read_header(column: Column, context: frozenset[str]) -> dict[str, float]:
    """The meanings of the header, alone and together with the names above it."""
    path = [part for part in (*column.above, *column.path) if not part.isdigit()]
    found: dict[str, float] = {}
    alone = headers.find_meanings(path[-1], context=context) if path else {}
    is_part = max(alone.get("given_name", 0.0), alone.get("family_name", 0.0)) >= 0.9
    for depth in (1, 2, 3):
        if depth > len(path):
            break
        for meaning, said in headers.find_meanings(" ".join(path[-depth:]), context=context).items():
            if is_part and meaning == "full_name":
                # Of buyer.first, the buyer makes no whole name.
                continue
            # A meaning that needs the names above is more specific.
            better = said if depth > 1 or len(path) == 1 else said - 0.05
            found[meaning] = max(found.get(meaning, 0.0), better)
    return found


def _accept_meaning(guess: Guess, meaning: str, said: float, conventions: Conventions) -> bool:
    """Set a meaning of the header, if enough values fit it."""
    column = guess.column
    if meaning in DATE_MEANINGS:
        reading = read_column_dates(column, conventions, numbers=True)
        least = 0.3 if meaning != "date" else 0.5
        share = reading.share
        if meaning == "birth_date":
            share += share_of(column.values, lambda x: read_partial(x, conventions.today) is not None)
        if column.kind not in TIMED and share < least:
            return False
        guess.reading, fit = reading, share if column.kind not in TIMED else 1.0
    elif meaning in ("birth_day", "birth_month", "birth_year"):
        guess.reading = Reading(today=conventions.today)
        fit = share_of(column.values, partial(fits_part, meaning))
        if fit < 0.7:
            return False
    elif meaning in ("deleted", "active"):
        fit = share_of(column.values, patterns.is_yes_no)
        if fit < 0.9 and meaning == "deleted":
            guess.reading = read_column_dates(column, conventions, numbers=True)
            fit = guess.reading.share
        if fit < 0.9 and column.kind != "boolean":
            return False
    elif meaning == "gender" and column.distinct <= 3 and column.values.keys() <= {"0", "1", "2", "9"}:
        fit = 1.0
    else:
        fit = share_of(column.values, partial(_fits, meaning))
        if fit < _LEAST.get(meaning, 0.0) or _is_contradicted(column, meaning):
            return False
    guess.meaning, guess.fit, guess.header_score = meaning, fit, said
    if said < 0.75:
        guess.doubt = "recognised by a part of its header only"
    elif fit < 0.8 and meaning in _LEAST:
        guess.doubt = f"only {fit:.0%} of its values fit"
    return True


def _is_contradicted(column: Column, meaning: str) -> bool:
    """Whether the values belong to another thing of the same name: states of orders, titles of books, percentages."""
    if meaning == "region":
        return share_of(column.values, is_status_word) > 0.5
    if meaning == "country":
        return column.distinct > 250
    if meaning == "title":
        return share_of(column.values, patterns.is_title) < 0.6
    if meaning == "amount":
        return column.kind == "boolean" or share_of(column.values, lambda x: "%" in x) > 0.5
    return False


def _fits(meaning: str, value: str) -> bool:
    test = _HEADER_TESTS.get(meaning)
    return test is None or test(value)


def is_status_word(value: str) -> bool:
    """Whether a value is a state of an order, a ticket or a lead."""
    return value.lower() in _STATUS_WORDS
