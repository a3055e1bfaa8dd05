"""SQL text divided as Spark's lexer divides it, so that a check sees the words, calls and strings that Spark sees.

Another parser may read the same text in another way: a comment, an escape or a nested quote that it knows differently
hides a call. So text that two lexers could divide differently is refused, and comments are taken out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from typing import NamedTuple

from sqlglot import tokenize
from sqlglot.errors import SqlglotError


class Kind(Enum):
    """What a part of SQL text is."""

    WORD = auto()  # a keyword, a number, or a name without quotes
    NAME = auto()  # a name in backticks
    STRING = auto()
    HINT = auto()
    MARK = auto()  # one character of an operator, or a bracket


class Lexeme(NamedTuple):
    """A part of SQL text; a name in backticks without these."""

    kind: Kind
    text: str
    end: int

    @property
    def word(self) -> str:
        """The word in upper case; empty for all that is no word without quotes."""
        return self.text.upper() if self.kind is Kind.WORD else ""


class AmbiguousSqlError(ValueError):
    """SQL text has a part that Spark and the check could read differently; the message says which."""


_PARTS = re.compile(
    r"""
    (?P<SPACE>[ \t\n\r\f\v]+)
  | (?P<COMMENT>--[^\r\n]* | /\*(?!\+)(?:(?!/\*|\*/).)*\*/)
  | (?P<HINT>/\*\+[\w\s,().]*\*/)
  | (?P<STRING>[rR]'[^']*' | [rR]"[^"]*" | '(?:[^'\\]|\\.|'')*' | "(?:[^"\\]|\\.|"")*")
  | (?P<NAME>`(?:[^`]|``)+`)
  | (?P<WORD>\w+)
  | (?P<MARK>[!%&()*+,\-./:;<=>?@\[\]^|~])
    """,
    re.VERBOSE | re.DOTALL,
)
_NO_MARKS = {
    "/*": "a comment within a comment, or one that does not end",
    "*/": "the end of a comment that has no start",
    "://": "an address outside quotes",
}
_PIECE = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""", re.DOTALL)


def lexemes(sql: str) -> list[Lexeme]:
    """Divide SQL text into its parts, without blanks and comments.

    Raises:
        AmbiguousSqlError: it has a part that another lexer could read differently.
    """
    return [
        Lexeme(kind, text[1:-1].replace("``", "`") if kind is Kind.NAME else text, end)
        for kind, text, end in _divided(sql)
        if kind is not None
    ]


def without_comments(sql: str, *, hints: bool = True) -> str:
    """Return SQL text with a blank in the place of each comment.

    Args:
        hints: whether hints to Spark stay.
    Raises:
        AmbiguousSqlError: as lexemes() does.
    """
    gone = ("--", "/*")
    return "".join(
        " " if (kind is None or (kind is Kind.HINT and not hints)) and text.startswith(gone) else text
        for kind, text, _ in _divided(sql)
    )


def has_comments(sql: str) -> bool:
    """Return whether SQL text has a comment; raises as lexemes() does."""
    return without_comments(sql) != sql


def require_agreement(sql: str) -> None:
    """Make sure that sqlglot, which finds tables and columns, ends strings and quoted names where Spark does.

    Raises:
        AmbiguousSqlError: it does not.
    """
    try:
        tokens = tokenize(sql, read="spark")
    except SqlglotError:
        raise AmbiguousSqlError("a quote that does not end") from None
    theirs = {token.end + 1 for token in tokens if sql[token.end : token.end + 1] in ("'", '"', "`")}
    # sqlglot reads 'it''s' as two strings.
    ours = {
        end - len(text) + piece.end()
        for kind, text, end in _divided(sql)
        if kind in (Kind.STRING, Kind.NAME)
        for piece in ([re.fullmatch(".*", text, re.DOTALL)] if text[0] in "rR`" else _PIECE.finditer(text))
        if piece
    }
    if theirs != ours:
        raise AmbiguousSqlError("a quote that does not end where it seems to")


def calls(
    parts: Sequence[Lexeme], *, bare: frozenset[str], words: frozenset[str]
) -> Iterator[tuple[int, str]]:
    """Find the names that are followed by a parenthesis, and functions that need none, in lower case.

    A name after a dot keeps the dot. Keywords such as IN are no names, unless they are in backticks.

    Args:
        bare: functions that need no parenthesis.
        words: keywords, in upper case.
    Returns:
        The position of each, and its name.
    """
    for at, part in enumerate(parts):
        if part.kind not in (Kind.WORD, Kind.NAME):
            continue
        is_field = at > 0 and parts[at - 1].text == "." and parts[at - 1].kind is Kind.MARK
        opens = at + 1 < len(parts) and parts[at + 1].text == "(" and parts[at + 1].kind is Kind.MARK
        name = part.text.lower()
        is_head = at + 1 < len(parts) and parts[at + 1].text == "." and parts[at + 1].kind is Kind.MARK
        if (opens and (is_field or part.word not in words)) or (
            name in bare and not (is_field or is_head or opens)
        ):
            yield at, f".{name}" if is_field else name


# Spark's words, other than functions, that a parenthesis may follow: within a value, and within a query.
WORDS_OF_VALUES = frozenset((
    "ALL", "AND", "ANY", "BETWEEN", "CASE", "CHARACTER", "DEC", "DISTINCT", "DIV", "ELSE", "ESCAPE", "FOR", "FROM",
    "ILIKE", "IN", "INTERVAL", "IS", "LIKE", "NOT", "NUMERIC", "OR", "REGEXP", "RLIKE", "SOME", "THEN", "VARCHAR",
    "WHEN",
))  # fmt: skip
WORDS_OF_QUERIES = WORDS_OF_VALUES | frozenset((
    "ANTI", "AS", "BY", "CROSS", "CUBE", "EXCEPT", "FILTER", "FULL", "GROUP", "HAVING", "INNER", "INTERSECT",
    "JOIN", "LATERAL", "LIMIT", "MINUS", "NULLS", "OF", "OFFSET", "ON", "OUTER", "OVER", "PIVOT", "QUALIFY",
    "ROLLUP", "SELECT", "SEMI", "SETS", "TABLE", "TABLESAMPLE", "UNION", "UNPIVOT", "USING", "VALUES", "WHERE",
    "WITH",
))  # fmt: skip


def _divided(sql: str) -> Iterator[tuple[Kind | None, str, int]]:
    """All parts of the text; blanks and comments are of no kind."""
    at, marks = 0, ""
    while at < len(sql):
        part = _PARTS.match(sql, at)
        if part is None:
            raise AmbiguousSqlError(_unread(sql[at]))
        kind, text = part.lastgroup or "", part.group()
        if kind == "COMMENT" and text.endswith("\\"):
            raise AmbiguousSqlError("a comment that ends with a backslash")
        marks = marks + text if kind == "MARK" else ""
        for refused, what in _NO_MARKS.items():
            if marks.endswith(refused):
                raise AmbiguousSqlError(what)
        at = part.end()
        yield None if kind in ("SPACE", "COMMENT") else Kind[kind], text, at


def _unread(character: str) -> str:
    if character in "'\"`":
        return "a quote that does not end"
    return f"the character {character!a} outside quotes"
