"""SQL text is quoted so that no character of a name or value ends it, and is taken apart as SQL, not as characters."""

from __future__ import annotations

import duckdb
import pytest
from sqlglot import parse_one

from cdi_spark.sql_text import (
    columns_read,
    fields_read,
    literal,
    quote,
    quote_if_needed,
    replace_tables,
    tables_read,
)

ODD = [
    "plain",
    "two words",
    "a`b",
    "``",
    'a"b',
    "a'b",
    "a.b",
    "a\\b",
    "a\\'b",
    "\\",
    "Größe 名前",
    "a;b = {c}",
    "",
    "🙂",
]
SCHEMAS = ("gold", "silver")


@pytest.mark.parametrize("name", ODD)
def test_a_quoted_name_doubles_its_own_quote_and_changes_nothing_else(name: str) -> None:
    assert quote(name) == "`" + name.replace("`", "``") + "`"
    assert quote(name, "duckdb") == '"' + name.replace('"', '""') + '"'


@pytest.mark.parametrize("text", ODD)
def test_a_literal_escapes_what_would_end_it_and_changes_nothing_else(text: str) -> None:
    assert literal(text) == "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    assert literal(text, "duckdb") == "'" + text.replace("'", "''") + "'"


@pytest.mark.parametrize("text", [*ODD, "line\nbreak", "tab\tstop", "\r\n", "\x07"])
def test_a_literal_reads_back_as_the_same_text(text: str) -> None:
    assert duckdb.sql(f"SELECT {literal(text, 'duckdb')}").fetchall() == [(text,)]
    assert parse_one(literal(text), read="spark").this == text


@pytest.mark.parametrize("name", [name for name in ODD if name])
def test_duckdb_finds_a_column_by_its_quoted_name(name: str) -> None:
    assert duckdb.sql(
        f"SELECT {quote(name, 'duckdb')} FROM (SELECT 1 AS {quote(name, 'duckdb')})"
    ).fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("city", "city"),
        ("_row_number", "_row_number"),
        ("post code", "`post code`"),
        ("1st", "`1st`"),
        ("select", "`select`"),
        ("null", "`null`"),
        ("true", "`true`"),
        ("a`b", "`a``b`"),
        ("Straße", "`Straße`"),
    ],
)
def test_only_a_plain_word_that_is_no_keyword_goes_without_quotes(name: str, written: str) -> None:
    assert quote_if_needed(name) == written


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT * FROM gold.customer_360", ["gold.customer_360"]),
        ("SELECT * FROM `Gold`.`Customer_360` JOIN silver . person", ["gold.customer_360", "silver.person"]),
        ("SELECT * FROM spark_catalog.gold.customer_360", ["gold.customer_360"]),
        ("SELECT gold.order.total FROM gold.order ORDER BY 1", ["gold.order"]),
        (
            "WITH x AS (SELECT 1 FROM silver.a) SELECT (SELECT max(n) FROM gold.b) FROM x",
            ["gold.b", "silver.a"],
        ),
        ("SELECT 'gold.a', 1 -- gold.b\n/* gold.c */ FROM silver.d", ["silver.d"]),
        ("DESCRIBE gold.customer_360", ["gold.customer_360"]),
        ("DESCRIBE HISTORY silver.person", ["silver.person"]),
        ("EXPLAIN SELECT * FROM gold.a, `silver`.b", ["gold.a", "silver.b"]),
        ("SHOW COLUMNS IN gold.a", ["gold.a"]),
        ("SELECT * FROM golden.a JOIN my_gold.b JOIN ops.run", []),
        ("SELECT * FROM silver.person WHERE email = 'bob@gold.co.uk'", ["silver.person"]),
        ('SELECT * FROM silver.person WHERE email = "bob@gold.co.uk"', ["silver.person"]),
        ("WITH gold AS (SELECT * FROM silver.a) SELECT gold.x FROM gold", ["silver.a"]),
        ("SELECT gold.x, gold.y.z FROM silver.a gold", ["silver.a"]),
        ("UPDATE silver.a SET x = 'gold.b' WHERE y IN (SELECT z FROM gold.c)", ["gold.c", "silver.a"]),
        (
            "MERGE INTO silver.a t USING gold.b s ON t.x = s.x WHEN MATCHED THEN DELETE",
            ["gold.b", "silver.a"],
        ),
        ("SELECT 8 >> 1 FROM silver.a", ["silver.a"]),
        ("SELECT map(1)['a'] FROM silver.a", ["silver.a"]),
        ("SELECT 'no end", []),
        ("", []),
    ],
)
def test_tables_are_found_where_a_statement_names_them(sql: str, tables: list[str]) -> None:
    assert tables_read(sql, SCHEMAS) == [tuple(name.split(".")) for name in tables]


def test_tables_are_replaced_and_the_rest_of_the_text_stays() -> None:
    sql = "SELECT  'gold.a' AS é, x.gold\n FROM gold.a x -- gold.a\nJOIN `silver`.`b` USING (id)"
    replaced = replace_tables(sql, SCHEMAS, lambda name: f"({name.upper()})")
    assert replaced == "SELECT  'gold.a' AS é, x.gold\n FROM (GOLD.A) x -- gold.a\nJOIN (SILVER.B) USING (id)"


def test_columns_are_read_with_the_fields_within_them() -> None:
    sql = "coalesce(holder.name.full, `post code`, transform(items, i -> i.price), 'text.no')"
    assert fields_read(sql) >= {"holder.name.full", "post code", "items"}
    assert columns_read(sql) >= {"holder", "post code", "items"}
    assert not columns_read(sql) & {"text", "name", "full"}


def test_a_dot_within_the_name_of_a_column_is_no_field() -> None:
    assert columns_read("`seen.at` || `Geb.-Dat.`.day") == {"seen.at", "Geb.-Dat."}
