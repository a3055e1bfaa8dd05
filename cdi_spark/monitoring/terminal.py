"""Text as a terminal may get it: a terminal obeys control characters, which values, names and paths can hold."""

from __future__ import annotations

import json
import re
from typing import Any

# C0 but for tab and line end, DEL, C1, what turns the direction of text, other line ends, and halves of characters.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    r"""Return text with escapes for the characters that a terminal would obey.

    >>> printable("Ann\x1b[2J\u202e")
    'Ann\\x1b[2J\\u202e'
    """
    return _CONTROLS.sub(_escape, text)


def printable_line(text: str) -> str:
    r"""Return text as one line for a terminal.

    >>> printable_line("Ann\nLee")
    'Ann\\nLee'
    """
    return printable(text).replace("\n", "\\n").replace("\t", "\\t")


def as_json(data: Any) -> str:
    """Return data as one line of JSON; values that JSON lacks become text."""
    # JSON itself escapes only the characters below the blank.
    written = json.dumps(data, default=str, ensure_ascii=False)
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
