"""SQL expressions in conf: parsed, and limited to functions that only compute, before Spark starts."""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokens import Token, TokenType  # type: ignore[attr-defined]

from cdi_spark.errors import ConfigError

# Pure functions of their arguments. Functions that read files, classes, the session or the clock stay out
# (reflect, java_method, input_file_name, current_user, rand): a landed row must give the same result tomorrow.
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
        "regexp_extract_all",
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
        "try_url_decode",
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
    """Refuse SQL that is not one Spark expression or calls a function outside the list.

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
        raise ConfigError(f"{where}: must be one expression over a row, not a statement or a query.")
    if any(cast.this.name.strip().lower() in _CLOCK_WORDS for cast in tree.find_all(exp.Cast)):
        raise ConfigError(
            f"{where}: reads the clock. A landed row must give the same result tomorrow; use its own dates."
        )
    for name in sorted({name for name in _called(tokens) if name not in ALLOWED}):
        raise ConfigError(
            f"{where}: the function {name} is not one that conf may call. "
            "Use another, or prepare the value before it lands."
        )


def _is_value(tree: exp.Expr) -> bool:
    # A query in parentheses could read any table or file. sqlglot takes `(TABLE x)` for a column with an alias.
    renamed = any(not isinstance(alias.parent, exp.Struct) for alias in tree.find_all(exp.Alias))
    return isinstance(tree, (exp.Condition, exp.Interval)) and not renamed and tree.find(exp.Query) is None


def _called(tokens: list[Token]) -> set[str]:
    """Find the functions called: names followed by a parenthesis, in backticks or not, and those that need none."""
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
