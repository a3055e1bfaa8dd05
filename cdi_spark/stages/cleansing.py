"""The stage standardise: bronze to silver, quarantine and ledger."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark import logs
from cdi_spark.config import Emit, Source
from cdi_spark.errors import CdiError, LedgerError
from cdi_spark.ingest.files import told_as_source
from cdi_spark.parallel import side_by_side
from cdi_spark.quality import ledger, rules
from cdi_spark.rows import local_rows
from cdi_spark.stages.run import Counts, Run, gated, last_delivery
from cdi_spark.standardise import settled as versions
from cdi_spark.standardise import silver
from cdi_spark.tables import LEDGER, PERSON, QUARANTINE, TABLES, Table


def standardise(run: Run) -> Counts:
    """Emit, standardise and check bronze rows; merge what passes into silver, quarantine the rest."""
    emits: dict[str, list[tuple[Source, Emit]]] = {}
    for source in run.project.sources:
        for emit in source.emits:
            emits.setdefault(f"silver.{emit.table}", []).append((source, emit))
    spoken = dict(
        zip(
            [source.name for source in run.project.sources],
            side_by_side(partial(_spoken, run), run.project.sources),
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
                told = [name for name in ("content_hash", "record_id") if name in table.names]
                run.storage.merge(table, rows.unionByName(gone), when_changed=told)

        settled = dict(zip(emits, side_by_side(settle, list(emits)), strict=True))
        side_by_side(into_silver, list(emits))
        failed = [rows.transform(versions.quarantine_rows, target=name) for name, rows in settled.items()]
        run.storage.replace(QUARANTINE, versions.union(failed))
        _account(run, settled, {name: rows.count() for name, rows in spoken.items()})
    return gated(run, *emits, QUARANTINE.name)


def _spoken(run: Run, source: Source) -> DataFrame:
    delivery = last_delivery(run, source)
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

    found = [account for part in side_by_side(accounts, list(settled)) for account in part]
    at = datetime.now(UTC)
    entries = [{"run_id": run.run_id, "counted_at": at, **account.counts()} for account in found]
    entry = local_rows(run.spark, entries, LEDGER.schema)
    run.storage.append(LEDGER, entry)
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
