"""What the package reports while it runs: log lines for stages, notices and failures, and steps for a terminal."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from io import StringIO
from typing import Any

from cdi_spark.monitoring.terminal import as_json, printable_line

_LOGGER = logging.getLogger("cdi_spark")
# Below debug: steps are shown on a terminal and never become log lines.
STEP = 5


class Kind(StrEnum):
    """What a log record is about, in its attribute `kind`."""

    step = "step"
    stage_began = "stage began"
    stage_ended = "stage ended"
    accounted = "accounted"
    written = "written"
    unpublished = "unpublished"
    quarantined = "quarantined"
    dropped = "dropped"
    notice = "notice"
    profiled = "profiled"


def set_up(*, level: str, format: str) -> None:
    """Write the package's log lines to stderr, from this level up, as `text` or `json`."""
    lines = _Lines()
    lines.setFormatter(_Json() if format == "json" else _Text())
    lines.setLevel(level.upper())
    _LOGGER.handlers = [*(h for h in _LOGGER.handlers if not isinstance(h, _Lines)), lines]
    _LOGGER.setLevel(STEP)
    _LOGGER.propagate = False


@contextmanager
def watched(handler: logging.Handler) -> Iterator[None]:
    """Send every log record of the block to a handler, steps included."""
    level = _LOGGER.level
    _LOGGER.addHandler(handler)
    _LOGGER.setLevel(STEP)
    try:
        yield
    finally:
        _LOGGER.removeHandler(handler)
        # Keep STEP if set_up() was called within the block.
        if not any(isinstance(other, _Lines) for other in _LOGGER.handlers):
            _LOGGER.setLevel(level)


@contextmanager
def gathered() -> Iterator[StringIO]:
    """Collect the log lines of the block instead of writing them to stderr."""
    text = StringIO()
    lines = [handler for handler in _LOGGER.handlers if isinstance(handler, _Lines)]
    for handler in lines:
        handler.into = text
    try:
        yield text
    finally:
        for handler in lines:
            handler.into = None


def doing(step: str, *, done: int = 0, of: int = 0) -> None:
    """Report the current step, for a terminal.

    Args:
        done, of: parts of the step that are done, and all parts; `of` is 0 if unknown.
    """
    _LOGGER.log(STEP, step, extra=_about(Kind.step, done=done, of=of))


def stage_began(stage: str) -> None:
    """Report that a stage begins, for a terminal."""
    _LOGGER.log(STEP, stage, extra=_about(Kind.stage_began, stage=stage))


def stage_ended(
    stage: str, status: str, *, run_id: str, seconds: float, rows: dict[str, int], is_unchanged: bool = False
) -> None:
    """Log that a stage ended, `succeeded` or `failed`.

    Args:
        is_unchanged: none of its inputs changed, so it did nothing.
    """
    level = logging.INFO if status == "succeeded" else logging.ERROR
    unchanged = {"is_unchanged": True} if is_unchanged else {}
    fields = {"run_id": run_id, "stage": stage, "seconds": round(seconds, 1), **unchanged, "rows": rows}
    _LOGGER.log(level, status, extra=_about(Kind.stage_ended, **fields))


def profiled(profile: str, *, sources: int | None, tables: int | None) -> None:
    """Log the profile of the Spark session, and the bytes of sources and tables that decided it; null if unknown."""
    extra = _about(Kind.profiled, sources_bytes=sources, tables_bytes=tables)
    _LOGGER.info(f"Spark is set for {profile} data", extra=extra)


def accounted(counts: dict[str, Any], *, run_id: str) -> None:
    """Log where the landed rows of a source went, for one silver table."""
    _LOGGER.info("accounted", extra=_about(Kind.accounted, run_id=run_id, stage="standardise", **counts))


def written(what: str, place: str, *, run_id: str) -> None:
    """Log that a stage wrote a file beside the tables."""
    _LOGGER.info(f"{what} written", extra=_about(Kind.written, run_id=run_id, file=place))


def unpublished(metric: str, why_not: str, *, run_id: str) -> None:
    """Log that a forecast is not published in this run."""
    text = f"{metric} is not published: {why_not}"
    _LOGGER.info(text, extra=_about(Kind.unpublished, run_id=run_id, stage="publish"))


def quarantined(reason: str, *, run_id: str) -> None:
    """Log that rows of a source fail a rule, and are therefore in silver.quarantine."""
    _LOGGER.warning(reason, extra=_about(Kind.quarantined, run_id=run_id, stage="standardise"))


def dropped(loss: str, *, rows: int, run_id: str) -> None:
    """Log that cleaning dropped values of a source in so many rows, so that they are in no table."""
    _LOGGER.warning(loss, extra=_about(Kind.dropped, run_id=run_id, stage="standardise", rows=rows))


def notice(text: str, **fields: Any) -> None:
    """Log something that an operator should know and that does not end the run."""
    _LOGGER.warning(text, extra=_about(Kind.notice, **fields))


def failure(text: str) -> bool:
    """Log what ended the run, if the project logs JSON; return whether it did."""
    as_json = any(isinstance(handler.formatter, _Json) for handler in _LOGGER.handlers)
    if as_json:
        _LOGGER.error(text)
    return as_json


def _about(kind: Kind, **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "fields": fields}


class _Lines(logging.StreamHandler[Any]):
    """Log lines on the current stderr, or collected."""

    into: StringIO | None = None

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = self.into or sys.stderr
        super().emit(record)


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = []
        for name, value in getattr(record, "fields", {}).items():
            parts = value.items() if isinstance(value, dict) else [(name, value)]
            fields += [f"{key}={part}" for key, part in parts]
        return printable_line(
            f"{_at(record):%H:%M:%S} {record.levelname:<7} {record.getMessage()} {' '.join(fields)}".rstrip()
        )


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": _at(record).isoformat(),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        return as_json(line | getattr(record, "fields", {}))


def _at(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)
