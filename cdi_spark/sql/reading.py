"""SQL that only reads: which statements, functions and tables a query may have, checked before Spark sees it.

What is checked is what Spark gets: the query's own text without its comments. sqlglot does not write it anew, because
that changes meanings (percentile_cont becomes percentile_approx) and the names of columns.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import sqlglot
from sqlglot import exp

from cdi_spark.errors import CdiError
from cdi_spark.sql.functions import BARE, GENERATORS, READING
from cdi_spark.sql.lexemes import (
    WORDS_OF_QUERIES,
    AmbiguousSqlError,
    Kind,
    Lexeme,
    calls,
    lexemes,
    require_agreement,
    without_comments,
)

# At the start of a line of a plan; a text in the query may have these words too.
_WRITING_NODE = re.compile(
    r"^[\s:+-]*'?(ScriptTransformation|Insert\w+|Overwrite\w+|\w+Command)\b", re.MULTILINE
)


class RefusedSqlError(CdiError):
    """A query does more than read tables, or cannot be checked; the message says what and what to do."""


class Query(NamedTuple):
    """A query that only reads.

    Attributes:
        text: what Spark is to run.
        tables: the tables that it names, as (schema, table) in lower case, each once, sorted.
        inner: the query itself, without EXPLAIN or DESCRIBE QUERY; empty for other descriptions.
        named: the names that the query gives to queries of its own, in lower case.
    """

    text: str
    tables: list[tuple[str, str]]
    inner: str = ""
    named: frozenset[str] = frozenset()


_QUERIES = ("SELECT", "WITH", "VALUES", "FROM", "(")
_DESCRIBES = ("DESCRIBE", "DESC")
_EXPLAINS = ("EXTENDED", "CODEGEN", "COST", "FORMATTED")
_SHOWS = ("TABLES", "VIEWS", "SCHEMAS", "DATABASES", "NAMESPACES", "CATALOGS", "COLUMNS", "FUNCTIONS")
# Statements within a query: WITH … INSERT, FROM … INSERT.
_WRITES = ("INSERT", "UPDATE", "DELETE", "MERGE")
# The first part of a table's name that makes the second one a path.
_FORMATS = (
    "avro", "binaryfile", "csv", "delta", "hudi", "iceberg", "image", "jdbc", "json", "orc", "parquet", "text",
    "xml",
)  # fmt: skip


def check_reading(sql: str, schemas: Collection[str], *, catalog: str = "") -> Query:
    """Check that SQL is one statement that only reads tables of some schemas.

    Args:
        schemas: in lower case.
        catalog: the catalog that names of three parts may begin with.
    Raises:
        RefusedSqlError: it does more, or cannot be checked.
    """
    try:
        # Spark substitutes settings and environment variables, in strings too.
        if "${" in sql:
            raise RefusedSqlError("${…} would be replaced by a setting or a variable of this machine")
        text = without_comments(sql).strip().removesuffix(";").strip()
        parts = lexemes(text)
        if any(part.kind is Kind.MARK and part.text == ";" for part in parts):
            raise RefusedSqlError("there is more than one statement")
        return _checked(text, parts, frozenset(schemas), catalog.lower())._replace(text=text)
    except AmbiguousSqlError as fault:
        raise RefusedSqlError(f"it has {fault}") from None


def check_plan(plan: str, query: Query, *, catalog: str = "") -> None:
    """Check that Spark's parser finds no more in a query than check_reading() did.

    sqlglot may take a table for a column: to Spark, SELECT is an alias in `FROM a SELECT, b.c`.

    Args:
        plan: Spark's parsed plan as text, of `inner`.
    Raises:
        RefusedSqlError: it reads another table or file, or does more than read.
    """
    for named in re.findall(r"UnresolvedRelation \[(.*?)\]", plan):
        chain = tuple(part.strip().lower() for part in named.split(","))
        if len(chain) == 3 and chain[0] == (catalog.lower() or "spark_catalog"):
            chain = chain[1:]
        if chain not in query.tables and not (len(chain) == 1 and chain[0] in query.named):
            raise RefusedSqlError(
                f"Spark would read {'.'.join(chain)}, which is no table here; write it more simply"
            )
    functions = {name.lower() for name in re.findall(r"UnresolvedTableValuedFunction \[(.*?)\]", plan)}
    if functions - GENERATORS or _WRITING_NODE.search(plan):
        raise RefusedSqlError("it does more than read; write it more simply")


def _checked(text: str, parts: list[Lexeme], schemas: frozenset[str], catalog: str) -> Query:
    first = _text(parts, 0)
    second = _text(parts, 1)
    if first in _QUERIES:
        return _checked_query(text, parts, schemas, catalog)
    if first == "EXPLAIN":
        start = 2 if second in _EXPLAINS else 1
        return _checked(text[parts[start - 1].end :], parts[start:], schemas, catalog)
    if first in _DESCRIBES and (second == "QUERY" or second in _QUERIES):
        start = 2 if second == "QUERY" else 1
        return _checked(text[parts[start - 1].end :], parts[start:], schemas, catalog)
    if first in _DESCRIBES or (first == "SHOW" and second in _SHOWS):
        return Query(text, sorted(_described(parts, schemas, catalog)))
    raise RefusedSqlError(
        f"{first or 'an empty text'} is not SELECT, WITH, VALUES, SHOW, DESCRIBE or EXPLAIN"
    )


def _text(parts: Sequence[Lexeme], at: int) -> str:
    """A keyword or mark in upper case; empty beyond the end, and for names and strings."""
    part = parts[at] if at < len(parts) else None
    return part.text.upper() if part and part.kind in (Kind.WORD, Kind.MARK) else ""


def _described(parts: list[Lexeme], schemas: frozenset[str], catalog: str) -> set[tuple[str, str]]:
    """The tables that DESCRIBE or SHOW names."""
    if any(part.kind is Kind.MARK and part.text not in (".", "*", ",") for part in parts):
        raise RefusedSqlError("DESCRIBE and SHOW take names and patterns only")
    return {_table_of(chain, schemas, catalog) for chain in _chains(parts)}


def _chains(parts: list[Lexeme]) -> Iterator[list[str]]:
    """Names with dots, as their parts."""
    chain: list[str] = []
    for at, part in enumerate(parts):
        if part.kind is Kind.MARK and part.text == ".":
            continue
        follows = at > 0 and parts[at - 1].kind is Kind.MARK and parts[at - 1].text == "."
        if not follows:
            if len(chain) > 1:
                yield chain
            chain = []
        chain.append(part.text)
    if len(chain) > 1:
        yield chain


def _checked_query(text: str, parts: list[Lexeme], schemas: frozenset[str], catalog: str) -> Query:
    _refuse_words(parts)
    tree = _parsed(text)
    lists = {
        alias.name.lower()
        for alias in tree.find_all(exp.TableAlias)
        if alias.args.get("columns") and alias.this
    }
    for at, name in calls(parts, bare=BARE, words=WORDS_OF_QUERIES):
        if name not in READING and not (name in lists and _is_column_list(parts, at)):
            raise RefusedSqlError(_called(name))
    named = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    found = set()
    for table in tree.find_all(exp.Table):
        if isinstance(table.this, exp.Func):
            continue  # rows from arguments: the name is one of those checked above
        chain = [part.name for part in table.parts]
        if len(chain) > 1 or chain[0].lower() not in named:
            found.add(_table_of(chain, schemas, catalog))
    return Query(text, sorted(found), text, frozenset(named))


def _called(name: str) -> str:
    if name.startswith("."):
        return f"{name[1:]}() is called with a dot; call a built-in function by its name alone"
    if name in BARE and name not in READING:
        return (
            f"the function {name} is not one that a query may call; write a column of that name as t.{name}"
        )
    return f"the function {name} is not one that a query may call"


def _refuse_words(parts: list[Lexeme]) -> None:
    for at, part in enumerate(parts):
        is_field = at > 0 and parts[at - 1].text == "."
        following = parts[at + 1] if at + 1 < len(parts) else None
        if part.word in _WRITES and not is_field:
            raise RefusedSqlError(f"{part.word} writes; put a column of that name in backticks")
        # Spark can be set to read "x" as a name.
        if part.kind is Kind.STRING and following and following.text in ("(", "."):
            raise RefusedSqlError("a name is written as a string; put names in backticks")
        if part.word == "USING" and following and following.kind is Kind.STRING:
            raise RefusedSqlError("TRANSFORM … USING runs a command of this machine")
    for chain in _chains(parts):
        is_path = any(character in chain[1] for character in "/:*\\")
        if "." in chain[0] or (is_path and chain[0].lower() in _FORMATS):
            raise RefusedSqlError(f"{chain[0]}.… names a file instead of a table")


def _parsed(text: str) -> exp.Expr:
    text = without_comments(text, hints=False)
    require_agreement(text)
    try:
        trees = sqlglot.parse(text, read="spark")
    except Exception:  # sqlglot fails on odd text in several ways
        trees = []
    if len(trees) != 1 or not isinstance(trees[0], (exp.Query, exp.Values)):
        raise RefusedSqlError(
            "it does not parse as one query, so what it reads cannot be checked. Look for a mistake, or write it "
            "more simply"
        )
    refused = (exp.Command, exp.DML, exp.Into, exp.QueryTransform, exp.Directory)
    if any(isinstance(node, refused) for node in trees[0].walk()):
        raise RefusedSqlError("it does more than read")
    return trees[0]


def _is_column_list(parts: list[Lexeme], at: int) -> bool:
    """Whether a name before a parenthesis is a table's alias with its columns, as in AS t(a, b) and WITH t(a, b) AS."""
    close = at + 2
    while (
        close + 1 < len(parts)
        and parts[close].kind in (Kind.WORD, Kind.NAME)
        and parts[close + 1].text == ","
    ):
        close += 2
    if _text(parts, close + 1) != ")":
        return False
    before = _text(parts, at - 1) if at else ""
    is_query = (
        _text(parts, close + 2) == "AS"
        and _text(parts, close + 3) == "("
        and _text(parts, close + 4) in _QUERIES
    )
    return before in ("AS", ")") or is_query


def _table_of(chain: Sequence[str], schemas: frozenset[str], catalog: str) -> tuple[str, str]:
    names = [name.lower() for name in chain]
    if len(names) == 3 and names[0] == (catalog or "spark_catalog"):
        names = names[1:]
    # The name is a folder's; a path would leave the warehouse.
    if len(names) != 2 or names[0] not in schemas or not re.fullmatch(r"\w+", names[1]):
        raise RefusedSqlError(
            f"{'.'.join(chain)} is no table of the warehouse; name one as schema.table, with one of the schemas "
            f"{', '.join(sorted(schemas))}"
        )
    return names[0], names[1]
