"""What every stage is made from, part by part."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from cdi_spark.config import Source
from cdi_spark.errors import SourceError
from cdi_spark.pipeline.last_runs import Part
from cdi_spark.pipeline.run import Run
from cdi_spark.schema import (
    ATTRIBUTE,
    CASH_FLOW,
    COMPONENT,
    CONVERSION,
    CUSTOMER_360,
    EVENT,
    EVENT_TABLES,
    JOURNEY,
    JUDGEMENT,
    LEDGER_ENTRY,
    LINKED,
    MEASURE,
    MEMBER,
    METRIC,
    MODEL,
    OVERRIDE,
    PAIR,
    PERSON,
    POPULATION_STATISTICS,
    PRODUCT_RULE,
    QUARANTINE,
    RATE,
    REDIRECT,
    RELEASE,
    SHARED_VALUE,
    TERM_FREQUENCY,
    Table,
)
from cdi_spark.spark.parallel import side_by_side

# A file may change once more within what its file system can tell apart, and then looks the same.
_SETTLED_AFTER_MICROSECONDS = 2_000_000
_OF_THE_DAY = re.compile(r"\b(current_\w+|curdate|now|localtimestamp|today)\b", re.IGNORECASE)
_THE_MODEL = (MODEL, TERM_FREQUENCY, SHARED_VALUE)


def _of_ingest(run: Run) -> dict[str, Part]:
    """A part per source. Its files have not changed where their names, lengths and times have not."""

    def files(source: Source) -> Any:
        try:
            found = run.files_of(source)
        except SourceError:
            return _never_the_same()  # the stage says so
        now = datetime.now(UTC).timestamp() * 1_000_000
        settled = all(changed < now - _SETTLED_AFTER_MICROSECONDS for _, _, changed in found)
        return found if settled else _never_the_same()

    sources = run.project.sources
    return {
        source.name: Part([source.model_dump_json(), found], (), (f"bronze.{source.name}",))
        for source, found in zip(sources, side_by_side(files, sources), strict=True)
    }


def _of_standardise(run: Run) -> dict[str, Part]:
    """A part per silver table."""
    batches = {name: row["batches"] for name, row in run.newest_deliveries().items()}
    loads = [(source.name, source.load) for source in run.project.sources]
    parts = {}
    for table, emits in run.project.emits.items():
        sources = list({source.name: source for source, _ in emits}.values())
        quality = run.project.quality.get(table)
        conf = [source.model_dump_json() for source in sources] + [quality and quality.model_dump_json()]
        day = run.day if _OF_THE_DAY.search(str(conf)) else None
        parts[table] = Part(
            [conf, loads, run.project.file.default_country, day, [batches.get(s.name) for s in sources]],
            [f"bronze.{source.name}" for source in sources],
            (table, QUARANTINE.name),
        )
    return parts


def _of_train(run: Run) -> dict[str, Part]:
    # linkage.linked is what the persons were when they were scored: it makes no model too old that they do not.
    return _whole([_conf(run), _never_the_same() if run.retrain else None], (PERSON,), _THE_MODEL)


def _of_score(run: Run) -> dict[str, Part]:
    return _whole(_conf(run), (PERSON, *_THE_MODEL), (LINKED, PAIR))


def _of_resolve(run: Run) -> dict[str, Part]:
    return _whole(_conf(run), (LINKED, PAIR, JUDGEMENT, *_THE_MODEL), (COMPONENT, MEMBER, EVENT, REDIRECT))


def _of_publish(run: Run) -> dict[str, Part]:
    reads = (PERSON, MEMBER, OVERRIDE, JUDGEMENT, PAIR, LINKED, MODEL, RATE, LEDGER_ENTRY, *EVENT_TABLES)
    customers = (ATTRIBUTE, CUSTOMER_360, JOURNEY, MEASURE)
    of_all = (POPULATION_STATISTICS, PRODUCT_RULE, CASH_FLOW, CONVERSION, METRIC, RELEASE)
    return _whole([_conf(run), run.as_of], reads, (*customers, *of_all))


PARTS: dict[str, Callable[[Run], dict[str, Part]]] = {
    "ingest": _of_ingest,
    "standardise": _of_standardise,
    "train": _of_train,
    "score": _of_score,
    "resolve": _of_resolve,
    "publish": _of_publish,
}


def _whole(conf: Any, reads: tuple[Table, ...], writes: tuple[Table, ...]) -> dict[str, Part]:
    return {"": Part(conf, [table.name for table in reads], [table.name for table in writes])}


def _conf(run: Run) -> Any:
    """All of conf that a stage after standardise may go by."""
    project = run.project
    quality = [quality.model_dump_json() for _, quality in sorted(project.quality.items())]
    files = [project.file.model_dump_json(), project.survivorship.model_dump_json()]
    return [*files, quality, project.person_model.read_text(encoding="utf-8")]


def _never_the_same() -> str:
    return uuid.uuid4().hex
