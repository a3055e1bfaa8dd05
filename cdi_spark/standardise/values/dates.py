"""Why a text that should be a date is none."""

from __future__ import annotations

import re
from datetime import date

from cdi_spark.standardise.values.reasons import DAMAGED, PLACEHOLDER, is_damaged
from cdi_spark.standardise.values.text import is_unknown

NO_DATE = "no date"
IMPOSSIBLE = "an impossible date"
IN_FUTURE = "a date in the future"
NOT_READ = "a form that the mapping does not read"

# Days that programs write for an unknown one.
PLACEHOLDERS = (
    "1900-01-01", "1899-12-31", "1899-12-30", "1901-01-01", "1753-01-01", "1970-01-01", "9999-12-31", "9999-01-01",
    "2999-12-31", "0001-01-01", "1111-11-11", "1800-01-01",
)  # fmt: skip

_UNKNOWN = frozenset(map(date.fromisoformat, PLACEHOLDERS))
_LONGEST = 60
_NOTHING = re.compile(r"[0\s./-]+")
_THREE_PARTS = re.compile(r"(?<!\d)(\d{1,4})[-/. ]{1,2}(\d{1,2})[-/. ]{1,2}(\d{1,4})(?!\d)")
_COMPACT = re.compile(r"\s*(\d{4})(\d{2})(\d{2})(?:\d{4,6})?(?:\.0)?\s*")
_YEAR = re.compile(r"(?<!\d)([12]\d{3})(?!\d)")


def no_date(written: str, *, today: date) -> str:
    """Why a text gives no date.

    >>> today = date(2026, 6, 30)
    >>> no_date("2024-02-30", today=today), no_date("31/12/2062", today=today), no_date("n/a", today=today)
    ('an impossible date', 'a date in the future', 'placeholder')
    >>> no_date("in May", today=today), no_date("0000-00-00", today=today), no_date("3. Mai 1980", today=today)
    ('no date', 'placeholder', 'a form that the mapping does not read')
    """
    if is_damaged(written):
        return DAMAGED
    if is_unknown(written) or _NOTHING.fullmatch(written):
        return PLACEHOLDER
    if len(written) > _LONGEST:
        return NO_DATE
    if parts := _COMPACT.fullmatch(written) or _THREE_PARTS.search(written):
        days = _days(*map(int, parts.groups()))
        if not days:
            return IMPOSSIBLE
        if not _UNKNOWN.isdisjoint(days):
            return PLACEHOLDER
        return IN_FUTURE if min(days) > today else NOT_READ
    if year := _YEAR.search(written):
        return IN_FUTURE if int(year[1]) > today.year else NOT_READ
    return NO_DATE


def _days(one: int, two: int, three: int) -> list[date]:
    """Return the days that three numbers may be, in any order that people write."""
    orders = ((one, two, three),) if one > 99 else ((one, two, three), (three, two, one), (three, one, two))
    found = []
    for year, month, day in orders:
        for full in (year,) if year > 99 else (1900 + year, 2000 + year):
            try:
                found.append(date(full, month, day))
            except ValueError:
                continue
    return found
