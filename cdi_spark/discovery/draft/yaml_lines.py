"""Lines of YAML with comments, as people read them."""

from __future__ import annotations

import json
from collections.abc import Sequence

import yaml

_WIDTH = 110


def entry(name: str, sql: str, facts: str, confirm: Sequence[str], indent: str = "") -> list[str]:
    """One line of YAML with its facts behind it, or above it where they do not fit; doubts above."""
    lines = [text for doubt in confirm for text in folded(f"confirm: {comment(doubt)}", f"{indent}# ")]
    line = f"{indent}{name}: {scalar(sql)}"
    told = f"   # {comment(facts)}" if facts else ""
    if len(line) + len(told) <= _WIDTH:
        return [*lines, line + told]
    return [
        *lines,
        *(folded(comment(facts), f"{indent}# ") if facts else []),
        *_wrapped(line, name, sql, indent),
    ]


def _wrapped(line: str, name: str, sql: str, indent: str) -> list[str]:
    """A long expression over several lines, where it has blanks to break at outside of quotes."""
    if len(line) <= _WIDTH or "  " in sql:
        return [line]
    rows, row = [], f"{indent} "
    for word in _unquoted_words(sql):
        if len(row) + len(word) + 1 > _WIDTH and row.strip():
            rows.append(row)
            row = f"{indent} "
        row += f" {word}"
    return [f"{indent}{name}: >-", *rows, row]


def _unquoted_words(sql: str) -> list[str]:
    words: list[str] = []
    quote, word = "", ""
    for sign in sql:
        if sign == " " and not quote:
            words.append(word)
            word = ""
            continue
        if sign in "'\"`" and quote in ("", sign):
            quote = "" if quote else sign
        word += sign
    return [*words, word]


def folded(text: str, indent: str) -> list[str]:
    rows, row = [], ""
    for word in text.split():
        if row and len(indent) + len(row) + len(word) + 1 > _WIDTH:
            rows.append(indent + row)
            row = ""
        row = f"{row} {word}".strip()
    return [*rows, indent + row]


def comment(text: str) -> str:
    """Text that stays on its line: names of columns may hold line ends."""
    return " ".join(text.split())


def scalar(text: str) -> str:
    """A YAML scalar for any text, plain where that is safe."""
    written = yaml.safe_dump(text, width=10**9, allow_unicode=True).removesuffix("\n...\n").rstrip("\n")
    return written if "\n" not in written else json.dumps(text, ensure_ascii=False)
