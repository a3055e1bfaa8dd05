"""Plans the entries of a ledger, which belong to documents and to no person."""

from __future__ import annotations

from collections.abc import Mapping

from cdi_spark.discovery.draft.conf_lines import ConfLine, draft_line
from cdi_spark.discovery.draft.events import draft_event
from cdi_spark.discovery.draft.id_kinds import with_kind
from cdi_spark.discovery.draft.source_plans import EmitPlan, SourcePlan
from cdi_spark.discovery.lexicon.shares import percent, share_of
from cdi_spark.discovery.lexicon.vocabulary import fold, group_by_word, load_lists
from cdi_spark.discovery.read.sampling import Samples
from cdi_spark.discovery.recognise.id_matches import match_ids
from cdi_spark.discovery.recognise.kinds import LEDGER, event_kind_of
from cdi_spark.sql_text import literal, literals

_DOCUMENTS = ("order", "invoice", "payment")
_CODES = group_by_word(load_lists("bookings")["documents"])


def plan_ledger(plan: SourcePlan, plans: Mapping[str, SourcePlan], samples: Samples, *, country: str) -> None:
    """Plan the ledger entries of a source; the document of each is found where a column names it."""
    lines = draft_event(plan.sheet, LEDGER, country=country)
    named = _find_document_id(plan, plans, samples)
    kind = _find_document_kind(plan)
    if kind:
        lines.insert(1, kind)
    elif named and named[1]:
        lines.insert(
            1, ConfLine("document", literal(named[1]), notes=[f"column {named[0].used[0].column.name}"])
        )
    if named:
        lines.insert(2, named[0])
    plan.emits.append(EmitPlan(LEDGER, lines, explode=plan.sheet.explode, key=_key_of(plan)))


def _key_of(plan: SourcePlan) -> str:
    return plan.key.sql if plan.sheet.explode else ""


def _find_document_id(
    plan: SourcePlan, plans: Mapping[str, SourcePlan], samples: Samples
) -> tuple[ConfLine, str] | None:
    """The line of document_id, and the kind of document: a key of another source, else a number by its header."""
    ids = [guess for guess in plan.sheet.guesses if guess.subject is not None and not guess.column.is_list]
    for guess in ids:
        for other in plans.values():
            if other.kind in _DOCUMENTS and len(other.key.columns) == 1:
                key = next(g for g in other.sheet.guesses if g.column is other.key.columns[0])
                found = match_ids(guess, other.sheet, key, samples).found
                if found >= 0.5:
                    line = draft_line("document_id", guess, with_kind(guess.column.text, other.name))
                    line.shares = ""
                    line.notes.append(f"{percent(found)} of its values are keys of {other.name}")
                    return line, other.kind
    for guess in ids:
        if (
            guess.column not in plan.key.columns
            and (kind := event_kind_of(guess.subject or "")) in _DOCUMENTS
        ):
            return draft_line("document_id", guess), kind or ""
    return None


def _find_document_kind(plan: SourcePlan) -> ConfLine | None:
    """The line of document, from a column whose values are kinds of documents."""
    for guess in plan.sheet.guesses:
        values = guess.column.values
        if guess.column.is_list or not 1 <= guess.column.distinct <= 20:
            continue
        kinds = {value.lower(): kind for value in values if (kind := _read_kind(value))}
        share = share_of(values, lambda value, kinds=kinds: value.lower() in kinds)  # type: ignore[misc]
        if share >= 0.8:
            column = guess.column.text
            cases = [
                f"when lower({column}) in {literals(v for v in sorted(kinds) if kinds[v] == kind)} then {literal(kind)}"
                for kind in dict.fromkeys(kinds.values())
            ]
            line = draft_line("document", guess, f"case {' '.join(cases)} end")
            line.shares = ""
            line.notes.append(f"{percent(share)} name an order, an invoice or a payment")
            return line
    return None


def _read_kind(value: str) -> str:
    kind = event_kind_of(value) or _CODES.get(fold(value).replace(" ", ""), "")
    return kind if kind in _DOCUMENTS else ""
