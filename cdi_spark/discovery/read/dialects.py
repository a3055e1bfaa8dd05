"""The dialect of a text table: delimiter, quotes, and whether the first line is a header."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cdi_spark.connectors.files.csv_heads import (
    count_lines_before,
    find_sep_line,
    has_extra_delimiter,
    name_columns,
    parse_lines,
)
from cdi_spark.discovery.lexicon import headers
from cdi_spark.errors import SourceError

_DELIMITERS = (",", ";", "\t", "|", "^", "~", "\x1f", "\x01", "§")
_COMMON = ",;\t|"
_LINES = 500
# The least share of columns that have a name.
_LEAST_HEADER = 0.6
# The share of names that are known words from which on a row is a header.
_LEAST_KNOWN = 0.3
_NUMBER = re.compile(r"^[-+]?[\d.,\u00a0 ]*\d[%]?$")
_DATED = re.compile(r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")
# The most rows of other text above a header.
_MOST_ABOVE = 10
# Names that programs give to columns without a name: c1, col_2, field3, V4.
_NUMBERED = re.compile(r"^[A-Za-z]{1,8}[ _.-]?\d{1,3}$")


@dataclass(frozen=True)
class Dialect:
    """How a text table is written.

    Attributes:
        names: the columns as Spark names them.
        skip: lines above the header.
        has_sep_line: whether the first of these tells Excel the delimiter.
        ends_in_delimiter: whether rows end with a delimiter that the header lacks.
    """

    delimiter: str
    names: tuple[str, ...]
    header: bool
    quote: str = '"'
    escape: str = '"'
    comment: str = ""
    skip: int = 0
    has_sep_line: bool = False
    ends_in_delimiter: bool = False
    # Whether cells have quotes around them, and quotes inside: else quote and escape are not known.
    is_quoted: bool = field(default=False, compare=False)
    is_escaped: bool = field(default=False, compare=False)

    @property
    def skip_rows(self) -> int:
        """Lines above the header as conf names them; ingest knows a line for Excel by itself."""
        return 0 if self.has_sep_line and self.skip == 1 else self.skip


def detect_dialect(head: str, *, where: str) -> Dialect:
    """Detect the dialect from the first lines of a text table.

    Args:
        head: complete lines from the start of the file.
    Raises:
        SourceError: the text is not a table, or it is not clear which line is its header.
    """
    every = head.splitlines()[: _LINES * 2]
    named = find_sep_line(every[0]) if every else ""
    placed = [(n, line) for n, line in enumerate(every) if line.strip() and (n or not named)][:_LINES]
    lines = [line for _, line in placed]
    comment = "#" if len(lines) > 1 and lines[0].startswith("#") and _is_comment(lines) else ""
    placed = [(n, line) for n, line in placed if not comment or not line.startswith(comment)]
    lines = [line for _, line in placed]
    if not lines:
        raise SourceError(f"{where}: has no line with data. Give a file with rows.")
    quote = "'" if _count_quoted(lines, "'", _COMMON) > _count_quoted(lines, '"', _COMMON) else '"'
    escape = "\\" if re.search(r"\\" + quote, "\n".join(lines)) else quote
    delimiter = named or max(
        _DELIMITERS,
        key=lambda d: (_measure_evenness(parse_lines(lines, d, quote, escape)), -_DELIMITERS.index(d)),
    )
    rows = parse_lines(lines, delimiter, quote, escape)
    width = Counter(map(len, rows)).most_common(1)[0][0]
    _refuse_prose(rows, width, where=where)
    above = _count_above(rows, width, where=where)
    skip = (
        placed[count_lines_before(lines, above, delimiter, quote, escape)][0] if above else int(bool(named))
    )
    rows = rows[above:]
    first = [cell.strip() for cell in rows[0]]
    header = _is_header(first, rows[1:])
    ends_in_delimiter = header and has_extra_delimiter(first, rows[1:])
    if header and len(rows) > 1 and width > len(first) and not ends_in_delimiter:
        raise SourceError(
            f"{where}: its rows have {width} columns and its header {len(first)}, so all rows would be faulty. "
            "Give every column a name and run `cdi init` again."
        )
    names = name_columns(first) if header else tuple(f"_c{i}" for i in range(len(first)))
    is_quoted = _count_quoted(lines, quote, delimiter) > 0
    is_escaped = escape != quote or bool(
        re.search(rf"[^{re.escape(delimiter)}]{quote}{quote}[^{re.escape(delimiter)}]", "\n".join(lines))
    )
    return Dialect(
        delimiter,
        names,
        header,
        quote,
        escape,
        comment,
        skip,
        bool(named),
        ends_in_delimiter,
        is_quoted,
        is_escaped,
    )


def unite_dialects(dialects: Sequence[Dialect]) -> Dialect | None:
    """The dialect in which several files are read, with the columns of all; null where there is none."""
    first = dialects[0]
    quotes = {one.quote for one in dialects if one.is_quoted} or {first.quote}
    escapes = {one.escape for one in dialects if one.is_escaped} or set(quotes)
    comments = {one.comment for one in dialects if one.comment} or {""}
    alike = len({(one.delimiter, one.header, one.skip_rows) for one in dialects}) == 1
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


def _count_above(rows: Sequence[Sequence[str]], width: int, *, where: str) -> int:
    """The number of rows of other text above the header: a title, a date.

    Raises:
        SourceError: the rows above are others, and it is not clear that a header follows.
    """
    if width < 2 or has_extra_delimiter(rows[0], rows[1:]):
        return 0
    short = next((n for n, row in enumerate(rows) if len(row) >= max(2, width - 1)), 0)
    # Programs also fill up a title with delimiters. No row above a header has a text in every column.
    whole = next(
        (n for n, row in enumerate(rows) if len(row) >= width and all(map(str.strip, row))), len(rows)
    )
    found = [
        n for n in range(min(whole, _MOST_ABOVE) + 1) if n < len(rows) and _may_be_header(rows, n, width)
    ]
    best = max(found, key=lambda n: (_count_known(rows[n]), len(rows[n]), -n), default=0)
    if best and (best == short or _count_known(rows[best]) >= _LEAST_KNOWN * width):
        return best
    if not short or width == 2 or best in found:
        return 0
    raise SourceError(
        f"{where}: has {short} line{'s' * (short > 1)} that are shorter than the others, and no header below them. "
        "Remove them, or give the columns names, and run `cdi init` again."
    )


def _may_be_header(rows: Sequence[Sequence[str]], place: int, width: int) -> bool:
    row = [cell.strip() for cell in rows[place]]
    return (
        len(row) >= max(2, width - 1)
        and _share_filled(row, width) >= _LEAST_HEADER
        and _is_header(row, rows[place + 1 :])
    )


def _count_known(cells: Sequence[str]) -> int:
    """The number of cells that name something by their words."""
    return sum(bool(headers.find_meanings(cell.strip())) for cell in cells)


def _share_filled(row: Sequence[str], width: int) -> float:
    return sum(bool(cell.strip()) for cell in row) / width


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
    if not cells or len(cells) < _LEAST_HEADER * len(first):
        return False
    if any("@" in cell or _NUMBER.match(cell) or _DATED.match(cell) for cell in cells):
        return False
    if _count_known(cells) >= _LEAST_KNOWN * len(cells) or sum(
        bool(_NUMBERED.match(cell)) for cell in cells
    ) >= 0.8 * len(cells):
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
