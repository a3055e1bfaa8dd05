"""What each source emits: its person, its events, and how they hang together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from cdi_spark.discovery.draft.date_sql import as_timestamp
from cdi_spark.discovery.draft.events import event_lines
from cdi_spark.discovery.draft.persons import person_lines
from cdi_spark.discovery.lexicon import headers
from cdi_spark.discovery.lexicon.shares import percent
from cdi_spark.discovery.read.columns import nested_explode
from cdi_spark.discovery.read.sampling import Samples
from cdi_spark.discovery.recognise.infer_from_values import TIMED
from cdi_spark.discovery.recognise.keys import Key, key_of, person_ids
from cdi_spark.discovery.recognise.kinds import event_kind_of
from cdi_spark.discovery.recognise.lines import EmitPlan, Line
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.recognise.references import Reference, handles_of, reference_of
from cdi_spark.discovery.recognise.sheets import (
    Sheet,
    event_kind,
    is_person,
    why_nothing,
)

# A reference is believed when so many of its values are keys there.
_BELIEVED = 0.9
_LEAST_FILLED = 0.98
_DESCRIBES = ("street", "city", "postcode", "birth_date", "gender", "occupation", "company")
_YES = "('true', 't', '1', 'y', 'yes', 'ja', 'j', 'oui', 'o', 'si', 's', 'tak', 'x')"


@dataclass(eq=False)
class SourcePlan:
    """One source to write: where it lies, its key, and what it emits."""

    sheet: Sheet
    key: Key
    kind: str | None
    emits: list[EmitPlan] = field(default_factory=list)
    updated: Line | None = None
    deleted: Line | None = None
    inactive: Guess | None = None
    order_by: Line | None = None

    @property
    def name(self) -> str:
        return self.sheet.name


def plans_of(
    sheets: Sequence[Sheet], samples: Samples, *, country: str
) -> tuple[list[SourcePlan], dict[str, str]]:
    """Plan a source for every sheet that says something.

    Returns:
        The plans, and for each sheet without one its name and why.
    """
    kinds = {sheet.name: event_kind(sheet) for sheet in sheets}
    people = [sheet for sheet in sheets if is_person(sheet) and kinds[sheet.name] is None]
    handles = [(sheet, guess) for sheet in people for guess in handles_of(sheet)]
    # Rows that say where or what somebody is whom another file names: addresses, phones.
    references = {sheet.name: found for sheet in sheets if (found := reference_of(sheet, handles, samples))}
    pointed = [reference.key for reference in references.values()]
    plans: dict[str, SourcePlan] = {}
    left_out: dict[str, str] = {}
    for sheet in sheets:
        kind = kinds[sheet.name]
        says = is_person(sheet) or (sheet.name in references and sheet.has(*_DESCRIBES))
        if not says and (kind is None or not (sheet.name in references or person_ids(sheet))):
            left_out[sheet.name] = why_nothing(sheet)
            continue
        referenced = [guess for guess in sheet.guesses if guess in pointed]
        plans[sheet.name] = SourcePlan(sheet, key_of(sheet, samples, kind=kind, referenced=referenced), kind)
    shared = _shared_ids(plans, references)
    for plan in plans.values():
        if plan.kind is None:
            _plan_people(plan, country, shared)
        else:
            _plan_events(plan, country, references.get(plan.name), plans, shared)
        _plan_rest(plan)
    return list(plans.values()), left_out


def _shared_ids(plans: Mapping[str, SourcePlan], references: Mapping[str, Reference]) -> list[Guess]:
    """Columns of two files that hold the same ids, where the one cannot simply point to the other's key."""
    shared: list[Guess] = []
    for name, reference in references.items():
        if name in plans and reference.target.name in plans and not _points(plans, plans[name], reference):
            shared += [reference.guess, reference.key]
    return shared


def _points(plans: Mapping[str, SourcePlan], plan: SourcePlan, reference: Reference) -> bool:
    """Whether every event row names a person of the other source by that source's key."""
    target = plans[reference.target.name]
    return (
        plan.kind is not None
        and target.key.columns == (reference.key.column,)
        and reference.found >= _BELIEVED
        and reference.guess.column.fill >= 0.95
    )


def _accounts(plan: SourcePlan, shared: Sequence[Guess], *, with_key: bool) -> list[Guess]:
    """Numbers of accounts that belong to the row's person, for account_ids."""
    ids = [guess for guess in plan.sheet.guesses if guess in shared]
    for guess in person_ids(plan.sheet):
        is_key = plan.key.columns == (guess.column,)
        if (
            guess not in ids
            and (with_key or not is_key)
            and (with_key or guess.column.distinct > 0.9 * guess.column.filled)
        ):
            ids.append(guess)
    return ids


def _plan_people(plan: SourcePlan, country: str, shared: Sequence[Guess]) -> None:
    sheet = plan.sheet
    own = _accounts(plan, shared, with_key=False)
    emit = EmitPlan("person", person_lines(sheet, country=country, own_ids=own), explode=sheet.explode)
    emit.per_key = "merge" if plan.key.merge else ""
    emit.key = plan.key.sql if sheet.explode else ""
    plan.emits.append(emit)
    _plan_arrays(plan, sheet, country, person=(_parent(plan.key.sql) if sheet.explode else "", ""))


def _plan_events(
    plan: SourcePlan,
    country: str,
    reference: Reference | None,
    plans: Mapping[str, SourcePlan],
    shared: Sequence[Guess],
) -> None:
    sheet, kind = plan.sheet, plan.kind
    assert kind is not None
    event = EmitPlan(kind, event_lines(sheet, kind, country=country), explode=sheet.explode)
    event.key = plan.key.sql if sheet.explode else ""
    if reference and reference.target.name in plans and _points(plans, plan, reference):
        target = plans[reference.target.name]
        event.person, event.person_source = target.key.of(reference.guess.column.text), target.name
        event.person_facts = f"{percent(reference.found)} of its values are keys of {reference.target.name}"
    else:
        own = _accounts(plan, shared, with_key=True)
        person = EmitPlan("person", person_lines(sheet, country=country, own_ids=own), explode=sheet.explode)
        _whose_rows(plan, person, own)
        plan.emits.append(person)
        event.person = person.key if person.key != plan.key.sql else ""
    plan.emits.append(event)
    if kind == "order_line":
        _plan_order_round_lines(plan, event, country)
    inside = _parent(event.person or plan.key.sql) if sheet.explode else event.person
    _plan_arrays(plan, sheet, country, person=(inside, event.person_source))


def _whose_rows(plan: SourcePlan, person: EmitPlan, own: Sequence[Guess]) -> None:
    """Set the person's key: a customer number, cookie or device that rows share; else each row is its own."""
    person.key = plan.key.sql
    seen = plan.sheet.of("cookie_id", "device_id") if plan.kind == "usage" else []
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
        # Rows that name nobody would only fill the quarantine.
        person.where = f"{column.sql} is not null"
    person.key_facts = f"{percent(column.fill)} filled; all rows of one are one person"
    person.per_key = "merge"


def _plan_order_round_lines(plan: SourcePlan, lines: EmitPlan, country: str) -> None:
    """Of a file with a row per order line: the orders, and which order a line is of."""
    ids = [g for g in plan.sheet.guesses if g.subject and event_kind_of(g.subject) in ("order", "invoice")]
    if not ids:
        return
    order_id = ids[0].column.text
    lines.lines.insert(0, Line("order_key", order_id, f"{percent(ids[0].column.fill)} filled"))
    said = event_lines(plan.sheet, "order", country=country)
    whole = [line for line in said if line.target != "amount" or _is_of_order(line)]
    if not any(line.target == "amount" for line in whole):
        whole = [line for line in whole if line.target != "currency"]
    order = EmitPlan(
        "order", whole, order_id, "the rows of one order are its lines", lines.person, lines.person_source
    )
    order.per_key = "merge"
    plan.emits.append(order)


def _is_of_order(line: Line) -> bool:
    return bool(
        {"order", "grand", "invoice", "basket"} & set(headers.tokens_of(line.used[0].column.path[-1]))
    )


def _plan_arrays(plan: SourcePlan, sheet: Sheet, country: str, *, person: tuple[str, str]) -> None:
    """Events in arrays of the row, and in arrays of their elements.

    Args:
        person: key of the row's person as the array's elements see it, empty for the source's own key; and the
            source of that person, empty for this one.
    """
    for inner in sheet.inner:
        kind = event_kind(inner)
        if kind is None or inner.array is None:
            continue
        emit = EmitPlan(kind, event_lines(inner, kind, country=country, outer=_seen_from_inside(sheet)))
        emit.explode = inner.explode
        if sheet.explode:
            element = "p" if sheet.array is None or sheet.array.base == "item" else "p.child"
            emit.explode = nested_explode(sheet.explode, inner.array.path, element=element)
        own_key = plan.key.sql if sheet is plan.sheet else _id_of(sheet)
        outer_key = _parent(own_key or plan.key.sql) if sheet.explode else plan.key.sql
        emit.key, emit.key_facts = _element_key(inner, outer_key)
        emit.person, emit.person_source = person
        if kind == "order_line" and own_key:
            emit.lines.insert(0, Line("order_key", outer_key, "the key of the order round it"))
        plan.emits.append(emit)
        _plan_arrays(
            plan, replace(inner, explode=emit.explode), country, person=(_parent(person[0]), person[1])
        )


def _seen_from_inside(sheet: Sheet) -> Sheet:
    """The sheet as the rows of an array in it see it: an element of an array is its elements' parent."""
    if not sheet.explode:
        return sheet
    guesses = [
        replace(g, column=g.column.at(g.column.base.replace("item", "item.parent"))) for g in sheet.guesses
    ]
    return replace(sheet, guesses=guesses)


def _parent(sql: str) -> str:
    """The same of the object round an element of an array in an array."""
    return sql.replace("item.", "item.parent.")


def _element_key(inner: Sheet, outer_key: str) -> tuple[str, str]:
    """The element's own id where it has one that is unique, else the key round it and the element's place."""
    if own := _id_of(inner):
        return own, "unique in the sample"
    return (
        f"concat_ws('-', {outer_key}, cast(item_no as string))",
        "no id of its own: the row's key and its place",
    )


def _id_of(sheet: Sheet) -> str | None:
    taken = ("product_code", "device_id", "cookie_id", "plan")
    for guess in sheet.guesses:
        column = guess.column
        own = guess.subject is not None and guess.meaning not in taken and guess not in person_ids(sheet)
        if own and column.fill == 1 and column.distinct == column.filled:
            return column.text
    return None


def _plan_rest(plan: SourcePlan) -> None:
    """When a row was last changed, and whether it is gone."""
    sheet = plan.sheet
    plan.updated = _changed(plan)
    if plan.kind is None and len(sheet.delivery.files) > 1:
        newer = f"struct({plan.updated.sql}, _file)" if plan.updated else "_file"
        plan.order_by = Line("order_by", newer, "", ["does a later file name mean a newer file?"])
    if gone := sheet.of("deleted"):
        column = gone[0].column
        if gone[0].reading.forms or column.kind in TIMED:
            sql = (
                f"{column.sql} is not null" if column.kind != "text" else f"coalesce({column.sql}, '') <> ''"
            )
        else:
            sql = column.sql if column.kind == "boolean" else f"lower({column.text}) in {_YES}"
        plan.deleted = Line("deleted", sql, f"{percent(column.fill)} filled")
    if active := sheet.of("active"):
        plan.inactive = active[0]


def _changed(plan: SourcePlan) -> Line | None:
    for meaning in ("updated_at", "created_at"):
        if found := plan.sheet.of(meaning):
            guess = found[0]
            facts = f"{percent(guess.column.fill)} filled, {percent(guess.fit)} fit"
            line = Line("updated_at", as_timestamp(guess), facts)
            if guess.reading.timed and not guess.reading.zoned and guess.column.kind == "text":
                line.confirm.append("no time zone in it: read as UTC")
            if meaning == "created_at":
                line.confirm.append("when the record was made; no column says when it changed")
            return line
    for emit in plan.emits:
        for line in emit.lines:
            if plan.kind and emit.table == plan.kind and line.used and line.used[0].reading.forms:
                return Line("updated_at", as_timestamp(line.used[0]), "the event's own time")
    return None
