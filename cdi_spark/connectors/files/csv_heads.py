"""What the first lines of a CSV file say: lines above its header, and a delimiter at the end of every row."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from cdi_spark.connectors.files.csv_counts import Count, Marks
from cdi_spark.connectors.files.texts import Task, text_of

# The first line of a file that tells Excel its delimiter.
_SEP_LINE = re.compile(r'\ufeff?"?sep=(.)"?[ \t]*(?:[\r\n]|$)', re.IGNORECASE)


@dataclass(frozen=True)
class Head:
    """How a CSV file begins.

    Attributes:
        rows_above: rows that a reader makes of the lines above the header.
        names: the columns, where such rows are; else the reader finds them itself.
        ends_in_delimiter: whether rows end with a delimiter that the header lacks.
        is_open: whether a quote opens above the header and is not closed there.
    """

    rows_above: int = 0
    names: tuple[str, ...] = ()
    ends_in_delimiter: bool = False
    is_open: bool = False


def find_sep_line(first: str) -> str:
    """The delimiter that the first line of a file names for Excel; empty where it names none.

    >>> find_sep_line("sep=;"), find_sep_line("separator"), find_sep_line('"SEP=,"')
    (';', '', ',')
    """
    found = _SEP_LINE.match(first)
    return found[1] if found else ""


def read_head(lines: Sequence[bytes], marks: Marks, *, skip: int, encoding: str, has_header: bool) -> Head:
    """Find the header and the columns of a file.

    Args:
        lines: the first lines of the file.
        skip: how many of them are above the header.
        encoding: of the lines, by any name; they may be UTF-8 all the same.
    """
    above = _count_rows(lines[:skip], marks)
    delimiter, quote, escape = (
        text_of(mark, encoding) for mark in (marks.delimiter, marks.quote, marks.escape)
    )
    texts = [text_of(line, encoding).strip("\r") for line in lines[skip:]]
    said = [
        text.removeprefix("\ufeff")
        for text, line in zip(texts, lines[skip:], strict=True)
        if text.strip(" \t\0") and not (marks.comment and line.startswith(marks.comment))
    ]
    rows = parse_lines(said, delimiter, quote, escape)
    if not rows:
        return Head(above.rows, (), is_open=above.quoted)
    if not has_header:
        names = tuple(f"_c{place}" for place in range(len(rows[0])))
        return Head(above.rows, names, is_open=above.quoted)
    first = [cell.strip() for cell in rows[0]]
    return Head(above.rows, name_columns(first), has_extra_delimiter(first, rows[1:]), above.quoted)


def has_extra_delimiter(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether most rows end with a delimiter that the header lacks: they have one cell more, which is empty."""
    ended = sum(len(row) == len(header) + 1 and not row[-1].strip() for row in rows)
    return ended > 0.5 * len(rows)


def name_columns(header: Sequence[str]) -> tuple[str, ...]:
    """The names that Spark gives: columns of one name (in any case) and columns without a name get their number.

    >>> name_columns(["id", "Tel", "tel", ""])
    ('id', 'Tel1', 'tel2', '_c3')
    """
    times = Counter(cell.lower() for cell in header)
    return tuple(
        f"_c{place}" if not cell else f"{cell}{place}" if times[cell.lower()] > 1 else cell
        for place, cell in enumerate(header)
    )


def parse_lines(lines: Sequence[str], delimiter: str, quote: str, escape: str) -> list[list[str]]:
    """The cells of lines; those of a row whose quotes span lines are one row."""
    return [cells for cells, _ in _parse(lines, delimiter, quote, escape) if cells]


def count_lines_before(lines: Sequence[str], row: int, delimiter: str, quote: str, escape: str) -> int:
    """The number of lines before the row of this number in parse_lines()."""
    ends = [end for cells, end in _parse(lines, delimiter, quote, escape) if cells]
    return ends[row - 1] if row else 0


def _parse(lines: Sequence[str], delimiter: str, quote: str, escape: str) -> list[tuple[list[str], int]]:
    """Rows, each with the number of lines up to its end."""
    if len(delimiter) != 1 or len(quote) > 1 or len(escape) > 1:
        return [(line.split(delimiter), n) for n, line in enumerate(lines, 1)]
    doubled = escape == quote or not escape
    reader = csv.reader(
        (line + "\n" for line in lines),
        delimiter=delimiter, quotechar=quote or None, doublequote=doubled, escapechar=None if doubled else escape,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE, skipinitialspace=True,
    )  # fmt: skip
    try:
        return [(row, reader.line_num) for row in reader]
    except csv.Error:
        return [(line.split(delimiter), n) for n, line in enumerate(lines, 1)]


def drop_task(rows: int) -> Task:
    """Return a task that drops the first rows of every file.

    Returns:
        A function over batches whose last columns are the file and the place in it where the part begins; it returns
        them without the place.
    """

    def drop(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        seen: dict[str, int] = {}
        for batch in batches:
            file, start = batch.column(batch.num_columns - 2), batch.column(batch.num_columns - 1)
            kept = batch.select(list(range(batch.num_columns - 1)))
            begin = 0
            for end in pc.run_end_encode(file).run_ends.to_pylist():
                name = file[begin].as_py()
                # Only the part at the start of a file has its first rows.
                before = seen.get(name, 0) if start[begin].as_py() == 0 else rows
                seen[name] = before + end - begin
                from_ = min(end, begin + max(0, rows - before))
                yield kept.slice(from_, end - from_)
                begin = end

    return drop


def _count_rows(lines: Sequence[bytes], marks: Marks) -> Count:
    count = Count()
    count.add(pa.array(lines, pa.binary()), marks)
    return count
