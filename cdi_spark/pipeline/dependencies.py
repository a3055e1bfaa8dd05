"""What each stage depends on: a part of a stage is skipped while none of its dependencies has changed."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from cdi_spark.config import Source
from cdi_spark.errors import SourceError
from cdi_spark.pipeline.publishing.inputs import CUSTOMER_TABLES
from cdi_spark.pipeline.run import Run
from cdi_spark.schema import (
    CASH_FLOW,
    COMPONENT,
    CONTENT_CHANGE,
    CONVERSION,
    DEPARTED,
    EVENT,
    EVENT_TABLES,
    JUDGEMENT,
    LEDGER_ENTRY,
    LINKED,
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

# A file may change again within the resolution of its file system's times, and then looks unchanged.
_STABLE_AFTER_MICROSECONDS = 2_000_000
_DEPENDS_ON_DATE = re.compile(r"\b(current_\w+|curdate|now|localtimestamp|today)\b", re.IGNORECASE)
_MODEL_TABLES = (MODEL, TERM_FREQUENCY, SHARED_VALUE)
# Packages whose rules decide about values and links, as this package's own rules do.
_RULE_PACKAGES = ("phonenumbers", "email-validator", "pycountry", "nicknames", "anyascii", "splink", "duckdb")


@dataclass(frozen=True)
class Part:
    """A part of a stage: a source for ingest, a silver table for standardise, otherwise the whole stage.

    Attributes:
        conf: what it depends on besides tables: configuration, files, the date.
        reads: tables that it reads.
        writes: tables that it writes, or reads and writes.
    """

    conf: Any
    reads: Collection[str]
    writes: Collection[str]

    @property
    def tables(self) -> set[str]:
        """All tables that it reads or writes."""
        return {*self.reads, *self.writes}

    def fingerprint(self, versions: Mapping[str, int]) -> str:
        """Return a hash of all dependencies; ops.run.made_from.

        Args:
            versions: the version of each table that exists.
        """
        tables = {name: versions.get(name) for name in (*self.reads, *self.writes)}
        text = json.dumps([self.conf, tables, code_hash()], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _ingest_parts(run: Run) -> dict[str, Part]:
    """One part per source. Files with the same names, lengths and times count as unchanged."""

    def listed(source: Source) -> Any:
        try:
            found = run.files_of(source)
        except SourceError:
            return _always_changed()  # The stage reports the error.
        now = datetime.now(UTC).timestamp() * 1_000_000
        is_stable = all(changed < now - _STABLE_AFTER_MICROSECONDS for _, _, changed in found)
        return found if is_stable else _always_changed()

    sources = run.project.sources
    return {
        source.name: Part([source.model_dump_json(), found], (), (f"bronze.{source.name}",))
        for source, found in zip(sources, side_by_side(listed, sources), strict=True)
    }


def _standardise_parts(run: Run) -> dict[str, Part]:
    """One part per silver table."""
    batches = {name: row["batches"] for name, row in run.newest_deliveries().items()}
    loads = [(source.name, source.load) for source in run.project.sources]
    parts = {}
    for table, emits in run.project.emits.items():
        sources = list({source.name: source for source, _ in emits}.values())
        quality = run.project.quality.get(table)
        conf = [source.model_dump_json() for source in sources] + [quality and quality.model_dump_json()]
        day = run.day if _DEPENDS_ON_DATE.search(str(conf)) else None
        parts[table] = Part(
            [conf, loads, run.project.file.default_country, day, [batches.get(s.name) for s in sources]],
            [f"bronze.{source.name}" for source in sources],
            (table, QUARANTINE.name),
        )
    return parts


def _train_parts(run: Run) -> dict[str, Part]:
    # Not linkage.linked, which has the persons as they were scored: a model that fits the persons fits these too.
    return _whole([_conf(run), _always_changed() if run.retrain else None], (PERSON,), _MODEL_TABLES)


def _score_parts(run: Run) -> dict[str, Part]:
    return _whole(_conf(run), (PERSON, *_MODEL_TABLES), (LINKED, PAIR, DEPARTED, CONTENT_CHANGE))


def _resolve_parts(run: Run) -> dict[str, Part]:
    reads = (LINKED, PAIR, JUDGEMENT, CONTENT_CHANGE, *_MODEL_TABLES)
    return _whole(_conf(run), reads, (COMPONENT, MEMBER, EVENT, REDIRECT))


def _publish_parts(run: Run) -> dict[str, Part]:
    decided = (OVERRIDE, JUDGEMENT, CONTENT_CHANGE)
    reads = (PERSON, MEMBER, *decided, PAIR, LINKED, MODEL, RATE, LEDGER_ENTRY, *EVENT_TABLES)
    of_all = (POPULATION_STATISTICS, PRODUCT_RULE, CASH_FLOW, CONVERSION, METRIC, RELEASE)
    return _whole([_conf(run), run.as_of], reads, (*CUSTOMER_TABLES, *of_all))


# By stage, its parts by name.
PARTS: dict[str, Callable[[Run], dict[str, Part]]] = {
    "ingest": _ingest_parts,
    "standardise": _standardise_parts,
    "train": _train_parts,
    "score": _score_parts,
    "resolve": _resolve_parts,
    "publish": _publish_parts,
}


@cache
def code_hash() -> str:
    """Return a hash of this package's files and of the versions of the packages whose rules it uses."""
    digest = hashlib.sha256()
    for name, content in sorted(_contents(files("cdi_spark"), "")):
        digest.update(name.encode() + b"\0" + content + b"\0")
    for package in _RULE_PACKAGES:
        try:
            digest.update(f"{package} {version(package)}".encode())
        except PackageNotFoundError:
            continue
    return digest.hexdigest()


def _contents(folder: Traversable, path: str) -> list[tuple[str, bytes]]:
    found = []
    for entry in folder.iterdir():
        name = f"{path}/{entry.name}"
        if entry.is_dir():
            found += _contents(entry, name) if entry.name != "__pycache__" else []
        elif entry.name.endswith((".py", ".yml", ".sql")):
            found.append((name, entry.read_bytes()))
    return found


def _whole(conf: Any, reads: tuple[Table, ...], writes: tuple[Table, ...]) -> dict[str, Part]:
    """The only part of a stage that is done as a whole."""
    return {"": Part(conf, [table.name for table in reads], [table.name for table in writes])}


def _conf(run: Run) -> Any:
    """The configuration that any stage after standardise may depend on."""
    project = run.project
    quality = [quality.model_dump_json() for _, quality in sorted(project.quality.items())]
    texts = [project.file.model_dump_json(), project.survivorship.model_dump_json()]
    return [*texts, quality, project.person_model.read_text(encoding="utf-8")]


def _always_changed() -> str:
    return uuid.uuid4().hex
