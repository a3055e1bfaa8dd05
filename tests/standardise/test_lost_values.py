"""A value that silver does not keep is counted with its reason and its place, and never shown."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import SparkSession

from cdi_spark.quality import cleaning
from tests.standardise.silver_rows import cleaned, counted, landed, quarantined, rows_of, settle, source

READ = {
    "(12,50)": "-12.50", "12,50-": "-12.50", "12.50 CR": "-12.50", "EUR 12,50": "12.50", "1'250.50": "1250.50",
    "\u221212.50": "-12.50", "12.50": "12.50",
}  # fmt: skip


def test_an_amount_is_read_as_people_write_it_and_what_is_none_is_counted(spark: SparkSession) -> None:
    amounts = [*READ, "twelve", "n/a", " ", None]
    bronze = landed(spark, "id amount", *((1, f"{n:02}", text) for n, text in enumerate(amounts)))
    settled = settle(bronze, source({"amount": "amount"}, "invoice")).cache()
    assert [r["amount"] for r in rows_of(settled, "invoice")] == [
        *map(Decimal, READ.values()), None, None, None, None,
    ]  # fmt: skip
    assert counted(settled, "invoice") == {
        ("amount", "changed", None): 6,
        ("amount", "invalid", "an amount that is no number"): 1,
        ("amount", "placeholder", None): 1,
    }


def test_a_price_and_a_rate_are_read_like_amounts(spark: SparkSession) -> None:
    bronze = landed(spark, "id price", (1, "1", "12,125 EUR"))
    [line] = settle(bronze, source({"unit_price": "price"}, "order_line")).collect()
    [rate] = settle(bronze, source({"rate": "replace(price, ' EUR', '')"}, "rate")).collect()
    assert (line["unit_price"], rate["rate"]) == (Decimal("12125"), Decimal("12125"))


@pytest.mark.parametrize(
    ("born", "kept", "precision"),
    [("1980", date(1980, 1, 1), "year"), (" 1980 ", date(1980, 1, 1), "year"), ("1980-05", date(1980, 5, 1), "month"),
     ("1980-5", date(1980, 5, 1), "month"), ("1980-01-01", date(1980, 1, 1), "day"), (None, None, None),
     ("in May", None, None)],
)  # fmt: skip
def test_a_bare_year_is_kept_with_its_precision(
    spark: SparkSession, born: str | None, kept: date | None, precision: str | None
) -> None:
    people = settle(landed(spark, "id born", (1, "1", born)), source({"birth_date": "born"}, "person"))
    [row] = rows_of(people, "person")
    assert (row["birth_date"], row["birth_date_precision"]) == (kept, precision)


def test_a_year_as_a_number_is_a_year_and_a_date_is_a_day(spark: SparkSession) -> None:
    bronze = landed(spark, "id born", (1, "1", "1980"))
    for sql, precision in (("cast(born as int)", "year"), ("cast(born as date)", "day")):
        [row] = rows_of(settle(bronze, source({"birth_date": sql}, "person")), "person")
        assert (row["birth_date"], row["birth_date_precision"]) == (date(1980, 1, 1), precision)


def test_merged_rows_keep_a_date_with_its_own_precision(spark: SparkSession) -> None:
    bronze = landed(spark, "id born", (1, "1", "1980-05-17"), (2, "1", "1980"), (3, "1", None))
    people = settle(bronze, source({"birth_date": "born"}, "person", {"per_key": "merge"}))
    [row] = rows_of(people, "person")
    assert (row["birth_date"], row["birth_date_precision"]) == (date(1980, 1, 1), "year")


def test_what_the_mapping_drops_is_counted_with_its_reason(spark: SparkSession) -> None:
    dates = [
        "1980-05-17",
        "2024-02-30",
        "2062-12-31",
        "1900-01-01",
        "unknown",
        "in May",
        "3.5.1980",
        "4.5E+11",
        "",
        None,
    ]
    bronze = landed(spark, "id born", *((1, str(n), text) for n, text in enumerate(dates)))
    past = "case when try_cast(born as date) <= date'2026-06-30' then try_cast(born as date) end"
    born = f"nullif({past}, date'1900-01-01')"
    settled = settle(bronze, source({"birth_date": born}, "person")).cache()
    assert len(rows_of(settled, "person")) == len(dates)
    assert counted(settled) == {
        ("birth_date", "invalid", "an impossible date"): 1,
        ("birth_date", "invalid", "a date in the future"): 1,
        ("birth_date", "invalid", "no date"): 1,
        ("birth_date", "invalid", "a form that the mapping does not read"): 1,
        ("birth_date", "invalid", "damaged by a spreadsheet"): 1,
        ("birth_date", "placeholder", None): 2,
    }


def test_an_amount_that_the_mapping_drops_is_counted_and_another_source_counts_for_itself(
    spark: SparkSession,
) -> None:
    bronze = landed(spark, "id amount", (1, "1", "(5)"), (1, "2", "x"), (1, "3", "5"), (1, "4", None))
    settled = settle(bronze, source({"amount": "try_cast(amount as decimal(18,3))"}, "payment")).cache()
    assert [r["amount"] for r in rows_of(settled, "payment")] == [None, None, Decimal(5), None]
    assert counted(settled, "payment") == {
        ("amount", "invalid", "a form that the mapping does not read"): 1,
        ("amount", "invalid", "an amount that is no number"): 1,
    }


def test_places_are_rows_of_files_and_no_values(spark: SparkSession) -> None:
    bronze = landed(
        spark, "id phone", *((1, str(n), "12 secret" if n > 2 else "020 7946 0018") for n in range(9))
    )
    settled = settle(bronze, source({"phones": "phone"}, "person")).cache()
    entries = cleaned(settled)
    [dropped] = [entry for entry in entries if entry["outcome"] == "invalid"]
    assert (dropped["rows"], dropped["reason"]) == (6, "no valid phone number")
    assert dropped["places"] == [{"file": "a.csv", "row_number": n} for n in (4, 5, 6)]
    text = "silver.person.phones: no valid phone number: dropped in 6 rows of source shop; the first is row 4 of a.csv"
    assert cleaning.losses(entries) == [(text, 6)]


def test_the_place_of_a_merged_row_is_that_of_the_row_that_lost_the_value(spark: SparkSession) -> None:
    bronze = landed(spark, "id phone", (1, "1", "12"), (2, "1", "020 7946 0018"))
    settled = settle(bronze, source({"phones": "phone"}, "person", {"per_key": "merge"})).cache()
    [dropped] = [entry for entry in cleaned(settled) if entry["outcome"] == "invalid"]
    assert dropped["places"] == [{"file": "a.csv", "row_number": 1}]


SWALLOWED: list[tuple[str, Any, str | None]] = [
    ("full_name", 'Ana,ana@x.org,1980\n17,Ben', "full_name"),
    ("full_name", "Ana\nLópez", "full_name"),
    ("given_name", "Ana;1980-05-17;Berlin", "given_name"),
    ("family_name", "López\t17\tBerlin", "family_name"),
    ("full_name", "Ana, 17, Berlin, 10115", "full_name"),
    ("city", "Berlin ana@x.org", "city"),
    ("postcode", "10115|Berlin|DE", "postcode"),
    ("phones", '030 12,Berlin\n18,"Ben,ben@x.org', "phones"),
    ("full_name", "Müller, Hans", None),
    ("full_name", "Smith, John, Jr., PhD, MBA", None),
    ("full_name", "Ana López\n", None),
    ("full_name", "Ana López <ana@x.org>", None),
    ("full_name", "ana@x.org", None),
    ("full_name", "張/李", None),
    ("city", "Washington, D.C.", None),
    ("street", "12 High St\nFlat 3\nLondon", None),
    ("phones", "020 7946 0018\n07911 123456", None),
    ("phones", "020 7946 0018; 07911 123456; 020 7946 0019", None),
    ("phones", "ana@x.org", None),
]  # fmt: skip


def test_a_value_that_holds_parts_of_several_rows_is_quarantined_by_name(spark: SparkSession) -> None:
    columns = sorted({column for column, _, _ in SWALLOWED})
    rows = [
        (1, f"{n:02}", *(text if column == name else None for name in columns))
        for n, (column, text, _) in enumerate(SWALLOWED)
    ]
    bronze = landed(spark, " ".join(("id", *columns)), *rows)
    settled = settle(bronze, source({name: name for name in columns}, "person")).cache()
    failed = {r["key"]: r["failed_rules"] for r in quarantined(settled)}
    expected = {
        f"{n:02}": [f"{name}_holds_one_value"] for n, (_, _, name) in enumerate(SWALLOWED) if name is not None
    }
    assert failed == expected
