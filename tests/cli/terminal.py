"""A command in a terminal of 100 columns and 40 lines, and what one sees of it when it is over."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from collections.abc import Callable, Sequence
from dataclasses import dataclass

COLUMNS, LINES = 100, 40


@dataclass(frozen=True)
class Seen:
    """How a command ended.

    Attributes:
        lines: what is left on the terminal, scrolled lines included.
        raw: all that was written to it.
        out: what the command wrote to stdout, where that is no terminal.
    """

    status: int
    lines: list[str]
    raw: str
    out: str


def in_terminal(
    command: Sequence[str],
    *,
    env: dict[str, str] | None = None,
    stdout_too: bool = False,
    typed: str = "",
    meanwhile: Callable[[subprocess.Popen[bytes]], None] = lambda _: None,
) -> Seen:
    """Run a command whose stderr, and stdout if asked, is a terminal.

    Args:
        env: further variables; those of the tests' own terminal are ignored.
        typed: what is typed on the terminal, which is then its stdin too.
        meanwhile: called once it has started; may read its stdout, and stop it.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    of_tests = ("CI", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR")
    clean = {name: value for name, value in os.environ.items() if name not in of_tests}
    process = subprocess.Popen(
        command,
        stdin=theirs if typed else subprocess.DEVNULL,
        stdout=theirs if stdout_too else subprocess.PIPE,
        stderr=theirs,
        env={**clean, "TERM": "xterm", **(env or {})},
    )
    os.close(theirs)
    if typed:
        os.write(ours, typed.encode())
    meanwhile(process)
    written = b""
    while chunk := _read(ours):
        written += chunk
    out = b"" if process.stdout is None else process.stdout.read()
    raw = written.decode()
    return Seen(process.wait(timeout=60), _left(raw), raw, out.decode())


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # Linux: the other end is closed
        return b""


def _left(raw: str) -> list[str]:
    """The lines that are left: enough of a terminal for what rich writes."""
    lines, row, column = [""], 0, 0
    for part in re.findall(r"\x1b\[[?\d;]*[A-Za-z]|[\r\n]|[^\x1b\r\n]+", raw):
        if part == "\r":
            column = 0
        elif part == "\n":
            row += 1
        elif part.endswith("A") and part[0] == "\x1b":
            row -= int(part[2:-1] or 1)
        elif part == "\x1b[2K":
            lines[row] = ""
        elif part[0] != "\x1b":
            lines[row] = lines[row][:column].ljust(column) + part + lines[row][column + len(part) :]
            column += len(part)
        lines += [""] * (row + 1 - len(lines))
    return [line.rstrip() for line in lines]
