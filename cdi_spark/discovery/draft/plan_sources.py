"""Plans what each source emits: people, events, and the references between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cdi_spark.discovery.draft.conf_lines import ConfLine
from cdi_spark.discovery.draft.events import draft_event
from cdi_spark.discovery.draft.id_kinds import name_account_kind
from cdi_spark.discovery.draft.persons import draft_account_ids, draft_person
from cdi_spark.discovery.draft.plan_changes import plan_changes
from cdi_spark.discovery.draft.plan_consents import plan_consents
from cdi_spark.discovery.draft.plan_ledger import plan_ledger
from cdi_spark.discovery.draft.plan_references import (
    References,
    find_account_ids,
    find_references,
    find_shared_ids,
    points_to_key,
)
from cdi_spark.discovery.draft.source_plans import EmitPlan, SourcePlan
from cdi_spark.discovery.lexicon import headers
from cdi_spark.discovery.lexicon.shares import percent
from cdi_spark.discovery.read.columns import explode_nested
from cdi_spark.discovery.read.sampling import Samples
from cdi_spark.discovery.recognise.consents import find_consent_columns, read_consent_name
from cdi_spark.discovery.recognise.keys import find_key, find_person_ids, is_code, is_person_id
from cdi_spark.discovery.recognise.kinds import LEDGER, event_kind_of
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.recognise.references import Reference
from cdi_spark.discovery.recognise.sheets import (
    Sheet,
    find_event_kind,
    is_organisation,
    is_person,
)
from cdi_spark.discovery.recognise.things import (
    explain_left_out,
    find_things,
    may_be_people,
)
from cdi_spark.schema import TABLES
from cdi_spark.schema.events import CONSENT

_LEAST_FILLED = 0.98
_DESCRIBES = ("street", "city", "postcode", "birth_date", "gender", "occupation", "company")


def plan_sources(
    sheets: Sequence[Sheet], samples: Samples, *, country: str
) -> tuple[list[SourcePlan], dict[str, str]]:
    """Plan a source for every sheet of people or of events of known people.

    Returns:
        The plans, and the reason for each sheet without one, by its name.
    """
    kinds = {sheet.name: _find_kind(sheet) for sheet in sheets}
    things = find_things(sheets)
    people = [sheet for sheet in sheets if may_be_people(sheet, things) and kinds[sheet.name] is None]
    # Sheets of addresses or phones belong to people of another file.
    references = find_references(sheets, people, samples)
    plans: dict[str, SourcePlan] = {}
    skipped: dict[str, str] = {}
    for sheet in sheets:
        kind = kinds[sheet.name]
        missed = [miss.text for miss in references.missed.get(sheet.name, ())]
        if not _is_of_people(sheet, kind, references, things):
            skipped[sheet.name] = "; ".join([explain_left_out(sheet, things), *missed])
            continue
        referenced = [guess for guess in sheet.guesses if guess in references.keys]
        key = find_key(sheet, samples, kind=kind, referenced=referenced)
        plans[sheet.name] = SourcePlan(sheet, key, kind, notes=missed)
    shared = find_shared_ids(plans, references)
    for plan in plans.values():
        if plan.kind == LEDGER:
            plan_ledger(plan, plans, samples, country=country)
        elif plan.kind is None:
            _plan_people(plan, country, shared, references)
        else:
            _plan_events(plan, country, references, plans, shared)
        plan_changes(plan)
        plan_consents(plan)
    return list(plans.values()), skipped


def _find_kind(sheet: Sheet) -> str | None:
    """The kind of event that a row is; also of files that hold nothing of a person but consents."""
    kind = find_event_kind(sheet)
    if kind or is_person(sheet) or sheet.has(*_DESCRIBES):
        return kind
    has_consents = read_consent_name(sheet.name) or find_consent_columns(sheet)
    return CONSENT.short if has_consents else None


def _is_of_people(sheet: Sheet, kind: str | None, references: References, things: Mapping[str, str]) -> bool:
    """Whether the rows are people, belong to people that can be found, or need none."""
    if kind == LEDGER:
        return True
    reached = sheet.name in references.by_sheet
    is_target = any(reference.target is sheet for reference in references.by_sheet.values())
    if sheet.name not in things and (is_person(sheet) or (is_organisation(sheet) and is_target)):
        return True
    if reached and (sheet.has(*_DESCRIBES) or sheet.name in references.bridges):
        return True
    return kind is not None and (reached or bool(find_person_ids(sheet)))


def _plan_people(plan: SourcePlan, country: str, shared: Sequence[Guess], references: References) -> None:
    sheet = plan.sheet
    own = _with_kinds(plan, find_account_ids(plan, shared, with_key=False), references)
    emit = EmitPlan("person", draft_person(sheet, country=country, own_ids=own), explode=sheet.explode)
    emit.per_key = "merge" if plan.key.merge else ""
    emit.key = plan.key.sql if sheet.explode else ""
    plan.emits.append(emit)
    _plan_arrays(plan, sheet, country, person=(_write_parent(plan.key.sql) if sheet.explode else "", ""))


def _with_kinds(plan: SourcePlan, ids: Sequence[Guess], references: References) -> list[tuple[str, Guess]]:
    """The kind of each id before it."""
    is_event = plan.kind is not None
    return [(name_account_kind(plan.sheet, guess, references, is_event=is_event), guess) for guess in ids]


def _plan_events(
    plan: SourcePlan,
    country: str,
    references: References,
    plans: Mapping[str, SourcePlan],
    shared: Sequence[Guess],
) -> None:
    sheet, kind, reference = plan.sheet, plan.kind, references.by_sheet.get(plan.name)
    assert kind is not None
    event = EmitPlan(kind, draft_event(sheet, kind, country=country), explode=sheet.explode)
    event.key = plan.key.sql if sheet.explode else ""
    if reference and reference.target.name in plans and points_to_key(plans, plan, reference):
        target = plans[reference.target.name]
        event.person, event.person_source = target.key.of(reference.guess.column.text), target.name
        event.person_facts = _describe(reference)
        if plan.name in references.bridges:
            plan.emits.append(_draft_bridge(plan, event.person, shared, references))
    else:
        own = find_account_ids(plan, shared, with_key=True)
        lines = draft_person(sheet, country=country, own_ids=_with_kinds(plan, own, references))
        person = EmitPlan("person", lines, explode=sheet.explode)
        _set_person_key(plan, person, own)
        plan.emits.append(person)
        event.person = person.key if person.key != plan.key.sql else ""
    plan.emits.append(event)
    if kind == "order_line":
        _plan_orders_of_lines(plan, event, country, reference)
    inside = _write_parent(event.person or plan.key.sql) if sheet.explode else event.person
    _plan_arrays(plan, sheet, country, person=(inside, event.person_source))


def _describe(reference: Reference) -> str:
    facts = f"{percent(reference.found)} of its values are keys of {reference.target.name}"
    return f"{facts} {form.describe()}" if (form := reference.guess.column.form).steps else facts


def _draft_bridge(plan: SourcePlan, person: str, shared: Sequence[Guess], references: References) -> EmitPlan:
    """A person with the ids of the events, so that rows of other files that name the event find the customer."""
    own = _with_kinds(plan, [guess for guess in plan.sheet.guesses if guess in shared], references)
    emit = EmitPlan("person", draft_account_ids(own), person, per_key="merge", explode=plan.sheet.explode)
    emit.key_facts = "the customer, with the ids by which other files name these rows"
    return emit


def _set_person_key(plan: SourcePlan, person: EmitPlan, own: Sequence[Guess]) -> None:
    """Set the person's key: a customer number, cookie or device that rows share; else the key of the row."""
    person.key = plan.key.sql
    has_devices = "device_id" in TABLES[f"silver.{plan.kind}"].names
    seen = plan.sheet.of("cookie_id", "device_id") if has_devices else []
    handles = sorted([*own, *seen], key=lambda guess: guess.column.fill < _LEAST_FILLED)
    if not handles:
        return
    column = handles[0].column
    rest = [guess.column.text for guess in handles[1:2]]
    if not {line.target for line in person.lines} <= {"account_ids", "device_ids", "country"} and not seen:
        rest = [plan.key.sql]
    parts = [column.text, *rest] if column.fill < _LEAST_FILLED else [column.text]
    person.key = f"coalesce({', '.join(parts)})" if len(parts) > 1 else column.text
    if column.fill < _LEAST_FILLED and len(parts) == 1:
        # Rows without a person would go to quarantine.
        person.where = f"{column.text} is not null"
    person.key_facts = f"{percent(column.fill)} filled; rows with the same value are one person"
    person.per_key = "merge"


def _plan_orders_of_lines(
    plan: SourcePlan, lines: EmitPlan, country: str, reference: Reference | None
) -> None:
    """Plan the orders of a file that has one row per order line, and the order of each line."""
    ids = [g for g in plan.sheet.guesses if _numbers_documents(g)]
    if not ids:
        return
    order_id = ids[0].column.text
    lines.lines.insert(0, ConfLine("order_key", order_id, f"{percent(ids[0].column.fill)} filled"))
    if reference and reference.guess is ids[0]:
        # The orders are rows of another file.
        return
    said = draft_event(plan.sheet, "order", country=country)
    whole = [line for line in said if line.target != "amount" or _is_of_order(line)]
    if not any(line.target == "amount" for line in whole):
        whole = [line for line in whole if line.target != "currency"]
    if not whole:
        return
    order = EmitPlan(
        "order",
        whole,
        order_id,
        "one order per value; its rows are the lines of the order",
        lines.person,
        lines.person_source,
    )
    order.per_key = "merge"
    plan.emits.append(order)


def _numbers_documents(guess: Guess) -> bool:
    """Whether a column holds the numbers of orders or invoices: order_no, or commande over codes that repeat."""
    if guess.subject:
        # German joins words with an s: AuftragsNr.
        kind = event_kind_of(guess.subject) or event_kind_of(guess.subject.rstrip("s"))
        return kind in ("order", "invoice")
    named = event_kind_of("".join(headers.tokens_of(guess.column.path[-1])))
    repeats = guess.column.distinct < 0.9 * guess.column.filled
    return named in ("order", "invoice") and not guess.meaning and is_code(guess) and repeats


def _is_of_order(line: ConfLine) -> bool:
    return bool(
        {"order", "grand", "invoice", "basket"} & set(headers.tokens_of(line.used[0].column.path[-1]))
    )


def _plan_arrays(plan: SourcePlan, sheet: Sheet, country: str, *, person: tuple[str, str]) -> None:
    """Plan the events in arrays of the row, and in arrays of their elements.

    Args:
        person: Spark SQL of the person's key in the rows of the array, empty for the source's own key; and the
            source of that person, empty for this one.
    """
    for inner in sheet.inner:
        kind = find_event_kind(inner)
        if kind is None or inner.array is None:
            continue
        emit = EmitPlan(kind, draft_event(inner, kind, country=country, outer=_rebase_on_parent(sheet)))
        emit.explode = inner.explode
        if sheet.explode:
            element = "p" if sheet.array is None or sheet.array.base == "item" else "p.child"
            emit.explode = explode_nested(sheet.explode, inner.array.path, element=element)
        own_key = plan.key.sql if sheet is plan.sheet else _find_own_id(sheet)
        outer_key = _write_parent(own_key or plan.key.sql) if sheet.explode else plan.key.sql
        emit.key, emit.key_facts = _find_element_key(inner, outer_key)
        emit.person, emit.person_source = person
        if kind == "order_line" and own_key:
            emit.lines.insert(0, ConfLine("order_key", outer_key, notes=["the key of the enclosing order"]))
        plan.emits.append(emit)
        _plan_arrays(
            plan, replace(inner, explode=emit.explode), country, person=(_write_parent(person[0]), person[1])
        )


def _rebase_on_parent(sheet: Sheet) -> Sheet:
    """The sheet with its columns named as in the rows of an array in it, whose parent is the sheet's row."""
    if not sheet.explode:
        return sheet
    guesses = [
        replace(g, column=g.column.at(g.column.base.replace("item", "item.parent"))) for g in sheet.guesses
    ]
    return replace(sheet, guesses=guesses)


def _write_parent(sql: str) -> str:
    """The same expression on the parent of an array's element."""
    return sql.replace("item.", "item.parent.")


def _find_element_key(inner: Sheet, outer_key: str) -> tuple[str, str]:
    """The element's own id where it is unique; else the key of the parent and the position in the array."""
    if own := _find_own_id(inner):
        return own, "unique in the sample"
    return (
        f"concat_ws('-', {outer_key}, cast(item_no as string))",
        "no id of its own; built from the key of the row and the position in the array",
    )


def _find_own_id(sheet: Sheet) -> str | None:
    taken = ("product_code", "device_id", "cookie_id", "plan")
    for guess in sheet.guesses:
        column = guess.column
        own = guess.subject is not None and guess.meaning not in taken and not is_person_id(guess)
        if own and column.fill == 1 and column.distinct == column.filled:
            return column.text
    return None
