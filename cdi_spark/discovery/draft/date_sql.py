"""Spark SQL that reads a column's dates and times."""

from __future__ import annotations

from cdi_spark.discovery.lexicon.date_forms import ERAS, Form
from cdi_spark.discovery.lexicon.months import list_words
from cdi_spark.discovery.lexicon.shares import percent
from cdi_spark.discovery.recognise.dates import Reading
from cdi_spark.discovery.recognise.infer_from_values import TIMED
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.sql_text import literal

_ERA_DATE = "^([^0-9]+)([0-9]{1,2}|元)[^0-9]+([0-9]{1,2})[^0-9]+([0-9]{1,2})[^0-9]*$"


def _write_text(guess: Guess) -> str:
    """Spark SQL for the column as text, for the date functions."""
    column = guess.column
    if column.kind != "text" or guess.column.is_fractional:
        return column.text
    return column.sql


def as_date(guess: Guess) -> str:
    """Spark SQL of a date column as a date."""
    if guess.column.kind in TIMED:
        return guess.column.sql if guess.column.kind == "date" else f"cast({guess.column.time} as date)"
    return _write_date(_write_text(guess), guess.reading)


def as_timestamp(guess: Guess) -> str:
    """Spark SQL of a date column as a timestamp."""
    if guess.column.kind in TIMED:
        return f"cast({guess.column.sql} as timestamp)" if guess.column.kind == "date" else guess.column.time
    return _write_timestamp(_write_text(guess), guess.reading)


def find_order_doubts(reading: Reading) -> list[str]:
    """The doubts about the order of day and month."""
    if reading.ambiguous:
        other = "month" if reading.order == "dmy" else "day"
        return [
            f"no value shows whether day or month comes first; read as {reading.order}. "
            f"Swap d and M if the {other} comes first"
        ]
    against = reading.against / (reading.against + reading.for_order) if reading.against else 0.0
    if against >= 0.01:
        share = percent(against)
        return [f"{share} of the unambiguous values have day and month in the other order"]
    return []


def find_zone_doubts(guess: Guess) -> list[str]:
    """The doubt about the zone of times that name none."""
    is_open = guess.reading.timed and not guess.reading.zoned and guess.column.kind == "text"
    return ["has no time zone; read as UTC"] if is_open else []


def _write_date(column: str, reading: Reading) -> str:
    """Spark SQL for the column as a date; null where a value has none of the forms."""
    parts = [_write_form_as_date(column, form) for form in reading.forms]
    if len(parts) == 1:
        return parts[0]
    return f"coalesce({', '.join(parts)})"


def _write_timestamp(column: str, reading: Reading) -> str:
    """Spark SQL for the column as a timestamp; null where a value has none of the forms."""
    parts = [_write_form_as_timestamp(column, form) for form in reading.forms]
    return parts[0] if len(parts) == 1 else f"coalesce({', '.join(parts)})"


def _write_form_as_date(column: str, form: Form) -> str:
    if form.kind == "iso":
        # A bare year would be its first of January.
        return f"try_cast({column} as date)"
    if form.kind == "serial":
        days = f"try_cast(regexp_extract({column}, '^([0-9]{{5}})([.]0)?$', 1) as int)"
        return f"date_add(cast('1899-12-30' as date), {days})"
    return f"cast({_write_form_as_timestamp(column, form)} as date)"


def _write_form_as_timestamp(column: str, form: Form) -> str:
    if form.kind == "iso":
        return f"try_cast({column} as timestamp)"
    if form.kind == "serial":
        return f"cast({_write_form_as_date(column, form)} as timestamp)"
    if form.kind == "words":
        return _write_words(column, form)
    if form.kind == "era":
        return _write_era(column)
    if form.kind in ("seconds", "millis", "micros"):
        # timestamp_seconds and timestamp_millis fail on too large numbers; try_multiply returns null.
        whole = f"try_cast(substring_index({column}, '.', 1) as bigint)"
        factor = {"seconds": "1000000L", "millis": "1000L", "micros": "1L"}[form.kind]
        return f"timestamp_micros(try_multiply({whole}, {factor}))"
    if form.pivot is None:
        return f"try_to_timestamp({column}, {literal(form.pattern)})"
    return _write_two_digit_year(column, form.pattern, form.pivot)


def _write_words(column: str, form: Form) -> str:
    """Spark SQL that reads a date whose month is a word."""
    year = "[0-9]{4}" if form.pivot is None else "[0-9]{2}"
    clock = "(?:[ ,T]+([0-9].*))?" if form.timed else ""
    ends = {
        "dmy": f"^[^0-9]*([0-9]{{1,2}})([^0-9]+)({year})[^0-9]*{clock}$",
        "ymd": f"^({year})([^0-9]+)([0-9]{{1,2}})[^0-9]*$",
    }
    y, d = (3, 1) if form.pattern == "dmy" else (1, 3)

    def part(number: int) -> str:
        return f"regexp_extract(trim({column}), {literal(ends[form.pattern])}, {number})"

    cases = []
    for number, words in enumerate(list_words(form.languages), 1):
        pattern = f"(^|[^\\p{{L}}])({'|'.join(words)})([^\\p{{L}}]|$)"
        cases.append(f"when lower({part(2)}) rlike {literal(pattern)} then '{number:02d}'")
    full = part(y)
    if form.pivot is not None:
        full = f"concat(if({full} > '{form.pivot:02d}', '19', '20'), {full})"
    day = f"concat({full}, '-', case {' '.join(cases)} end, '-', {part(d)})"
    # Null where the date is; a time alone would be one of today.
    text = f"concat({day}, ' ', {part(4)})" if form.timed else day
    return f"try_cast({text} as timestamp)"


def _write_era(column: str) -> str:
    """Spark SQL that reads a date with the year of a Japanese era."""
    month, day = (f"regexp_extract(trim({column}), {literal(_ERA_DATE)}, {number})" for number in (3, 4))
    return f"try_cast(concat({write_era_year(column)}, '-', {month}, '-', {day}) as timestamp)"


def write_era_year(column: str) -> str:
    """Spark SQL for the year that the year of a Japanese era is, as text; null where there is none.

    The first year of an era is called 元.
    """
    era, number = (
        f"regexp_extract(replace(trim({column}), '元', '1'), '^([^0-9]+)([0-9]{{1,2}})', {part})"
        for part in (1, 2)
    )
    starts = " ".join(f"when '{name}' then {year}" for name, year in ERAS.items())
    return f"cast(case {era} {starts} end + try_cast({number} as int) as string)"


def _write_two_digit_year(column: str, pattern: str, pivot: int) -> str:
    """Spark SQL that reads a year of two digits; Spark itself reads yy as 2000 to 2099 only."""
    century = f"if({{}} > '{pivot:02d}', '19', '20')"
    if pattern.startswith("yy"):
        full = f"concat({century.format(f'left({column}, 2)')}, {column})"
        return f"try_to_timestamp({full}, {literal('yy' + pattern)})"
    if pattern.endswith("yy"):
        end = f"right({column}, 2)"
        full = f"concat(left({column}, length({column}) - 2), {century.format(end)}, {end})"
        return f"try_to_timestamp({full}, {literal(pattern + 'yy')})"
    return f"try_to_timestamp({column}, {literal(pattern)})"
