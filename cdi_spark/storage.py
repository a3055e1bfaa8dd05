"""The one place that reads and writes tables: Delta under a warehouse folder, named schema.table."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from cdi_spark.errors import CdiError
from cdi_spark.tables import TABLES, Table

_SCHEMAS = ("bronze", *sorted({name.split(".")[0] for name in TABLES}))
_STATS_TYPES = (T.NumericType, T.DateType, T.TimestampType, T.StringType)


class Storage:
    """Delta tables below one warehouse folder; SQL names them <prefix><schema>.<table>.

    Tables are read and written by their place, so that two warehouses never mix in one session.
    """

    def __init__(self, spark: SparkSession, warehouse: Path, *, prefix: str = "") -> None:
        self.spark = spark
        self.warehouse = warehouse.absolute()
        self._prefix = prefix

    def path(self, name: str) -> Path:
        """Where a table lies."""
        schema, table = name.split(".")
        return self.warehouse / f"{self._prefix}{schema}" / table

    def exists(self, name: str) -> bool:
        """Whether the table was ever written."""
        return (self.path(name) / "_delta_log").is_dir()

    def read(self, name: str) -> DataFrame:
        """The table as it is now.

        Raises:
            CdiError: it was never written; the message names what to run.
        """
        if not self.exists(name):
            raise CdiError(
                f"{name}: no such table in {self.warehouse}. Run `cdi run all` on this warehouse first."
            )
        return self.spark.read.format("delta").load(str(self.path(name)))

    def read_or_empty(self, table: Table) -> DataFrame:
        """The table as it is now, with no rows before it was first written."""
        if self.exists(table.name):
            return self.read(table.name)
        return self.spark.createDataFrame([], table.schema)

    def query(self, sql: str) -> DataFrame:
        """Run SQL over the tables that it names as schema.table; only those are registered with Spark."""
        named = rf"\b{self._prefix}({'|'.join(_SCHEMAS)})`?\.`?(\w+)"
        for schema, table in {(s.lower(), t.lower()) for s, t in re.findall(named, sql, re.IGNORECASE)}:
            name, place = f"{schema}.{table}", self.path(f"{schema}.{table}")
            full = f"`{self._prefix}{schema}`.`{table}`"
            if self.exists(name):
                self.spark.sql(
                    f"CREATE SCHEMA IF NOT EXISTS `{self._prefix}{schema}` LOCATION '{place.parent}'"
                )
                # Metadata only: the table lies elsewhere, and another warehouse may have had the name.
                self.spark.sql(f"DROP TABLE IF EXISTS {full}")
                self.spark.sql(f"CREATE TABLE {full} USING DELTA LOCATION '{place}'")
            elif self.spark.catalog.tableExists(full):
                self.read(name)  # refuses: Spark would find what another warehouse registered
        return self.spark.sql(sql)

    def append_once(self, name: str, rows: DataFrame, *, token: str) -> None:
        """Append rows as landed; a second append with the same token (a batch) changes nothing."""
        self._append(
            name, rows, token, {"delta.columnMapping.mode": "name", "delta.dataSkippingNumIndexedCols": "0"}
        )

    def append(self, table: Table, rows: DataFrame, *, token: str) -> None:
        """Append rows of a declared table, once a token."""
        self._append(table.name, conform(rows, table), token, _properties(table))

    def replace(self, table: Table, rows: DataFrame) -> None:
        """Make the table hold just these rows, in one commit."""
        writer = conform(rows, table).write.format("delta").mode("overwrite").options(**_properties(table))
        writer.save(str(self.path(table.name)))

    def merge(self, table: Table, rows: DataFrame, *, when_changed: Sequence[str]) -> None:
        """Upsert by the table's key: new rows in, rows that differ in a `when_changed` column updated."""
        if not self.exists(table.name):
            self.replace(table, rows)
            return
        view = f"cdi_merge_{table.name.replace('.', '_')}"
        conform(rows, table).createOrReplaceTempView(view)
        match = " AND ".join(f"t.`{c}` = s.`{c}`" for c in table.key)
        differs = " OR ".join(f"NOT t.`{c}` <=> s.`{c}`" for c in when_changed)
        update = f"WHEN MATCHED AND ({differs}) THEN UPDATE SET *" if when_changed else ""
        self.spark.sql(
            f"MERGE INTO delta.`{self.path(table.name)}` t USING {view} s ON {match} "
            f"{update} WHEN NOT MATCHED THEN INSERT *"
        )
        self.spark.catalog.dropTempView(view)

    @contextmanager
    def scratch(self) -> Iterator[Callable[[str, DataFrame], DataFrame]]:
        """A function that writes rows down under a name and reads them back; gone when the block ends."""
        folder = self.warehouse / "_scratch"

        def keep(name: str, rows: DataFrame) -> DataFrame:
            rows.write.mode("overwrite").parquet(str(folder / name))
            return self.spark.read.parquet(str(folder / name))

        try:
            yield keep
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _append(self, name: str, rows: DataFrame, token: str, properties: dict[str, str]) -> None:
        writer = rows.write.format("delta").mode("append").option("mergeSchema", "true")
        writer = writer.option("txnAppId", token).option("txnVersion", "1")
        if not self.exists(name):
            writer = writer.options(**properties)
        writer.save(str(self.path(name)))


def conform(rows: DataFrame, table: Table) -> DataFrame:
    """The table's columns in order, with their comments and exactly the declared types.

    Raises:
        CdiError: a column is missing or of another type; never cast in silence.
    """
    have = {f.name: f.dataType for f in rows.schema}
    for column in table.columns:
        if column.name not in have:
            raise CdiError(
                f"{table.name}: {column.name} is missing. Add it in the stage that writes the table."
            )
        if have[column.name].simpleString() != column.type.simpleString():
            raise CdiError(
                f"{table.name}: {column.name} is {have[column.name].simpleString()}, wants "
                f"{column.type.simpleString()}. Cast it in the stage that writes the table, or change "
                f"{table.name} in cdi_spark/tables.py."
            )
    return rows.select(
        *(F.col(f"`{c.name}`").alias(c.name, metadata={"comment": c.comment}) for c in table.columns)
    )


def _properties(table: Table) -> dict[str, str]:
    """Statistics in the log only of columns that say nothing about a person: VACUUM does not reach the log."""
    plain = [c.name for c in table.columns if c.pii == "none" and isinstance(c.type, _STATS_TYPES)]
    if not plain:
        return {"delta.dataSkippingNumIndexedCols": "0"}
    return {"delta.dataSkippingStatsColumns": ",".join(f"`{name}`" for name in plain)}
