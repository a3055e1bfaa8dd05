"""SQL in conf computes from the row and nothing else."""

import pytest

from cdi_spark.config import load_project
from cdi_spark.config.expressions import check_expression, day_limits
from cdi_spark.errors import ConfigError
from cdi_spark.sql_text import columns_read
from tests.paths import CONF


def check(sql: str) -> None:
    check_expression(sql, where="crm.yml: key")


@pytest.mark.parametrize(
    ("sql", "function"),
    [
        ("reflect('java.lang.System', 'getenv', 'HOME')", "reflect"),
        ("REFLECT('java.lang.System', 'getenv', 'HOME')", "reflect"),
        ("reflect ('java.lang.System', 'getenv', 'HOME')", "reflect"),
        ("`reflect`('java.lang.System', 'getenv', 'HOME')", "reflect"),
        ("`Reflect` ('java.lang.System', 'getenv', 'HOME')", "reflect"),
        ("builtin.reflect('java.lang.System', 'getenv', 'HOME')", "reflect"),
        ("lower(reflect('java.lang.System', 'getenv', 'HOME'))", "reflect"),
        ("transform(lines, line -> java_method('a.B', 'c', line))", "java_method"),
        ("concat('safe', java_method('a.B', 'c'))", "java_method"),
        ("input_file_name()", "input_file_name"),
        ("Rand()", "rand"),
        ("_own(1)", "_own"),
        ("current_timestamp()", "current_timestamp"),
        ("current_date", "current_date"),
        ("date_sub(Current_Date, 1)", "current_date"),
        ("`current_user`", "current_user"),
    ],
)
def test_a_function_outside_the_list_is_refused_however_it_is_written(sql: str, function: str) -> None:
    with pytest.raises(ConfigError, match=rf"crm\.yml: key: the function {function} is not one that"):
        check(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "rand",
        "item.filter",
        "member.left = (1)",
        "member.current_date",
        "`reflect`",
        "`amount (net)`",
        "selected = 'y'",
        "select_from",
    ],
)
def test_a_field_may_be_named_like_a_function_or_a_statement(sql: str) -> None:
    check(sql)


@pytest.mark.parametrize(
    "sql", ["'reflect('", '"reflect("', "regexp_replace(note, 'rand\\(', '')", "'it''s reflect(x)'", "'a; b'"]
)
def test_text_in_quotes_may_say_anything(sql: str) -> None:
    check(sql)


@pytest.mark.parametrize(
    "sql",
    ["select 1", "SELECT id FROM x", "drop table silver.person", "set x = 1", "id; id", "id;", "a as b"],
)
def test_a_statement_is_refused(sql: str) -> None:
    with pytest.raises(ConfigError, match=r"crm\.yml: key: must be one expression"):
        check(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "(select id from parquet.`/elsewhere`)",
        "coalesce(id, (SELECT id FROM x))",
        "exists (select 1 from x)",
        "id in (select id from x)",
        "(table x)",
        "coalesce((table x), 1)",
        "(values 1)",
        "(values (1))",
        "(table(x))",
        "coalesce((select *), 1)",
        "(from x |> limit 1)",
        "id in (table x)",
        "exists (table x)",
        "exists(from parquet.`/elsewhere`)",
        "(with t as (select 1) select * from t)",
        "(map id using 'cat')",
        "array((select 1))",
        "id in (from x |> limit 1)",
    ],
)
def test_a_query_inside_an_expression_is_refused(sql: str) -> None:
    with pytest.raises(ConfigError, match="not a statement or a query"):
        check(sql)


@pytest.mark.parametrize("sql", ["", "id +", "lower(id", "'open", "id ?", "id $ 1", "id \u00a0"])
def test_what_does_not_parse_is_refused(sql: str) -> None:
    with pytest.raises(ConfigError, match=r"crm\.yml: key: does not parse"):
        check(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "cast(try_to_timestamp(dob, 'dd/MM/yyyy') as date)",
        "try_cast(item.quantity * item.unit_price as decimal(18,2))",
        "array_compact(array(mobile, landline))",
        "case when status in ('x') then (1) else (2) end",
        "amount is null or (amount >= 0 and not (amount > 9))",
        "named_struct('a', lines[0].sku, 'b', struct(id as c))",
        "exists(lines, line -> line.quantity > 0)",
        "ordered_at + interval 1 day",
        "first || ' ' || last",
        "id::string",
        "trim(table) || coalesce(table, '') || (table.name)",
        "size(map('a', 1)) + coalesce(reduce(list, 0, (a, x) -> a + x), 0)",
        "`values` = timestamp '2020-01-01 00:00:00+01:00' or `date` > date '2020-01-01'",
        "null",
    ],
)
def test_what_mappings_are_made_of_passes(sql: str) -> None:
    check(sql)


def test_every_expression_of_the_shipped_sources_passes() -> None:
    folders = [path.parent for path in CONF.glob("*/project.yml")]
    sources = [source for folder in folders for source in load_project(folder, lenient=True).sources]
    spoken = [sql for s in sources for part in (s, *s.emits) for sql in part.expressions().values()]
    assert len(spoken) > 50
    for sql in spoken:
        check(sql)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("id -- \\\n , reflect('a.B', 'c')", "backslash at the end of a line"),
        ("'a\\\nb'", "backslash at the end of a line"),
        ("id -- note", "comment"),
        ("id /* note */", "comment"),
        ("reflect/* */\n('java.lang.System', 'getenv', 'HOME')", "comment"),
        ("id /*+ hint */", "not a statement"),
        ("'${env:HOME}'", "which Spark would replace"),
        ("'${spark:spark.hadoop.fs.s3a.secret.key}'", "which Spark would replace"),
        ("${x}", "which Spark would replace"),
        ("r'\\' || reflect('a.B', 'c') || r''", "function reflect"),
        ("'\\'' || reflect('a.B', 'c')", "function reflect"),
        ("'it''s' || reflect('a.B', 'c')", "function reflect"),
        ("\"reflect\"('a.B', 'c')", "name in quotes"),
        ("reflect\u200b('a.B', 'c')", "outside quotes"),
    ],
)
def test_what_could_hide_a_call_is_refused(sql: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        check(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "now()",
        "curdate()",
        "current_date",
        "current_timestamp",
        "`current_timestamp`",
        "Current_Timestamp()",
        "current_timezone()",
        "localtimestamp",
        "localtimestamp()",
        "unix_timestamp()",
        "current_user",
        "session_user",
        "user",
        "`user`",
        "user()",
        "current_catalog",
        "current_database()",
        "version()",
        "rand()",
        "randn(1)",
        "random()",
        "uniform(1, 2)",
        "randstr(3)",
        "uuid()",
        "shuffle(tags)",
        "monotonically_increasing_id()",
        "spark_partition_id()",
        "input_file_name()",
        "aes_encrypt(id, 'k')",
        "timestamp'now'",
        "timestamp 'now UTC'",
        "timestamp_ntz 'today'",
        "timestamp_ltz ' Tomorrow'",
        'date "now"',
        "date r'now'",
        "date '\\u006eow'",
        "date '' 'now'",
        "cast('now' as timestamp)",
        "'today'::date",
        "try_cast('yesterday ' as date)",
        "sum(amount)",
        "explode(tags)",
        "row_number() over (order by id)",
        "a.own(1)",
        "item.values (1)",
        "table(x)",
        "id in ('a', values (1))",
        "replace(a, 'x') over (order by b)",
        "max(a) over w",
        ":x",
        "lower(:x)",
    ],
)
def test_the_clock_the_machine_chance_and_other_rows_are_refused_by_any_spelling(sql: str) -> None:
    with pytest.raises(ConfigError):
        check(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "jaro_winkler_similarity(given_l, given_r) >= 0.9 and list_has_any(given_tokens_l, names_r)",
        "given_l[1] = given_r[1]",
        "birth_date_l::date - interval 1 day < try_cast(birth_date_r as date)",
        "case when length(given_l) = 1 then true else given_l is distinct from 'it''s' end",
        "list_filter(names_l, x -> x <> '') = names_r",
    ],
)
def test_levels_of_the_person_model_use_functions_of_duckdb(sql: str) -> None:
    check_expression(sql, where="person.yml: given", dialect="duckdb")


@pytest.mark.parametrize(
    "sql",
    [
        "read_text('/etc/passwd') is not null",
        "(select content from read_text('/etc/passwd')) is not null",
        "exists (from read_text('/etc/passwd'))",
        "'/etc/passwd'.read_text() = ''",
        "given_l = (from '/etc/passwd')",
        "getenv('HOME') = ''",
        "getvariable('x') = 1",
        "current_setting('temp_directory') = ''",
        "random() > 0.5",
        "uuid() = given_l",
        "now() > birth_date_l",
        "today() > birth_date_l",
        "current_date > birth_date_l",
        "current_timestamp > birth_date_l",
        "localtime is null",
        "get_current_time() is null",
        "birth_date_l < 'today'",
        "birth_date_l::date < 'now'::date",
        "given_l = 1; drop table x",
        "given_l = 1 -- note",
        "given_l = $$x$$",
        "given_l = E'\\'' || read_text('x') || ''",
        "\"read_text\"('/etc/passwd') = ''",
        "reflect('a.B', 'c') = ''",
        "main.read_text('x') = ''",
        "columns(*) = 1",
        "nextval('s') = 1",
    ],
)
def test_levels_of_the_person_model_only_compute(sql: str) -> None:
    with pytest.raises(ConfigError):
        check_expression(sql, where="person.yml: given", dialect="duckdb")


@pytest.mark.parametrize("sql", ["timestamp 'now'", "date 'Today '", "born < date 'yesterday'"])
def test_words_that_read_the_clock_are_refused(sql: str) -> None:
    with pytest.raises(ConfigError, match="reads the clock"):
        check_expression(sql, where="crm.yml: key")


def test_the_columns_that_an_expression_reads_are_known_by_their_first_part() -> None:
    read = columns_read("coalesce(holder.name.full, `First Name`, transform(tags, t -> lower(t))[0])")
    assert read >= {"holder", "First Name", "tags"}
    assert "name" not in read


def test_the_days_that_an_expression_waits_for_are_known_by_what_they_are_since() -> None:
    limits = day_limits(
        "orders > 3 and (days_since_order < 30 or 90 >= days_since_order) or days_since_usage between 7 and 9"
    )
    assert limits == {"order": {30, 90}, "usage": {7, 9}}
    assert day_limits("days_since_order is null and orders = 0") == {}


def test_a_column_of_raw_data_may_be_called_user() -> None:
    check_expression("user", where="crm.yml: key", over_raw=True)
    check_expression("lower(user.id)", where="crm.yml: key")
    with pytest.raises(ConfigError, match="the function user"):
        check_expression("user()", where="crm.yml: key", over_raw=True)
