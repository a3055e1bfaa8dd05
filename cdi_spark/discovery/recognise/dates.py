"""How a column writes its dates, found from its values."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from cdi_spark.discovery.lexicon.date_forms import (
    COMPACT,
    NUMERIC,
    Form,
    Order,
    find_form,
    find_month_word,
    is_plausible_year,
    read_digits,
)
from cdi_spark.discovery.lexicon.months import choose_languages
from cdi_spark.standardise.values.dates import PLACEHOLDERS


def today_in_utc() -> date:
    """Today's date in UTC, by the clock of this machine."""
    return datetime.now(UTC).date()


@dataclass
class Reading:
    """A column read as dates: its forms by frequency, and the share of values that have one of them."""

    forms: list[Form] = field(default_factory=list)
    share: float = 0.0
    order: Order | None = None
    # Values that only the chosen order allows, and values that only another order allows.
    for_order: int = 0
    against: int = 0
    dates: Counter[date] = field(default_factory=Counter)
    # The date of the run, which separates past and future; unused without dates.
    today: date = date.min

    @property
    def timed(self) -> bool:
        return any(form.timed or form.kind in ("seconds", "millis", "micros") for form in self.forms)

    @property
    def zoned(self) -> bool:
        return any(form.zoned or form.kind in ("seconds", "millis", "micros") for form in self.forms)

    @property
    def ambiguous(self) -> bool:
        """Whether no value shows the order of day and month."""
        return self.order in ("dmy", "mdy") and not self.for_order


def read_dates(
    values: Counter[str], *, today: date, month_first: bool = False, numbers: bool = False
) -> Reading:
    """Find the forms of a column's dates.

    Args:
        today: the date of the run: two-digit years after it belong to the last century.
        month_first: read 3/4/2020 as March where no value shows the order.
        numbers: also read plain numbers as seconds or milliseconds since 1970, or as day numbers of Excel.
    """
    reading = Reading(today=today)
    order = _find_order(values, month_first=month_first, reading=reading)
    found: Counter[Form] = Counter()
    total = sum(values.values())
    languages = choose_languages(_count_month_words(values))
    for value, times in values.items():
        parsed = find_form(value.strip(), order, numbers=numbers, this_year=today.year, languages=languages)
        if parsed is not None:
            form, day = parsed
            found[form] += times
            reading.dates[day] += times
    reading.forms = [form for form, times in found.most_common(6) if times >= 0.002 * max(total, 1)]
    reading.share = sum(found.values()) / total if total else 0.0
    if not any(form.in_digits and not form.pattern.startswith("y") for form in reading.forms):
        reading.order = "ymd" if reading.forms else None
    return reading


def looks_like_births(reading: Reading) -> bool:
    """Whether the dates are births: spread over decades, few of them recent."""
    total = sum(reading.dates.values())
    if not total:
        return False
    past = sum(n for day, n in reading.dates.items() if day.year < reading.today.year - 12) / total
    years = {day.year for day in reading.dates}
    return past > 0.6 and (len(years) >= 15 or len(years) >= 0.5 * len(reading.dates)) and not reading.timed


def find_placeholder(reading: Reading) -> str | None:
    """The date that means "unknown" in the column: a known placeholder, far more frequent than other dates."""
    total = sum(reading.dates.values())
    for day, times in reading.dates.most_common(2):
        others = (total - times) / max(1, len(reading.dates) - 1)
        if day.isoformat() in PLACEHOLDERS and times >= max(3, 8 * others):
            return day.isoformat()
    return None


def future_share(reading: Reading) -> float:
    """The share of the dates that are in the future."""
    total = sum(reading.dates.values())
    return sum(n for day, n in reading.dates.items() if day > reading.today) / total if total else 0.0


def _count_month_words(values: Counter[str]) -> Counter[str]:
    """The words for months in dates."""
    words: Counter[str] = Counter()
    for value, times in values.items():
        if word := find_month_word(value.strip()):
            words[word] += times
    return words


def _find_order(values: Counter[str], *, month_first: bool, reading: Reading) -> Order:
    """The order of day, month and year, from the values that only one order allows."""
    day_first = month_only = year_first = dotted = seen = 0
    for value, times in values.items():
        match = NUMERIC.match(value.strip())
        if match:
            a, b, c = int(match["a"]), int(match["b"]), int(match["year"])
            seen += times
            day_first += times * (12 < a <= 31 and b <= 12)
            month_only += times * (a <= 12 and 12 < b <= 31)
            year_first += times * (len(match["year"]) == 2 and a > 31 and b <= 12 and c <= 31)
            dotted += times * match["sep"].startswith(".")
        elif compact := COMPACT.match(value.strip()):
            day, month = int(compact["digits"][:2]), int(compact["digits"][2:4])
            year_like = (
                is_plausible_year(int(compact["digits"][:4]), reading.today.year)
                and read_digits(compact["digits"], "ymd") is not None
            )
            if not year_like:
                day_first += times * (12 < day <= 31 and month <= 12)
                month_only += times * (day <= 12 and 12 < month <= 31)
    if year_first > max(day_first, month_only):
        reading.order, reading.for_order = "ymd", year_first
        return "ymd"
    order: Order = "mdy" if month_only > day_first else "dmy"
    if not day_first and not month_only:
        order = "mdy" if month_first and dotted < 0.5 * max(seen, 1) else "dmy"
    reading.order = order
    reading.for_order = max(day_first, month_only)
    reading.against = min(day_first, month_only)
    return order
