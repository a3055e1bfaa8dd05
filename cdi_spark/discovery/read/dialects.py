"""The dialect of a text table: delimiter, quotes, and whether the first line is a header."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cdi_spark.discovery.lexicon import headers
from cdi_spark.errors import SourceError

_DELIMITERS = (",", ";", "\t", "|", "^", "~", "\x1f", "\x01", "§")
_COMMON = ",;\t|"
_LINES = 500
_NUMBER = re.compile(r"^[-+]?[\d.,\u00a0 ]*\d[%]?$")
_DATED = re.compile(r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")
# Names that programs give to columns without a name: c1, col_2, field3, V4.
_NUMBERED = re.compile(r"^[A-Za-z]{1,8}[ _.-]?\d{1,3}$")


@dataclass(frozen=True)
class Dialect:
    """How a text table is written; `names` are the columns as Spark names them."""

    delimiter: str
    names: tuple[str, ...]
    header: bool
    quote: str = '"'
    escape: str = '"'
    comment: str = ""
    # Whether cells have quotes around them, and quotes inside: else quote and escape are not known.
    is_quoted: bool = field(default=False, compare=False)
    is_escaped: bool = field(default=False, compare=False)


def detect_dialect(head: str, *, where: str) -> Dialect:
    """Detect the dialect from the first lines of a text table.

    Args:
        head: complete lines from the start of the file.
    Raises:
        SourceError: the text is not a table, or has lines before the header, which Spark cannot skip.
    """
    lines = [line for line in head.splitlines()[: _LINES * 2] if line.strip()][:_LINES]
    if lines and re.match(r"^sep=.$", lines[0].strip(), re.IGNORECASE):
        raise SourceError(
            f"{where}: its first line is a hint for Excel (sep=), which Spark reads as the header. "
            "Remove the line and run `cdi init` again."
        )
    comment = "#" if len(lines) > 1 and lines[0].startswith("#") and _is_comment(lines) else ""
    lines = [line for line in lines if not comment or not line.startswith(comment)]
    if not lines:
        raise SourceError(f"{where}: has no line with data. Give a file with rows.")
    quote = "'" if _count_quoted(lines, "'", _COMMON) > _count_quoted(lines, '"', _COMMON) else '"'
    escape = "\\" if re.search(r"\\" + quote, "\n".join(lines)) else quote
    delimiter = max(
        _DELIMITERS,
        key=lambda d: (_measure_evenness(_parse_lines(lines, d, quote, escape)), -_DELIMITERS.index(d)),
    )
    rows = _parse_lines(lines, delimiter, quote, escape)
    width = Counter(map(len, rows)).most_common(1)[0][0]
    _refuse_prose(rows, width, where=where)
    above = next((n for n, row in enumerate(rows) if len(row) >= max(2, width - 1)), 0) if width > 2 else 0
    if above:
        raise SourceError(
            f"{where}: has {above} line{'s' * (above > 1)} of other text before its header, which Spark cannot "
            "skip. Remove the text and run `cdi init` again."
        )
    first = [cell.strip() for cell in rows[0]]
    header = _is_header(first, rows[1:])
    if header and len(rows) > 1 and width > len(first):
        raise SourceError(
            f"{where}: its rows have {width} columns and its header {len(first)}, so all rows would be faulty. "
            "Give every column a name (or remove the delimiter at the end of the rows) and run `cdi init` again."
        )
    names = _name_as_spark(first) if header else tuple(f"_c{i}" for i in range(len(first)))
    is_quoted = _count_quoted(lines, quote, delimiter) > 0
    is_escaped = escape != quote or bool(
        re.search(rf"[^{re.escape(delimiter)}]{quote}{quote}[^{re.escape(delimiter)}]", "\n".join(lines))
    )
    return Dialect(delimiter, names, header, quote, escape, comment, is_quoted, is_escaped)


def unite_dialects(dialects: Sequence[Dialect]) -> Dialect | None:
    """The dialect in which several files are read, with the columns of all; null where there is none."""
    first = dialects[0]
    quotes = {one.quote for one in dialects if one.is_quoted} or {first.quote}
    escapes = {one.escape for one in dialects if one.is_escaped} or set(quotes)
    comments = {one.comment for one in dialects if one.comment} or {""}
    alike = len({(one.delimiter, one.header) for one in dialects}) == 1
    if (
        not alike
        or len(quotes) > 1
        or len(escapes) > 1
        or (first.header is False and len({len(one.names) for one in dialects}) > 1)
    ):
        return None
    names = {name.lower(): name for one in reversed(dialects) for name in reversed(one.names)}
    # The order is that of the first file, with new columns after it.
    ordered = dict.fromkeys(name.lower() for one in dialects for name in one.names)
    return replace(
        first,
        names=tuple(names[name] for name in ordered),
        quote=quotes.pop(),
        escape=escapes.pop(),
        comment=comments.pop(),
    )


def _is_comment(lines: list[str]) -> bool:
    """Whether lines that begin with # are comments, and not a header whose first name begins with #."""
    plain = next((line for line in lines if not line.startswith("#")), "")
    marks = max((plain.count(d) for d in _DELIMITERS), default=0)
    return not any(lines[0].count(d) == marks and marks for d in _DELIMITERS)


def _count_quoted(lines: list[str], quote: str, delimiters: str) -> int:
    beside = f"[{re.escape(delimiters)}]"
    return sum(
        len(re.findall(rf"(?:^|{beside}){quote}[^{quote}]*{quote}(?={beside}|$)", line)) for line in lines
    )


def _parse_lines(lines: list[str], delimiter: str, quote: str, escape: str) -> list[list[str]]:
    doubled = escape == quote
    reader = csv.reader(
        (line + "\n" for line in lines),
        delimiter=delimiter, quotechar=quote, doublequote=doubled, escapechar=None if doubled else escape,
        skipinitialspace=True,
    )  # fmt: skip
    try:
        return [row for row in reader if row]
    except csv.Error:
        return [line.split(delimiter) for line in lines]


def _measure_evenness(rows: list[list[str]]) -> float:
    """How well a delimiter fits: most lines have the same number of cells, and more than one."""
    width, times = Counter(map(len, rows)).most_common(1)[0]
    if width < 2:
        return 0.0
    return times / len(rows) + min(width, 20) / 50


def _refuse_prose(rows: list[list[str]], width: int, *, where: str) -> None:
    texts = [row[0] for row in rows]
    if width < 2 and len(texts) > 1 and all(re.search(r"\S {2,}\S", text) for text in texts[:50]):
        raise SourceError(
            f"{where}: its columns are separated by blanks (fixed width), which Spark does not read. Save it as CSV."
        )
    even = sum(len(row) == width for row in rows) / len(rows)
    words_per_line = sum(text.count(" ") for text in texts) / len(texts)
    if (width < 2 and words_per_line > 6) or (width >= 2 and even < 0.5):
        raise SourceError(
            f"{where}: does not look like a table: its lines do not split into the same columns. "
            "Give CSV, TSV, JSON, JSON lines or parquet."
        )


def _is_header(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    cells = [cell for cell in first if cell]
    if not cells or len(cells) < 0.6 * len(first):
        return False
    if any("@" in cell or _NUMBER.match(cell) or _DATED.match(cell) for cell in cells):
        return False
    known = sum(bool(headers.find_meanings(cell)) for cell in cells) / len(cells)
    if known >= 0.3 or sum(bool(_NUMBERED.match(cell)) for cell in cells) >= 0.8 * len(cells):
        return True
    votes = 0
    for place, cell in enumerate(first):
        below = [row[place].strip() for row in rest[:100] if len(row) > place and row[place].strip()]
        if not below:
            continue
        typed = sum(_looks_typed(value) for value in below) / len(below)
        if typed >= 0.8 and not _looks_typed(cell):
            votes += 1
        if cell in below:
            votes -= 1
        elif "_" in cell and not any("_" in value for value in below):
            votes += 1
    return votes > 0 or not rest


def _looks_typed(value: str) -> bool:
    return bool(_NUMBER.match(value) or _DATED.match(value) or "@" in value or re.search(r"\d{3}", value))


def _name_as_spark(first: Sequence[str]) -> tuple[str, ...]:
    """The names that Spark gives: columns of one name (in any case) and columns without a name get their number."""
    times = Counter(cell.lower() for cell in first)
    return tuple(
        f"_c{place}" if not cell else f"{cell}{place}" if times[cell.lower()] > 1 else cell
        for place, cell in enumerate(first)
    )
