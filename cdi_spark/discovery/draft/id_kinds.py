"""Kinds of identifiers: who issued an account number, which document a national id is of."""

from __future__ import annotations

from cdi_spark.discovery.draft.plan_references import References
from cdi_spark.discovery.lexicon import headers, patterns
from cdi_spark.discovery.lexicon.shares import share_of
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.recognise.sheets import Sheet
from cdi_spark.sql_text import literal
from cdi_spark.standardise.values.identifiers import fold_kind

# The least share of values that must have the form of one kind.
_ONE_FORM = 0.95


def name_account_kind(sheet: Sheet, guess: Guess, references: References, *, is_event: bool) -> str:
    """The kind of account numbers: source and column that issue them, the same on both sides of a reference.

    Numbers of events that refer to no file of people are of one kind if they are numbers of the same thing: customer
    for customer_no of the orders and customerId of the tickets.
    """
    referring: dict[str, tuple[Sheet, Guess]] = {}
    while (
        (found := references.by_sheet.get(sheet.name))
        and found.guess is guess
        and sheet.name not in referring
    ):
        referring[sheet.name] = sheet, guess
        sheet, guess = found.target, found.key
    if sheet.name in referring:
        # Two lists of the same people refer to each other.
        circle = list(referring)[list(referring).index(sheet.name) :]
        sheet, guess = referring[min(circle)]
    column = guess.column.path[-1]
    if is_event and not referring and guess not in references.keys:
        return fold_kind((guess.subject or column).replace(".", " "))
    return fold_kind(f"{sheet.name}.{column.replace('.', ' ')}")


def name_national_id_kind(guess: Guess) -> str:
    """The kind of a national id by its header, else by the form of its values; empty if neither names one."""
    if kind := headers.find_national_id_kind(guess.column.path[-1]):
        return kind
    values = guess.column.values
    kinds = {kind for value in values if (kind := patterns.national_id_kind(value))}
    for kind in sorted(kinds):
        if share_of(values, lambda value, kind=kind: patterns.national_id_kind(value) == kind) >= _ONE_FORM:  # type: ignore[misc]
            return kind
    return ""


def with_kind(sql: str, kind: str) -> str:
    """Spark SQL of an identifier with its kind in front; null where the number is."""
    return f"concat({literal(kind + ':')}, {sql})" if kind else sql
