"""The stages, top to bottom: each reads tables, calls pure steps, writes tables. Nobody else does."""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from cdi_spark.config import Emit, Project, Source
from cdi_spark.entities import components as cc
from cdi_spark.entities import identity
from cdi_spark.errors import CdiError, GateError
from cdi_spark.gold import customer_360 as c360
from cdi_spark.gold import marts, survivorship
from cdi_spark.ingest.files import new_rows, read_files
from cdi_spark.linkage import training
from cdi_spark.linkage.features import known_features, person_features
from cdi_spark.linkage.model import PersonModel, digest, load_person_model
from cdi_spark.linkage.scoring import score_pairs
from cdi_spark.quality import gates, rules
from cdi_spark.standardise import silver
from cdi_spark.storage import Storage
from cdi_spark.tables import (
    ATTRIBUTE,
    COMPONENT,
    CUSTOMER_360,
    EVENT,
    EVENT_TABLES,
    MEMBER,
    MODEL,
    PAIR,
    PERSON,
    QUALITY_RESULT,
    QUARANTINE,
    RUN,
    TABLES,
    TERM_FREQUENCY,
    Table,
    mart,
)

Counts = dict[str, int]
Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass
class Run:
    """One run of the job over one project and warehouse."""

    spark: SparkSession
    project: Project
    storage: Storage
    retrain: bool = False
    run_id: str = field(default_factory=lambda: f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}")


@dataclass(frozen=True)
class StageResult:
    """What a stage did: rows by table, and seconds."""

    stage: str
    rows: Counts
    seconds: float


def ingest(run: Run) -> Counts:
    """Land every source's new files in bronze; files whose content landed before change nothing."""

    def land(source: Source) -> int:
        table = f"bronze.{source.name}"
        landed = read_files(run.spark, source, run_id=run.run_id)
        bronze = run.storage.read(table) if run.storage.exists(table) else None
        fresh = new_rows(landed, bronze)
        token = "|".join(sorted(row["_batch"] for row in fresh.select("_batch").distinct().collect()))
        if token or bronze is None:
            run.storage.append_once(table, fresh, token=token)
        return run.storage.read(table).count()

    counts = _side_by_side(land, run.project.sources)
    return {f"bronze.{source.name}": rows for source, rows in zip(run.project.sources, counts, strict=True)}


def standardise(run: Run) -> Counts:
    """Emit, standardise and check bronze rows; merge what passes into silver, quarantine the rest."""
    emits: dict[str, list[tuple[Source, Emit]]] = {}
    for source in run.project.sources:
        for emit in source.emits:
            emits.setdefault(f"silver.{emit.table}", []).append((source, emit))
    with run.storage.scratch() as scratch:

        def settle(name: str) -> DataFrame:
            """Checked once and written down: the table, the quarantine and the deletions all read it."""
            parts = [_settled(run, TABLES[name], source, emit) for source, emit in emits[name]]
            return scratch(name, silver.union(parts))

        def into_silver(name: str) -> None:
            table = TABLES[name]
            rows = settled[name].transform(silver.passed, table)
            if table is not PERSON:
                run.storage.merge(table, rows, when_changed=("content_hash",))
                return
            gone = run.storage.read_or_empty(PERSON).transform(
                silver.absent, settled[name], run.project.sources
            )
            changed = ("content_hash", "updated_at", "trust", "is_deleted")
            run.storage.merge(PERSON, rows.unionByName(gone), when_changed=changed)

        settled = dict(zip(emits, _side_by_side(settle, list(emits)), strict=True))
        _side_by_side(into_silver, list(emits))
        failed = [rows.transform(silver.quarantine_rows, target=name) for name, rows in settled.items()]
        run.storage.replace(QUARANTINE, silver.union(failed))
    return _gated(run, *emits, QUARANTINE.name)


def _settled(run: Run, table: Table, source: Source, emit: Emit) -> DataFrame:
    quality = run.project.quality.get(table.name)
    checks = {**silver.KEY_RULE, **(quality.rules if quality else {})}
    return (
        run.storage.read(f"bronze.{source.name}")
        .transform(silver.current_rows, source)
        .transform(silver.emitted, source, emit, default_country=run.project.file.default_country)
        .transform(rules.check_rows, checks, table=table.name)
        .transform(silver.settled, table=table, source=source, per_key=emit.per_key)
    )


def train(run: Run) -> Counts:
    """Train and freeze a model, unless one was trained from the same person model; --retrain trains anew."""
    model = load_person_model(run.project.person_model)
    settings_hash = _settings_hash(run, model)
    if run.retrain or _trained(run, settings_hash) is None:
        limits = run.project.file.linkage
        features = run.storage.read(PERSON.name).transform(person_features)
        known, records = known_features(features)
        model = model.restricted(set(known))
        sample = features.transform(
            training.training_sample, at_most=limits.training_records, records=records
        )
        settings = training.train(sample, model=model)
        stopped = training.stop_keys(features, model=model)
        name = training.model_id(settings, settings_hash, stopped)
        frequencies = training.term_frequencies(features, model=model, model_id=name)
        run.storage.merge(TERM_FREQUENCY, frequencies, when_changed=())
        trained = {
            "model_id": name,
            "settings_hash": settings_hash,
            "features": known,
            "settings": training.as_json(settings),
            "stop_keys": stopped,
            "link_weight": _weight(limits.link_probability),
            "keep_weight": limits.keep_weight,
            "trained_records": min(records, limits.training_records),
            "trained_at": datetime.now(UTC),
            "run_id": run.run_id,
        }
        run.storage.merge(MODEL, run.spark.createDataFrame([trained], MODEL.schema), when_changed=("run_id",))
    return _gated(run, MODEL.name, TERM_FREQUENCY.name)


def score(run: Run) -> Counts:
    """Score every pair that shares a block with the newest model frozen from the project's person model."""
    model = load_person_model(run.project.person_model)
    trained = _trained(run, _settings_hash(run, model))
    if trained is None:
        raise CdiError(
            "linkage.model: no model was trained from this person model. Run the stage train first."
        )
    pairs = score_pairs(
        run.storage.read(PERSON.name),
        run.storage.read(TERM_FREQUENCY.name),
        model=model.restricted(set(trained["features"])),
        trained=trained,
    )
    run.storage.replace(PAIR, pairs)
    return _gated(run, PAIR.name)


def resolve(run: Run) -> Counts:
    """Join linked records to components, and give each the id that its records had."""
    persons = run.storage.read(PERSON.name).where("NOT is_deleted").select("record_id")
    pairs = run.storage.read(PAIR.name)
    trained = _trained_by(run, pairs)
    links = pairs.where(F.col("match_weight") >= trained["link_weight"]) if trained else pairs
    run.storage.replace(COMPONENT, cc.components(persons, links))
    found = run.storage.read(COMPONENT.name)
    cc.check_components(found, persons, links)
    current = run.storage.read_or_empty(MEMBER).where("valid_to IS NULL")
    assigned = identity.assign_ids(found, current, run_id=run.run_id)
    at = F.lit(datetime.now(UTC))
    run.storage.merge(EVENT, identity.events(assigned, current, run_id=run.run_id, at=at), when_changed=())
    changes = identity.membership_changes(assigned, current, run_id=run.run_id, at=at)
    run.storage.merge(MEMBER, changes, when_changed=("valid_to",))
    return _gated(run, COMPONENT.name, MEMBER.name, EVENT.name)


def publish(run: Run) -> Counts:
    """Choose the surviving values, and publish one row per customer and the marts."""
    persons = run.storage.read(PERSON.name)
    members = run.storage.read(MEMBER.name)
    events = {
        table.name.removeprefix("silver."): run.storage.read(table.name)
        for table in EVENT_TABLES
        if run.storage.exists(table.name)
    }
    attributes = survivorship.attribute_values(persons, members, survivorship=run.project.survivorship)
    run.storage.replace(ATTRIBUTE, attributes)
    golden = survivorship.golden_records(run.storage.read(ATTRIBUTE.name))
    run.storage.replace(CUSTOMER_360, c360.customer_360(golden, persons, members, events))

    def publish_mart(name: str) -> None:
        run.storage.replace(mart(TABLES[f"silver.{name}"]), marts.with_entity(events[name], members))

    _side_by_side(publish_mart, list(events))
    return _gated(run, ATTRIBUTE.name, CUSTOMER_360.name, *(f"gold.{name}" for name in events))


STAGES: dict[str, Callable[[Run], Counts]] = {
    "ingest": ingest,
    "standardise": standardise,
    "train": train,
    "score": score,
    "resolve": resolve,
    "publish": publish,
}


def run_stage(run: Run, stage: str) -> StageResult:
    """Run one stage and record it in ops.run, failed or not."""
    started, clock = datetime.now(UTC), time.monotonic()
    status, rows = "failed", Counts()
    try:
        rows = STAGES[stage](run)
        status = "succeeded"
    finally:
        seconds = time.monotonic() - clock
        record = (run.run_id, stage, started, seconds, status, rows)
        entry = run.spark.createDataFrame([record], RUN.schema)
        run.storage.append(RUN, entry, token=f"{run.run_id}:{stage}:{started.isoformat()}")
    return StageResult(stage, rows, seconds)


def _side_by_side(work: Callable[[Item], Result], items: list[Item]) -> list[Result]:
    """Do independent work on all items, a few at a time: while one plans, another computes."""
    with ThreadPoolExecutor(max_workers=4) as pool:
        return list(pool.map(work, items))


def _gated(run: Run, *names: str) -> Counts:
    """Count the tables' rows, and hold them against their expectations.

    Raises:
        GateError: a table failed an expectation; the results are in ops.quality_result all the same.
    """
    results = [
        result
        for name in names
        if name in run.project.quality and run.project.quality[name].expectations
        for result in gates.run_gate(name, run.storage.read(name), run.project.quality[name].expectations)
    ]
    if results:
        at = datetime.now(UTC)
        rows = [
            (run.run_id, r.table, r.expectation, r.column, r.success, r.observed, r.arguments, at)
            for r in results
        ]
        entry = run.spark.createDataFrame(rows, QUALITY_RESULT.schema)
        run.storage.append(QUALITY_RESULT, entry, token=f"{run.run_id}:{'|'.join(names)}")
    failed = [r for r in results if not r.success]
    if failed:
        told = "; ".join(f"{r.table} {r.expectation} {r.column or ''} ({r.observed})" for r in failed)
        raise GateError(
            f"{told}. Mend the source or the expectation in {run.project.folder}/quality, and run again."
        )
    return {name: run.storage.read(name).count() for name in names}


def _settings_hash(run: Run, model: PersonModel) -> str:
    """Hash of all that a frozen model holds by conf: the person model and the project's thresholds."""
    return digest([model.settings_hash(), run.project.file.linkage.model_dump()])


def _trained(run: Run, settings_hash: str) -> Row | None:
    """The newest model trained from this person model."""
    known = run.storage.read_or_empty(MODEL).where(F.col("settings_hash") == settings_hash)
    return known.orderBy(F.desc("trained_at")).first()


def _trained_by(run: Run, pairs: DataFrame) -> Row | None:
    """The model that scored the pairs; none where there are no pairs."""
    first = pairs.select("model_id").first()
    return first and run.storage.read(MODEL.name).where(F.col("model_id") == first["model_id"]).first()


def _weight(probability: float) -> float:
    """Match weight in bits of a match probability."""
    return math.log2(probability / (1 - probability))
