"""Markdown from text of the code: paragraphs, tables, code and docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence

SECTIONS = ("Args:", "Returns:", "Raises:", "Attributes:", "Source:")
_BREAK = re.compile(rf"\n\s*\n|\n(?=(?:{'|'.join(SECTIONS)})\n)")
# Inside a word Markdown leaves an underscore alone.
_MARKS = re.compile(r"[*\[\]]|(?<!\w)_|_(?!\w)")


def docstring(text: str | None) -> Iterator[str]:
    """Yield a docstring's paragraphs, its sections as lists and its examples as code."""
    for block in _BREAK.split(inspect.cleandoc(text or "")):
        first, _, rest = block.partition("\n")
        if first.startswith(">>>"):
            yield code(block, "python")
        elif first in SECTIONS:
            yield f"{first}\n\n{_items(inspect.cleandoc(rest))}"
        elif first.startswith("- "):
            yield _items(re.sub("^- ", "", block, flags=re.MULTILINE))
        elif block:
            yield plain(" ".join(block.split()))


def plain(text: str | None) -> str:
    """Return text that Markdown shows as it is; what is between backticks stays code."""
    parts = re.split(r"(`[^`\n]+`)", text or "")
    return "".join(part if part.startswith("`") else _escaped(part) for part in parts)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; the cells are Markdown already."""
    cells = [[cell.replace("\n", " ").replace("|", "&#124;") for cell in row] for row in rows]
    lines = [head, ["---"] * len(head), *cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def code(text: str, language: str = "") -> str:
    """Return a fenced block of code."""
    return f"```{language}\n{text}\n```"


def _items(text: str) -> str:
    """Return a list with one item per line that is not indented."""
    return "\n".join(f"- {plain(' '.join(item.split()))}" for item in re.split(r"\n(?=\S)", text))


def _escaped(text: str) -> str:
    return _MARKS.sub(lambda mark: f"\\{mark[0]}", text).replace("<", "&lt;")
