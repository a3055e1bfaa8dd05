"""A delivery's rows, or the elements of an array in them, with what each column likely means."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from cdi_spark.discovery.lexicon import headers, patterns
from cdi_spark.discovery.lexicon.shares import share_of
from cdi_spark.discovery.lexicon.vocabulary import load_lists, word_set
from cdi_spark.discovery.read.columns import Array, Column
from cdi_spark.discovery.read.deliveries import Delivery
from cdi_spark.discovery.read.sampling import SAMPLE_ROWS
from cdi_spark.discovery.read.tables import Table
from cdi_spark.discovery.recognise.bookings import resolve_debit_and_credit
from cdi_spark.discovery.recognise.conventions import Conventions
from cdi_spark.discovery.recognise.kinds import LEDGER, event_kind_of
from cdi_spark.discovery.recognise.meaning import Guess, guess_meaning
from cdi_spark.schema import FOUND_BY

_LIFTED = frozenset(
    ("given_name", "middle_name", "family_name", "full_name", "birth_date", "street", "house_number", "city", "region",
     "postcode", "country")
)  # fmt: skip
STRONG = frozenset(("email", "phone", "contact", "national_id", "device_id", "cookie_id"))
# Meanings that only people have, not companies.
_OF_PEOPLE = word_set(
    "given_name family_name full_name email birth_date gender national_id device_id cookie_id contact occupation title"
)
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
    def stem(self) -> str:
        """The name without numbers and dates."""
        return re.sub(r"[\W\d_]+", " ", self.name).strip()


def recognise_sheet(delivery: Delivery, table: Table, name: str, *, conventions: Conventions) -> Sheet:
    """Guess every column of a delivery's table, and of the arrays in it."""
    guesses = _guess_columns(table.columns, conventions)
    sheet = Sheet(delivery, name, guesses, table.rows, explode=table.explode)
    sheet.inner = [_recognise_array(delivery, array, conventions) for array in table.arrays]
    for inner in sheet.inner:
        _lift_first_element(sheet, inner)
    _resolve_names(sheet)
    _resolve_by_neighbours(sheet)
    resolve_debit_and_credit(sheet.guesses)
    return sheet


def is_person(sheet: Sheet) -> bool:
    """Whether the rows describe people."""
    if _is_list_of_companies(sheet) or _is_label_file(sheet):
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


def find_event_kind(sheet: Sheet) -> str | None:
    """The kind of event that a row is; null where it is none."""
    votes: dict[str, float] = defaultdict(float)
    by_name = event_kind_of(sheet.name.replace(".", " "))
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
    people = _is_list_of_people(sheet) and not votes.get(LEDGER, 0) >= 6
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
    if _is_list_of_companies(sheet):
        return "it lists companies, but no people"
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
    _resolve_names(sheet)
    return sheet


def _guess_columns(columns: Sequence[Column], conventions: Conventions) -> list[Guess]:
    context = headers.find_common_prefixes([column.path[-1] for column in columns])
    guesses = [guess_meaning(column, conventions=conventions, context=context) for column in columns]
    # A column of an owner is another person where the same column without an owner exists.
    plain = {g.meaning for g in guesses if "owner" not in headers.tokens_of(g.column.name)}
    for guess in guesses:
        if guess.meaning in plain and "owner" in headers.tokens_of(guess.column.name):
            guess.meaning = ""
    return guesses


def _lift_first_element(sheet: Sheet, inner: Sheet) -> None:
    """Add names and address from the first object of an array; most such arrays have one object."""
    if find_event_kind(inner) or headers.is_about_another(inner.name) or inner.array is None:
        return
    for guess in inner.guesses:
        if guess.meaning in _LIFTED and not sheet.has(guess.meaning):
            column = guess.column.at(f"get({guess.column.array}, 0)")
            column.rows = max(sheet.rows, column.filled) if sheet.rows <= SAMPLE_ROWS else column.rows
            sheet.guesses.append(
                replace(guess, column=column, doubt=guess.doubt or "taken from the first object of the array")
            )


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


def _resolve_names(sheet: Sheet) -> None:
    """Decide what columns called `name` hold, by the other columns and their values."""
    named = sheet.of("name_word")
    if not named:
        return
    personal = sheet.has("email", "phone", "birth_date", "national_id", "street", "gender", "postcode")
    # The column with most given names is decided first, because the others depend on it.
    for guess in sorted(named, key=lambda g: -share_of(g.column.values, patterns.is_given_name)):
        given, family = sheet.has("given_name"), sheet.has("family_name")
        # Travel agents write SMITH/JOHN.
        values = Counter({x.replace("/", ", "): n for x, n in guess.column.values.items()})
        single = share_of(values, lambda x: " " not in x.strip() and "," not in x)
        people = share_of(values, patterns.is_full_name)
        guess.meaning = ""
        if share_of(values, patterns.is_company) >= 0.3 and not sheet.has("company"):
            guess.meaning, guess.doubt = (
                "company",
                "its header says only `name`; its values are companies",
            )
        elif sheet.has("full_name") or (given and family):
            continue
        elif (given and single >= 0.5) or (given and people < 0.3):
            guess.meaning = "family_name"
        elif family and (single >= 0.5 or share_of(values, patterns.is_given_name) >= 0.3):
            guess.meaning = "given_name"
        elif people >= 0.3 or (
            personal and single < 0.7 and share_of(values, patterns.looks_like_full_name) >= 0.5
        ):
            guess.meaning = "full_name"
        elif personal and share_of(values, patterns.is_given_name) >= 0.3:
            guess.meaning, guess.doubt = (
                "given_name",
                "its header says only `name`; its values are given names",
            )
        elif _is_product(sheet):
            guess.meaning = "product_name"
        guess.fit = share_of(values, patterns.TESTS.get(guess.meaning, patterns.is_text))


def _resolve_by_neighbours(sheet: Sheet) -> None:
    """Set the meaning of columns without a header: parts of names and addresses stand beside each other."""
    for meaning, beside, fits, least in _BESIDE:
        if sheet.has(meaning):
            continue
        for place, guess in enumerate(sheet.guesses):
            near = [g.meaning for g in sheet.guesses[max(0, place - 1) : place + 2] if g is not guess]
            free = (
                not guess.meaning and headers.is_opaque(guess.column.path[-1]) and guess.column.distinct >= 10
            )
            if (
                free
                and any(m in beside for m in near)
                and (fit := share_of(guess.column.values, fits)) >= least
            ):
                guess.meaning, guess.fit, guess.header_score = meaning, fit, 0.0
                beside_it = " and ".join(m for m in near if m in beside)
                guess.doubt = f"recognised by the column beside it ({beside_it}), not by its header"
                break


_BESIDE: tuple[tuple[str, tuple[str, ...], Callable[[str], bool], float], ...] = (
    ("family_name", ("given_name", "middle_name"), patterns.looks_like_name, 0.9),
    ("given_name", ("family_name",), patterns.looks_like_name, 0.9),
    ("postcode", ("city", "street", "region"), lambda x: x.isdigit() and 4 <= len(x) <= 6, 0.9),
    ("city", ("postcode", "region", "street"), patterns.looks_like_name, 0.9),
    ("postcode", ("city",), lambda x: x.isdigit() and 4 <= len(x) <= 6, 0.9),
)


def _is_list_of_companies(sheet: Sheet) -> bool:
    return sheet.has("company") and not sheet.has(*_OF_PEOPLE)


def _is_product(sheet: Sheet) -> bool:
    return sheet.has("quantity", "unit_price", "product_code")


def join_names(guesses: Iterable[Guess]) -> str:
    """The names of the columns, for a message."""
    return ", ".join(g.column.name for g in guesses)
