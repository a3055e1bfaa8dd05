"""What a terminal shows of a run: a table of its stages while they run, and the warnings at the end."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.status import Status
from rich.table import Table as RichTable
from rich.text import Text

from cdi_spark.monitoring import logs
from cdi_spark.monitoring.logs import Kind

if TYPE_CHECKING:
    from rich.console import RenderableType

# What each stage does, for somebody who sees it for the first time.
PURPOSES = {
    "ingest": "read every source unchanged",
    "standardise": "give values one form, reject faulty rows",
    "train": "learn how much each agreement counts",
    "score": "score pairs that may be one person",
    "resolve": "decide which records are one customer",
    "publish": "write one row per customer, release it",
}
_BAR = 12
# Most warnings that are shown; the log has all.
_MOST = 6


def headline(stage: str, rows: dict[str, int]) -> str:
    """Return the result of a stage as one number; empty before its end."""
    if not rows:
        return ""
    if stage == "ingest":
        return f"{sum(rows.values()):,} rows"
    if stage == "standardise":
        return f"{sum(n for table, n in rows.items() if table != 'silver.quarantine'):,} rows"
    table, noun = {
        "train": ("linkage.model", "model"),
        "score": ("linkage.pair", "pair"),
        "resolve": ("entities.component", "record"),
        "publish": ("gold.customer_360", "customer"),
    }.get(stage, ("", ""))
    return counted(rows[table], noun) if table in rows else ""


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural unless it is 1."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


@dataclass
class _Stage:
    name: str
    state: str = "waiting"
    began: float = 0.0
    seconds: float | None = None
    rows: dict[str, int] = field(default_factory=dict)
    step: str = ""
    done: int = 0
    of: int = 0


class Screen(logging.Handler):
    """A run's stages as a table that is redrawn while they run; it reads its content from log records."""

    def __init__(self, stages: Sequence[str]) -> None:
        super().__init__(logs.STEP)
        self._stages = {name: _Stage(name) for name in stages}
        self._now: _Stage | None = None
        self._spinner = Spinner("dots")
        self._reasons = 0
        self._dropped: list[int] = []
        self._notices: dict[str, list[str]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        kind, fields = getattr(record, "kind", None), getattr(record, "fields", {})
        if kind == Kind.stage_began:
            self._now = self._stages[fields["stage"]]
            self._now.state, self._now.began = "at work", time.monotonic()
        elif kind == Kind.step and self._now:
            self._now.step, self._now.done, self._now.of = record.getMessage(), fields["done"], fields["of"]
        elif kind == Kind.stage_ended and self._now:
            self._now.state, self._now.rows = record.getMessage(), fields["rows"]
            self._now.seconds = fields["seconds"]
        elif kind == Kind.quarantined:
            self._reasons += 1
        elif kind == Kind.dropped:
            self._dropped.append(fields["rows"])
        elif kind in (Kind.notice, Kind.unpublished):
            source, text = fields.get("source"), record.getMessage()
            self._notices.setdefault(f"source {source}" if source else text, []).append(text)

    def __rich__(self) -> RichTable:
        shown = RichTable(
            "", "stage", "progress", "rows", "seconds", "", box=None, padding=(0, 1), expand=True
        )
        shown.columns[3].justify = shown.columns[4].justify = "right"
        for column in shown.columns[:5]:
            column.no_wrap = True
        shown.columns[2].min_width = _BAR + 6
        shown.columns[5].no_wrap, shown.columns[5].overflow, shown.columns[5].ratio = True, "ellipsis", 1
        for stage in self._stages.values():
            seconds = time.monotonic() - stage.began if stage.state == "at work" else stage.seconds
            shown.add_row(
                self._mark(stage),
                stage.name,
                self._progress(stage),
                headline(stage.name, stage.rows),
                "" if seconds is None else f"{seconds:.0f}",
                Text(stage.step)
                if stage.state in ("at work", "failed")
                else Text(PURPOSES[stage.name], "dim"),
            )
        return shown

    def warnings(self, *, see: str, see_dropped: str) -> list[str]:
        """Return what an operator should know about the run, in a few lines.

        Args:
            see: the command that shows silver.quarantine.
            see_dropped: the command that shows what cleaning dropped.
        """
        lines = []
        if self._reasons:
            rows = [
                s.rows["silver.quarantine"] for s in self._stages.values() if "silver.quarantine" in s.rows
            ]
            found = f"{counted(sum(rows), 'row')} in quarantine" if rows else "rows are in quarantine"
            lines.append(f"{found}, {counted(self._reasons, 'reason')}: see\n  {see}")
        if self._dropped:
            values, reasons = counted(sum(self._dropped), "value"), counted(len(self._dropped), "reason")
            lines.append(f"{values} dropped by cleaning, {reasons}: see\n  {see_dropped}")
        for about, texts in self._notices.items():
            more = f" (and {len(texts) - 1:,} more)" if len(texts) > 1 else ""
            lines.append((f"{about}: " if about.startswith("source ") else "") + texts[0] + more)
        left_out = len(lines) - _MOST
        return lines if left_out <= 0 else [*lines[:_MOST], f"and {counted(left_out, 'warning')} more"]

    def _mark(self, stage: _Stage) -> RenderableType:
        if stage.state == "at work":
            return self._spinner
        return {
            "succeeded": Text("✓", "green"),
            "failed": Text("✗", "bold red"),
        }.get(stage.state, Text("·", "dim"))

    def _progress(self, stage: _Stage) -> RenderableType:
        if stage.state == "succeeded":
            return ProgressBar(1, 1, width=_BAR)
        if stage.state != "at work" or not stage.of:
            return ""
        shown = RichTable.grid(padding=(0, 1))
        shown.add_row(ProgressBar(stage.of, stage.done, width=_BAR), f"{stage.done}/{stage.of}")
        return shown


@contextmanager
def shown(screen: Screen, console: Console) -> Iterator[None]:
    """Draw the screen while the block runs; it disappears on success and stays on failure."""
    live = Live(
        get_renderable=screen.__rich__, console=console, refresh_per_second=4, transient=True,
        redirect_stdout=sys.stdout.isatty(),
    )  # fmt: skip
    with live, logs.watched(screen):
        try:
            yield
        except BaseException:
            live.transient = False
            raise


@contextmanager
def status(what: str, console: Console) -> Iterator[None]:
    """Draw a spinner with the current step, or with the command's purpose, while the block runs."""
    with console.status(Text(f"{what} …")) as drawn, logs.watched(_Line(what, drawn)):
        yield


class _Line(logging.Handler):
    def __init__(self, what: str, drawn: Status) -> None:
        super().__init__(logs.STEP)
        self._what, self._drawn = what, drawn

    def emit(self, record: logging.LogRecord) -> None:
        if getattr(record, "kind", None) == Kind.step:
            of, done = (getattr(record, "fields", {}).get(name, 0) for name in ("of", "done"))
            count = f" ({done} of {of})" if of else ""
            self._drawn.update(Text(f"{record.getMessage() or self._what}{count} …"))
