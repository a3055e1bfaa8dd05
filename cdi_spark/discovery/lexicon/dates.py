"""How a column writes its dates, read off its values, and the Spark SQL that reads them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final, Literal

Order = Literal["dmy", "mdy", "ymd"]

_TIME = (
    r"(?:(?P<gap>[T ]{1,2}|, ?)(?P<hour>\d{1,2}):\d{2}(?P<second>:\d{2})?(?P<fraction>[.,]\d+)?"
    r"(?P<half> ?[AaPp]\.?[Mm]\.?)?"
    r"(?P<zone> ?(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?|[A-Z][a-z]+/[A-Za-z_]+))?)?$"
)
_YMD = re.compile(r"^(?P<year>\d{4})(?P<sep>[-/.])(?P<a>\d{1,2})(?P=sep)(?P<b>\d{1,2})(?P<dot>\.?)" + _TIME)
# As Db2 writes its timestamps.
_DASHED = re.compile(r"^(?P<day>\d{4}-\d{2}-\d{2})-\d{2}\.\d{2}\.\d{2}(?P<fraction>\.\d+)?$")
_NUMERIC = re.compile(
    r"^(?P<a>\d{1,2})(?P<sep>[-/. ]|\. )(?P<b>\d{1,2})(?P=sep)(?P<year>\d{4}|\d{2})" + _TIME
)
_COMPACT = re.compile(r"^(?P<digits>\d{8})(?:(?P<clock>\d{6})|(?P<short>\d{4}))?(?:\.0)?$")
_TEXT = re.compile(
    r"^(?P<day>\d{1,2})(?P<s1>[- /.]|\. )(?P<month>[A-Za-z]{3,9})(?P<s2>[- /.,]|, )(?P<year>\d{4}|\d{2})"
    + _TIME
)
_TEXT_FIRST = re.compile(
    r"^(?P<month>[A-Za-z]{3,9})(?P<s1> |-)(?P<day>\d{1,2})(?P<s2>, ?| |-)(?P<year>\d{4})" + _TIME
)
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
THIS_YEAR = datetime.now(UTC).year
# Dates that programs write where they know none.
PLACEHOLDERS: Final = ("1900-01-01", "1899-12-31", "1899-12-30", "1901-01-01", "1753-01-01", "1970-01-01", "9999-12-31",
                "9999-01-01", "2999-12-31", "0001-01-01", "1111-11-11", "1800-01-01")  # fmt: skip


@dataclass(frozen=True)
class Form:
    """One way of writing a date: `kind` says how it is read, `pattern` what Spark reads it by."""

    kind: Literal["iso", "pattern", "seconds", "millis", "micros", "serial"]
    pattern: str = ""
    two_digit_year: bool = False
    zoned: bool = False
    timed: bool = False

    @property
    def in_digits(self) -> bool:
        """Whether day and month are numbers, which could stand either way round."""
        return self.kind == "pattern" and "MMM" not in self.pattern


@dataclass
class Reading:
    """What a column's values say about it as dates: forms by frequency, and the share that has one of them."""

    forms: list[Form] = field(default_factory=list)
    share: float = 0.0
    order: Order | None = None
    # Values that only one order of day and month allows, and those that speak against the chosen one.
    for_order: int = 0
    against: int = 0
    dates: Counter[date] = field(default_factory=Counter)

    @property
    def timed(self) -> bool:
        return any(form.timed or form.kind in ("seconds", "millis", "micros") for form in self.forms)

    @property
    def zoned(self) -> bool:
        return any(form.zoned or form.kind in ("seconds", "millis", "micros") for form in self.forms)

    @property
    def ambiguous(self) -> bool:
        """Day and month could be either way round for all that the values say."""
        return self.order in ("dmy", "mdy") and not self.for_order


def read_dates(values: Counter[str], *, month_first: bool = False, numbers: bool = False) -> Reading:
    """Find the forms that a column's dates have.

    Args:
        month_first: take 3/4/2020 for March where no value of the column tells.
        numbers: also read bare numbers as seconds or milliseconds since 1970, or as days as Excel counts them.
    """
    reading = Reading()
    order = _order(values, month_first=month_first, reading=reading)
    found: Counter[Form] = Counter()
    total = sum(values.values())
    for value, times in values.items():
        parsed = _form_of(value.strip(), order, numbers=numbers)
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
    """Whether the dates spread over lives: decades, few of them recent."""
    total = sum(reading.dates.values())
    if not total:
        return False
    past = sum(n for day, n in reading.dates.items() if day.year < THIS_YEAR - 12) / total
    years = {day.year for day in reading.dates}
    return past > 0.6 and (len(years) >= 15 or len(years) >= 0.5 * len(reading.dates)) and not reading.timed


def placeholder_of(reading: Reading) -> str | None:
    """A date that stands for "unknown" in the column: known for it, and far more frequent than any other."""
    total = sum(reading.dates.values())
    for day, times in reading.dates.most_common(2):
        others = (total - times) / max(1, len(reading.dates) - 1)
        if day.isoformat() in PLACEHOLDERS and times >= max(3, 8 * others):
            return day.isoformat()
    return None


def future_share(reading: Reading) -> float:
    """The share of the dates that lie ahead."""
    total = sum(reading.dates.values())
    today = datetime.now(UTC).date()
    return sum(n for day, n in reading.dates.items() if day > today) / total if total else 0.0


def _order(values: Counter[str], *, month_first: bool, reading: Reading) -> Order:
    """Whether the day or the month stands first, by the values that only one order allows."""
    day_first = month_only = year_first = dotted = seen = 0
    for value, times in values.items():
        match = _NUMERIC.match(value.strip())
        if match:
            a, b, c = int(match["a"]), int(match["b"]), int(match["year"])
            seen += times
            day_first += times * (12 < a <= 31 and b <= 12)
            month_only += times * (a <= 12 and 12 < b <= 31)
            year_first += times * (len(match["year"]) == 2 and a > 31 and b <= 12 and c <= 31)
            dotted += times * match["sep"].startswith(".")
        elif compact := _COMPACT.match(value.strip()):
            day, month = int(compact["digits"][:2]), int(compact["digits"][2:4])
            year_like = (
                1200 <= int(compact["digits"][:4]) <= THIS_YEAR + 80
                and _day(compact["digits"], "ymd") is not None
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


def _form_of(value: str, order: Order, *, numbers: bool) -> tuple[Form, date] | None:
    if match := _DASHED.match(value):
        day = _date(*map(int, match["day"].split("-")))
        fraction = f".{'S' * min(9, len(match['fraction']) - 1)}" if match["fraction"] else ""
        return (Form("pattern", f"yyyy-MM-dd-HH.mm.ss{fraction}", timed=True), day) if day else None
    if match := _YMD.match(value):
        day = _date(int(match["year"]), int(match["a"]), int(match["b"]))
        if day is None:
            return None
        if (
            match["sep"] == "-"
            and not match["dot"]
            and not match["half"]
            and match["gap"] != ", "
            and " UTC" not in value
            and " GMT" not in value
        ):
            return Form("iso", zoned=bool(match["zone"]), timed=bool(match["gap"])), day
        sep = match["sep"]
        return Form(
            "pattern",
            f"yyyy{sep}M{sep}d{match['dot']}{_clock(match)}",
            zoned=bool(match["zone"]),
            timed=bool(match["gap"]),
        ), day
    if match := _NUMERIC.match(value):
        return _numeric(match, order)
    if match := _COMPACT.match(value):
        return _compact(match, order)
    for expression in (_TEXT, _TEXT_FIRST):
        if match := expression.match(value):
            return _text(match, day_first=expression is _TEXT)
    return _number(value) if numbers else None


def _numeric(match: re.Match[str], order: Order) -> tuple[Form, date] | None:
    sep, short = match["sep"], len(match["year"]) == 2
    a, b, c = int(match["a"]), int(match["b"]), int(match["year"])
    for tried in dict.fromkeys((order, "dmy", "mdy")):
        if tried == "ymd" and not short:
            continue
        year, month, day = (a, b, c) if tried == "ymd" else (c, b, a) if tried == "dmy" else (c, a, b)
        found = _date(_full_year(year) if short else year, month, day)
        if found is None:
            continue
        y = "yy" if short else "yyyy"
        pattern = {"dmy": f"d{sep}M{sep}{y}", "mdy": f"M{sep}d{sep}{y}", "ymd": f"{y}{sep}M{sep}d"}[tried]
        timed = bool(match["gap"])
        return Form("pattern", pattern + _clock(match), short, bool(match["zone"]), timed), found
    return None


def _compact(match: re.Match[str], order: Order) -> tuple[Form, date] | None:
    digits = match["digits"]
    clock = "HHmmss" if match["clock"] else "HHmm" if match["short"] else ""
    for tried, pattern in (
        ("ymd", "yyyyMMdd"),
        ("mdy", "MMddyyyy") if order == "mdy" else ("dmy", "ddMMyyyy"),
    ):
        day = _day(digits, tried)
        if day is not None and 1200 <= day.year <= THIS_YEAR + 80:
            return Form("pattern", pattern + clock, timed=bool(clock)), day
    return None


def _text(match: re.Match[str], *, day_first: bool) -> tuple[Form, date] | None:
    word = match["month"].lower()
    month = next((n for n, name in enumerate(_MONTHS, 1) if word in (name, name[:3])), None)
    if month is None:
        return None
    short = len(match["year"]) == 2
    year = int(match["year"])
    day = _date(_full_year(year) if short else year, month, int(match["day"]))
    if day is None:
        return None
    m, y = ("MMM" if len(word) == 3 else "MMMM"), ("yy" if short else "yyyy")
    first, second = ("d", m) if day_first else (m, "d")
    pattern = f"{first}{match['s1']}{second}{match['s2']}{y}{_clock(match)}"
    return Form("pattern", pattern, short, bool(match["zone"]), bool(match["gap"])), day


def _number(value: str) -> tuple[Form, date] | None:
    match = re.match(r"^(\d+)(?:\.\d+)?$", value)
    if not match:
        return None
    whole = int(match[1])
    for kind, each in (("seconds", 1), ("millis", 1_000), ("micros", 1_000_000)):
        seconds = whole / each
        # From 1990 on: fewer would be counts or ids.
        if 631_152_000 <= seconds <= 4_102_444_800:
            return Form(kind), datetime.fromtimestamp(seconds, UTC).date()  # type: ignore[arg-type]
    if 1 <= whole <= 60_000 and len(match[1]) == 5:
        return Form("serial"), date.fromordinal(date(1899, 12, 30).toordinal() + whole)
    return None


def _clock(match: re.Match[str]) -> str:
    if not match["gap"]:
        return ""
    gap = match["gap"].replace("T", "'T'")
    hour = ("h" if match["half"] else "H") + (":mm:ss" if match["second"] else ":mm")
    fraction = (
        f"{match['fraction'][0]}{'S' * min(9, len(match['fraction']) - 1)}" if match["fraction"] else ""
    )
    half = (" a" if match["half"].startswith(" ") else "a") if match["half"] else ""
    zone = match["zone"] or ""
    blank = " " if zone.startswith(" ") else ""
    bare = zone.strip()
    sign = (
        "VV"
        if bare[:1].isalpha() and bare != "Z"
        else "XXX"
        if ":" in bare or bare == "Z"
        else "XX"
        if len(bare) > 3
        else "X"
    )
    return gap + hour + fraction + half + (blank + sign if zone else "")


def _full_year(year: int) -> int:
    return 1900 + year if year > THIS_YEAR % 100 else 2000 + year


def _day(digits: str, order: str) -> date | None:
    if order == "ymd":
        return _date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    first, second, year = int(digits[:2]), int(digits[2:4]), int(digits[4:8])
    return _date(year, second, first) if order == "dmy" else _date(year, first, second)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
