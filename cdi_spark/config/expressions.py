"""SQL expressions in conf: parsed, and limited to functions that only compute, before Spark starts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from cdi_spark.errors import ConfigError
from cdi_spark.sql.functions import ALLOWED, ALLOWED_IN_DUCKDB, BARE
from cdi_spark.sql.lexemes import (
    WORDS_OF_VALUES,
    AmbiguousSqlError,
    Kind,
    Lexeme,
    calls,
    has_comments,
    lexemes,
    require_agreement,
)
from cdi_spark.sql_text import Dialect, columns_read

# With these a parenthesis holds a query, which could read any table or file.
_QUERIES = ("SELECT", "FROM", "TABLE", "VALUES", "WITH")
# DATE 'now', TIMESTAMP 'today UTC' and the like read the clock.
_TYPED = ("DATE", "TIME", "TIMESTAMP", "TIMESTAMP_LTZ", "TIMESTAMP_NTZ", "TIMESTAMPTZ", "DATETIME")
_FIXED = re.compile(r"""['"][ +-]?\d[\w :.,/+-]*['"]""")
_CLOCK_WORDS = re.compile(r"\s*(now|today|tomorrow|yesterday)\b", re.IGNORECASE)
# Spark takes a column of this name before the function, and raw data has such columns; see lacks_user().
_MAY_BE_COLUMN = frozenset(["user"])


def check_expression(sql: str, *, where: str, dialect: Dialect = "spark", over_raw: bool = False) -> None:
    """Refuse SQL that is not one expression or calls a function outside the list.

    What passes is handed to Spark or DuckDB as it is written: the check and they divide it into the same words and
    strings, or it is refused.

    Args:
        dialect: who computes it: Spark, or DuckDB as levels of person.yml.
        over_raw: whether it is about raw data, which has any columns.
    Raises:
        ConfigError: with the place and the function; `where` is file and key.
    """
    try:
        _check(sql, dialect, where, BARE - _MAY_BE_COLUMN if over_raw else BARE)
    except AmbiguousSqlError as fault:
        raise ConfigError(f"{where}: does not parse as a SQL expression: it has {fault}.") from None


def lacks_user(expressions: Iterable[str], columns: Iterable[str]) -> bool:
    """Whether expressions read a column `user` that is not there; Spark would take the account that it runs under."""
    if "user" in map(str.lower, columns):
        return False
    # Parsed only where the word stands.
    named = (sql for sql in expressions if "user" in sql.lower())
    return any(name.lower() == "user" for sql in named for name in columns_read(sql))


def _check(sql: str, dialect: Dialect, where: str, bare: frozenset[str]) -> None:
    if "${" in sql:
        raise ConfigError(
            f"{where}: has ${{…}}, which Spark would replace. Use vars of project.yml in paths only."
        )
    if re.search(r"\\\r?\n", sql):
        raise ConfigError(f"{where}: has a backslash at the end of a line. Take it out.")
    if dialect == "duckdb" and set(sql) & set('\\"`'):
        raise ConfigError(
            f"{where}: has a backslash, a double quote or a backtick. Write names without quotes."
        )
    if has_comments(sql):
        raise ConfigError(f"{where}: has a comment within the SQL. Write it as a comment of the YAML file.")
    parts = lexemes(sql)
    _refuse_words(parts, dialect, where)
    tree = _parsed(sql, dialect, where)
    if not _is_value(tree):
        raise ConfigError(f"{where}: must be one expression over a row, not a statement or a query.")
    if any(
        _CLOCK_WORDS.match(text.this) for text in tree.find_all(exp.Literal) if _reads_clock(text, dialect)
    ):
        raise _clock(where)
    allowed = ALLOWED if dialect == "spark" else ALLOWED_IN_DUCKDB
    for name in sorted({name for _, name in calls(parts, bare=bare, words=WORDS_OF_VALUES)} - allowed):
        raise ConfigError(
            f"{where}: the function {name.removeprefix('.')} is not one that conf may call. "
            "Use another, or prepare the value before it lands."
        )


def _refuse_words(parts: Sequence[Lexeme], dialect: Dialect, where: str) -> None:
    for part, after, then in zip_longest(parts, parts[1:], parts[2:]):
        is_mark = part.kind is Kind.MARK
        # A column may be called table.
        is_column = then is not None and then.kind is Kind.MARK and then.text != "("
        is_query = (
            is_mark and part.text == "(" and after is not None and after.word in _QUERIES and not is_column
        )
        if part.kind is Kind.HINT or (is_mark and part.text == ";") or is_query:
            raise ConfigError(f"{where}: must be one expression over a row, not a statement or a query.")
        if is_mark and part.text in "?@":
            raise ConfigError(
                f"{where}: does not parse as a SQL expression: it has {part.text} outside quotes."
            )
        is_text = after is not None and after.kind is Kind.STRING
        if part.word == "USING" and is_text:
            raise ConfigError(f"{where}: must be one expression over a row, not a statement or a query.")
        if part.kind is Kind.STRING and after is not None and after.text in ("(", "."):
            raise ConfigError(f"{where}: has a name in quotes. Put names in backticks.")
        if part.word in _TYPED and is_text and after is not None and not _FIXED.fullmatch(after.text):
            raise _clock(where)


def _clock(where: str) -> ConfigError:
    return ConfigError(
        f"{where}: reads the clock. A landed row must give the same result tomorrow; use its own dates."
    )


def _reads_clock(text: exp.Literal, dialect: Dialect) -> bool:
    # DuckDB converts a text wherever it is compared with a date, Spark only where it is told to.
    return text.is_string and (dialect == "duckdb" or isinstance(text.parent, exp.Cast))


def _parsed(sql: str, dialect: Dialect, where: str) -> exp.Expr:
    if dialect == "spark":
        require_agreement(sql)
    try:
        return sqlglot.parse_one(sql, read=dialect)
    except Exception as fault:  # sqlglot fails on odd text in several ways
        why = str(fault).splitlines()[0] if isinstance(fault, SqlglotError) else type(fault).__name__
        raise ConfigError(f"{where}: does not parse as a SQL expression: {why}") from None


def _is_value(tree: exp.Expr) -> bool:
    # sqlglot takes `(TABLE x)` for a column with an alias.
    renamed = any(not isinstance(alias.parent, exp.Struct) for alias in tree.find_all(exp.Alias))
    other = tree.find(exp.Query, exp.Window, exp.Placeholder)
    return isinstance(tree, (exp.Condition, exp.Interval)) and not renamed and other is None


_COMPARISONS = (exp.LT, exp.LTE, exp.GT, exp.GTE, exp.EQ, exp.NEQ, exp.Between)


def day_limits(sql: str) -> dict[str, set[int]]:
    """Find the whole numbers that an expression compares `days_since_<fact>` with, by fact.

    Raises:
        ConfigError: it is used in another way; then the day on which the expression's result changes is unknown.
    """
    limits: dict[str, set[int]] = {}
    for column in sqlglot.parse_one(sql, read="spark").find_all(exp.Column):
        parent = column.parent
        if not column.name.startswith("days_since_") or isinstance(parent, exp.Is):
            continue
        others = [other for other in parent.iter_expressions() if other is not column] if parent else []
        is_compared = isinstance(parent, _COMPARISONS) and others
        if not is_compared or not all(isinstance(other, exp.Literal) and other.is_int for other in others):
            raise ConfigError(
                f"{column.name} must be compared with whole numbers, as in {column.name} <= 365."
            )
        numbers = {int(other.name) for other in others}
        limits.setdefault(column.name.removeprefix("days_since_"), set()).update(numbers)
    return limits
