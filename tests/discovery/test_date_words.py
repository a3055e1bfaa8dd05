"""Dates with months in words and with years of Japanese eras: Python and Spark read them alike."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from pyspark.sql import SparkSession

from cdi_spark.discovery.draft.births import draft_birth_date
from cdi_spark.discovery.draft.date_sql import as_date, as_timestamp
from cdi_spark.discovery.lexicon.months import choose_languages, list_words
from cdi_spark.discovery.read.columns import Column
from cdi_spark.discovery.read.deliveries import Delivery
from cdi_spark.discovery.recognise.dates import read_dates
from cdi_spark.discovery.recognise.meaning import Guess
from cdi_spark.discovery.recognise.sheets import Sheet
from cdi_spark.spark.local_rows import local_rows

_TODAY = date(2026, 3, 4)
_WRITTEN = {
    # Several languages in one column, the month in several forms.
    "mixed": {"3. März 1985": "1985-03-03", "12 de marzo de 1975": "1975-03-12", "1er août 1999": "1999-08-01",
              "5 February 1980": "1980-02-05", "7. Dez. 2001": "2001-12-07", "31. November 1980": None},
    "slavic": {"3 lipca 1999": "1999-07-03", "12 listopada 1980": "1980-11-12", "1 maja 2020 r.": "2020-05-01",
               "12 марта 1980 г.": "1980-03-12"},  # noqa: RUF001
    "croatian": {"3. srpnja 1999.": "1999-07-03", "12. listopada 1980.": "1980-10-12", "5. ožujka 1970.": "1970-03-05"},
    "hungarian": {"1980. január 12.": "1980-01-12", "1999. okt. 3.": "1999-10-03"},
    "short": {"12-ene-80": "1980-01-12", "03-dic-24": "2024-12-03", "1-ABR-99": "1999-04-01"},
    "eras": {"令和6年4月1日": "2024-04-01", "昭和63年3月5日": "1988-03-05", "平成元年1月8日": "1989-01-08",
             "S63.3.5": "1988-03-05", "大正15年12月24日": "1926-12-24", "昭和63年13月5日": None},
    # A weekday may look like a month: mar. is Tuesday.
    "weekdays": {"mar. 12 janvier 2021": "2021-01-12", "lundi 3 février 2020": "2020-02-03"},
}  # fmt: skip


def _guess(values: list[str], meaning: str = "") -> Guess:
    counts = Counter(values)
    column = Column(("d",), values=counts, rows=len(values), filled=len(values), distinct=len(counts))
    return Guess(column, meaning, reading=read_dates(counts, today=_TODAY))


@pytest.mark.parametrize("kind", _WRITTEN)
def test_dates_with_words_are_found(kind: str) -> None:
    written = _WRITTEN[kind]
    found = _guess(list(written)).reading
    assert {day.isoformat() for day in found.dates} == {day for day in written.values() if day}
    assert found.share == len([day for day in written.values() if day]) / len(written)


def test_texts_with_a_number_and_a_year_are_no_dates() -> None:
    assert not _guess(["12 pieces 2024", "Box 5 Linz 2020", "R6 4-1", "May 5"]).reading.forms


def test_a_word_counts_in_the_language_of_its_column() -> None:
    assert choose_languages(Counter(["listopada", "srpnja"])) == ("hr",)
    assert choose_languages(Counter(["listopada", "lipca"])) == ("pl",)
    assert "listopada" in list_words(("hr", "pl"))[9]
    assert "listopada" not in list_words(("hr", "pl"))[10]


def test_spark_reads_words_and_eras_as_python_does(spark: SparkSession) -> None:
    found = {}
    for kind, written in _WRITTEN.items():
        rows = local_rows(spark, [(value,) for value in written], "d string")
        sql = as_date(_guess(list(written)))
        found[kind] = {
            row["d"]: row["day"] for row in rows.selectExpr("d", f"cast({sql} as string) as day").collect()
        }
    assert found == _WRITTEN
    timed = "12 janvier 2020 10:30", "3 mars 2021, 9:05:07", "kein 12"
    sql = as_timestamp(_guess(list(timed)))
    rows = local_rows(spark, [(value,) for value in timed], "d string").selectExpr(
        f"cast({sql} as string) as t"
    )
    assert [row["t"] for row in rows.collect()] == ["2020-01-12 10:30:00", "2021-03-03 09:05:07", None]


def test_years_of_eras_keep_their_precision(spark: SparkSession) -> None:
    written = {
        "昭和63年": "1988",
        "昭和63年3月": "1988-03",
        "平成元年": "1989",
        "令和6年4月1日": "2024-04-01",
        "1975": "1975",
    }
    guess = _guess(list(written), "birth_date")
    [line] = draft_birth_date(Sheet(Delivery((), None), "a", [guess], 5))  # type: ignore[arg-type]
    rows = local_rows(spark, [(value,) for value in written], "d string")
    rows = rows.selectExpr("d", "current_timestamp() as _ingested_at").selectExpr("d", f"{line.sql} as day")
    assert {row["d"]: row["day"] for row in rows.collect()} == written
