"""Plans the consents of people: from columns of answers, from lists of channels, or from the name of the file."""

from __future__ import annotations

from cdi_spark.discovery.draft.conf_lines import ConfLine, draft_line, state_shares
from cdi_spark.discovery.draft.date_sql import as_timestamp, find_zone_doubts
from cdi_spark.discovery.draft.source_plans import EmitPlan, SourcePlan
from cdi_spark.discovery.recognise.consents import (
    CHANNELS,
    DATES,
    GRANTED_VALUES,
    NO_VALUES,
    YES_VALUES,
    ConsentColumn,
    ConsentName,
    find_consent_columns,
    find_consent_date,
    read_consent_name,
)
from cdi_spark.discovery.recognise.kinds import LEDGER
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.schema.events import CONSENT
from cdi_spark.sql_text import literal, literals


def plan_consents(plan: SourcePlan) -> None:
    """Plan the consents that a row holds beside what it is."""
    if plan.kind is None:
        _add_consents(plan)
        return
    event = next((emit for emit in plan.emits if emit.table == plan.kind), None)
    if event is None or plan.kind == LEDGER or event.explode:
        return
    targets = {line.target for line in event.lines}
    if plan.kind != CONSENT.short:
        if find_consent_columns(plan.sheet):
            _add_consents(plan, person=event.person, person_source=event.person_source)
    elif "granted" not in targets:
        plan.emits.remove(event)
        _add_consents(plan, person=event.person, person_source=event.person_source)
    elif "purpose" not in targets:
        event.lines.append(ConfLine("purpose", "'marketing'", "", ["no column names the purpose"]))


def _add_consents(plan: SourcePlan, *, person: str = "", person_source: str = "") -> None:
    """Add the consents of the rows' people to a plan.

    Args:
        person: Spark SQL of the person's key, empty for the source's own; and the source of that person.
    """
    columns = find_consent_columns(plan.sheet)
    emits = [_plan_list(plan, one) if one.lists else _plan_column(plan, one) for one in columns]
    if not columns and (name := read_consent_name(plan.sheet.name)):
        emits = [_plan_file(plan, name)]
    for emit in emits:
        emit.explode = emit.explode or plan.sheet.explode
        emit.per_key = "merge" if plan.key.merge else ""
        emit.person, emit.person_source = person, person_source
    plan.emits += emits


def _plan_column(plan: SourcePlan, consent: ConsentColumn) -> EmitPlan:
    guess, granted = consent.guess, consent.name.granted
    text = f"lower({guess.column.text})"
    emit = EmitPlan("consent", [], _write_key(plan, literal(guess.column.path[-1])))
    if consent.dated:
        emit.where = f"{guess.column.sql} is not null"
        line = ConfLine("granted", str(granted).lower(), "", [], [guess])
    elif consent.spoken:
        line = draft_line("granted", guess, f"{text} in {_list_values(guess, GRANTED_VALUES)}")
        emit.where = f"{guess.column.sql} is not null"
    elif guess.column.kind == "boolean":
        line = draft_line("granted", guess, guess.column.sql if granted else f"not {guess.column.sql}")
        emit.where = f"{guess.column.sql} is not null"
    else:
        yes, no = _list_values(guess, YES_VALUES), _list_values(guess, NO_VALUES)
        known = literals(sorted({v.lower() for v in guess.column.values} & (YES_VALUES | NO_VALUES)))
        sql = f"{text} in {yes}" if yes else "false"
        line = draft_line("granted", guess, sql if granted else (f"{text} in {no}" if no else "false"))
        emit.where = f"{text} in {known}"
    line.shares = state_shares([guess])
    if not granted and not consent.spoken and not consent.dated:
        line.confirm.append("a yes is a refusal; is a no a consent?")
    emit.lines = [
        line,
        *_draft_name(consent.name),
        *_draft_date(plan, find_consent_date(plan.sheet, consent)),
    ]
    return emit


def _plan_list(plan: SourcePlan, consent: ConsentColumn) -> EmitPlan:
    column = consent.guess.column
    words = {word: channel for word, channel in CHANNELS.items() if word != channel}
    cases = " ".join(
        f"when lower(item) in {literals(sorted(w for w in words if words[w] == channel))} then {literal(channel)}"
        for channel in dict.fromkeys(words.values())
    )
    granted = ConfLine(
        "granted", str(consent.name.granted).lower(), state_shares([consent.guess]), [], [consent.guess]
    )
    channel = ConfLine("channel", f"case {cases} else lower(item) end", "", [], [consent.guess])
    purpose = ConfLine("purpose", literal(consent.name.purpose))
    emit = EmitPlan("consent", [granted, purpose, channel, *_draft_date(plan, None)])
    emit.explode = column.sql if column.is_list else f"split({column.text}, ' *[;,|/ ] *')"
    emit.key = _write_key(plan, literal(column.path[-1]), "lower(item)")
    emit.where = f"{column.sql} is not null"
    return emit


def _plan_file(plan: SourcePlan, name: ConsentName) -> EmitPlan:
    """The consents of a file whose rows are all given, or all refused."""
    sheet = plan.sheet
    channel = name.channel or ("email" if sheet.has("email") and not sheet.has("phone", "street") else "")
    said = ConsentName(name.granted, channel, name.purpose)
    granted = ConfLine("granted", str(name.granted).lower(), notes=["from the name of the file"])
    found = next(iter(sheet.of(*DATES)), None)
    return EmitPlan("consent", [granted, *_draft_name(said), *_draft_date(plan, found)], plan.key.sql)


def _draft_name(name: ConsentName) -> list[ConfLine]:
    lines = [ConfLine("purpose", literal(name.purpose))]
    return [*lines, ConfLine("channel", literal(name.channel))] if name.channel else lines


def _draft_date(plan: SourcePlan, guess: Guess | None) -> list[ConfLine]:
    if guess:
        line = draft_line("given_at", guess, as_timestamp(guess))
        line.confirm += find_zone_doubts(guess)
        return [line]
    return (
        [ConfLine("given_at", plan.updated.sql, "", ["the time of the last change"])] if plan.updated else []
    )


def _write_key(plan: SourcePlan, *parts: str) -> str:
    return f"concat_ws('-', {plan.key.sql}, {', '.join(parts)})"


def _list_values(guess: Guess, words: frozenset[str]) -> str:
    """The values of a column that are among some words, as a list of Spark SQL strings; empty for none."""
    said = sorted({value.lower() for value in guess.column.values} & words)
    return literals(said) if said else ""
