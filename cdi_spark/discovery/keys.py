"""What makes a row one of its kind, and which rows of other files it names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from cdi_spark.discovery import values as v
from cdi_spark.discovery import words
from cdi_spark.discovery.columns import Column, quoted
from cdi_spark.discovery.kinds import event_kind_of
from cdi_spark.discovery.lines import percent
from cdi_spark.discovery.meaning import DATE_MEANINGS, Guess
from cdi_spark.discovery.sampling import Samples
from cdi_spark.discovery.sheets import Sheet
from cdi_spark.discovery.vocabulary import word_set

# A few rows without a key are quarantined by their rule; more would be lost.
_LEAST_FILLED = 0.98
# Redelivered or corrected rows: the newest of a key wins.
_LEAST_UNIQUE = 0.98
_NOT_KEYS = DATE_MEANINGS | word_set(
    """
given_name middle_name family_name full_name gender birth_place email phone street house_number city region
postcode country amount unit_price quantity status currency occupation company product_name subject title
postcode_city deleted active label unit birth_year birth_month birth_day event_name priority plan
"""
)


@dataclass(frozen=True)
class Key:
    """A key expression, the columns in it, and what speaks for it; `merge` when its rows are one record's parts."""

    sql: str
    columns: tuple[Column, ...]
    facts: str
    confirm: tuple[str, ...] = ()
    merge: bool = False


@dataclass(frozen=True)
class Reference:
    """A column that names persons of another sheet by their key: the share of its values found there."""

    guess: Guess
    target: Sheet
    key: Guess
    found: float


def key_of(sheet: Sheet, samples: Samples, *, kind: str | None, referenced: Sequence[Guess] = ()) -> Key:
    """The likeliest key of a sheet's rows.

    Args:
        kind: what event a row is; null for a person.
        referenced: columns that other files point to: they win where they are unique.
    """
    rows = sheet.rows
    ids = sorted(_candidates(sheet, kind), key=lambda g: _rank(g, kind, referenced))
    for guess in ids:
        column = guess.column
        distinct = samples.distinct(sheet.delivery, [column])
        filled = column.fill * rows
        if column.fill >= _LEAST_FILLED and distinct >= _LEAST_UNIQUE * filled:
            return _unique(guess, distinct, filled)
    if kind is None and (owner := _owner(sheet, ids)) is not None:
        merged = _same_person(sheet, owner, samples)
        if merged is not None:
            return merged
    return _together(sheet, ids, samples) or _whole_row(sheet)


def reference_of(sheet: Sheet, persons: Sequence[tuple[Sheet, Guess]], samples: Samples) -> Reference | None:
    """The column of a sheet that names the persons of another one.

    Args:
        persons: sheets of people with their likely key columns.
    """
    best: Reference | None = None
    nearest = 0
    for guess in sheet.guesses:
        if not _may_refer(guess):
            continue
        for target, key in persons:
            kinship = 0 if target is sheet else _kinship(guess, key, target)
            if kinship < max(1, nearest):
                continue
            found = samples.contained(sheet.delivery, guess.column, target.delivery, key.column)
            better = best is None or kinship > nearest or found > best.found + 0.01
            if found >= 0.3 and better and _agree(sheet, guess, target, key, samples):
                best, nearest = Reference(guess, target, key, found), kinship
    return best


def person_ids(sheet: Sheet) -> list[Guess]:
    """Columns that number a person or a person's account by their header: customer_no, Kundennr, userId."""
    return [g for g in sheet.guesses if is_person_id(g)]


def is_person_id(guess: Guess) -> bool:
    """Whether a column numbers a person or a person's account."""
    if (
        guess.meaning in ("label", "national_id", "phone", "email")
        or guess.column.is_list
        or not guess.column.filled
    ):
        return False
    leaf = guess.column.path[-1]
    if words.is_about_another(leaf):
        return False
    if guess.subject:
        return words.is_person_subject(guess.subject)
    tokens = [t for t in words.tokens_of(leaf) if not t.isdigit()]
    return bool(tokens) and all(words.is_person_subject(t) for t in tokens) and _is_code(guess)


def handles_of(sheet: Sheet) -> list[Guess]:
    """Columns that other files could call the sheet's people by: ids of the row or the person, nearly unique."""
    return [
        g
        for g in sheet.guesses
        if (is_person_id(g) or (g.subject is not None and g.meaning in ("", "date") and not g.column.is_list))
        and g.column.filled
        and g.column.distinct >= 0.9 * g.column.filled
    ]


def _candidates(sheet: Sheet, kind: str | None) -> list[Guess]:
    return [
        g
        for g in sheet.guesses
        if not g.column.is_list
        and g.column.kind in ("text", "number", "fraction")
        and g.column.fill >= 0.5
        and g.meaning not in _NOT_KEYS
        and (g.meaning != "product_code" or kind is None)
        and (g.subject is not None or (g.column.distinct > 1 and _is_code(g)))
        and not (g.subject and words.is_about_another(g.column.path[-1]))
    ]


def _rank(guess: Guess, kind: str | None, referenced: Sequence[Guess]) -> tuple[int, int]:
    subject = guess.subject
    place = 0
    if any(guess is r for r in referenced):
        return 0, place
    if subject is None:
        return (4, place) if guess.meaning in ("national_id", "device_id", "cookie_id") else (3, place)
    if subject in ("", "rec", "record", "row", "unique", "sys", "source"):
        return 1, place
    if (event_kind_of(subject) == kind) if kind else words.is_person_subject(subject):
        return 1, place
    return 2, place


def _unique(guess: Guess, distinct: int, filled: float) -> Key:
    facts = (
        f"{percent(guess.column.fill)} filled, {percent(min(1.0, distinct / max(filled, 1)))} of them unique"
    )
    confirm = []
    if guess.column.fill < 1:
        confirm.append("rows without it go to silver.quarantine")
    if distinct < round(filled):
        confirm.append("of rows that share one, the newest counts")
    if guess.subject is None:
        confirm.append("no header calls it an id; its values are unique")
    return Key(guess.column.text, (guess.column,), facts, tuple(confirm))


def _owner(sheet: Sheet, ids: Sequence[Guess]) -> Guess | None:
    """An id of the person that several rows may share."""
    named = [g for g in ids if g.subject is not None and (g.subject == "" or is_person_id(g))]
    return next((g for g in named if g.column.fill >= _LEAST_FILLED), None)


def _same_person(sheet: Sheet, owner: Guess, samples: Samples) -> Key | None:
    """The owner's id as key, when the rows that share one agree on who it is."""
    told = [
        g for g in sheet.of("family_name", "full_name", "birth_date", "national_id") if g.column.fill > 0.5
    ][:2]
    if not told:
        return None
    agree = min(samples.agreement(sheet.delivery, owner.column, g.column) for g in told)
    if agree < 0.8:
        return None
    confirm = f"several rows share one; {percent(agree)} of those agree on {told[0].column.name}: they become one record"
    return Key(
        owner.column.text, (owner.column,), f"{percent(owner.column.fill)} filled", (confirm,), merge=True
    )


def _together(sheet: Sheet, ids: Sequence[Guess], samples: Samples) -> Key | None:
    """Two or three columns that are unique together."""
    more = [
        g
        for g in sheet.guesses
        if g.meaning in ("product_code", "occurred_at", "ordered_at", "date", "event_name")
    ]
    numbers = [g for g in sheet.guesses if _is_line_number(g)]
    parts = list(dict.fromkeys(map(id, [*ids, *numbers, *more])))
    by_id = {id(g): g for g in sheet.guesses}
    usable = [by_id[p] for p in parts if by_id[p].column.fill >= 0.9999 and not by_id[p].column.is_list][:6]
    for size in (2, 3):
        for chosen in combinations(usable, size):
            if not any(g in ids for g in chosen):
                continue
            columns = [g.column for g in chosen]
            if samples.distinct(sheet.delivery, columns) == sheet.rows:
                names = " and ".join(c.name for c in columns)
                sql = f"concat_ws('-', {', '.join(c.text for c in columns)})"
                return Key(sql, tuple(columns), f"no column is unique; {names} together are")
    return None


def _whole_row(sheet: Sheet) -> Key:
    """A hash of all columns: a changed row is another record."""
    if sheet.explode:
        return Key("sha2(to_json(item), 256)", (), "no id: a hash of the whole record", (_CHANGED,))
    names = list(dict.fromkeys(quoted(g.column.path[0]) for g in sheet.guesses))
    names += [
        n
        for n in dict.fromkeys(quoted(inner.array.path[0]) for inner in sheet.inner if inner.array)
        if n not in names
    ]
    sql = f"sha2(to_json(struct({', '.join(names)})), 256)"
    return Key(sql, (), "no column and no few together are unique: a hash of the row", (_CHANGED,))


_CHANGED = "a row that changes becomes another record; name an id here if there is one"


def _is_line_number(guess: Guess) -> bool:
    tokens = words.tokens_of(guess.column.path[-1])
    return bool(
        {"line", "pos", "position", "item", "lineno", "seq", "sequence", "zeile", "ligne"} & set(tokens)
    ) and (v.share(guess.column.values, v.integer) > 0.9)


def _is_code(guess: Guess) -> bool:
    """Values that could be ids: short, one word, with digits or random letters."""
    values = guess.column.values
    return v.share(
        values, lambda x: len(x) <= 64 and " " not in x and "@" not in x and any(c.isdigit() for c in x)
    ) >= 0.95 and (v.share(values, v.decimal) < 0.2)


def _may_refer(guess: Guess) -> bool:
    if guess.meaning in ("label", *_NOT_KEYS) or guess.column.is_list or guess.column.fill < 0.02:
        return False
    return _is_code(guess) or guess.subject is not None


def _kinship(guess: Guess, key: Guess, target: Sheet) -> int:
    """How near a column's name is to a key of the target; 0 when only chance could make them alike."""
    mine, theirs = words.tokens_of(guess.column.path[-1]), words.tokens_of(key.column.path[-1])
    if (guess.subject and guess.subject == key.subject) or (mine == theirs and guess.subject != ""):
        return 3
    roots = {t.rstrip("s") for t in words.tokens_of(target.stem) if words.is_person_subject(t.rstrip("s"))}
    if roots & {t.rstrip("s") for t in mine}:
        return 2
    if is_person_id(guess):
        return 1
    # Small numbers are found in any list of numbers.
    small = v.share(guess.column.values, lambda x: x.isdigit() and len(x) < 6)
    return int(small < 0.5 and guess.subject in (None, ""))


def _agree(sheet: Sheet, guess: Guess, target: Sheet, key: Guess, samples: Samples) -> bool:
    """Whether rows of both that share an id do not name different people."""
    for meaning in ("email", "family_name", "full_name", "birth_date"):
        mine, theirs = sheet.of(meaning)[:1], target.of(meaning)[:1]
        if mine and theirs and not mine[0].column.is_list and not theirs[0].column.is_list:
            ours = (sheet.delivery, guess.column, mine[0].column)
            return samples.same_across(ours, (target.delivery, key.column, theirs[0].column)) >= 0.4
    return True
