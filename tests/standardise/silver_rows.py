"""Landed rows of a source, and what standardise makes of them."""

from datetime import UTC, date, datetime
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession

from cdi_spark.config import Emit, Source
from cdi_spark.quality import cleaning
from cdi_spark.quality.rules import check_rows
from cdi_spark.schema import TABLES
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.standardise import mapping, silver, versions

TODAY = date(2026, 6, 30)
ORDER = {"amount": "amount", "status": "status"}


def source(
    columns: dict[str, str], table: str = "order", emit: dict[str, Any] | None = None, **said: Any
) -> Source:
    told = {"name": "shop", "path": "x", "format": "csv", "key": "id", "load": "changes", **said}
    return Source(**told, emits=[Emit(table=table, columns=columns, **(emit or {}))])


def landed(spark: SparkSession, names: str, *rows: tuple[Any, ...]) -> DataFrame:
    """Rows of text, the first of them the key; the first value of each is the day on which it landed."""
    told = [
        (*row[1:], row[1], "a.csv", at, None, None, f"b{row[0]}", datetime(2024, 1, row[0], tzinfo=UTC))
        for at, row in enumerate(rows, 1)
    ]
    types = ", ".join(f"{name} string" for name in names.split())
    landing = "_key string, _file string, _row_number long, _fault string, _raw string, _batch string"
    return local_rows(spark, told, f"{types}, {landing}, _ingested_at timestamp")


def settle(
    bronze: DataFrame, source: Source, rules: dict[str, str] | None = None, batches: tuple[str, ...] = ()
) -> DataFrame:
    """The steps of the standardise stage, for the source's only emit."""
    [emit] = source.emits
    table = TABLES[f"silver.{emit.table}"]
    return (
        bronze.transform(mapping.current_rows, source, batches=batches)
        .transform(mapping.emit_rows, source, emit)
        .transform(silver.standardise_rows, table, mapped=emit.columns, default_country="GB", today=TODAY)
        .transform(check_rows, {**silver.KEY_RULE, **(rules or {})}, table=table.name)
        .transform(versions.resolve_versions, table=table, per_key=emit.per_key)
    )


def status_of(settled: DataFrame) -> dict[str, int]:
    return {r["_status"]: r["count"] for r in settled.groupBy("_status").count().collect()}


def quarantined(settled: DataFrame) -> list[Row]:
    return versions.quarantine_rows(settled, target="silver.x").orderBy("row_number").collect()


def rows_of(settled: DataFrame, table: str = "order") -> list[Row]:
    return versions.keep_current(settled, TABLES[f"silver.{table}"]).orderBy("record_id").collect()


def cleaned(settled: DataFrame, table: str = "person") -> list[dict[str, Any]]:
    """The rows of ops.cleaning, without the run."""
    declared = TABLES[f"silver.{table}"]
    noted = silver.noted_columns(declared)
    return cleaning.counts(settled.transform(cleaning.outcomes, table=declared.name, noted=noted).collect())


def counted(settled: DataFrame, table: str = "person") -> dict[tuple[str, str, str | None], int]:
    return {(c["column"], c["outcome"], c["reason"]): c["rows"] for c in cleaned(settled, table)}
