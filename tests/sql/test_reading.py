"""`cdi sql` only reads: what is refused, and that what passes means to Spark what it meant before the check."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from cdi_spark.errors import CdiError
from cdi_spark.sql.reading import RefusedSqlError, check_plan, check_reading
from cdi_spark.storage import Storage

SCHEMAS = ("bronze", "gold", "entities", "silver")
QUERIES = (
    (Path(__file__).parent / "analyst_queries.sql").read_text(encoding="utf-8").strip().split("\n\n")[1:]
)

CRM = """
    SELECT id, name, mail AS `E-Mail`, born, at, cast(amount AS decimal(18,3)) AS amount, tags, attrs,
        named_struct('city', city, 'post', named_struct('code', code)) AS address, json, size AS `größe`
    FROM VALUES
        (1L, 'Ann Lee', 'ann@x.org', date '1980-02-29', timestamp '2024-01-31 10:00:00', 10.5, array('a', 'b'),
            map('k', 'v'), 'Bath', 'B1', '{"a": {"b": 1}}', 170),
        (2L, 'Bob O\\'Neil', 'bob@gold.co.uk', null, timestamp '2024-02-01 00:00:00', -3.25, array(), map(), null,
            null, null, null),
        (3L, '名前', null, date '1999-12-31', null, null, null, null, 'Köln', null, '[1, 2]', 181)
        AS t(id, name, mail, born, at, amount, tags, attrs, city, code, json, size)
"""
SHOP = """
    SELECT * FROM VALUES
        ('o1', 1L, 9.99D, 'x', date '2024-03-01'), ('o2', 1L, 20.0D, 'y', date '2024-03-02'),
        ('o3', 2L, null, 'x', date '2024-04-01'), ('o4', 9L, 1.5D, null, null)
        AS t(order_id, crm_id, total, `table`, day)
"""


def refused(sql: str) -> str:
    with pytest.raises(RefusedSqlError) as caught:
        check_reading(sql, SCHEMAS)
    return str(caught.value)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entities.judgement SET kind = 'must'",
        "DELETE FROM silver.person",
        "INSERT INTO gold.x VALUES (1)",
        "MERGE INTO gold.x USING gold.y ON 1 = 1 WHEN MATCHED THEN DELETE",
        "INSERT OVERWRITE DIRECTORY '/tmp/x' USING csv SELECT 1",
        "INSERT OVERWRITE LOCAL DIRECTORY '/tmp/x' SELECT 1",
        "WITH t AS (SELECT 1) INSERT INTO gold.x SELECT * FROM t",
        "FROM gold.x INSERT INTO gold.y SELECT * INSERT INTO gold.z SELECT *",
        "CREATE TABLE gold.x AS SELECT 1",
        "CREATE TEMPORARY FUNCTION f AS 'a.B' USING JAR '/x.jar'",
        "CREATE OR REPLACE TEMP VIEW x AS SELECT 1",
        "DROP TABLE gold.x",
        "ALTER TABLE gold.x SET TBLPROPERTIES ('a' = 'b')",
        "TRUNCATE TABLE gold.x",
        "CACHE TABLE gold.x",
        "REFRESH TABLE gold.x",
        "REFRESH '/tmp'",
        "SET",
        "SET spark.redaction.regex",
        "SET -v",
        "SET VAR x = 1",
        "RESET",
        "DECLARE x INT",
        "ADD JAR '/x.jar'",
        "LIST FILES",
        "USE gold",
        "OPTIMIZE gold.x",
        "VACUUM gold.x",
        "RESTORE TABLE gold.x TO VERSION AS OF 0",
        "ANALYZE TABLE gold.x COMPUTE STATISTICS",
        "LOAD DATA INPATH '/x' INTO TABLE gold.x",
        "EXECUTE IMMEDIATE 'DROP TABLE gold.x'",
        "BEGIN SELECT 1; END",
        "EXPLAIN DROP TABLE gold.x",
        "EXPLAIN EXTENDED INSERT INTO gold.x SELECT 1",
        "DESCRIBE QUERY DROP TABLE gold.x",
        "SHOW CREATE TABLE gold.x",
        "SHOW TBLPROPERTIES gold.x",
        "CALL system.x()",
        "SELECT 1; DROP TABLE gold.x",
        "",
        "-- nothing",
        "(DROP TABLE gold.x)",
    ],
)
def test_a_statement_that_does_more_than_read_is_refused(sql: str) -> None:
    refused(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT TRANSFORM(name) USING 'sh -c id' FROM gold.x",
        'SELECT TRANSFORM(name) USING "sh -c id" AS (a) FROM gold.x',
        "SELECT TRANSFORM(name) USING r'id' FROM gold.x",
        "SELECT TRANSFORM(name) USING /* */ 'id' FROM gold.x",
        "SELECT TRANSFORM(name) ROW FORMAT DELIMITED USING 'cat' FROM gold.x",
        "FROM gold.x MAP name USING 'cat'",
        "FROM gold.x REDUCE name USING 'cat'",
        "SELECT * FROM (FROM gold.x MAP name USING 'cat')",
        "FROM gold.x |> SELECT TRANSFORM(name) USING 'cat'",
    ],
)
def test_a_query_that_runs_a_command_is_refused(sql: str) -> None:
    refused(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM text.`/etc/passwd`",
        "SELECT * FROM TEXT.`/etc/passwd`",
        "SELECT * FROM `text`.`/etc/passwd`",
        "SELECT * FROM text.passwd",
        "SELECT * FROM gold.x, text.`/etc/passwd`",
        "SELECT * FROM gold.x JOIN text.`/etc/passwd`",
        "SELECT * FROM gold.x CROSS JOIN LATERAL (SELECT * FROM text.`/etc/passwd`)",
        "WITH t AS (SELECT * FROM text.`/etc/passwd`) SELECT * FROM t",
        "WITH text AS (SELECT 1) SELECT * FROM text.`/etc/passwd`",
        "SELECT (SELECT count(*) FROM text.`/etc/passwd`)",
        "SELECT 1 WHERE EXISTS (SELECT * FROM text.`/etc/passwd`)",
        "SELECT 1 UNION ALL SELECT * FROM text.`/etc/passwd`",
        "SELECT 1 UNION ALL (TABLE text.`/etc/passwd`)",
        "SELECT (TABLE text.`/etc/passwd`)",
        "TABLE text.`/etc/passwd`",
        "FROM text.`/etc/passwd`",
        "FROM text.`/etc/passwd` |> SELECT *",
        "FROM gold.x |> UNION ALL (TABLE text.`/etc/passwd`)",
        "FROM gold.x |> JOIN text.`/etc/passwd` ON true",
        "SELECT * FROM `org.apache.spark.sql.execution.datasources.text.TextFileFormat`.`/etc/passwd`",
        "SELECT * FROM delta.`/elsewhere`",
        "SELECT * FROM delta.`/elsewhere@v1`",
        "SELECT * FROM gold.`../silver/person`",
        "SELECT * FROM gold.`/etc`",
        "SELECT * FROM gold.x.y",
        "SELECT * FROM other.gold.x",
        "SELECT * FROM x",
        "SELECT * FROM default.x",
        "SELECT * FROM global_temp.x",
        "SELECT * FROM information_schema.tables",
        "DESCRIBE text.`/etc/passwd`",
        "DESCRIBE QUERY SELECT * FROM text.`/etc/passwd`",
        "SHOW COLUMNS IN text.`/etc/passwd`",
        "EXPLAIN SELECT * FROM text.`/etc/passwd`",
        "SELECT * FROM IDENTIFIER('text.`/etc/passwd`')",
        "SELECT * FROM identifier ('gold' || '.x')",
        'SELECT * FROM "text"."/etc/passwd"',
        "SELECT * FROM read_files('/etc/passwd')",
        "SELECT * FROM table_changes('gold.x', 0)",
        "SELECT * FROM table_changes_by_path('/x', 0)",
        "SELECT * FROM gold.x PIVOT (count(*) FOR a IN (1)) JOIN text.`/etc/passwd`",
        "SELECT * FROM gold.x TABLESAMPLE (1 ROWS), text.`/etc/passwd`",
        "SELECT * FROM gold.x LATERAL VIEW explode(a) t AS b, text.`/etc/passwd`",
        "SELECT /*+ BROADCAST(a) */ * FROM text.`/etc/passwd`",
    ],
)
def test_what_is_no_table_of_the_warehouse_is_refused(sql: str) -> None:
    refused(sql)


@pytest.mark.parametrize(
    ("sql", "function"),
    [
        ("SELECT reflect('java.lang.System', 'getenv', 'HOME')", "reflect"),
        ("SELECT Try_Reflect ('java.lang.System', 'getenv', 'HOME')", "try_reflect"),
        ("SELECT `java_method`('a.B', 'c')", "java_method"),
        ("SELECT reflect/* */\n('a.B', 'c')", "reflect"),
        ("SELECT reflect -- x\n('a.B', 'c')", "reflect"),
        ("SELECT builtin.reflect('a.B', 'c')", "reflect"),
        ("SELECT system.builtin.reflect('a.B', 'c')", "reflect"),
        ("SELECT transform(array(1), x -> reflect('a.B', 'c'))", "reflect"),
        ("WITH reflect(a, b) AS (SELECT 1, 2) SELECT reflect('a.B', 'c')", "reflect"),
        ("WITH reflect(a, b) AS (SELECT 1, 2) SELECT reflect(a, b) FROM reflect", "reflect"),
        ("SELECT 1 FROM gold.x WHERE reflect('a.B', 'c') = ''", "reflect"),
        ("SELECT 1 FROM gold.x ORDER BY reflect('a.B', 'c')", "reflect"),
        ("SELECT 1 FROM gold.x GROUP BY ALL HAVING reflect('a.B', 'c') = ''", "reflect"),
        ("VALUES (reflect('a.B', 'c'))", "reflect"),
        ("SELECT from_xml('<a/>', 'a int', map('rowValidationXSDPath', 'http://x'))", "from_xml"),
        ("SELECT schema_of_xml('<a/>')", "schema_of_xml"),
        ("SELECT xpath('<a/>', '/')", "xpath"),
        ("SELECT from_avro(a, '{}') FROM gold.x", "from_avro"),
        ("SELECT from_protobuf(a, 'x', '/etc/passwd') FROM gold.x", "from_protobuf"),
        ("SELECT input_file_name()", "input_file_name"),
        ("SELECT current_user", "current_user"),
        ("SELECT `current_user`", "current_user"),
        ("SELECT session_user()", "session_user"),
        ("SELECT version()", "version"),
        ("SELECT raise_error('x')", "raise_error"),
        ("SELECT ai_query('x', 'y')", "ai_query"),
        ("SELECT secret('scope', 'key')", "secret"),
        ("SELECT http_request(conn => 'x')", "http_request"),
        ("SELECT * FROM java_method('a.B', 'c')", "java_method"),
        ("SELECT 1 AS x LATERAL VIEW reflect('a.B', 'c') t AS y", "reflect"),
    ],
)
def test_a_function_that_no_query_may_call_is_refused_however_it_is_written(sql: str, function: str) -> None:
    assert function in refused(sql).lower()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT '${env:HOME}'",
        "SELECT ${spark:spark.hadoop.fs.s3a.secret.key}",
        "SELECT 1 -- ${x}",
        "SELECT 1 /* /* */ , reflect('a.B', 'c') -- */",
        "SELECT 1 -- \\\n , reflect('a.B', 'c')",
        "SELECT 1 /*+ x 'y */ , reflect('a.B', 'c') -- ' */",
        "SELECT r'\\' , reflect('a.B', 'c') -- '",
        "SELECT $$ ' $$ , reflect('a.B', 'c') -- '",
        "SELECT a://b--c\n, 1",
        "SELECT 'open",
        "SELECT `open",
        "SELECT 1 /* open",
        "SELECT 1 */ 2",
        "SELECT\u00a01",
        "SELECT 1\u200b",
        "SELECT \x00",
        "SELECT \u2019reflect\u2019",
    ],
)
def test_text_that_two_readers_could_divide_differently_is_refused(sql: str) -> None:
    refused(sql)


@pytest.mark.parametrize("sql", QUERIES)
def test_what_analysts_ask_passes(sql: str) -> None:
    check_reading(sql, SCHEMAS)


@pytest.mark.parametrize("other", ["text.`/etc/passwd`", "text.passwd", "delta.x"])
def test_a_file_in_the_place_of_any_table_of_these_is_refused(other: str) -> None:
    tried = 0
    for sql in QUERIES:
        for name in ("bronze.crm", "bronze.shop"):
            for n in range(1, sql.count(name) + 1):
                start = -1
                for _ in range(n):
                    start = sql.index(name, start + 1)
                # A column of the table is no place of a table.
                if sql[start + len(name) :].startswith("."):
                    continue
                refused(sql[:start] + other + sql[start + len(name) :])
                tried += 1
    assert tried > 120


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT * FROM silver.person WHERE preferred_email = 'bob@gold.co.uk'", ["silver.person"]),
        ('SELECT * FROM silver.person WHERE email = "bob@gold.co.uk"', ["silver.person"]),
        ("WITH gold AS (SELECT * FROM silver.person) SELECT gold.x FROM gold", ["silver.person"]),
        ("SELECT gold.x FROM silver.person gold -- not gold.y", ["silver.person"]),
        ("SELECT gold.x.y, /* gold.z */ 1 FROM silver.person AS gold", ["silver.person"]),
        ("SELECT 1 FROM Gold.`Customer_360`, `bronze`.crm", ["bronze.crm", "gold.customer_360"]),
        (
            "SELECT o.amount FROM gold.order o JOIN gold.customer_360 c USING (id)",
            ["gold.customer_360", "gold.order"],
        ),
        ("DESCRIBE gold.order", ["gold.order"]),
        ("SHOW TABLES IN gold LIKE 'gold.x'", []),
        ("EXPLAIN SELECT 'gold.x' FROM gold.y", ["gold.y"]),
        ("SELECT 1", []),
    ],
)
def test_the_tables_of_a_query_are_those_that_it_reads(sql: str, tables: list[str]) -> None:
    assert [".".join(name) for name in check_reading(sql, SCHEMAS).tables] == tables


def test_names_of_three_parts_begin_with_the_catalog_of_the_tables() -> None:
    assert check_reading("SELECT 1 FROM main.gold.x", SCHEMAS, catalog="main").tables == [("gold", "x")]
    with pytest.raises(RefusedSqlError, match="is no table of the warehouse"):
        check_reading("SELECT 1 FROM other.gold.x", SCHEMAS, catalog="main")


def test_what_spark_gets_has_no_comments_and_is_else_as_written() -> None:
    sql = "SELECT /*+ COALESCE(1) */ 'it''s', '-- /* x */', `a -- b` /* c */ FROM gold.x -- d\n WHERE 1 = 1 ;"
    expected = "SELECT /*+ COALESCE(1) */ 'it''s', '-- /* x */', `a -- b`   FROM gold.x  \n WHERE 1 = 1"
    assert check_reading(sql, SCHEMAS).text == expected


def test_spark_answers_what_it_answers_without_the_check(spark: SparkSession, tmp_path: Path) -> None:
    storage = Storage(spark, tmp_path)
    for name, rows in (("crm", CRM), ("shop", SHOP)):
        storage.append_once(f"bronze.{name}", spark.sql(rows), token="1")

    def answer(sql: str, *, reads_only: bool) -> tuple[list[str], list[str]]:
        rows = storage.query(sql.removesuffix(";"), reads_only=reads_only)
        # Plans and histories have numbers and times of their own.
        found = [] if sql.startswith(("EXPLAIN", "DESCRIBE HISTORY")) else sorted(map(str, rows.collect()))
        return rows.columns, found

    assert len(QUERIES) > 130
    for sql in QUERIES:
        assert answer(sql, reads_only=True) == answer(sql, reads_only=False), sql


@pytest.mark.parametrize(
    "sql",
    [
        # To Spark, SELECT and LATERAL are an alias and a keyword here; sqlglot finds no table.
        "FROM bronze.crm SELECT , text.passwd name",
        "FROM bronze.crm SELECT , other.salaries name",
        "FROM bronze.crm SELECT , salaries name",
        "SELECT * FROM LATERAL text.passwd",
        "EXPLAIN FROM bronze.crm SELECT , text.passwd name",
        "SELECT (SELECT max(value) FROM LATERAL text.passwd), 1",
        "SELECT 1 FROM bronze.crm WHERE EXISTS (SELECT 1 FROM LATERAL text.passwd)",
        "SELECT filter(array(1), x -> x IN (SELECT 1 FROM LATERAL text.passwd))",
        "WITH t AS (SELECT * FROM LATERAL text.passwd) SELECT 1 FROM bronze.crm, t",
    ],
)
def test_a_table_that_only_spark_finds_is_refused(spark: SparkSession, tmp_path: Path, sql: str) -> None:
    storage = Storage(spark, tmp_path)
    storage.append_once("bronze.crm", spark.sql(CRM), token="1")
    with pytest.raises((RefusedSqlError, PySparkException)):
        storage.query(sql, reads_only=True).collect()
    with pytest.raises(RefusedSqlError, match="no table here"):
        check_plan(
            _plan(spark, sql.removeprefix("EXPLAIN ")), check_reading("SELECT 1 FROM bronze.crm", SCHEMAS)
        )


def test_spark_and_sqlglot_find_the_same_tables_in_what_analysts_ask(spark: SparkSession) -> None:
    for sql in QUERIES:
        query = check_reading(sql, SCHEMAS)
        if query.inner:
            plan = _plan(spark, query.inner)
            check_plan(plan, query)
            assert all(
                f"[{schema}, {table}]" in plan.lower().replace("spark_catalog, ", "")
                for schema, table in query.tables
            )


def _plan(spark: SparkSession, sql: str) -> str:
    parser = spark._jsparkSession.sessionState().sqlParser()
    return str(parser.parsePlan(sql).toString())


def test_a_query_writes_nothing_and_shows_no_value_of_a_row_that_fails(
    spark: SparkSession, tmp_path: Path
) -> None:
    from cdi_spark.spark.query_errors import query_error

    storage = Storage(spark, tmp_path)
    storage.append_once("bronze.crm", spark.sql("SELECT 'bob@x.org' AS mail"), token="1")
    with pytest.raises(RefusedSqlError, match="DELETE"):
        storage.query("DELETE FROM bronze.crm", reads_only=True)
    assert storage.query("SELECT * FROM bronze.crm", reads_only=True).count() == 1
    for sql in (
        "SELECT cast(mail AS int) FROM bronze.crm",
        "SELECT map(mail, 1)['x'] + raise FROM (SELECT mail, to_date(mail) AS raise FROM bronze.crm)",
    ):
        with pytest.raises(PySparkException) as caught:
            storage.query(sql, reads_only=True).collect()
        message = query_error(caught.value)
        assert "bob@x.org" in str(caught.value)
        assert "bob@x.org" not in message
        assert "CAST_INVALID_INPUT" in message or "CANNOT_PARSE" in message
    with pytest.raises(CdiError, match="could not compute a row or a value") as planned:
        storage.query("SELECT cast('bob@x.org' AS int)", reads_only=True)
    assert "bob@x.org" not in str(planned.value)
    with pytest.raises(PySparkException) as wrong:
        storage.query("SELECT nme FROM bronze.crm", reads_only=True)
    assert "nme" in query_error(wrong.value)


def test_a_plan_that_runs_a_command_or_writes_is_refused(spark: SparkSession) -> None:
    query = check_reading("SELECT 1 FROM bronze.crm", SCHEMAS)
    for sql in (
        "SELECT TRANSFORM(name) USING 'cat' FROM bronze.crm",
        "FROM bronze.crm MAP name USING 'cat'",
        "INSERT OVERWRITE DIRECTORY '/tmp/x' USING csv SELECT * FROM bronze.crm",
        "INSERT INTO bronze.crm SELECT * FROM bronze.crm",
        "SELECT * FROM bronze.crm, table_changes('bronze.crm', 0)",
    ):
        with pytest.raises(RefusedSqlError):
            check_plan(_plan(spark, sql), query)
