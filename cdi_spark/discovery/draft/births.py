"""Maps dates of birth: whole dates, dates in parts, and bare years, with one set of guards.

The SQL gives a date where every value is one; else text of the precision that the file has: yyyy,
yyyy-MM or yyyy-MM-dd.
"""

from __future__ import annotations

import re

from cdi_spark.discovery.draft.conf_lines import ConfLine, list_doubts, state_shares
from cdi_spark.discovery.draft.date_sql import as_date, find_order_doubts, write_era_year
from cdi_spark.discovery.draft.gaps import choose_columns, list_left_out
from cdi_spark.discovery.lexicon.shares import percent, share_of
from cdi_spark.discovery.recognise.birth_parts import BARE_YEAR, ERA_YEAR, YEAR_MONTH, month_of, read_partial
from cdi_spark.discovery.recognise.dates import find_placeholder, future_share
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.recognise.sheets import Sheet
from cdi_spark.sql_text import literal, literals

_FIRST_YEAR = "1850"
_LATEST_DAY = "cast(_ingested_at as date)"
_LATEST_YEAR = "cast(year(_ingested_at) as string)"
_PARTS = ("birth_year", "birth_month", "birth_day")


def draft_birth_date(sheet: Sheet) -> list[ConfLine]:
    """The line for birth_date: whole dates first, then the parts; none without either."""
    used, left_out = choose_columns(sheet.of("birth_date"))
    lines = [_draft_whole(guess) for guess in used]
    if parts := _draft_parts(sheet):
        lines.append(parts)
    if not lines:
        return []
    if len(lines) == 1:
        line = lines[0]
    else:
        texts = {each.sql: _is_text(each) for each in lines}
        mixed = any(texts.values())
        sql = ", ".join(t if not mixed or is_text else f"cast({t} as string)" for t, is_text in texts.items())
        guesses = [guess for each in lines for guess in each.used]
        doubts = [doubt for each in lines for doubt in each.confirm]
        line = ConfLine("birth_date", f"coalesce({sql})", state_shares(guesses), doubts, guesses)
    line.confirm += list_left_out(left_out)
    return [line]


def _is_text(line: ConfLine) -> bool:
    return line.used[0].meaning in _PARTS or bool(_partial_share(line.used[0]))


def _partial_share(guess: Guess) -> float:
    today = guess.reading.today
    return share_of(guess.column.values, lambda x: read_partial(x, today) is not None)


def _draft_whole(guess: Guess) -> ConfLine:
    if guess.reading.forms and all(
        form.kind in ("seconds", "millis", "serial") for form in guess.reading.forms
    ):
        guess.doubt = "numbers; read as a time since 1970, or as the day numbers of Excel"
    partial = _partial_share(guess)
    line = ConfLine("birth_date", "", state_shares([guess]), list_doubts(guess), [guess])
    line.confirm += find_order_doubts(guess.reading)
    if guess.reading.forms or not partial:
        line.sql = as_date(guess)
    if any(form.pivot is not None for form in guess.reading.forms):
        line.confirm.append("two-digit years; future years are read as 19xx")
    if placeholder := find_placeholder(guess.reading):
        line.sql = f"nullif({line.sql}, cast('{placeholder}' as date))"
        line.confirm.append(f"{placeholder} is too frequent to be a birth date; read as empty")
    if ahead := future_share(guess.reading):
        line.sql = f"case when {line.sql} <= {_LATEST_DAY} then {line.sql} end"
        line.confirm.append(f"{percent(ahead)} are in the future; read as empty")
    if partial:
        # First: a cast would read a bare year as its first of January.
        bare = _write_partial(guess)
        line.sql = f"coalesce({bare}, cast({line.sql} as string))" if line.sql else bare
        line.confirm.append(f"{percent(partial)} are a year, or a year and a month, and are kept as such")
    return line


def _write_partial(guess: Guess) -> str:
    """Spark SQL for the bare years, and the years with a month, of a column; null for other values."""
    text = f"trim({guess.column.text})"
    western = (
        f"case when {text} rlike {literal(f'^({BARE_YEAR}|{YEAR_MONTH})$')} "
        f"and left({text}, 4) between '{_FIRST_YEAR}' and {_LATEST_YEAR} then {text} end"
    )
    if not share_of(guess.column.values, lambda x: bool(re.fullmatch(ERA_YEAR, x.strip()))):
        return western
    month = f"lpad(nullif(regexp_extract({text}, {literal(f'^{ERA_YEAR}$')}, 4), ''), 2, '0')"
    era = f"case when {text} rlike {literal(f'^{ERA_YEAR}$')} then concat_ws('-', {write_era_year(text)}, {month}) end"
    return f"coalesce({western}, {era})"


def _draft_parts(sheet: Sheet) -> ConfLine | None:
    """The line for year, month and day of birth in columns of their own; a year alone is enough."""
    found = [choose_columns(sheet.of(meaning))[0][:1] for meaning in _PARTS]
    if not found[0]:
        return None
    year, month, day = (part[0] if part else None for part in found)
    assert year is not None
    used = [guess for guess in (year, month, day if month else None) if guess]
    line = ConfLine("birth_date", "", state_shares(used), [d for g in used for d in list_doubts(g)], used)
    y = _write_year(year, line)
    choices = [y]
    whole = ""
    if month:
        m = _write_month(month)
        choices.insert(0, f"case when {m} between '01' and '12' then concat({y}, '-', {m}) end")
        if day:
            whole = f"try_cast(concat({y}, '-', {m}, '-', lpad({_write_number(day)}, 2, '0')) as date)"
            choices.insert(0, f"cast({whole} as string)")
    text = choices[0] if len(choices) == 1 else f"coalesce({', '.join(choices)})"
    past = f"{y} between '{_FIRST_YEAR}' and {_LATEST_YEAR}"
    if whole:
        past += f" and coalesce({whole} <= {_LATEST_DAY}, true)"
    line.sql = f"case when {past} then {text} end"
    return line


def _write_number(guess: Guess) -> str:
    """Spark SQL for the column's whole number as text; of values that are not all numbers, empty for the others."""
    column = guess.column
    if share_of(column.values, str.isdigit) == 1 or column.is_fractional:
        return column.text
    return f"regexp_extract({column.text}, '^ *([0-9]+)([.]0*)? *$', 1)"


def _write_year(guess: Guess, line: ConfLine) -> str:
    number = _write_number(guess)
    short = share_of(guess.column.values, lambda x: x.isdigit() and len(x) <= 2)
    if not short:
        return number
    line.confirm.append("two-digit years; future years are read as 19xx")
    pivot = guess.reading.today.year % 100
    padded = f"lpad({number}, 2, '0')"
    return (
        f"case when length({number}) in (1, 2) then "
        f"concat(if({padded} > '{pivot:02d}', '19', '20'), {padded}) else {number} end"
    )


def _write_month(guess: Guess) -> str:
    """Spark SQL for the month as two digits, from its number or its name in any language."""
    named: dict[str, list[str]] = {}
    for word in sorted({value.strip().lower() for value in guess.column.values}):
        if not word[:1].isdigit() and (month := month_of(word)):
            named.setdefault(month, []).append(word)
    number = f"lpad({_write_number(guess)}, 2, '0')"
    if not named:
        return number
    cases = " ".join(
        f"when lower(trim({guess.column.text})) in {literals(words)} then '{month}'"
        for month, words in sorted(named.items())
    )
    return f"case {cases} else {number} end"
