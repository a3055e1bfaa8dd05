"""What the package reports while it works: log lines per stage, notice or failure, and steps that a screen shows."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from io import StringIO
from typing import Any

_LOGGER = logging.getLogger("cdi_spark")
# Below debug: what only a screen shows is never a log line.
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
    notice = "notice"
    profiled = "profiled"


def set_up(*, level: str, format: str) -> None:
    """Write the package's log lines to stderr, from the level on, as `text` or `json`."""
    lines = _Lines()
    lines.setFormatter(_Json() if format == "json" else _Text())
    lines.setLevel(level.upper())
    _LOGGER.handlers = [*(h for h in _LOGGER.handlers if not isinstance(h, _Lines)), lines]
    _LOGGER.setLevel(STEP)
    _LOGGER.propagate = False


@contextmanager
def watched(watcher: logging.Handler) -> Iterator[None]:
    """Let a watcher see every record of the block, log line or not."""
    level = _LOGGER.level
    _LOGGER.addHandler(watcher)
    _LOGGER.setLevel(STEP)
    try:
        yield
    finally:
        _LOGGER.removeHandler(watcher)
        # set_up() within the block, too, leaves the level at STEP.
        if not any(isinstance(handler, _Lines) for handler in _LOGGER.handlers):
            _LOGGER.setLevel(level)


@contextmanager
def gathered() -> Iterator[StringIO]:
    """Gather the log lines of the block instead of writing them to stderr."""
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
    """The step that is under way, for a screen.

    Args:
        done, of: how many parts of the step are done, of how many; of is 0 where nobody knows.
    """
    _LOGGER.log(STEP, step, extra=_about(Kind.step, done=done, of=of))


def stage_began(stage: str) -> None:
    """A stage begins, for a screen."""
    _LOGGER.log(STEP, stage, extra=_about(Kind.stage_began, stage=stage))


def stage_ended(
    stage: str, status: str, *, run_id: str, seconds: float, rows: dict[str, int], is_unchanged: bool = False
) -> None:
    """A stage came to its end, `succeeded` or `failed`.

    Args:
        is_unchanged: nothing that it goes by had changed, so it did nothing.
    """
    level = logging.INFO if status == "succeeded" else logging.ERROR
    unchanged = {"is_unchanged": True} if is_unchanged else {}
    said = {"run_id": run_id, "stage": stage, "seconds": round(seconds, 1), **unchanged, "rows": rows}
    _LOGGER.log(level, status, extra=_about(Kind.stage_ended, **said))


def profiled(profile: str, *, sources: int | None, tables: int | None) -> None:
    """How Spark is set, and the bytes of sources and tables by which it is; null where they are not known."""
    said = _about(Kind.profiled, sources_bytes=sources, tables_bytes=tables)
    _LOGGER.info(f"Spark is set for {profile} data", extra=said)


def accounted(counts: dict[str, Any], *, run_id: str) -> None:
    """Where the landed rows of a source went, for one silver table."""
    _LOGGER.info("accounted", extra=_about(Kind.accounted, run_id=run_id, stage="standardise", **counts))


def written(what: str, place: str, *, run_id: str) -> None:
    """A stage wrote something to be read beside the tables."""
    _LOGGER.info(f"{what} written", extra=_about(Kind.written, run_id=run_id, file=place))


def unpublished(metric: str, why_not: str, *, run_id: str) -> None:
    """A forecast that gold goes without in this run."""
    told = f"{metric} is not published: {why_not}"
    _LOGGER.info(told, extra=_about(Kind.unpublished, run_id=run_id, stage="publish"))


def quarantined(reason: str, *, run_id: str) -> None:
    """Rows of a source that fail one rule, and so are in silver.quarantine."""
    _LOGGER.warning(reason, extra=_about(Kind.quarantined, run_id=run_id, stage="standardise"))


def notice(told: str, **fields: Any) -> None:
    """Something that does not end the run and that an operator should know."""
    _LOGGER.warning(told, extra=_about(Kind.notice, **fields))


def failure(told: str) -> bool:
    """Log what ended the run; false where the project has no log set up to say it in JSON."""
    as_json = any(isinstance(handler.formatter, _Json) for handler in _LOGGER.handlers)
    if as_json:
        _LOGGER.error(told)
    return as_json


def _about(kind: Kind, **said: Any) -> dict[str, Any]:
    return {"kind": kind, "said": said}


class _Lines(logging.StreamHandler[Any]):
    """Log lines on stderr, whichever that is by then, or gathered."""

    into: StringIO | None = None

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = self.into or sys.stderr
        super().emit(record)


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = []
        for name, value in getattr(record, "said", {}).items():
            parts = value.items() if isinstance(value, dict) else [(name, value)]
            fields += [f"{key}={part}" for key, part in parts]
        return (
            f"{_at(record):%H:%M:%S} {record.levelname:<7} {record.getMessage()} {' '.join(fields)}".rstrip()
        )


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": _at(record).isoformat(),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        return json.dumps(line | getattr(record, "said", {}), ensure_ascii=False)


def _at(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)
