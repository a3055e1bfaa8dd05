"""Parts of birth dates: years, months as numbers or words, days."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from cdi_spark.discovery.lexicon.patterns import is_integer
from cdi_spark.discovery.lexicon.vocabulary import fold, group_by_word, load_lists

# Spark SQL patterns too.
BARE_YEAR = "(18|19|20)[0-9]{2}"
YEAR_MONTH = "(18|19|20)[0-9]{2}-(0[1-9]|1[0-2])"
_PARTIAL = re.compile(f"(?:{YEAR_MONTH})|(?:{BARE_YEAR})")
_EARLIEST = 1850


def read_partial(value: str, today: date) -> int | None:
    """The year of a value that is a year of birth, alone or with its month; null for other values."""
    bare = value.strip()
    if not _PARTIAL.fullmatch(bare):
        return None
    year = int(bare[:4])
    return year if _EARLIEST <= year <= today.year else None


def month_of(value: str) -> str | None:
    """The month of a number or a word, as two digits.

    >>> [month_of(word) for word in ("3", "März", "juil.", "Ocak", "15")]
    ['03', '03', '07', '01', None]
    """
    if is_integer(value):
        number = int(float(value))
        return f"{number:02d}" if 1 <= number <= 12 else None
    return _months().get(fold(value))


def fits_part(meaning: str, value: str) -> bool:
    """Whether a value can be the year, the month or the day of a birth."""
    if meaning == "birth_month":
        return month_of(value) is not None
    if not is_integer(value):
        return False
    number = int(float(value))
    return 1 <= number <= 31 if meaning == "birth_day" else 0 <= number <= 99 or 1000 <= number <= 2100


@cache
def _months() -> dict[str, str]:
    return group_by_word(load_lists("months")["months"])
