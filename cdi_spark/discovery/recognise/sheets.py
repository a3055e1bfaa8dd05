"""A delivery's rows, or the elements of an array in them, with what each column likely means."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cdi_spark.discovery.lexicon import headers
from cdi_spark.discovery.lexicon.vocabulary import load_lists, word_set
from cdi_spark.discovery.read.columns import Array, Column
from cdi_spark.discovery.read.deliveries import Delivery
from cdi_spark.discovery.read.tables import Table
from cdi_spark.discovery.recognise.arrays import find_values_by_kind, lift_fields
from cdi_spark.discovery.recognise.bookings import resolve_debit_and_credit
from cdi_spark.discovery.recognise.conventions import Conventions
from cdi_spark.discovery.recognise.kinds import LEDGER, event_kind_of
from cdi_spark.discovery.recognise.meaning import Guess, guess_meaning
from cdi_spark.discovery.recognise.names import resolve_names
from cdi_spark.discovery.recognise.neighbours import resolve_by_neighbours
from cdi_spark.schema import FOUND_BY

STRONG = frozenset(("email", "phone", "contact", "national_id", "device_id", "cookie_id"))
# Meanings that only people have, not companies.
_OF_PEOPLE = word_set(
    "given_name family_name full_name email birth_date gender national_id device_id cookie_id contact occupation title"
)
_NAMES = ("given_name", "family_name", "full_name", "name_word", "role")
_LABEL_FILES = word_set(load_lists("headers")["label_files"])


@dataclass(eq=False)
class Sheet:
    """The guesses for the columns of a table; `array` is set where its rows are the elements of an array."""

    delivery: Delivery
    name: str
    guesses: list[Guess]
    rows: int
    array: Array | None = None
    explode: str = ""
    inner: list[Sheet] = field(default_factory=list)

    def of(self, *meanings: str) -> list[Guess]:
        """The guesses of some meanings, best first: by header score, then by fit and fill."""
        found = [g for g in self.guesses if g.meaning in meanings]
        return sorted(found, key=lambda g: (-round(g.header_score, 1), -round(g.fit * g.column.fill, 2)))

    def has(self, *meanings: str) -> bool:
        return any(g.meaning in meanings for g in self.guesses)

    @property
    def file_name(self) -> str:
        """The name of the file in its own script; empty for an array."""
        return "" if self.array else self.delivery.files[0].name.split(".")[0]

    @property
    def stem(self) -> str:
        """The name without numbers and dates."""
        return re.sub(r"[\W\d_]+", " ", self.name).strip()


def recognise_sheet(delivery: Delivery, table: Table, name: str, *, conventions: Conventions) -> Sheet:
    """Guess every column of a delivery's table, and of the arrays in it."""
    guesses = _guess_columns(table.columns, conventions)
    sheet = Sheet(delivery, name, guesses, table.rows, explode=table.explode)
    sheet.inner = [_recognise_array(delivery, array, conventions) for array in table.arrays]
    for inner in sheet.inner:
        _lift_array(sheet, inner, conventions)
    resolve_names(sheet.guesses, names_person=headers.names_person(sheet.stem))
    resolve_by_neighbours(sheet.guesses, country=conventions.country)
    resolve_debit_and_credit(sheet.guesses)
    return sheet


def is_person(sheet: Sheet) -> bool:
    """Whether the rows describe people."""
    if _is_label_file(sheet):
        return False
    if any(g.meaning in STRONG and g.column.filled for g in sheet.guesses):
        return True
    if (sheet.has("given_name") and sheet.has("family_name")) or sheet.has("full_name"):
        return True
    if find_event_kind(sheet):
        return False
    if any(inner.has("email", "phone", "contact") for inner in sheet.inner):
        return True
    # Anonymised people: an id and a description, without names.
    about = [
        g for g in sheet.of("city", "postcode", "birth_date", "gender", "region", "country") if g.header_score
    ]
    return _is_list_of_people(sheet) and bool(about)


def is_organisation(sheet: Sheet) -> bool:
    """Whether the rows are companies, without a name or a birth date of a person."""
    people = ("given_name", "family_name", "full_name", "birth_date", "gender", "national_id", "title")
    return sheet.has("company") and not sheet.has(*people)


def find_event_kind(sheet: Sheet) -> str | None:
    """The kind of event that a row is; null where it is none."""
    votes: dict[str, float] = defaultdict(float)
    by_name = event_kind_of(sheet.name.replace(".", " ")) or event_kind_of(sheet.file_name)
    if by_name:
        votes[by_name] += 2
    for guess in sheet.guesses:
        for kind, found_by in FOUND_BY.items():
            votes[kind] += found_by.evidence.get(guess.meaning, 0) * (0.5 if guess.by_values else 1)
        if guess.subject and (kind_of_id := event_kind_of(guess.subject)) and not _repeats(guess):
            votes[kind_of_id] += 1.5
    if not by_name and _is_history_of_people(sheet):
        votes.pop("subscription", None)
    if by_name in ("payment", "invoice") or sheet.has(*_OF_PEOPLE):
        votes.pop(LEDGER, None)
    # Where every customer has one event so far, the key of the customer is unique too.
    described = headers.names_person(sheet.stem) or sheet.has(*_OF_PEOPLE)
    people = described and _is_list_of_people(sheet) and not votes.get(LEDGER, 0) >= 6
    if people and not by_name:
        return None
    # sales_contacts.csv: the name of the file alone must not make people orders.
    least = 3 if people else 2
    for kind, votes_for in sorted(votes.items(), key=lambda item: (-item[1], item[0])):
        if votes_for >= least and all(sheet.has(*wanted.split()) for wanted in FOUND_BY[kind].needs):
            return kind
    return None


def explain_skipped(sheet: Sheet) -> str:
    """Why a sheet becomes no source, as text for the user."""
    if sheet.has("label") or _is_label_file(sheet):
        return "it holds labels (which records are one person); only `cdi evaluate` may read those"
    if _has_only_keys(sheet):
        return (
            "it holds only keys and short codes (labels or links?), and nothing that describes a person "
            "or an event"
        )
    if find_event_kind(sheet) or event_kind_of(sheet.name):
        return (
            "it describes events, but lacks a date or an amount, or lacks a way to find the customer (a customer "
            "number that another file has, an e-mail address, a device id)"
        )
    return "it describes no people, and no orders, invoices, subscriptions, support cases or usage of people"


def _is_label_file(sheet: Sheet) -> bool:
    """Whether the sheet holds only labels, by its name or its columns."""
    named = set(headers.tokens_of(sheet.stem)) & _LABEL_FILES
    describing = [g for g in sheet.guesses if g.meaning not in ("", "label", "name_word") and g.header_score]
    return (bool(named) or sheet.has("label")) and len(describing) < 2


def _has_only_keys(sheet: Sheet) -> bool:
    codes = [
        g
        for g in sheet.guesses
        if not g.meaning or g.subject is not None or g.meaning in ("label", "name_word")
    ]
    return len(codes) == len(sheet.guesses) <= 4


def _recognise_array(delivery: Delivery, array: Array, conventions: Conventions) -> Sheet:
    guesses = _guess_columns(array.columns, conventions)
    sheet = Sheet(delivery, array.name, guesses, array.elements, array=array, explode=array.explode)
    sheet.inner = [_recognise_array(delivery, nested, conventions) for nested in array.arrays]
    resolve_names(guesses, names_person=headers.names_person(sheet.stem))
    return sheet


def _guess_columns(columns: Sequence[Column], conventions: Conventions) -> list[Guess]:
    context = headers.find_common_prefixes([column.path[-1] for column in columns])
    guesses = [guess_meaning(column, conventions=conventions, context=context) for column in columns]
    _drop_second_people(guesses)
    return guesses


def _drop_second_people(guesses: Sequence[Guess]) -> None:
    """Take the meaning from columns of someone who stands beside the row's person (an owner, an employee)."""
    plain = {g.meaning for g in guesses if g.meaning and not headers.is_second_role(g.column.name)}
    has_names = not plain.isdisjoint(_NAMES)
    for guess in guesses:
        if not headers.is_second_role(guess.column.name):
            continue
        if guess.meaning in plain or (has_names and guess.meaning in _NAMES):
            guess.meaning = ""


def _lift_array(sheet: Sheet, inner: Sheet, conventions: Conventions) -> None:
    """Add to the row what an array in it says of its person."""
    array = inner.array
    if array is None or find_event_kind(inner) or headers.is_about_another(inner.name):
        return

    def guess(column: Column) -> Guess:
        return guess_meaning(column, conventions=conventions)

    by_kind = find_values_by_kind(array, inner.guesses, guess)
    sheet.guesses += by_kind or lift_fields(array, inner.guesses, lacks=lambda m: not sheet.has(m))


def _repeats(guess: Guess) -> bool:
    return guess.column.distinct < 0.9 * guess.column.filled


def _is_list_of_people(sheet: Sheet) -> bool:
    """Whether a row is a person by the file's name or its key, even if it has columns of events."""
    if headers.names_person(sheet.stem):
        return True
    return any(
        guess.subject
        and headers.is_person_subject(guess.subject)
        and guess.column.fill > 0.98
        and not _repeats(guess)
        for guess in sheet.guesses[:3]
    )


def _is_history_of_people(sheet: Sheet) -> bool:
    """Whether the rows are people and the days between which each row holds, without a plan or a price."""
    named = sheet.has("full_name") or (sheet.has("given_name") and sheet.has("family_name"))
    return named and not sheet.has("plan", "amount", "product_name", "product_code")


def join_names(guesses: Iterable[Guess]) -> str:
    """The names of the columns, for a message."""
    return ", ".join(g.column.name for g in guesses)
