"""SQL expressions in conf: parsed, and limited to functions that only compute, before Spark starts."""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokens import Token, TokenType  # type: ignore[attr-defined]

from cdi_spark.errors import ConfigError

# Pure functions of their arguments. What reads files, classes, the session or the clock stays out
# (reflect, java_method, input_file_name, current_user, rand): a landed row must mean the same tomorrow.
ALLOWED = frozenset(
    [
        "abs",
        "array",
        "array_compact",
        "array_contains",
        "array_distinct",
        "array_join",
        "array_size",
        "array_union",
        "bround",
        "ceil",
        "coalesce",
        "concat",
        "concat_ws",
        "contains",
        "date_add",
        "date_format",
        "date_sub",
        "date_trunc",
        "day",
        "element_at",
        "elt",
        "endswith",
        "exists",
        "explode",
        "filter",
        "flatten",
        "floor",
        "format_number",
        "from_unixtime",
        "get",
        "get_json_object",
        "greatest",
        "hour",
        "if",
        "ifnull",
        "in",
        "initcap",
        "instr",
        "isnull",
        "isnotnull",
        "left",
        "len",
        "length",
        "like",
        "locate",
        "lower",
        "lpad",
        "ltrim",
        "make_date",
        "map_from_arrays",
        "md5",
        "minute",
        "month",
        "named_struct",
        "nullif",
        "nvl",
        "nvl2",
        "overlay",
        "position",
        "regexp_count",
        "regexp_extract",
        "regexp_like",
        "regexp_replace",
        "regexp_substr",
        "repeat",
        "replace",
        "reverse",
        "right",
        "rlike",
        "round",
        "rpad",
        "rtrim",
        "second",
        "sequence",
        "sha2",
        "size",
        "slice",
        "sort_array",
        "split",
        "split_part",
        "startswith",
        "struct",
        "substr",
        "substring",
        "substring_index",
        "timestamp_micros",
        "timestamp_millis",
        "timestamp_seconds",
        "to_utc_timestamp",
        "transform",
        "translate",
        "trim",
        "try_add",
        "try_cast",
        "cast",
        "try_divide",
        "try_element_at",
        "try_make_timestamp",
        "try_multiply",
        "try_subtract",
        "try_sum",
        "try_to_binary",
        "try_to_number",
        "try_to_timestamp",
        "to_json",
        "typeof",
        "upper",
        "year",
        "decimal",
        "and",
        "or",
        "not",
        "when",
        "then",
        "else",
        "between",
    ]
)


# Spark calls these without a parenthesis too, where the row has no column of the name.
_CALLED_BARE = ("current_date", "current_timestamp", "current_user", "session_user")

# timestamp 'now' and the like.
_CLOCK_WORDS = ("now", "today", "tomorrow", "yesterday")


def check_expression(sql: str, *, where: str) -> None:
    """Refuse what does not parse as one Spark SQL expression or calls a function outside the list.

    Raises:
        ConfigError: with the place and the function; `where` is file and key.
    """
    try:
        tokens = sqlglot.tokenize(sql, read="spark")
        tree = sqlglot.parse_one(sql, read="spark")
    except SqlglotError as fault:
        raise ConfigError(
            f"{where}: does not parse as a SQL expression: {str(fault).splitlines()[0]}"
        ) from None
    if any(token.token_type is TokenType.SEMICOLON for token in tokens) or not _is_value(tree):
        raise ConfigError(f"{where}: wants one expression over a row, not a statement or a query.")
    if any(cast.this.name.strip().lower() in _CLOCK_WORDS for cast in tree.find_all(exp.Cast)):
        raise ConfigError(
            f"{where}: reads the clock. A landed row must mean the same tomorrow; use its own dates."
        )
    for name in sorted({name for name in _called(tokens) if name not in ALLOWED}):
        raise ConfigError(
            f"{where}: the function {name} is not among those that conf may call. "
            "Use another, or prepare the value before it lands."
        )


def _is_value(tree: exp.Expr) -> bool:
    # A query in parentheses could read any table or file. sqlglot takes `(TABLE x)` for a column with an alias.
    renamed = any(not isinstance(alias.parent, exp.Struct) for alias in tree.find_all(exp.Alias))
    return isinstance(tree, (exp.Condition, exp.Interval)) and not renamed and tree.find(exp.Query) is None


def _called(tokens: list[Token]) -> set[str]:
    """Every name with a parenthesis right behind it, in backticks or not, and what needs no parenthesis."""
    called = set()
    for before, token, after in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        name = token.text.lower()
        is_name = token.token_type is TokenType.IDENTIFIER or name[:1].isalpha() or name[:1] == "_"
        is_field = before is not None and before.token_type is TokenType.DOT
        opens = after is not None and after.token_type is TokenType.L_PAREN
        is_bare = name in _CALLED_BARE and not is_field
        if is_name and token.token_type is not TokenType.STRING and (opens or is_bare):
            called.add(name)
    return called


_COMPARISONS = (exp.LT, exp.LTE, exp.GT, exp.GTE, exp.EQ, exp.NEQ, exp.Between)


def days_told(sql: str) -> dict[str, set[int]]:
    """The whole numbers that an expression compares `days_since_<fact>` with, by fact.

    Raises:
        ConfigError: it is used otherwise; then nobody could tell on which day the expression comes out otherwise.
    """
    told: dict[str, set[int]] = {}
    for column in sqlglot.parse_one(sql, read="spark").find_all(exp.Column):
        beside = column.parent
        if not column.name.startswith("days_since_") or isinstance(beside, exp.Is):
            continue
        others = [other for other in beside.iter_expressions() if other is not column] if beside else []
        is_told = isinstance(beside, _COMPARISONS) and others
        if not is_told or not all(isinstance(other, exp.Literal) and other.is_int for other in others):
            raise ConfigError(f"{column.name} wants to be compared with whole numbers: {column.name} <= 365.")
        numbers = {int(other.name) for other in others}
        told.setdefault(column.name.removeprefix("days_since_"), set()).update(numbers)
    return told
