"""SQL text, built and taken apart over sqlglot: quoted names, string literals, and what a text reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache, lru_cache
from typing import Literal, NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokens import Token, Tokenizer, TokenType  # type: ignore[attr-defined]

Dialect = Literal["spark", "duckdb"]


@cache
def quote(name: str, dialect: Dialect = "spark") -> str:
    """Quote one name of a column, table or schema, with any characters.

    >>> quote("a`b"), quote('a"b', "duckdb")
    ('`a``b`', '"a""b"')
    """
    return exp.to_identifier(name, quoted=True).sql(dialect=dialect)


@cache
def quote_if_needed(name: str) -> str:
    """Quote a name for Spark unless it is a plain word that is no keyword.

    >>> quote_if_needed("city"), quote_if_needed("post code"), quote_if_needed("select")
    ('city', '`post code`', '`select`')
    """
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        try:
            if isinstance(sqlglot.parse_one(name, read="spark"), exp.Column):
                return name
        except SqlglotError:
            pass
    return quote(name)


def literal(text: str, dialect: Dialect = "spark") -> str:
    r"""Write a text as a SQL string.

    >>> literal("O'Neil"), literal("O'Neil", "duckdb")
    ("'O\\'Neil'", "'O''Neil'")
    """
    return exp.Literal.string(text).sql(dialect=dialect)


def literals(texts: Iterable[str]) -> str:
    """Write texts as a list of Spark SQL strings in parentheses, such as IN takes.

    >>> literals(["yes", "ja"])
    "('yes', 'ja')"
    """
    return f"({', '.join(map(literal, texts))})"


def tables_read(sql: str, schemas: Collection[str]) -> list[tuple[str, str]]:
    """Find the tables that a Spark statement names as schema.table, each once, sorted, in lower case.

    Strings, comments and columns of an alias do not count. SHOW, DESCRIBE and EXPLAIN do.

    Args:
        schemas: in lower case; tables of other schemas are left out.
    Returns:
        (schema, table); none where the text is no SQL, which Spark then reports better.
    """
    try:
        tokens = sqlglot.tokenize(sql, read="spark")
        # sqlglot keeps the rest of these statements as text.
        if not tokens or tokens[0].token_type in Tokenizer.COMMANDS:
            return _distinct((name.schema, name.table) for name in _names(_tokens(sql), schemas))
    except SqlglotError:
        return []
    try:
        trees = sqlglot.parse(sql, read="spark")
    except Exception:  # sqlglot fails on odd text in several ways
        return _distinct((name.schema, name.table) for name in _names(tokens, schemas))
    tables = (table for tree in trees if tree for table in tree.find_all(exp.Table))
    return _distinct((table.db, table.name) for table in tables if table.db.lower() in schemas)


def replace_tables(sql: str, schemas: Collection[str], replacement: Callable[[str], str]) -> str:
    """Put other text in the place of each table that a query names as schema.table; all else stays as it is.

    Args:
        schemas: in lower case; tables of other schemas stay.
        replacement: text for a table, by its name.
    """
    parts, end = [], 0
    for name in _names_in(sql, frozenset(schemas)):
        parts += [sql[end : name.start], replacement(f"{name.schema}.{name.table}")]
        end = name.end
    return "".join((*parts, sql[end:]))


def columns_read(sql: str) -> set[str]:
    """Find the columns of a row that a Spark expression reads, and its own names such as `item`."""
    return {column.parts[0].name for column in _columns(sql)}


def fields_read(sql: str) -> set[str]:
    """Find the columns that a Spark expression reads, with the fields within them, such as holder.name.full."""
    return {".".join(part.name for part in column.parts) for column in _columns(sql)}


def values_tried(sql: str) -> list[str]:
    """Find what a Spark expression tries to convert: the first argument of each try_… without another one in it.

    >>> values_tried("coalesce(cast(try_to_timestamp(born, 'd.M.yyyy') as date), try_cast(trim(born) as date))")
    ['born', 'TRIM(born)']
    >>> values_tried("try_multiply(try_cast(pieces as int), 2)"), values_tried("upper(name)")
    (['pieces'], [])
    """
    tried: dict[str, None] = {}
    for call in _tries(sqlglot.parse_one(sql, read="spark")):
        # What a lambda names exists only within it.
        if call.find_ancestor(exp.Lambda) is None and len(list(_tries(call))) == 1:
            first = call.expressions[0] if isinstance(call, exp.Anonymous) else call.this
            tried[first.sql(dialect="spark")] = None
    return list(tried)


def _distinct(tables: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted({(schema.lower(), table.lower()) for schema, table in tables})


def _tries(tree: exp.Expr) -> Iterator[exp.Expr]:
    for call in tree.find_all(exp.Func, exp.Cast):
        if call.sql(dialect="spark").startswith("TRY_"):
            yield call


def _columns(sql: str) -> Iterator[exp.Column]:
    return sqlglot.parse_one(sql, read="spark").find_all(exp.Column)


class _Name(NamedTuple):
    schema: str
    table: str
    start: int
    end: int


def _tokens(sql: str) -> list[Token]:
    """All tokens; sqlglot reads what follows SHOW or EXPLAIN as one text, which is read again here."""
    found: list[Token] = []
    for token in sqlglot.tokenize(sql, read="spark"):
        is_rest = (
            token.token_type is TokenType.STRING and found and found[-1].token_type in Tokenizer.COMMANDS
        )
        found += _tokens(token.text) if is_rest else [token]
    return found


# Views name views: the same text is taken apart several times.
@lru_cache(maxsize=256)
def _names_in(sql: str, schemas: frozenset[str]) -> tuple[_Name, ...]:
    return tuple(_names(sqlglot.tokenize(sql, read="spark"), schemas))


def _names(tokens: list[Token], schemas: Collection[str]) -> Iterator[_Name]:
    after = 0
    for at, (schema, dot, table) in enumerate(zip(tokens, tokens[1:], tokens[2:], strict=False)):
        is_name = _is_word(schema) and dot.token_type is TokenType.DOT and _is_word(table)
        if is_name and at >= after and schema.text.lower() in schemas:
            after = at + 3
            yield _Name(schema.text, table.text, schema.start, table.end + 1)


def _is_word(token: Token) -> bool:
    """Whether a token may name a schema or table: a word in backticks or without, keywords included."""
    return token.token_type is not TokenType.STRING and re.fullmatch(r"\w+", token.text) is not None
