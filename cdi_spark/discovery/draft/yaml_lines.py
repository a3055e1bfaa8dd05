"""Lines of YAML with comments."""

from __future__ import annotations

from collections.abc import Sequence

import yaml

from cdi_spark.monitoring.terminal import as_json, printable, printable_line

_WIDTH = 110


def write_entry(name: str, sql: str, facts: str, confirm: Sequence[str], indent: str = "") -> list[str]:
    """A line of YAML with its facts as a comment behind it, or above it where the line is too long; doubts above."""
    lines = [text for doubt in confirm for text in wrap_comment(f"confirm: {one_line(doubt)}", f"{indent}# ")]
    line = f"{indent}{name}: {write_scalar(sql)}"
    behind = f"   # {one_line(facts)}" if facts else ""
    if len(line) + len(behind) <= _WIDTH:
        return [*lines, line + behind]
    return [
        *lines,
        *(wrap_comment(one_line(facts), f"{indent}# ") if facts else []),
        *_wrap_expression(line, name, sql, indent),
    ]


def _wrap_expression(line: str, name: str, sql: str, indent: str) -> list[str]:
    """A long expression over several lines, broken at blanks outside quotes."""
    if len(line) <= _WIDTH or "  " in sql or printable_line(sql) != sql:
        return [line]
    rows, row = [], f"{indent} "
    for word in _split_outside_quotes(sql):
        if len(row) + len(word) + 1 > _WIDTH and row.strip():
            rows.append(row)
            row = f"{indent} "
        row += f" {word}"
    return [f"{indent}{name}: >-", *rows, row]


def _split_outside_quotes(sql: str) -> list[str]:
    words: list[str] = []
    quote, word = "", ""
    for character in sql:
        if character == " " and not quote:
            words.append(word)
            word = ""
            continue
        if character in "'\"`" and quote in ("", character):
            quote = "" if quote else character
        word += character
    return [*words, word]


def wrap_comment(text: str, indent: str) -> list[str]:
    rows, row = [], ""
    for word in text.split():
        if row and len(indent) + len(row) + len(word) + 1 > _WIDTH:
            rows.append(indent + row)
            row = ""
        row = f"{row} {word}".strip()
    return [*rows, indent + row]


def one_line(text: str) -> str:
    """The text on one line that YAML can hold; names of columns may have line ends and control characters."""
    return printable(" ".join(text.split()))


def write_scalar(text: str) -> str:
    """A YAML scalar for any text, without quotes where that is safe."""
    written = yaml.safe_dump(text, width=10**9, allow_unicode=True).removesuffix("\n...\n").rstrip("\n")
    return written if "\n" not in written else as_json(text)
