"""The stage standardise: map, standardise and check bronze rows; write silver, quarantine and ledger."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from cdi_spark.config import Emit, Source
from cdi_spark.connectors.files.deliveries import as_source_errors
from cdi_spark.errors import CdiError, LedgerError
from cdi_spark.monitoring import logs
from cdi_spark.pipeline.gates import check_and_count
from cdi_spark.pipeline.last_runs import Counts
from cdi_spark.pipeline.run import Run
from cdi_spark.quality import cleaning, ledger, rules
from cdi_spark.schema import CLEANING, LEDGER, PERSON, QUARANTINE, TABLES, Table
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.spark.parallel import side_by_side
from cdi_spark.standardise import mapping, silver, versions


def standardise(run: Run, names: Collection[str]) -> Counts:
    """Map, standardise and check bronze rows; merge rows that pass into silver, and write the others to quarantine.

    Args:
        names: the silver tables.
    """
    of_all = run.project.emits
    emits = {name: emitted for name, emitted in of_all.items() if name in names}
    unchanged = sorted(of_all.keys() - emits.keys())
    sources = {source.name: source for emitted in emits.values() for source, _ in emitted}
    logs.doing("finding new rows in bronze")
    landed = _landed(run, sources)
    current = {name: _current_rows(run, source, landed[name]) for name, source in sources.items()}
    with run.storage.scratch() as materialise:

        def check(name: str) -> DataFrame:
            """Computed once: the table, the quarantine and the ledger read these rows."""
            return materialise(name, _checked_rows(run, TABLES[name], emits[name], current))

        def merge_into_silver(name: str) -> None:
            table = TABLES[name]
            rows = checked[name].transform(versions.keep_current, table)
            by = ["content_hash", "record_id", "updated_at", "trust", "is_deleted"]
            by = [column for column in by if column in table.names and column not in table.key]
            if run.storage.exists(name):
                silver_rows = run.storage.read_or_empty(table)
                gone = silver_rows.transform(
                    versions.find_absent, checked[name], table, sources=run.project.sources
                ).withColumn("is_deleted" if table is PERSON else "_gone", F.lit(True))
                rows = rows.transform(versions.keep_changed, silver_rows, table, by=by).unionByName(gone)
            run.storage.merge(table, rows, when_changed=by)

        checked = dict(zip(emits, side_by_side(check, list(emits), doing="checking {}".format), strict=True))
        side_by_side(merge_into_silver, list(emits), doing="writing {}".format)
        logs.doing("writing rows that fail a rule to quarantine")
        failed = [rows.transform(versions.quarantine_rows, target=name) for name, rows in checked.items()]
        run.storage.replace_except(QUARANTINE, "target", unchanged, versions.union(failed))
        _write_cleaning_counts(run, checked)
        logs.doing("accounting for every row of bronze")
        _write_ledger(run, checked, {name: _count(current[name], landed[name]) for name in sources})
    return check_and_count(run, *emits, QUARANTINE.name)


@dataclass(frozen=True)
class _Landed:
    """The rows of a source in bronze.

    Attributes:
        rows: number of rows by batch.
        newest: the batches of the newest delivery.
    """

    rows: dict[str, int]
    newest: list[str]
    is_snapshot: bool

    @property
    def earlier(self) -> bool:
        """Whether bronze has batches of earlier deliveries too."""
        return bool(self.rows.keys() - set(self.newest))


def _landed(run: Run, sources: Mapping[str, Source]) -> dict[str, _Landed]:
    """Return by source its rows in bronze.

    Raises:
        CdiError: a source has none.
    """
    deliveries = run.newest_deliveries()
    for name in sources:
        if name not in deliveries:
            raise CdiError(f"bronze.{name}: no rows yet. Run the stage ingest first.")
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


def _count(current: DataFrame, landed: _Landed) -> int:
    """Return how many rows of bronze are current."""
    # Of a snapshot, some rows of earlier deliveries may be current too.
    if landed.earlier and landed.is_snapshot:
        return current.count()
    return sum(landed.rows.values())


def _current_rows(run: Run, source: Source, landed: _Landed) -> DataFrame:
    bronze = run.storage.read(f"bronze.{source.name}")
    with as_source_errors(source):
        return bronze.transform(
            mapping.current_rows, source, batches=landed.newest, has_earlier=landed.earlier
        )


def _checked_rows(
    run: Run, table: Table, emits: list[tuple[Source, Emit]], current: dict[str, DataFrame]
) -> DataFrame:
    """Return the rows of a table, mapped, standardised, checked, and with the status of each version.

    All sources go through each step together, except those whose versions are ordered by different types.
    """
    quality = run.project.quality.get(table.name)
    checks = {**silver.KEY_RULE, **(quality.rules if quality else {})}
    mapped = {name for _, emit in emits for name in emit.columns}
    alike: dict[tuple[str, str], list[DataFrame]] = {}
    counted: set[str] = set()
    for source, emit in emits:
        rows = current[source.name].transform(
            mapping.emit_rows, source, emit, mapped=mapped, counted=source.name not in counted
        )
        counted.add(source.name)
        order = rows.schema["_order"].dataType.simpleString()
        alike.setdefault((emit.per_key, order), []).append(rows)
    return versions.union(
        [
            versions.union(parts)
            .transform(
                silver.standardise_rows,
                table,
                mapped=mapped,
                default_country=run.project.file.default_country,
                today=run.day,
            )
            .transform(rules.check_rows, checks, table=table.name)
            .transform(versions.resolve_versions, table=table, per_key=per_key)
            for (per_key, _), parts in alike.items()
        ]
    )


def _write_cleaning_counts(run: Run, checked: dict[str, DataFrame]) -> None:
    """Append to ops.cleaning how many values the value rules changed and dropped, and report what was lost."""
    at = datetime.now(UTC)
    rows = versions.union(
        [
            rows.transform(cleaning.outcomes, table=name, noted=silver.noted_columns(TABLES[name]))
            for name, rows in checked.items()
        ]
    )
    found = cleaning.counts(rows.collect())
    entries = [{"run_id": run.run_id, "counted_at": at, **count} for count in found]
    run.storage.append(CLEANING, local_rows(run.spark, entries, CLEANING.schema))
    for loss, count in cleaning.losses(found):
        logs.dropped(loss, rows=count, run_id=run.run_id)


def _write_ledger(run: Run, checked: dict[str, DataFrame], in_bronze: Counts) -> None:
    """Check that every row of bronze is accounted for, and append the numbers to ops.ledger.

    Raises:
        LedgerError: a rule of the ledger fails; names source, table and rule.
    """

    def of_all(count: Callable[[str], DataFrame]) -> DataFrame:
        return versions.union([count(name).withColumn("table", F.lit(name)) for name in checked])

    def held(name: str) -> DataFrame:
        return checked[name].transform(partial(ledger.held_by, run.storage.read(name)), TABLES[name])

    quarantine = run.storage.read(QUARANTINE.name).where(F.col("target").isin(*checked))
    # One query each, for all tables together.
    tallies, in_table, in_quarantine = side_by_side(
        DataFrame.collect,
        [
            of_all(lambda name: checked[name].transform(ledger.tally)),
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
            notice = f"all rows of source {account.source} for {account.table} are in quarantine"
            logs.notice(notice, run_id=run.run_id, stage="standardise")
    for reason in ledger.reasons(in_quarantine):
        logs.quarantined(reason, run_id=run.run_id)
    differences = ledger.explain(found)
    if differences:
        raise LedgerError(
            f"{differences}. Nothing was released. This is a fault of the program: report it with the project's conf."
        )
