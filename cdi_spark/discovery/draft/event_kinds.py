"""The kind of an invoice or a payment: an ordinary one, or one that gives money back."""

from __future__ import annotations

from cdi_spark.discovery.draft.conf_lines import ConfLine, draft_line
from cdi_spark.discovery.lexicon import headers
from cdi_spark.discovery.lexicon.shares import share_of
from cdi_spark.discovery.lexicon.spelling import canonical_set
from cdi_spark.discovery.lexicon.vocabulary import load_lists
from cdi_spark.discovery.recognise.sheets import Sheet
from cdi_spark.schema import EVENT_TABLES
from cdi_spark.sql_text import literal, literals

_LISTS = load_lists("bookings")
_CREDIT_KINDS = {table.short: table.credit_kind for table in EVENT_TABLES if table.credit_kind}


def draft_kind(sheet: Sheet, kind: str) -> list[ConfLine]:
    """The line of the kind, from a column that names it, else from the name of the file; none for ordinary ones."""
    credits, debits = (canonical_set(_LISTS[name][kind]) for name in ("credits", "debits"))
    credit = _CREDIT_KINDS[kind]
    for guess in sheet.guesses:
        values = guess.column.values
        if guess.column.is_list or not 1 <= guess.column.distinct <= 20:
            continue
        given_back = {value for value in values if _join(value) in credits}
        if given_back and share_of(values, lambda x: _join(x) in credits | debits) >= 0.8:
            said = literals(sorted({value.lower() for value in given_back}))
            sql = f"case when lower({guess.column.text}) in {said} then {literal(credit)} else {literal(kind)} end"
            line = draft_line("kind", guess, sql)
            line.shares = ""
            return [line]
    words = headers.tokens_of(sheet.stem)
    if {*words, "".join(words)} & credits:
        return [ConfLine("kind", literal(credit), notes=["from the name of the file"])]
    return []


def _join(value: str) -> str:
    return "".join(headers.tokens_of(value))
