"""The date forms of a column are found from its values, and Spark SQL is written that reads them."""

import runpy
from collections import Counter
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Self

import pytest

from cdi_spark import discovery
from cdi_spark.discovery.draft.date_sql import as_date, as_timestamp, find_order_doubts
from cdi_spark.discovery.read.columns import Column
from cdi_spark.discovery.recognise.dates import find_placeholder, future_share, looks_like_births, read_dates
from cdi_spark.discovery.recognise.meaning import Guess

TODAY = date(2026, 3, 4)
BIRTHS = [date(1931, 2, 3) + timedelta(days=397 * n) for n in range(60)]


def guess(
    values: list[str], *, today: date = TODAY, month_first: bool = False, numbers: bool = False
) -> Guess:
    counts = Counter(values)
    column = Column(("d",), values=counts, rows=len(values), filled=len(values), distinct=len(counts))
    return Guess(column, reading=read_dates(counts, today=today, month_first=month_first, numbers=numbers))


@pytest.mark.parametrize(
    ("written", "sql"),
    [
        ("%Y-%m-%d", "try_cast(d as date)"),
        ("%d.%m.%Y", "cast(try_to_timestamp(d, 'd.M.yyyy') as date)"),
        ("%d/%m/%Y", "cast(try_to_timestamp(d, 'd/M/yyyy') as date)"),
        ("%m/%d/%Y", "cast(try_to_timestamp(d, 'M/d/yyyy') as date)"),
        ("%m-%d-%Y", "cast(try_to_timestamp(d, 'M-d-yyyy') as date)"),
        ("%Y/%m/%d", "cast(try_to_timestamp(d, 'yyyy/M/d') as date)"),
        ("%Y.%m.%d.", "cast(try_to_timestamp(d, 'yyyy.M.d.') as date)"),
        ("%Y%m%d", "cast(try_to_timestamp(d, 'yyyyMMdd') as date)"),
        ("%d%m%Y", "cast(try_to_timestamp(d, 'ddMMyyyy') as date)"),
        ("%d %b %Y", "cast(try_to_timestamp(d, 'd MMM yyyy') as date)"),
        ("%m/%d/%Y 00:00:00", "cast(try_to_timestamp(d, 'M/d/yyyy H:mm:ss') as date)"),
    ],
)
def test_a_form_of_dates_gives_the_pattern_that_reads_it(written: str, sql: str) -> None:
    found = guess([day.strftime(written) for day in BIRTHS])
    assert (found.reading.share, as_date(found)) == (1, sql)


@pytest.mark.parametrize(
    ("written", "sql"),
    [
        ("%Y-%m-%dT%H:%M:%S.000+02:00", "try_cast(d as timestamp)"),
        ("%Y-%m-%d %H:%M", "try_cast(d as timestamp)"),
        ("%Y-%m-%d %H:%M Europe/London", "try_to_timestamp(d, 'yyyy-M-d H:mm VV')"),
        ("%Y年%m月%d日 %H:%M", "try_to_timestamp(d, 'yyyy年M月d日 H:mm')"),
        ("%d.%m.%Y %H:%M", "try_to_timestamp(d, 'd.M.yyyy H:mm')"),
        ("%m/%d/%Y %I:%M %p", "try_to_timestamp(d, 'M/d/yyyy h:mm a')"),
        ("%d/%m/%Y %H:%M:%S Europe/Paris", "try_to_timestamp(d, 'd/M/yyyy H:mm:ss VV')"),
        ("%Y-%m-%d-%H.%M.%S.000000", "try_to_timestamp(d, 'yyyy-MM-dd-HH.mm.ss.SSSSSS')"),
        ("%Y%m%d%H%M%S", "try_to_timestamp(d, 'yyyyMMddHHmmss')"),
    ],
)
def test_a_form_of_times_gives_the_pattern_that_reads_it(written: str, sql: str) -> None:
    start = datetime(2021, 1, 1, 15, 4, 5, tzinfo=UTC)
    found = guess([(start + timedelta(hours=53 * n)).strftime(written) for n in range(60)])
    assert (found.reading.share, as_timestamp(found)) == (1, sql)


def test_months_in_full_and_in_short_are_two_forms() -> None:
    assert as_date(guess(["March 3, 1980", "June 1, 1981", "May 5, 1982"])) == (
        "coalesce(cast(try_to_timestamp(d, 'MMMM d, yyyy') as date), cast(try_to_timestamp(d, 'MMM d, yyyy') as date))"
    )


def test_numbers_are_seconds_milliseconds_or_days_as_excel_counts_where_the_header_speaks_of_a_date() -> None:
    second = int(datetime(2022, 5, 6, tzinfo=UTC).timestamp())
    whole = "try_cast(substring_index(d, '.', 1) as bigint)"
    assert (
        as_timestamp(guess([str(second)], numbers=True))
        == f"timestamp_micros(try_multiply({whole}, 1000000L))"
    )
    assert (
        as_timestamp(guess([f"{second}123"], numbers=True))
        == f"timestamp_micros(try_multiply({whole}, 1000L))"
    )
    assert as_date(guess(["44197", "31022"], numbers=True)).startswith("date_add(cast('1899-12-30' as date)")
    assert guess([str(second), "44197"]).reading.share == 0


def test_one_value_that_only_one_order_allows_decides_for_all() -> None:
    assert guess(["03/04/1980"] * 20 + ["25/04/1980"]).reading.order == "dmy"
    assert guess(["03/04/1980"] * 20 + ["04/25/1980"]).reading.order == "mdy"


def test_without_such_a_value_the_country_decides_and_the_doubt_is_reported() -> None:
    values = ["03/04/1980", "05/06/1990", "01/02/2000"]
    assert guess(values).reading.order == "dmy"
    american = guess(values, month_first=True)
    assert american.reading.order == "mdy"
    assert find_order_doubts(american.reading) == [
        "no value shows whether day or month comes first; read as mdy. Swap d and M if the day comes first"
    ]


def test_several_forms_in_one_column_are_tried_in_turn() -> None:
    found = guess(["12/31/1980"] * 3 + ["1980-12-31"])
    assert as_date(found) == "coalesce(cast(try_to_timestamp(d, 'M/d/yyyy') as date), try_cast(d as date))"


def test_a_two_digit_year_in_the_future_belongs_to_the_last_century() -> None:
    sql = as_date(guess(["24.12.85", "31.01.07"]))
    assert sql == (
        "cast(try_to_timestamp(concat(left(d, length(d) - 2), if(right(d, 2) > '26', '19', '20'), "
        "right(d, 2)), 'd.M.yyyy') as date)"
    )


def test_days_that_no_calendar_has_do_not_fit() -> None:
    assert guess(["31.02.1980", "30.02.1980", "15.13.1980", "1.1.1980"]).reading.share == 0.25


def test_dates_over_decades_are_births_and_recent_times_are_not() -> None:
    assert looks_like_births(guess([day.isoformat() for day in BIRTHS]).reading)
    recent = [(TODAY - timedelta(days=n)).isoformat() for n in range(60)]
    assert not looks_like_births(guess(recent).reading)


def test_a_date_that_stands_for_unknown_is_found_by_its_frequency() -> None:
    births = [day.isoformat() for day in BIRTHS]
    assert find_placeholder(guess(births + ["1900-01-01"] * 12).reading) == "1900-01-01"
    assert find_placeholder(guess([*births, "1900-01-01"]).reading) is None
    assert find_placeholder(guess(births + ["1961-07-05"] * 12).reading) is None


def test_the_share_of_future_dates_is_counted() -> None:
    assert future_share(guess(["2999-01-01", "1980-01-01"]).reading) == 0.5


def test_past_and_future_depend_on_the_given_date() -> None:
    days = ["1980-01-01", "2030-01-01"]
    assert future_share(guess(days, today=date(2026, 3, 4)).reading) == 0.5
    assert future_share(guess(days, today=date(2040, 3, 4)).reading) == 0
    assert "> '40', '19', '20'" in as_date(guess(["24.12.85"], today=date(2040, 3, 4)))


def test_import_does_not_read_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    class StoppedClock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            raise AssertionError("the clock is read")

    monkeypatch.setattr("datetime.datetime", StoppedClock)
    folder = Path(discovery.__path__[0])
    for path in sorted(folder.rglob("*.py")):
        runpy.run_path(str(path))
