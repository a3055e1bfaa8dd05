"""Consoles on which text is only text: no markup, no emoji names, and escapes for control characters."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterable
from itertools import accumulate
from types import TracebackType
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Span, Text

from cdi_spark.monitoring.terminal import printable


class SafeConsole(Console):
    """A console that prints values, names and paths as they are; styles are given by Text."""

    def __init__(self, *, stderr: bool = False, **given: Any) -> None:
        super().__init__(stderr=stderr, markup=False, emoji=False, **given)

    def render_str(self, text: str, **given: Any) -> Text:
        return super().render_str(printable(text), **given)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        # Everything printed passes here, the cells of tables and the lines of progress one by one.
        shown = _printable_text(renderable) if isinstance(renderable, Text) else renderable
        for segment in super().render(shown, options):
            is_plain = segment.control is not None or printable(segment.text) == segment.text
            yield segment if is_plain else Segment(printable(segment.text), segment.style)


def print_traceback(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    """Print an error that nothing expected; its text may quote a value."""
    sys.stderr.write(printable("".join(traceback.format_exception(kind, fault, trace))))


def _printable_text(text: Text) -> Text:
    """The text with escapes, its styles at their places."""
    escaped = [printable(letter) for letter in text.plain]
    shown = text.blank_copy("".join(escaped))
    at = [0, *accumulate(map(len, escaped))]
    shown.spans = [Span(at[span.start], at[min(span.end, len(escaped))], span.style) for span in text.spans]
    return shown
