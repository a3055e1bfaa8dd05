"""Counts a CSV file's rows by its line ends and quotes, apart from the reader whose rows land. Needs numpy and pyarrow.

A file may be split. A part that begins inside the file does not know whether it begins inside quotes, so it is counted
both ways.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

import pyarrow as pa
import pyarrow.compute as pc

from cdi_spark.connectors.files.texts import Task, text_of

# Columns of the rows that the task returns; `rows_if` and `ends_if` are of a part that begins inside quotes, `utf8` and
# `not_utf8` count lines beyond ASCII, `head` has the first lines of the file.
COUNTS = pa.schema(
    [("file", pa.string()), ("start", pa.int64()), ("lines", pa.int64()), ("rows", pa.int64()),
     ("ends_quoted", pa.bool_()), ("rows_if", pa.int64()), ("ends_if", pa.bool_()), ("lone_returns", pa.bool_()),
     ("utf8", pa.int64()), ("not_utf8", pa.int64()), ("head", pa.list_(pa.binary()))]
)  # fmt: skip
# The most lines of a head, and the most bytes of each.
MOST_HEAD = 100
_LONGEST_LINE = 1 << 16


@dataclass(frozen=True)
class Marks:
    """The characters that structure a CSV file, as bytes; `comment` is empty for none."""

    delimiter: bytes
    quote: bytes
    escape: bytes
    comment: bytes = b""

    def ends_quoted(self, line: bytes, quoted: bool) -> bool:
        """Whether the line ends inside quotes, if it begins there or not.

        A quote closes a value only before a delimiter or the end of the line; any other ends the quoting of the value.
        """
        at = 0
        while True:
            if not quoted:
                at = self._skip_blanks(line, at)
                quoted = bool(self.quote) and line.startswith(self.quote, at)
                at += len(self.quote) * quoted
            if quoted:
                closing = self._find_closing_quote(line, at)
                if closing < 0:
                    return True
                at, quoted = closing + len(self.quote), False
            next_value = line.find(self.delimiter, at)
            if next_value < 0:
                return False
            at = next_value + len(self.delimiter)

    def simple(self, lines: pa.Array) -> pa.Array:
        """Whether all quotes of each line open and close in it; some that do may be missed."""
        if not self.quote:
            return pa.repeat(True, len(lines))
        if self._simple_line is None:
            return pc.invert(pc.match_substring(lines, self.quote))
        return pc.match_substring_regex(lines, self._simple_line)

    @property
    def _simple_line(self) -> str | None:
        """Pattern of a line that needs no closer look; null for marks that it does not suit."""
        if (
            self.escape != self.quote
            or len(self.delimiter) > 1
            or not (self.delimiter + self.quote).isascii()
        ):
            return None
        d, q = (f"\\x{mark[0]:02x}" for mark in (self.delimiter, self.quote))
        blank = "[\\x00-\\x08\\x0a-\\x20]*"
        value = f"(?:{blank}{q}(?:[^{q}]|{q}{q})*{q}{blank}|[^{q}{d}]*)"
        return f"^{value}(?:{d}{value})*$"

    @property
    def _quotes(self) -> re.Pattern[bytes]:
        return re.compile(b"|".join(map(re.escape, {self.quote, self.escape})))

    def _find_closing_quote(self, line: bytes, at: int) -> int:
        while mark := self._quotes.search(line, at):
            at = mark.end()
            if mark[0] == self.escape and line[at : at + 1] in (self.quote, self.escape):
                at += 1
            elif mark[0] == self.quote:
                return mark.start()
        return -1

    def _skip_blanks(self, line: bytes, at: int) -> int:
        while at < len(line) and line[at] <= 32 and not line.startswith(self.delimiter, at):
            at += 1
        return at


@dataclass
class Count:
    """The rows that end in a part of a file, and whether it ends inside quotes."""

    rows: int = 0
    quoted: bool = False

    def add(self, lines: pa.Array, marks: Marks) -> None:
        """Count on over the next lines of bytes."""
        silent = pc.invert(pc.match_substring_regex(lines, "[^\\x00-\\x20]"))
        if marks.comment:
            silent = pc.or_(silent, pc.starts_with(lines, marks.comment))
        ends = pc.invert(silent).to_numpy(zero_copy_only=False)
        odd = pc.invert(pc.or_(silent, marks.simple(lines))).to_numpy(zero_copy_only=False).nonzero()[0]
        at = 0
        while at < len(lines):
            if not self.quoted:
                nth = bisect_left(odd, at)
                next_odd = int(odd[nth]) if nth < len(odd) else len(lines)
                self.rows += int(ends[at:next_odd].sum())
                at = next_odd
            if at < len(lines):
                self.quoted = marks.ends_quoted(lines[at].as_py(), self.quoted)
                self.rows += not self.quoted
                at += 1


@dataclass
class Letters:
    """The lines of a part of a file: whether one has \\r inside, and how many of those beyond ASCII are UTF-8."""

    lines: int = 0
    lone_returns: bool = False
    utf8: int = 0
    not_utf8: int = 0

    def add(self, lines: pa.Array) -> None:
        """Take the next lines into account."""
        self.lines += len(lines)
        self.lone_returns |= bool(pc.any(pc.match_substring_regex(lines, "\\r[^\\r]")).as_py())
        beyond = lines.filter(pc.match_substring_regex(lines, "[\\x80-\\xff]"))
        is_utf8 = len(beyond)
        if not _is_utf8(beyond):
            is_utf8 = sum(_is_utf8(beyond.slice(n, 1)) for n in range(len(beyond)))
        self.utf8 += is_utf8
        self.not_utf8 += len(beyond) - is_utf8


def _is_utf8(lines: pa.Array) -> bool:
    try:
        lines.cast(pa.string())
    except pa.ArrowInvalid:
        return False
    return True


def count_task(marks: Marks, *, encoding: str | None, line_end: bytes) -> Task:
    """Return a task that counts the rows of parts of files.

    Args:
        encoding: of files that arrive whole, because their bytes do not show their lines; null for lines.
        line_end: of files that arrive whole.
    Returns:
        A function from batches of value (bytes), file and start to batches of COUNTS, one row per part.
    """

    def count(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        parts: dict[tuple[str, int], tuple[Count, Count, Letters]] = {}
        heads: dict[tuple[str, int], list[bytes]] = {}
        for batch in batches:
            for part, lines in _lines_by_part(batch, encoding, line_end):
                outside, inside, letters = parts.setdefault(part, (Count(), Count(quoted=True), Letters()))
                outside.add(lines, marks)
                if part[1]:
                    inside.add(lines, marks)
                else:
                    head = heads.setdefault(part, [])
                    head += [line[:_LONGEST_LINE] for line in lines[: MOST_HEAD - len(head)].to_pylist()]
                letters.add(lines)
        rows = [
            {
                "file": file,
                "start": start,
                "rows": outside.rows,
                "ends_quoted": outside.quoted,
                "rows_if": inside.rows,
                "ends_if": inside.quoted,
                **asdict(letters),
                "head": heads.get((file, start), []),
            }
            for (file, start), (outside, inside, letters) in parts.items()
        ]
        yield pa.RecordBatch.from_pylist(rows, schema=COUNTS)

    return count


def _lines_by_part(
    batch: pa.RecordBatch, encoding: str | None, line_end: bytes
) -> Iterator[tuple[tuple[str, int], pa.Array]]:
    value, file, start = (batch.column(n) for n in range(3))
    if encoding:
        for content, name in zip(value.to_pylist(), file.to_pylist(), strict=True):
            text = text_of(content, encoding).encode()
            yield (name, 0), pa.array(text.removesuffix(line_end).split(line_end), pa.binary())
        return
    # Rows of one part stand together.
    ends = pc.run_end_encode(pc.binary_join_element_wise(file, start.cast(pa.string()), "\0")).run_ends
    begin = 0
    for end in ends.to_pylist():
        yield (file[begin].as_py(), start[begin].as_py()), value.slice(begin, end - begin)
        begin = end
