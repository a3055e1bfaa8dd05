"""The ways in which a date is written, and the Spark pattern that reads each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal

from cdi_spark.discovery.lexicon.months import read_month

Order = Literal["dmy", "mdy", "ymd"]

_TIME = (
    r"(?:(?P<gap>[T ]{1,2}|, ?)(?P<hour>\d{1,2}):\d{2}(?P<second>:\d{2})?(?P<fraction>[.,]\d+)?"
    r"(?P<half> ?[AaPp]\.?[Mm]\.?)?"
    r"(?P<zone> ?(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?|[A-Z][a-z]+/[A-Za-z_]+))?)?$"
)
_YMD = re.compile(r"^(?P<year>\d{4})(?P<sep>[-/.])(?P<a>\d{1,2})(?P=sep)(?P<b>\d{1,2})(?P<dot>\.?)" + _TIME)
# The timestamps of Db2.
_DASHED = re.compile(r"^(?P<day>\d{4}-\d{2}-\d{2})-\d{2}\.\d{2}\.\d{2}(?P<fraction>\.\d+)?$")
NUMERIC = re.compile(r"^(?P<a>\d{1,2})(?P<sep>[-/. ]|\. )(?P<b>\d{1,2})(?P=sep)(?P<year>\d{4}|\d{2})" + _TIME)
# 2024年4月12日, 2024년 4월 12일
_NAMED_PARTS = re.compile(
    r"^(?P<year>\d{4})(?P<y>[年년] ?)(?P<month>\d{1,2})(?P<m>[月월] ?)(?P<day>\d{1,2})(?P<d>[日号일])" + _TIME
)
COMPACT = re.compile(r"^(?P<digits>\d{8})(?:(?P<clock>\d{6})|(?P<short>\d{4}))?(?:\.0)?$")
_TEXT = re.compile(
    r"^(?P<day>\d{1,2})(?P<s1>[- /.]|\. )(?P<month>[A-Za-z]{3,9})(?P<s2>[- /.,]|, )(?P<year>\d{4}|\d{2})"
    + _TIME
)
_TEXT_FIRST = re.compile(
    r"^(?P<month>[A-Za-z]{3,9})(?P<s1> |-)(?P<day>\d{1,2})(?P<s2>, ?| |-)(?P<year>\d{4})" + _TIME
)
# 3. März 1985, 12 de marzo de 1975, 1-ER AOÛT-99, 1980. január 12.
_DAY_AND_WORD = (r"(?:[^\W\d]+[ ,.]+)?(?P<day>\d{1,2})(?:er|st|nd|rd|th|[º°ª])?[ ./-]+(?:d[ei]? |of )?"
                 r"(?P<month>[^\W\d_]{2,})[ ,./-]+(?:d[eo]l? )?")  # fmt: skip
_WORDS_DMY = re.compile(
    rf"(?i)^{_DAY_AND_WORD}(?P<year>\d{{4}}|\d{{2}})\.?(?: ?[^\W\d]{{1,6}}\.?)?(?:[ ,T]+(?P<clock>\d.*))?$"
)
_WORDS_YMD = re.compile(
    r"(?i)^(?P<year>\d{4})[ .]+(?:m\. )?(?P<month>[^\W\d_]{3,})[ .]+(?P<day>\d{1,2})\.?(?: ?d\.)?$"
)
# 令和6年4月1日, S63.3.5
ERAS: Final = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018,
               "M": 1867, "T": 1911, "S": 1925, "H": 1988, "R": 2018}  # fmt: skip
_ERA = re.compile(
    r"^(?P<era>明治|大正|昭和|平成|令和|[MTSHR](?=[\d元]))(?P<n>元|\d{1,2})[年./-] ?(?P<month>\d{1,2})[月./-] ?"
    r"(?P<day>\d{1,2})日?$"
)
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip


@dataclass(frozen=True)
class Form:
    """One way of writing a date: `kind` is how Spark reads it, `pattern` the pattern for it."""

    kind: Literal["iso", "pattern", "words", "era", "seconds", "millis", "micros", "serial"]
    pattern: str = ""
    # Of months in words that Spark does not know.
    languages: tuple[str, ...] = ()
    # For years of two digits, the last one that belongs to this century; null for years of four digits.
    pivot: int | None = None
    zoned: bool = False
    timed: bool = False

    @property
    def in_digits(self) -> bool:
        """Whether day and month are both numbers, so that their order matters."""
        return self.kind == "pattern" and "MMM" not in self.pattern


def find_form(
    value: str, order: Order, *, numbers: bool, this_year: int, languages: Sequence[str] = ()
) -> tuple[Form, date] | None:
    """The form of a date, and the date; null for what is none.

    Args:
        languages: those in which months may be words, beside the English words that Spark knows.
    """
    if match := _DASHED.match(value):
        day = _make_date(*map(int, match["day"].split("-")))
        fraction = f".{'S' * min(9, len(match['fraction']) - 1)}" if match["fraction"] else ""
        return (Form("pattern", f"yyyy-MM-dd-HH.mm.ss{fraction}", timed=True), day) if day else None
    if match := _NAMED_PARTS.match(value):
        day = _make_date(*(int(match[part]) for part in ("year", "month", "day")))
        pattern = f"yyyy{match['y']}M{match['m']}d{match['d']}{_write_time_pattern(match)}"
        return (
            (Form("pattern", pattern, zoned=bool(match["zone"]), timed=bool(match["gap"])), day)
            if day
            else None
        )
    if match := _YMD.match(value):
        day = _make_date(int(match["year"]), int(match["a"]), int(match["b"]))
        if day is None:
            return None
        if (
            match["sep"] == "-"
            and not match["dot"]
            and not match["half"]
            and match["gap"] != ", "
            # A cast reads a zone only behind seconds.
            and (not match["zone"] or match["second"])
            and " UTC" not in value
            and " GMT" not in value
        ):
            return Form("iso", zoned=bool(match["zone"]), timed=bool(match["gap"])), day
        sep = match["sep"]
        return Form(
            "pattern",
            f"yyyy{sep}M{sep}d{match['dot']}{_write_time_pattern(match)}",
            zoned=bool(match["zone"]),
            timed=bool(match["gap"]),
        ), day
    if match := NUMERIC.match(value):
        return _read_numeric(match, order, this_year)
    if match := COMPACT.match(value):
        return _read_compact(match, order, this_year)
    if match := _ERA.match(value):
        day = _make_date(year_of_era(match["era"], match["n"]), int(match["month"]), int(match["day"]))
        return (Form("era"), day) if day else None
    for expression in (_TEXT, _TEXT_FIRST):
        if (match := expression.match(value)) and (
            found := _read_text(match, day_first=expression is _TEXT, this_year=this_year)
        ):
            return found
    if languages and (found := _read_words(value, tuple(languages), this_year)):
        return found
    return _read_number(value) if numbers else None


def _read_numeric(match: re.Match[str], order: Order, this_year: int) -> tuple[Form, date] | None:
    sep, short = match["sep"], len(match["year"]) == 2
    pivot = this_year % 100 if short else None
    a, b, c = int(match["a"]), int(match["b"]), int(match["year"])
    for tried in dict.fromkeys((order, "dmy", "mdy")):
        if tried == "ymd" and not short:
            continue
        year, month, day = (a, b, c) if tried == "ymd" else (c, b, a) if tried == "dmy" else (c, a, b)
        found = _make_date(_full_year(year, this_year) if short else year, month, day)
        if found is None:
            continue
        y = "yy" if short else "yyyy"
        pattern = {"dmy": f"d{sep}M{sep}{y}", "mdy": f"M{sep}d{sep}{y}", "ymd": f"{y}{sep}M{sep}d"}[tried]
        timed = bool(match["gap"])
        whole = pattern + _write_time_pattern(match)
        return Form("pattern", whole, (), pivot, bool(match["zone"]), timed), found
    return None


def _read_compact(match: re.Match[str], order: Order, this_year: int) -> tuple[Form, date] | None:
    digits = match["digits"]
    clock = "HHmmss" if match["clock"] else "HHmm" if match["short"] else ""
    for tried, pattern in (
        ("ymd", "yyyyMMdd"),
        ("mdy", "MMddyyyy") if order == "mdy" else ("dmy", "ddMMyyyy"),
    ):
        day = read_digits(digits, tried)
        if day is not None and is_plausible_year(day.year, this_year):
            return Form("pattern", pattern + clock, timed=bool(clock)), day
    return None


def _read_text(match: re.Match[str], *, day_first: bool, this_year: int) -> tuple[Form, date] | None:
    word = match["month"].lower()
    month = next((n for n, name in enumerate(_MONTHS, 1) if word in (name, name[:3])), None)
    if month is None:
        return None
    day, pivot = _day_of(match, month, this_year)
    if day is None:
        return None
    m, y = ("MMM" if len(word) == 3 else "MMMM"), ("yyyy" if pivot is None else "yy")
    first, second = ("d", m) if day_first else (m, "d")
    pattern = f"{first}{match['s1']}{second}{match['s2']}{y}{_write_time_pattern(match)}"
    return Form("pattern", pattern, (), pivot, bool(match["zone"]), bool(match["gap"])), day


def find_month_word(value: str) -> str:
    """The word for the month in a date; empty where it has none."""
    match = _WORDS_DMY.match(value) or _WORDS_YMD.match(value)
    return match["month"] if match else ""


def _read_words(value: str, languages: tuple[str, ...], this_year: int) -> tuple[Form, date] | None:
    day_first = _WORDS_DMY.match(value)
    match = day_first or _WORDS_YMD.match(value)
    month = read_month(match["month"], languages) if match else None
    if match is None or month is None:
        return None
    day, pivot = _day_of(match, month, this_year)
    if day is None:
        return None
    timed = bool(day_first and day_first["clock"])
    return Form("words", "dmy" if day_first else "ymd", languages, pivot, timed=timed), day


def _day_of(match: re.Match[str], month: int, this_year: int) -> tuple[date | None, int | None]:
    """The date of a year, a month in words and a day; and the pivot of a year of two digits."""
    year, day = int(match["year"]), int(match["day"])
    if len(match["year"]) > 2:
        return _make_date(year, month, day), None
    return _make_date(_full_year(year, this_year), month, day), this_year % 100


def year_of_era(era: str, number: str) -> int:
    """The year that the year of a Japanese era is.

    >>> year_of_era("令和", "6"), year_of_era("平成", "元")
    (2024, 1989)
    """
    return ERAS[era] + (1 if number == "元" else int(number))


def _read_number(value: str) -> tuple[Form, date] | None:
    match = re.match(r"^(\d+)(?:\.\d+)?$", value)
    if not match:
        return None
    whole = int(match[1])
    for kind, each in (("seconds", 1), ("millis", 1_000), ("micros", 1_000_000)):
        seconds = whole / each
        # Only times since 1990: smaller numbers are counts or ids.
        if 631_152_000 <= seconds <= 4_102_444_800:
            return Form(kind), datetime.fromtimestamp(seconds, UTC).date()  # type: ignore[arg-type]
    if 1 <= whole <= 60_000 and len(match[1]) == 5:
        return Form("serial"), date.fromordinal(date(1899, 12, 30).toordinal() + whole)
    return None


def _write_time_pattern(match: re.Match[str]) -> str:
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
    letters = (
        "VV"
        if bare[:1].isalpha() and bare != "Z"
        else "XXX"
        if ":" in bare or bare == "Z"
        else "XX"
        if len(bare) > 3
        else "X"
    )
    return gap + hour + fraction + half + (blank + letters if zone else "")


def _full_year(year: int, this_year: int) -> int:
    return 1900 + year if year > this_year % 100 else 2000 + year


def read_digits(digits: str, order: str) -> date | None:
    if order == "ymd":
        return _make_date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    first, second, year = int(digits[:2]), int(digits[2:4]), int(digits[4:8])
    return _make_date(year, second, first) if order == "dmy" else _make_date(year, first, second)


def _make_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def is_plausible_year(year: int, this_year: int) -> bool:
    """Whether eight digits that begin with this number can begin with a year."""
    return 1200 <= year <= this_year + 80
