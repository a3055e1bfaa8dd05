"""CSV whose cells a spreadsheet shows as text, and does not run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

# In full width and small too, which some spreadsheets read alike. Before them may be blanks, quotes and apostrophes.
_SIGNS = r"=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"
_BEFORE = r"\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff'\u0022"
_FORMULA = rf"(?=['\u0022 ]*[\t\r\n]|[{_BEFORE}]*[{_SIGNS}])"
# A spreadsheet of another country takes these for the end of a cell, even within the quotes of a cell that is not its
# first. They are written for JavaScript too, where the review page writes a sheet.
_BEGIN = r"(?<![^;|\t\r\n])"
GUARD = rf"{_BEGIN}{_FORMULA}"
NUMBER = r"^-?[0-9]+(?:[.,][0-9]+)*(?:[eE][-+]?[0-9]+)?$"

_GUARD, _GUARDED = re.compile(GUARD), re.compile(rf"{_BEGIN}'{_FORMULA}")
_NUMBER = re.compile(NUMBER[1:-1])


def csv_line(cells: Iterable[object]) -> str:
    r"""Return cells as a line of CSV.

    >>> csv_line(["a,b", None, 1.5])
    '"a,b",,1.5\n'
    """
    line = io.StringIO()
    # With \n alone as its line end, Python would not quote a cell with \r, which then ends the line for readers.
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().removesuffix("\r\n") + "\n"


def guarded(text: str) -> str:
    """Return text with an apostrophe where a spreadsheet would begin a formula; unguarded() takes it out.

    A number stays one. A phone number with + is text, as a spreadsheet would compute it.

    >>> guarded("=1+1"), guarded("-12.50"), guarded("+49 30 1"), guarded('Bob;"=1"')
    ("'=1+1", '-12.50', "'+49 30 1", 'Bob;\\'"=1"')
    """
    return text if _NUMBER.fullmatch(text) else _GUARD.sub("'", text)


def unguarded(text: str) -> str:
    """Return the text that guarded() was given.

    >>> unguarded("'=1+1"), unguarded("O'Neil")
    ('=1+1', "O'Neil")
    """
    return text if _NUMBER.fullmatch(text) else _GUARDED.sub("", text)
