"""Ingest and standardise of many cases at once: their sources are those of one project, each with its case's name."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pyspark.sql import SparkSession

from cdi_spark.config import Project
from cdi_spark.config.project import ProjectFile
from cdi_spark.config.sources import Emit, Quality, Source
from cdi_spark.config.survivorship import Survivorship
from cdi_spark.errors import SourceError
from cdi_spark.pipeline.ingest import ingest
from cdi_spark.pipeline.run import Run
from cdi_spark.pipeline.standardise import standardise
from cdi_spark.schema import QUARANTINE, TABLES
from cdi_spark.sql_text import literal
from cdi_spark.storage import Storage
from tests.corpus.drafts import Draft

# One query standardises all sources of a table; Spark plans it slower the more there are.
_MOST_AT_ONCE = 25


@dataclass
class Outcome:
    """What became of the files of a case.

    Attributes:
        silver: by table and `source:key`, the row.
        quarantined: number of landed rows by source.
        fault: the error that ended the case.
    """

    silver: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    quarantined: Counter[str] = field(default_factory=Counter)
    fault: Exception | None = None


def run_cases(drafts: Sequence[Draft], new_storage: Callable[[], Storage]) -> dict[str, Outcome]:
    """Ingest and standardise the files of cases; those that need the same settings together.

    A case that is expected to fail runs alone, as does one that ends the run of the others.

    Args:
        new_storage: makes an empty warehouse.
    """
    alike: dict[str, list[Draft]] = {}
    for draft in drafts:
        alike.setdefault(_settings(draft), []).append(draft)
    found: dict[str, Outcome] = {}
    for group in alike.values():
        for first in range(0, len(group), _MOST_AT_ONCE):
            found |= _run_group(group[first : first + _MOST_AT_ONCE], new_storage)
    return found


def _settings(draft: Draft) -> str:
    """What is set for a whole run, as text."""
    project = draft.project
    rules = {name: quality.rules for name, quality in sorted(project.quality.items()) if quality.rules}
    alone = draft.case.name if draft.case.truth.fails is not None else ""
    return json.dumps([project.file.spark, rules, alone])


def _run_group(drafts: Sequence[Draft], new_storage: Callable[[], Storage]) -> dict[str, Outcome]:
    """Run cases together; if that fails, each half by itself, until the case is found that fails."""
    try:
        return _run_together(drafts, new_storage())
    except Exception as fault:
        if len(drafts) == 1:
            return {drafts[0].case.name: Outcome(fault=fault)}
        middle = len(drafts) // 2
        return _run_group(drafts[:middle], new_storage) | _run_group(drafts[middle:], new_storage)


def _run_together(drafts: Sequence[Draft], storage: Storage) -> dict[str, Outcome]:
    outcomes = {draft.case.name: Outcome() for draft in drafts}
    with _with_settings(storage.spark, drafts[0].project.file.spark):
        run = Run(_joined(drafts), storage)
        try:
            ingest(run, [source.name for source in run.project.sources])
        except SourceError as fault:
            if len(drafts) == 1:
                raise
            # The other sources have landed.
            faults = {draft.case.name: _faults_of(draft, fault) for draft in drafts}
            rest = [draft for draft in drafts if not faults[draft.case.name]]
            if not rest or len(rest) == len(drafts):
                raise
            for name, own in faults.items():
                outcomes[name].fault = SourceError("\n".join(own)) if own else None
            run = Run(_joined(rest), storage)
        standardise(run, list(run.project.emits))
        _collect(storage, outcomes)
    return outcomes


@contextmanager
def _with_settings(spark: SparkSession, settings: dict[str, str]) -> Iterator[None]:
    for name, value in settings.items():
        spark.conf.set(name, value)
    try:
        yield
    finally:
        for name in settings:
            spark.conf.unset(name)


def _joined(drafts: Sequence[Draft]) -> Project:
    """One project with the sources of all drafts, which have the same settings.

    The country of a draft is that of each row without one. What is expected of whole tables is left out, since a table
    has the rows of many cases.
    """
    first = drafts[0].project
    return Project(
        folder=first.folder,
        file=ProjectFile(name="corpus", default_country="GB", spark=first.file.spark),
        sources=[_renamed(source, draft) for draft in drafts for source in draft.project.sources],
        quality={
            name: Quality(table=name, rules=quality.rules) for name, quality in first.quality.items()
        },
        survivorship=Survivorship(),
    )  # fmt: skip


def _faults_of(draft: Draft, fault: SourceError) -> list[str]:
    """The lines of the error that are about the sources of a case."""
    names = tuple(f"source {_prefixed(source.name, draft.case.name)}:" for source in draft.project.sources)
    return [line for line in str(fault).splitlines() if line.startswith(names)]


def _renamed(source: Source, draft: Draft) -> Source:
    emits = [_emitting(emit, draft) for emit in source.emits]
    return source.model_copy(update={"name": _prefixed(source.name, draft.case.name), "emits": emits})


def _emitting(emit: Emit, draft: Draft) -> Emit:
    """The emit under the name of the case, with the country of the draft for persons without one."""
    changed: dict[str, Any] = {}
    if emit.person_source is not None:
        changed["person_source"] = _prefixed(emit.person_source, draft.case.name)
    if emit.table == "person":
        own = emit.columns.get("country", "cast(null as string)")
        country = f"coalesce({own}, {literal(draft.project.file.default_country)})"
        changed["columns"] = emit.columns | {"country": country}
    return emit.model_copy(update=changed)


def _prefixed(source: str, case: str) -> str:
    return f"{case}__{source}"


def _collect(storage: Storage, outcomes: dict[str, Outcome]) -> None:
    """Sort the rows of silver and of quarantine to their cases, under the names that sources have there."""
    for name, table in TABLES.items():
        if not name.startswith("silver.") or table is QUARANTINE or not storage.exists(name):
            continue
        for row in storage.read(name).toArrow().to_pylist():
            if row.get("is_deleted"):
                continue
            case, _, key = row[table.key[0]].partition("__")
            row |= {column: value.partition("__")[2] for column, value in _references(row) if value}
            outcomes[case].silver.setdefault(table.short, {})[key] = row
    rows = storage.read(QUARANTINE.name).select("source", "file", "row_number").distinct()
    for row in rows.toArrow().to_pylist():
        case, _, source = row["source"].partition("__")
        outcomes[case].quarantined[source] += 1


def _references(row: dict[str, Any]) -> list[tuple[str, str | None]]:
    """The columns that begin with the name of a source."""
    return [(column, row[column]) for column in ("source", "record_id") if column in row]
