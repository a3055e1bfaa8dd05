"""One log line a stage, notice or failure: what happened, then run id, stage, rows and seconds as fields."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from cdi_spark.config import Log

_LOGGER = logging.getLogger("cdi_spark")


def set_up(log: Log) -> None:
    """Write the package's log lines to stderr, from the project's level on and in its format."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if log.format == "json" else _Text())
    _LOGGER.handlers = [handler]
    _LOGGER.setLevel(log.level.upper())
    _LOGGER.propagate = False


def stage_ended(
    stage: str, status: str, *, run_id: str, seconds: float, rows: dict[str, int], is_unchanged: bool = False
) -> None:
    """A stage came to its end, `succeeded` or `failed`."""
    level = logging.INFO if status == "succeeded" else logging.ERROR
    _LOGGER.log(
        level,
        f"{status}: nothing changed" if is_unchanged else status,
        extra={"said": {"run_id": run_id, "stage": stage, "seconds": round(seconds, 1), "rows": rows}},
    )


def profiled(profile: str, *, sources: int | None, tables: int | None) -> None:
    """How Spark is set, and the bytes of sources and tables by which it is; null where they are not known."""
    said = {"sources_bytes": sources, "tables_bytes": tables}
    _LOGGER.info(f"Spark is set for {profile} data", extra={"said": said})


def accounted(counts: dict[str, Any], *, run_id: str) -> None:
    """Where the landed rows of a source went, for one silver table."""
    _LOGGER.info("accounted", extra={"said": {"run_id": run_id, "stage": "standardise", **counts}})


def written(what: str, place: str, *, run_id: str) -> None:
    """A stage wrote something to be read beside the tables."""
    _LOGGER.info(f"{what} written", extra={"said": {"run_id": run_id, "file": place}})


def unpublished(metric: str, why_not: str, *, run_id: str) -> None:
    """A forecast that gold goes without in this run."""
    _LOGGER.info(
        f"{metric} is not published: {why_not}", extra={"said": {"run_id": run_id, "stage": "publish"}}
    )


def failure(told: str) -> bool:
    """Log what ended the run; false where the project has no log set up to say it in JSON."""
    as_json = any(isinstance(handler.formatter, _Json) for handler in _LOGGER.handlers)
    if as_json:
        _LOGGER.error(told)
    return as_json


def notice(told: str, **fields: Any) -> None:
    """Something that does not end the run and that an operator should know."""
    _LOGGER.warning(told, extra={"said": fields})


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
