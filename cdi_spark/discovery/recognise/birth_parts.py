"""Parts of birth dates: years, months as numbers or words, days."""

from __future__ import annotations

import re
from datetime import date

from cdi_spark.discovery.lexicon import months
from cdi_spark.discovery.lexicon.date_forms import year_of_era
from cdi_spark.discovery.lexicon.patterns import is_integer

# Spark SQL patterns too.
BARE_YEAR = "(18|19|20)[0-9]{2}"
YEAR_MONTH = "(18|19|20)[0-9]{2}-(0[1-9]|1[0-2])"
# 昭和63年, 昭和63年3月
ERA_YEAR = "(明治|大正|昭和|平成|令和)(元|[0-9]{1,2})年(([0-9]{1,2})月)?"
_PARTIAL = re.compile(f"(?:{YEAR_MONTH})|(?:{BARE_YEAR})")
_ERA_YEAR = re.compile(ERA_YEAR)
_EARLIEST = 1850


def read_partial(value: str, today: date) -> int | None:
    """The year of a value that is a year of birth, alone or with its month; null for other values."""
    bare = value.strip()
    if era := _ERA_YEAR.fullmatch(bare):
        year = year_of_era(era[1], era[2])
    elif _PARTIAL.fullmatch(bare):
        year = int(bare[:4])
    else:
        return None
    return year if _EARLIEST <= year <= today.year else None


def month_of(value: str) -> str | None:
    """The month of a number or a word, as two digits.

    >>> [month_of(word) for word in ("3", "März", "juil.", "Ocak", "15")]
    ['03', '03', '07', '01', None]
    """
    if is_integer(value):
        number = int(float(value))
        return f"{number:02d}" if 1 <= number <= 12 else None
    named = months.month_of(value)
    return f"{named:02d}" if named else None


def fits_part(meaning: str, value: str) -> bool:
    """Whether a value can be the year, the month or the day of a birth."""
    if meaning == "birth_month":
        return month_of(value) is not None
    if not is_integer(value):
        return False
    number = int(float(value))
    return 1 <= number <= 31 if meaning == "birth_day" else 0 <= number <= 99 or 1000 <= number <= 2100
