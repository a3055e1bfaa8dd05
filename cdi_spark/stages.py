"""What each stage reads, which pure steps it calls, and what it writes. Nobody else reads or writes."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from cdi_spark import logs
from cdi_spark.config import Emit, Expectation, Project, Source
from cdi_spark.entities import components as cc
from cdi_spark.entities import identity
from cdi_spark.errors import CdiError, GateError, LedgerError, SourceError
from cdi_spark.gold import customer_360 as c360
from cdi_spark.gold import marts, survivorship
from cdi_spark.ingest import drift
from cdi_spark.ingest.files import landed_schema, read_delivery, told_as_source
from cdi_spark.linkage import training
from cdi_spark.linkage.features import known_features, person_features
from cdi_spark.linkage.model import PersonModel, digest, load_person_model
from cdi_spark.linkage.scoring import score_pairs
from cdi_spark.quality import gates, ledger, rules
from cdi_spark.standardise import settled as versions
from cdi_spark.standardise import silver
from cdi_spark.storage import Storage
from cdi_spark.tables import (
    ATTRIBUTE,
    COMPONENT,
    CUSTOMER_360,
    DELIVERY,
    EVENT,
    EVENT_TABLES,
    LEDGER,
    MEMBER,
    MODEL,
    PAIR,
    PERSON,
    QUALITY_RESULT,
    QUARANTINE,
    TABLES,
    TERM_FREQUENCY,
    Table,
    mart,
)

Counts = dict[str, int]
Entry = tuple[object, ...]
Item = TypeVar("Item")
Result = TypeVar("Result")


def new_run_id() -> str:
    """A name for a run: when it began (UTC), and what no other run has."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"


@dataclass
class Run:
    """One run of the job over one project and warehouse."""

    spark: SparkSession
    project: Project
    storage: Storage
    retrain: bool = False
    run_id: str = field(default_factory=new_run_id)


def ingest(run: Run) -> Counts:
    """Land every source's new files in bronze; files whose content landed before change nothing.

    Raises:
        SourceError: of every source that cannot be read, a line each; the others have landed.
    """
    counts: Counts = {}
    delivered, faults = [], []

    def land(source: Source) -> tuple[int, Entry | None] | SourceError:
        try:
            return _land(run, source)
        except SourceError as fault:
            return fault

    for source, result in zip(run.project.sources, _side_by_side(land, run.project.sources), strict=True):
        if isinstance(result, SourceError):
            faults.append(str(result))
        else:
            counts[f"bronze.{source.name}"] = result[0]
            delivered += [result[1]] if result[1] else []
    if delivered:
        entry = run.spark.createDataFrame(delivered, DELIVERY.schema)
        run.storage.append(DELIVERY, entry, token=f"{run.run_id}:ingest:{datetime.now(UTC).isoformat()}")
    if faults:
        raise SourceError("\n".join(faults))
    return counts


def _land(run: Run, source: Source) -> tuple[int, Entry | None]:
    """Append what is new to the source's bronze table; its rows, and the delivery where it differs."""
    table = f"bronze.{source.name}"
    bronze = run.storage.read(table) if run.storage.exists(table) else None
    last = _last_delivery(run, source)
    known = landed_schema(bronze) if bronze else None
    delivery = read_delivery(run.spark, source, run_id=run.run_id, known=known)
    drift.check(delivery, source, last=last, first=bronze is None)
    for told in drift.notices(delivery, source, last=last):
        logs.notice(told, run_id=run.run_id, stage="ingest", source=source.name)
    seen = {row["_batch"] for row in bronze.select("_batch").distinct().collect()} if bronze else set()
    fresh = [file for file in delivery.files if file.batch not in seen]
    batches = [file.batch for file in fresh]
    if fresh or bronze is None:
        with told_as_source(source):
            rows = delivery.rows.where(F.col("_batch").isin(batches))
            run.storage.append_once(table, rows, token=digest(batches))
        bronze = run.storage.read(table)
    landed, read = bronze.where(F.col("_batch").isin(batches)).count(), sum(file.rows for file in fresh)
    if landed != read:
        raise LedgerError(
            f"source {source.name}: {read} rows in its new files, {landed} in {table}. The files changed "
            "while they were read; run again when they lie still."
        )
    if last is not None and sorted(last["batches"]) == delivery.batches:
        return bronze.count(), None
    rows_delivered = sum(file.rows for file in delivery.files)
    entry = (
        source.name, datetime.now(UTC), delivery.batches, rows_delivered, delivery.columns, run.run_id,
    )  # fmt: skip
    return bronze.count(), entry


def _last_delivery(run: Run, source: Source) -> Row | None:
    deliveries = run.storage.read_or_empty(DELIVERY).where(F.col("source") == source.name)
    return deliveries.orderBy(F.desc("delivered_at")).first()


def standardise(run: Run) -> Counts:
    """Emit, standardise and check bronze rows; merge what passes into silver, quarantine the rest."""
    emits: dict[str, list[tuple[Source, Emit]]] = {}
    for source in run.project.sources:
        for emit in source.emits:
            emits.setdefault(f"silver.{emit.table}", []).append((source, emit))
    spoken = dict(
        zip(
            [source.name for source in run.project.sources],
            _side_by_side(partial(_spoken, run), run.project.sources),
            strict=True,
        )
    )
    with run.storage.scratch() as scratch:

        def settle(name: str) -> DataFrame:
            """Checked once and written down: the table, the quarantine and the ledger all read it."""
            parts = [
                _settled(run, TABLES[name], spoken[source.name], source, emit) for source, emit in emits[name]
            ]
            return scratch(name, versions.union(parts))

        def into_silver(name: str) -> None:
            table = TABLES[name]
            rows = settled[name].transform(versions.held, table)
            gone = run.storage.read_or_empty(table).transform(
                versions.absent, settled[name], table, sources=run.project.sources
            )
            if table is PERSON:
                gone = gone.withColumn("is_deleted", F.lit(True))
                changed = ("content_hash", "updated_at", "trust", "is_deleted")
                run.storage.merge(PERSON, rows.unionByName(gone), when_changed=changed)
            else:
                gone = gone.withColumn("_gone", F.lit(True))
                run.storage.merge(table, rows.unionByName(gone), when_changed=("content_hash", "record_id"))

        settled = dict(zip(emits, _side_by_side(settle, list(emits)), strict=True))
        _side_by_side(into_silver, list(emits))
        failed = [rows.transform(versions.quarantine_rows, target=name) for name, rows in settled.items()]
        run.storage.replace(QUARANTINE, versions.union(failed))
        _account(run, settled, {name: rows.count() for name, rows in spoken.items()})
    return _gated(run, *emits, QUARANTINE.name)


def _spoken(run: Run, source: Source) -> DataFrame:
    delivery = _last_delivery(run, source)
    if delivery is None:
        raise CdiError(f"bronze.{source.name}: nothing has landed yet. Run the stage ingest first.")
    bronze = run.storage.read(f"bronze.{source.name}")
    with told_as_source(source):
        return bronze.transform(silver.current_rows, source, batches=delivery["batches"])


def _settled(run: Run, table: Table, landed: DataFrame, source: Source, emit: Emit) -> DataFrame:
    quality = run.project.quality.get(table.name)
    checks = {**silver.KEY_RULE, **(quality.rules if quality else {})}
    return (
        landed.transform(silver.emitted, source, emit, default_country=run.project.file.default_country)
        .transform(rules.check_rows, checks, table=table.name)
        .transform(versions.settled, table=table, source=source, per_key=emit.per_key)
    )


def _account(run: Run, settled: dict[str, DataFrame], in_bronze: Counts) -> None:
    """Prove that every landed row is somewhere, and keep the numbers in ops.ledger.

    Raises:
        LedgerError: a rule of the ledger does not hold; names source, table and rule.
    """
    counted = ledger.quarantined(run.storage.read(QUARANTINE.name)).collect()
    in_quarantine = {(row["table"], row["source"]): row["rows"] for row in counted}

    def accounts(name: str) -> list[ledger.Account]:
        rows = settled[name]
        held = rows.transform(partial(ledger.held_by, run.storage.read(name)), TABLES[name]).collect()
        in_table = {row["source"]: row["rows"] for row in held}
        return [
            ledger.Account(
                table=name,
                in_bronze=in_bronze[row["source"]],
                in_quarantine=in_quarantine.get((name, row["source"]), 0),
                in_table=in_table.get(row["source"], 0),
                **row.asDict(),
            )
            for row in rows.transform(ledger.tally).orderBy("source").collect()
        ]

    found = [account for part in _side_by_side(accounts, list(settled)) for account in part]
    at = datetime.now(UTC)
    entries = [{"run_id": run.run_id, "counted_at": at, **account.counts()} for account in found]
    entry = run.spark.createDataFrame(entries, LEDGER.schema)
    run.storage.append(LEDGER, entry, token=f"{run.run_id}:ledger:{at.isoformat()}")
    for account in found:
        logs.accounted(account.counts(), run_id=run.run_id)
        if account.emitted and account.quarantined == account.emitted:
            told = f"every row of source {account.source} for {account.table} is in quarantine"
            logs.notice(told, run_id=run.run_id, stage="standardise")
    for told in ledger.reasons(run.storage.read(QUARANTINE.name)):
        logs.notice(told, run_id=run.run_id, stage="standardise")
    differences = ledger.explain(found)
    if differences:
        raise LedgerError(f"{differences}. Nothing was released; report this with the project's conf.")


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
    with run.storage.scratch() as keep:
        run.storage.replace(COMPONENT, cc.components(persons, links, keep=keep))
    found = run.storage.read(COMPONENT.name)
    cc.check_components(found, persons, links)
    current = run.storage.read_or_empty(MEMBER).where("valid_to IS NULL")
    assigned = identity.assign_ids(found, current, run_id=run.run_id)
    at = F.lit(datetime.now(UTC))
    changes = identity.membership_changes(assigned, current, run_id=run.run_id, at=at)
    run.storage.merge(MEMBER, changes, when_changed=("valid_to",))
    # Read off the membership, so that a run killed between the two leaves none out and invents none.
    events = identity.events_since(
        run.storage.read(MEMBER.name), run.storage.read_or_empty(EVENT), run_id=run.run_id
    )
    run.storage.merge(EVENT, events, when_changed=())
    return _gated(run, COMPONENT.name, MEMBER.name, EVENT.name)


def publish(run: Run) -> Counts:
    """Choose the surviving values, hold gold against its gates, and only then put it in place and release it."""
    persons = run.storage.read(PERSON.name)
    members = run.storage.read(MEMBER.name)
    events = {
        table.name.removeprefix("silver."): run.storage.read(table.name)
        for table in EVENT_TABLES
        if run.storage.exists(table.name)
    }
    with run.storage.scratch() as scratch:
        attributes = survivorship.attribute_values(persons, members, survivorship=run.project.survivorship)
        ready = {ATTRIBUTE: scratch(ATTRIBUTE.name, attributes)}
        golden = survivorship.golden_records(ready[ATTRIBUTE])
        customers = c360.customer_360(golden, persons, members, events)
        ready[CUSTOMER_360] = scratch(CUSTOMER_360.name, customers)
        for name, rows in events.items():
            table = mart(TABLES[f"silver.{name}"])
            ready[table] = scratch(table.name, marts.with_entity(rows, members))
        counts = _gated_rows(run, {table.name: rows for table, rows in ready.items()})
        _side_by_side(lambda table: run.storage.replace(table, ready[table]), list(ready))
    run.storage.release(run.run_id)
    return counts


def _side_by_side(work: Callable[[Item], Result], items: list[Item]) -> list[Result]:
    """Do independent work on all items, a few at a time: while one plans, another computes."""
    with ThreadPoolExecutor(max_workers=4) as pool:
        return list(pool.map(work, items))


def _gated(run: Run, *names: str) -> Counts:
    """Count the tables' rows, and hold them against their expectations; see _gated_rows."""
    return _gated_rows(run, {name: run.storage.read(name) for name in names})


def _gated_rows(run: Run, tables: dict[str, DataFrame]) -> Counts:
    """Count rows, and hold them against their table's expectations.

    Raises:
        GateError: a table failed an expectation; the results are in ops.quality_result all the same.
    """

    def expected(name: str) -> Sequence[Expectation]:
        return run.project.quality[name].expectations if name in run.project.quality else ()

    results = [
        result
        for name, rows in tables.items()
        if expected(name)
        for result in gates.run_gate(name, rows, expected(name))
    ]
    if results:
        at = datetime.now(UTC)
        entries = [
            (run.run_id, r.table, r.expectation, r.column, r.success, r.observed, r.arguments, at)
            for r in results
        ]
        entry = run.spark.createDataFrame(entries, QUALITY_RESULT.schema)
        run.storage.append(QUALITY_RESULT, entry, token=f"{run.run_id}:{'|'.join(tables)}:{at.isoformat()}")
    failed = [r for r in results if not r.success]
    if failed:
        told = "; ".join(f"{r.table} {r.expectation} {r.column or ''} ({r.observed})" for r in failed)
        raise GateError(
            f"{told}. Mend the source or the expectation in {run.project.folder}/quality, and run again."
        )
    return {name: rows.count() for name, rows in tables.items()}


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
