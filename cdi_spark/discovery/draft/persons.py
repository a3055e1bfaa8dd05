"""Maps the columns of a sheet to silver.person."""

from __future__ import annotations

import re
from collections import Counter

from cdi_spark.discovery.draft.addresses import draft_address
from cdi_spark.discovery.draft.conf_lines import ConfLine, draft_line, list_doubts, state_facts
from cdi_spark.discovery.draft.contacts import draft_emails, draft_phones
from cdi_spark.discovery.draft.date_sql import as_date, find_order_doubts
from cdi_spark.discovery.draft.id_kinds import name_national_id_kind, with_kind
from cdi_spark.discovery.lexicon import patterns
from cdi_spark.discovery.lexicon.known_names import given_names
from cdi_spark.discovery.lexicon.shares import percent, share_of
from cdi_spark.discovery.lexicon.vocabulary import fold, load_lists, word_set
from cdi_spark.discovery.read.forms import AS_WRITTEN
from cdi_spark.discovery.recognise.dates import find_placeholder, future_share
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.recognise.sheets import Sheet
from cdi_spark.sql_text import literals
from cdi_spark.standardise.values.people import gender as standard_gender

_STANDARD_GENDERS = word_set(load_lists("people")["standard_genders"])


def draft_person(sheet: Sheet, *, country: str, own_ids: list[tuple[str, Guess]]) -> list[ConfLine]:
    """The lines of silver.person that the sheet can fill.

    Args:
        country: ISO 3166 alpha-2, for phones and addresses that name none.
        own_ids: kinds and columns of account numbers of the person, for account_ids.
    """
    lines = _draft_names(sheet)
    lines += [*_draft_gender(sheet), *_draft_birth_date(sheet)]
    lines += [*draft_emails(sheet), *draft_phones(sheet, country=country)]
    lines += draft_address(sheet, country=country)
    if ids := sheet.of("national_id"):
        others = [g.column.name for g in ids[1:]]
        kind = name_national_id_kind(ids[0])
        line = draft_line("national_id", ids[0], with_kind(ids[0].column.text, kind))
        if others:
            line.confirm.append(f"other candidates: {', '.join(others)}")
        lines.append(line)
    lines += draft_account_ids(own_ids)
    devices = sheet.of("cookie_id", "device_id")
    if devices:
        sql = ", ".join(g.column.text for g in devices)
        lines.append(
            ConfLine("device_ids", f"array_compact(array({sql}))", state_facts(devices), [], devices)
        )
    for meaning in ("birth_place", "occupation", "company"):
        if found := sheet.of(meaning):
            lines.append(draft_line(meaning, found[0]))
    return lines


def draft_account_ids(own_ids: list[tuple[str, Guess]]) -> list[ConfLine]:
    """The line of account_ids, from the kinds and columns of account numbers of the person; none without."""
    if not own_ids:
        return []
    sql = ", ".join(with_kind(guess.column.text, kind) for kind, guess in own_ids)
    facts = "; ".join(f"{g.column.path[-1]} {percent(g.column.fill)} filled" for _, g in own_ids)
    forms = dict.fromkeys(g.column.form.describe() for _, g in own_ids if g.column.form != AS_WRITTEN)
    facts = "; ".join([facts, *forms])
    return [ConfLine("account_ids", f"array_compact(array({sql}))", facts, [], [g for _, g in own_ids])]


def _draft_names(sheet: Sheet) -> list[ConfLine]:
    lines: list[ConfLine] = []
    given, family, full = sheet.of("given_name"), sheet.of("family_name"), sheet.of("full_name")
    middle = sheet.of("middle_name")
    wholly = full[0].column.fill if full else 0.0
    if full and not (given and family and wholly <= min(given[0].column.fill, family[0].column.fill) + 0.1):
        lines.append(_draft_full_name(full[0]))
        if not (given and family):
            # A given name alone would replace the one that silver splits from the full name.
            return lines
    if given:
        lines.append(draft_line("given_name", given[0]))
        middle = middle or _find_numbered(given)
    if middle:
        lines.append(draft_line("middle_name", middle[0]))
    if family:
        parts = [
            *sheet.of("name_particle")[:1],
            family[0],
            *sheet.of("second_family_name")[:1],
            *_find_numbered(family),
        ]
        if len(parts) == 1:
            lines.append(draft_line("family_name", family[0]))
        else:
            sql = f"concat_ws(' ', {', '.join(g.column.text for g in parts)})"
            lines.append(ConfLine("family_name", sql, state_facts(parts), list_doubts(family[0]), parts))
    return lines


def _find_numbered(found: list[Guess]) -> list[Guess]:
    """A second column whose name differs from the first only by its number (lname_c1, lname_c2)."""
    bare = [re.sub(r"\d+$", "", guess.column.name) for guess in found]
    return [guess for guess, name in zip(found[1:2], bare[1:2], strict=True) if name == bare[0]]


def _draft_full_name(guess: Guess) -> ConfLine:
    column, values = guess.column, guess.column.values
    pairs = {x: n for x, n in values.items() if "," not in x and x.count(" ") == 1}
    first = sum(n for x, n in pairs.items() if _is_given(x.split(" ")[0]))
    last = sum(n for x, n in pairs.items() if _is_given(x.split(" ")[1]))
    line = draft_line("full_name", guess)
    if last > 2 * first and last > 0.25 * sum(values.values()):
        line.sql = f"regexp_replace({column.text}, '^([^ ,]+) ([^,]+)$', '$1, $2')"
        line.confirm.append("given names come last; read as family name, then given name")
    elif share_of(values, lambda x: "/" in x) >= 0.5:
        line.sql = f"replace({column.text}, '/', ', ')"
        line.confirm.append("read as family name/given name")
    elif (commas := share_of(values, lambda x: "," in x)) >= 0.05:
        line.facts += f", {percent(commas)} written Last, First"
    return line


def _is_given(word: str) -> bool:
    return fold(word) in given_names()


def _draft_gender(sheet: Sheet) -> list[ConfLine]:
    if found := sheet.of("gender"):
        guess = found[0]
        said = Counter({x.lower(): n for x, n in guess.column.values.items()})
        unread = {word for word in said if patterns.GENDER_OF.get(word)} - _STANDARD_GENDERS
        if not unread and any(standard_gender(word) for word in said):
            return [draft_line("gender", guess)]
        return _draft_gender_codes(guess, said)
    titles = sheet.of("title")
    if not titles or titles[0].fit < 0.6:
        return []
    guess = titles[0]
    spoken = {w for x in guess.column.values for w in [x.strip().lower()] if w in patterns.TITLE_GENDER}
    cases = _write_gender_cases(guess.column.text, {w: patterns.TITLE_GENDER[w] for w in spoken})
    line = draft_line("gender", guess, cases)
    line.facts += "; derived from the title"
    return [line] if cases else []


def _draft_gender_codes(guess: Guess, said: Counter[str]) -> list[ConfLine]:
    if said.keys() <= {"0", "1", "2", "9"}:
        line = draft_line(
            "gender", guess, _write_gender_cases(guess.column.text, {"1": "male", "2": "female"})
        )
        if "2" in said:
            line.confirm.append("numeric codes; read by ISO 5218: 1 is male, 2 is female")
            return [line]
        return []
    meant = {word: patterns.GENDER_OF[word] for word in said if word in patterns.GENDER_OF}
    if {"h", "m"} <= said.keys() and "f" not in said:
        meant["m"] = "female"
    return [draft_line("gender", guess, _write_gender_cases(guess.column.text, meant))]


def _write_gender_cases(column: str, meant: dict[str, str]) -> str:
    """A CASE that maps words to genders; empty for no words."""
    parts = []
    for gender in ("male", "female", "other"):
        spoken = sorted(word for word, means in meant.items() if means == gender)
        if spoken:
            parts.append(f"when lower(trim({column})) in {literals(spoken)} then '{gender}'")
    return f"case {' '.join(parts)} end" if parts else ""


def _draft_birth_date(sheet: Sheet) -> list[ConfLine]:
    found = sheet.of("birth_date")
    if not found:
        return _draft_birth_parts(sheet)
    guess = found[0]
    if guess.reading.forms and all(
        form.kind in ("seconds", "millis", "serial") for form in guess.reading.forms
    ):
        guess.doubt = "numbers; read as a time since 1970, or as the day numbers of Excel"
    line = draft_line("birth_date", guess, as_date(guess))
    line.confirm += find_order_doubts(guess.reading)
    if any(form.pivot is not None for form in guess.reading.forms):
        line.confirm.append("two-digit years; future years are read as 19xx")
    if placeholder := find_placeholder(guess.reading):
        line.sql = f"nullif({line.sql}, cast('{placeholder}' as date))"
        line.confirm.append(f"{placeholder} is too frequent to be a birth date; read as empty")
    if ahead := future_share(guess.reading):
        line.sql = f"case when {line.sql} <= cast(_ingested_at as date) then {line.sql} end"
        line.confirm.append(f"{percent(ahead)} are in the future; read as empty")
    return [line]


def _draft_birth_parts(sheet: Sheet) -> list[ConfLine]:
    parts = [sheet.of(meaning) for meaning in ("birth_year", "birth_month", "birth_day")]
    if not all(parts):
        return []
    chosen = [found[0] for found in parts]
    sql = f"cast(try_to_timestamp(concat_ws('-', {', '.join(g.column.text for g in chosen)}), 'yyyy-M-d') as date)"
    return [ConfLine("birth_date", sql, state_facts(chosen), [], chosen)]
