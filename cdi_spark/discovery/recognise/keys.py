"""The key of a sheet's rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from cdi_spark.discovery.lexicon import headers, patterns
from cdi_spark.discovery.lexicon.shares import percent, share_of
from cdi_spark.discovery.lexicon.spelling import canonical_set
from cdi_spark.discovery.lexicon.vocabulary import load_lists, word_set
from cdi_spark.discovery.read.columns import Column
from cdi_spark.discovery.read.sampling import Samples
from cdi_spark.discovery.recognise.kinds import event_kind_of
from cdi_spark.discovery.recognise.meaning import DATE_MEANINGS, Guess
from cdi_spark.discovery.recognise.sheets import Sheet
from cdi_spark.discovery.recognise.versions import find_version
from cdi_spark.sql_text import quote_if_needed

_LINE_NUMBER_WORDS = canonical_set(load_lists("headers")["line_number_words"])
# Redelivered and corrected rows share a key; the newest is used.
_LEAST_UNIQUE = 0.98
NOT_KEYS = DATE_MEANINGS | word_set(
    """
given_name middle_name family_name full_name gender birth_place email phone street house_number city region
postcode country amount unit_price quantity status currency occupation company product_name subject title
postcode_city deleted active label unit birth_year birth_month birth_day event_name priority plan reference
"""
)


# Subjects of ids that mean only the row itself.
ROW_SUBJECTS = ("rec", "record", "row", "unique", "sys", "source")


@dataclass(frozen=True)
class Key:
    """A key expression, its columns, and the evidence for it.

    With `merge`, rows of one key are parts of one record; with `hashed`, the key is personal data and is hashed.
    """

    sql: str
    columns: tuple[Column, ...]
    facts: str
    confirm: tuple[str, ...] = ()
    merge: bool = False
    hashed: bool = False

    def of(self, text: str) -> str:
        """Spark SQL of the key, from a column of another table that refers to it."""
        return f"sha2({text}, 256)" if self.hashed else text


def find_key(sheet: Sheet, samples: Samples, *, kind: str | None, referenced: Sequence[Guess] = ()) -> Key:
    """The likeliest key of a sheet's rows.

    Args:
        kind: the kind of event that a row is; null for a person.
        referenced: columns that other files refer to; they are preferred where they are unique.
    """
    rows = sheet.rows
    ids = sorted(_list_candidates(sheet, kind), key=lambda g: _rank(g, kind, referenced))
    for guess in ids:
        if kind and is_person_id(guess) and event_kind_of(guess.subject or "") != kind:
            # A customer may have one event today, and two tomorrow.
            continue
        column = guess.column
        distinct = samples.count_distinct(sheet.delivery, [column])
        filled = column.fill * rows
        if column.is_complete and distinct >= _LEAST_UNIQUE * filled:
            if (
                kind is None
                and distinct < round(filled)
                and (merged := _make_shared_key(sheet, guess, samples))
            ):
                return merged
            return _make_unique_key(guess, distinct, filled)
    if kind is None and (owner := _find_owner(sheet, ids)) is not None:
        merged = _make_shared_key(sheet, owner, samples)
        if merged is not None:
            return merged
    return (
        _find_combined_key(sheet, ids, samples, kind=kind)
        or _find_mailbox_key(sheet, samples)
        or _hash_row(sheet)
    )


def find_person_ids(sheet: Sheet) -> list[Guess]:
    """Columns of ids of a person or a person's account: customer_no, Kundennr, userId."""
    return [g for g in sheet.guesses if is_person_id(g)]


def is_person_id(guess: Guess) -> bool:
    """Whether a column holds ids of a person or a person's account."""
    if (
        guess.meaning in ("label", "national_id", "phone", "email")
        or guess.column.is_list
        or not guess.column.filled
    ):
        return False
    leaf = guess.column.path[-1]
    if headers.is_about_another(leaf):
        return False
    if guess.subject:
        return headers.is_person_subject(guess.subject)
    tokens = [t for t in headers.tokens_of(leaf) if not t.isdigit()]
    named = bool(tokens) and all(headers.is_person_subject(t) for t in tokens)
    return named and is_code(guess) and not _counts(guess)


def _counts(guess: Guess) -> bool:
    """Whether a column called "persons" says how many they are: small numbers that repeat."""
    small = share_of(guess.column.values, lambda x: x.isdigit() and len(x) <= 2)
    return small > 0.9 and guess.column.distinct < 0.9 * guess.column.filled


def _list_candidates(sheet: Sheet, kind: str | None) -> list[Guess]:
    return [
        g
        for g in sheet.guesses
        if not g.column.is_list
        # Columns that together refer to a person are no key of events.
        and not (kind and g.column.parts)
        and g.column.kind in ("text", "number", "fraction")
        and g.column.fill >= 0.5
        and (g.meaning not in NOT_KEYS or (g.meaning == "plan" and g.subject is not None))
        and (g.meaning != "product_code" or kind is None)
        and (g.subject is not None or (g.column.distinct > 1 and is_code(g)))
        and not (
            g.subject
            and headers.is_about_another(g.column.path[-1])
            and not _is_listed_by_file(g.subject, sheet)
        )
    ]


def _is_listed_by_file(subject: str, sheet: Sheet) -> bool:
    """Whether an id is that of the things that the file lists: supplier_id in suppliers.csv."""
    tokens = headers.tokens_of(sheet.stem)
    return subject.rstrip("s") in {token.rstrip("s") for token in [*tokens, "".join(tokens)]}


def _rank(guess: Guess, kind: str | None, referenced: Sequence[Guess]) -> int:
    subject = guess.subject
    if any(guess is r for r in referenced):
        return 0
    if subject is None:
        return 4 if guess.meaning in ("national_id", "device_id", "cookie_id") else 3
    if subject in ("", *ROW_SUBJECTS):
        return 1
    if (event_kind_of(subject) == kind) if kind else headers.is_person_subject(subject):
        return 1
    return 2


def _make_unique_key(guess: Guess, distinct: int, filled: float) -> Key:
    facts = f"{percent(guess.column.fill)} filled, {percent(min(1.0, distinct / max(filled, 1)))} of the values unique"
    confirm = []
    if guess.column.fill < 1:
        confirm.append("rows without a key go to silver.quarantine")
    if distinct < round(filled):
        confirm.append(
            "of rows with the same key, the newest is used; if they are equally new but differ, they go to "
            "silver.quarantine"
        )
    if guess.column.form.steps:
        confirm.append(
            f"written {guess.column.form.describe()}, so that the numbers of other files are equal"
        )
    if guess.subject is None:
        confirm.append("chosen because its values are unique; its header does not name an id")
    if guess.meaning in ("national_id", "email"):
        confirm.append("the key is personal data, so its hash is used")
        text = f"lower({guess.column.text})" if guess.meaning == "email" else guess.column.text
        return Key(f"sha2({text}, 256)", (guess.column,), facts, tuple(confirm), hashed=True)
    return Key(guess.column.text, (guess.column,), facts, tuple(confirm))


def _find_mailbox_key(sheet: Sheet, samples: Samples) -> Key | None:
    """The e-mail address as key, where every row has its own."""
    for guess in sheet.of("email"):
        if guess.column.fill == 1 and not guess.column.is_list and guess.column.kind == "text":
            distinct = samples.count_distinct(sheet.delivery, [guess.column])
            if distinct == sheet.rows:
                return _make_unique_key(guess, distinct, sheet.rows)
    return None


def _find_owner(sheet: Sheet, ids: Sequence[Guess]) -> Guess | None:
    """The first complete column of ids of a person, which several rows may share."""
    named = [g for g in ids if g.subject is not None and (g.subject == "" or is_person_id(g))]
    return next((g for g in named if g.column.is_complete), None)


def _make_shared_key(sheet: Sheet, owner: Guess, samples: Samples) -> Key | None:
    """The id of the person as key, if the rows that share one agree on who it is."""
    compared = [
        g for g in sheet.of("family_name", "full_name", "birth_date", "national_id") if g.column.fill > 0.5
    ][:2]
    if not compared:
        return None
    agree = min(samples.measure_agreement(sheet.delivery, owner.column, g.column) for g in compared)
    if agree < 0.8:
        return None
    facts = f"{percent(owner.column.fill)} filled"
    column = compared[0].column.name
    same = f"several rows share a key; for {percent(agree)} of these keys, all rows agree on {column}"
    if find_version(sheet, kind=None) or len(sheet.delivery.files) > 1:
        return Key(owner.column.text, (owner.column,), facts, (f"{same}; the newest row is used",))
    return Key(owner.column.text, (owner.column,), facts, (f"{same}; they become one record",), merge=True)


def _find_combined_key(
    sheet: Sheet, ids: Sequence[Guess], samples: Samples, *, kind: str | None
) -> Key | None:
    """A key of two or three columns that are unique together."""
    more = [
        g
        for g in sheet.guesses
        if g.meaning in ("product_code", "occurred_at", "ordered_at", "date", "event_name")
    ]
    numbers = [g for g in sheet.guesses if _is_line_number(g)]
    sure = [g for g in ids if g.subject is not None or share_of(g.column.values, lambda x: len(x) >= 5) > 0.9]
    # The id of a shop and a customer number may be unique together.
    others = [g for g in sheet.guesses if g.subject and g.meaning not in NOT_KEYS]
    parts = sorted(
        dict.fromkeys([*sure, *numbers, *others, *more]), key=lambda g: bool(kind) and is_person_id(g)
    )
    usable = [g for g in parts if g.column.fill >= 0.9999 and not g.column.is_list][:6]
    for size in (2, 3):
        for chosen in combinations(usable, size):
            if not any(g in ids for g in chosen):
                continue
            columns = [g.column for g in sheet.guesses if g in chosen]
            if samples.count_distinct(sheet.delivery, columns) == sheet.rows:
                names = " and ".join(c.name for c in columns)
                sql = f"concat_ws('-', {', '.join(c.text for c in columns)})"
                return Key(sql, tuple(columns), f"no single column is unique; {names} together are")
    return None


def _hash_row(sheet: Sheet) -> Key:
    """A hash of all columns as key: a row that changes becomes a new record."""
    if sheet.explode:
        return Key("sha2(to_json(item), 256)", (), "no id; a hash of the whole record is used", (_CHANGED,))
    names = list(dict.fromkeys(quote_if_needed(g.column.path[0]) for g in sheet.guesses))
    names += [
        n
        for n in dict.fromkeys(quote_if_needed(inner.array.path[0]) for inner in sheet.inner if inner.array)
        if n not in names
    ]
    sql = f"sha2(to_json(struct({', '.join(names)})), 256)"
    return Key(
        sql, (), "no column and no combination of columns is unique; a hash of the row is used", (_CHANGED,)
    )


_CHANGED = "a row that changes becomes a new record; use an id column here if there is one"


def _is_line_number(guess: Guess) -> bool:
    tokens = headers.tokens_of(guess.column.path[-1])
    return bool(_LINE_NUMBER_WORDS & set(tokens)) and share_of(guess.column.values, patterns.is_integer) > 0.9


def is_code(guess: Guess) -> bool:
    """Whether the values could be ids: short, one word, with digits."""
    values = guess.column.values
    return share_of(
        values, lambda x: len(x) <= 64 and " " not in x and "@" not in x and any(c.isdigit() for c in x)
    ) >= 0.95 and (share_of(values, patterns.is_decimal) < 0.2)
