"""The stage standardise: bronze to silver, quarantine and ledger."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from cdi_spark.config import Emit, Source
from cdi_spark.connectors.files.deliveries import told_as_source
from cdi_spark.errors import CdiError, LedgerError
from cdi_spark.monitoring import logs
from cdi_spark.pipeline.last_runs import Counts
from cdi_spark.pipeline.run import Run, check_and_count
from cdi_spark.quality import cleaning, ledger, rules
from cdi_spark.schema import (
    CLEANING,
    LEDGER,
    PERSON,
    QUARANTINE,
    TABLES,
    Table,
)
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.spark.parallel import side_by_side
from cdi_spark.standardise import mapping, silver, versions


def standardise(run: Run, names: Collection[str]) -> Counts:
    """Emit, standardise and check bronze rows; merge what passes into silver, quarantine the rest.

    Args:
        names: the silver tables.
    """
    of_all = run.project.emits
    emits = {name: emitted for name, emitted in of_all.items() if name in names}
    kept = sorted(of_all.keys() - emits.keys())
    sources = {source.name: source for emitted in emits.values() for source, _ in emitted}
    logs.doing("finding the rows that landed")
    landed = _landed(run, sources)
    spoken = {name: _spoken(run, source, landed[name]) for name, source in sources.items()}
    with run.storage.scratch() as scratch:

        def settle(name: str) -> DataFrame:
            """Checked once and written down: the table, the quarantine and the ledger all read it."""
            return scratch(name, _settled(run, TABLES[name], emits[name], spoken))

        def into_silver(name: str) -> None:
            table = TABLES[name]
            rows = settled[name].transform(versions.held, table)
            by = ["content_hash", "record_id", "updated_at", "trust", "is_deleted"]
            by = [column for column in by if column in table.names and column not in table.key]
            if run.storage.exists(name):
                current = run.storage.read_or_empty(table)
                gone = current.transform(
                    versions.absent, settled[name], table, sources=run.project.sources
                ).withColumn("is_deleted" if table is PERSON else "_gone", F.lit(True))
                rows = rows.transform(versions.differing, current, table, by=by).unionByName(gone)
            run.storage.merge(table, rows, when_changed=by)

        settled = dict(zip(emits, side_by_side(settle, list(emits), doing="checking {}".format), strict=True))
        side_by_side(into_silver, list(emits), doing="writing {}".format)
        logs.doing("setting aside rows that fail a rule")
        failed = [rows.transform(versions.quarantine_rows, target=name) for name, rows in settled.items()]
        run.storage.replace_but(QUARANTINE, "target", kept, versions.union(failed))
        _count_cleaning(run, settled)
        logs.doing("accounting for every row that landed")
        _account(run, settled, {name: _count(spoken[name], landed[name]) for name in sources})
    return check_and_count(run, *emits, QUARANTINE.name)


@dataclass(frozen=True)
class _Landed:
    """What bronze holds of a source: rows by batch, and the batches of the newest delivery."""

    rows: dict[str, int]
    newest: list[str]
    is_snapshot: bool

    @property
    def earlier(self) -> bool:
        """Whether there are batches of earlier deliveries too."""
        return bool(self.rows.keys() - set(self.newest))


def _landed(run: Run, sources: Mapping[str, Source]) -> dict[str, _Landed]:
    """What sources have landed, by name.

    Raises:
        CdiError: nothing of a source.
    """
    deliveries = run.newest_deliveries()
    for name in sources:
        if name not in deliveries:
            raise CdiError(f"bronze.{name}: nothing has landed yet. Run the stage ingest first.")
    by_batch = versions.union(
        [run.storage.read(f"bronze.{name}").select(F.lit(name).alias("source"), "_batch") for name in sources]
    )
    rows: dict[str, dict[str, int]] = {name: {} for name in sources}
    for row in by_batch.groupBy("source", "_batch").count().collect():
        rows[row["source"]][row["_batch"]] = row["count"]
    return {
        name: _Landed(rows[name], deliveries[name]["batches"], source.load == "snapshot")
        for name, source in sources.items()
    }


def _count(spoken: DataFrame, landed: _Landed) -> int:
    """How many landed rows speak, counted in bronze."""
    # Of a snapshot some rows of earlier deliveries may speak too.
    if landed.earlier and landed.is_snapshot:
        return spoken.count()
    return sum(landed.rows.values())


def _spoken(run: Run, source: Source, landed: _Landed) -> DataFrame:
    bronze = run.storage.read(f"bronze.{source.name}")
    with told_as_source(source):
        return bronze.transform(
            mapping.current_rows, source, batches=landed.newest, has_earlier=landed.earlier
        )


def _settled(
    run: Run, table: Table, emits: list[tuple[Source, Emit]], spoken: dict[str, DataFrame]
) -> DataFrame:
    """Rows of all sources go through each step together, apart only where they are put in order by other types."""
    quality = run.project.quality.get(table.name)
    checks = {**silver.KEY_RULE, **(quality.rules if quality else {})}
    mapped = {name for _, emit in emits for name in emit.columns}
    alike: dict[tuple[str, str], list[DataFrame]] = {}
    for source, emit in emits:
        rows = spoken[source.name].transform(mapping.emitted, source, emit, mapped=mapped)
        order = rows.schema["_order"].dataType.simpleString()
        alike.setdefault((emit.per_key, order), []).append(rows)
    return versions.union(
        [
            versions.union(parts)
            .transform(
                silver.standardised, table, mapped=mapped, default_country=run.project.file.default_country
            )
            .transform(rules.check_rows, checks, table=table.name)
            .transform(versions.settled, table=table, per_key=per_key)
            for (per_key, _), parts in alike.items()
        ]
    )


def _count_cleaning(run: Run, settled: dict[str, DataFrame]) -> None:
    """Keep in ops.cleaning what value rules changed and dropped."""
    at = datetime.now(UTC)
    rows = versions.union([rows.transform(cleaning.outcomes, table=name) for name, rows in settled.items()])
    noted = {name: silver.noted_columns(TABLES[name]) for name in settled}
    entries = [
        {"run_id": run.run_id, "counted_at": at, **count} for count in cleaning.counts(rows.collect(), noted)
    ]
    run.storage.append(CLEANING, local_rows(run.spark, entries, CLEANING.schema))


def _account(run: Run, settled: dict[str, DataFrame], in_bronze: Counts) -> None:
    """Prove that every landed row is somewhere, and keep the numbers in ops.ledger.

    Raises:
        LedgerError: a rule of the ledger does not hold; names source, table and rule.
    """

    def of_all(count: Callable[[str], DataFrame]) -> DataFrame:
        return versions.union([count(name).withColumn("table", F.lit(name)) for name in settled])

    def held(name: str) -> DataFrame:
        return settled[name].transform(partial(ledger.held_by, run.storage.read(name)), TABLES[name])

    quarantine = run.storage.read(QUARANTINE.name).where(F.col("target").isin(*settled))
    # A query each for all tables.
    tallies, in_table, in_quarantine = side_by_side(
        DataFrame.collect,
        [
            of_all(lambda name: settled[name].transform(ledger.tally)),
            of_all(held),
            ledger.quarantined(quarantine),
        ],
    )

    def rows_of(counts: list[Row], tally: Row, table: str = "table") -> int:
        where = (tally["table"], tally["source"])
        return sum(row["rows"] for row in counts if (row[table], row["source"]) == where)

    found = [
        ledger.Account(
            in_bronze=in_bronze[tally["source"]],
            in_quarantine=rows_of(in_quarantine, tally, "target"),
            in_table=rows_of(in_table, tally),
            **tally.asDict(),
        )
        for tally in sorted(tallies, key=lambda row: (row["table"], row["source"]))
    ]
    at = datetime.now(UTC)
    entries = [{"run_id": run.run_id, "counted_at": at, **account.counts()} for account in found]
    entry = local_rows(run.spark, entries, LEDGER.schema)
    run.storage.append(LEDGER, entry)
    for account in found:
        logs.accounted(account.counts(), run_id=run.run_id)
        if account.emitted and account.quarantined == account.emitted:
            told = f"every row of source {account.source} for {account.table} is in quarantine"
            logs.notice(told, run_id=run.run_id, stage="standardise")
    for told in ledger.reasons(in_quarantine):
        logs.quarantined(told, run_id=run.run_id)
    differences = ledger.explain(found)
    if differences:
        raise LedgerError(f"{differences}. Nothing was released; report this with the project's conf.")
