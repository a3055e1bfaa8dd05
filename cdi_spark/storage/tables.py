"""Reading and writing Delta tables in their declared shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pyspark.sql import DataFrame, DataFrameWriter
from pyspark.sql import functions as F

from cdi_spark.errors import ConflictError
from cdi_spark.schema import TABLES, Table
from cdi_spark.spark.delta_errors import is_conflict
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.spark.profile import DELETION_VECTORS
from cdi_spark.sql_text import literal, quote
from cdi_spark.storage.declared import conform, keys_match, merge_clauses, properties, view_over
from cdi_spark.storage.location import Location
from cdi_spark.storage.scratch import Scratch
from cdi_spark.storage.write_guard import WriteGuard

LANDED_ROWS_PER_FILE = 100_000
_LANDED_PROPERTIES = {"delta.columnMapping.mode": "name", "delta.dataSkippingNumIndexedCols": "0"}


class Tables:
    """The tables of a location; Storage documents what its methods promise."""

    def __init__(self, location: Location, scratch: Scratch, guard: WriteGuard) -> None:
        self._location = location
        self._spark = location.spark
        self._scratch = scratch
        self._guard = guard

    def read(self, name: str, *, version: int | None, instead: Mapping[str, DataFrame]) -> DataFrame:
        """Read a table or view as it is now, or a table as it was at a version."""
        if name in TABLES and TABLES[name].view:
            return self._view(TABLES[name], instead)
        self._location.require(name)
        if version is None:
            return _with_later_columns(self._spark.table(self._location.address(name)), TABLES.get(name))
        rows = self._spark.sql(f"SELECT * FROM {self._location.address(name)} VERSION AS OF {version:d}")
        return _with_later_columns(rows, TABLES.get(name))

    def read_or_empty(self, table: Table) -> DataFrame:
        """Read a table as it is now, without rows if it does not exist."""
        if not self._location.exists(table.name):
            return local_rows(self._spark, [], table.schema)
        return _with_later_columns(self._spark.table(self._location.address(table.name)), table)

    def append_landed(self, name: str, rows: DataFrame, token: str) -> None:
        """Append rows as they landed, once per token."""
        # One task reads one CSV file; several tasks standardise the rows that it landed.
        writer = rows.write.option("maxRecordsPerFile", str(LANDED_ROWS_PER_FILE))
        self._append(writer, name, token, 1, _LANDED_PROPERTIES)

    def append(self, table: Table, rows: DataFrame, token: str | None, step: int) -> None:
        """Append rows of a declared table; with a token, once per token and step."""
        self._append(conform(rows, table).write, table.name, token, step, properties(table))

    def replace(self, table: Table, rows: DataFrame) -> None:
        """Make these the only rows of the table, in one commit."""
        # To overwrite, Delta looks up the files to remove, even where there is no table yet.
        mode = "overwrite" if self._location.exists(table.name) else "append"
        writer = conform(rows, table).write.mode(mode)
        self._save(writer.options(overwriteSchema="true", **properties(table)), table.name)

    def replace_keys(self, table: Table, keys: DataFrame, rows: DataFrame) -> None:
        """Make these the only rows of some keys."""
        if not self._location.exists(table.name):
            self.replace(table, rows)
        elif keys.columns == list(table.key):
            ready = conform(rows, table).withColumn("_gone", F.lit(False))
            change = keys.join(ready, keys.columns, "left").fillna({"_gone": True})
            self._merge(table, change, merge_clauses(table, has_gone=True, when_changed=None))
        else:
            self._merge(table, keys, "WHEN MATCHED THEN DELETE", by=keys.columns)
            self.append(table, rows, None, 1)

    def replace_except(self, table: Table, column: str, kept: Sequence[str], rows: DataFrame) -> None:
        """Make these the only rows of the table beside those with some values in a column, in one commit."""
        if not kept or not self._location.exists(table.name):
            self.replace(table, rows)
            return
        values = ", ".join(map(literal, kept))
        writer = conform(rows, table).write.mode("overwrite").option("mergeSchema", "true")
        self._save(writer.option("replaceWhere", f"{quote(column)} NOT IN ({values})"), table.name)

    def merge(self, table: Table, rows: DataFrame, when_changed: Sequence[str]) -> None:
        """Upsert by the table's key, in one commit."""
        has_gone = "_gone" in rows.columns
        if not self._location.exists(table.name):
            self.replace(table, rows.where("NOT _gone") if has_gone else rows)
            return
        source = conform(rows, table, also=("_gone",) if has_gone else ())
        # MERGE plans and reads its source several times.
        with self._scratch.materialised(f"merge_{table.name}", source) as change:
            if not change.isEmpty():
                self._merge(table, change, merge_clauses(table, has_gone=has_gone, when_changed=when_changed))

    def _append(
        self, writer: DataFrameWriter, name: str, token: str | None, step: int, properties: Mapping[str, str]
    ) -> None:
        writer = writer.mode("append").option("mergeSchema", "true")
        if token is not None:
            writer = writer.option("txnAppId", token).option("txnVersion", str(step))
        if not self._location.exists(name):
            writer = writer.options(**properties)
        self._save(writer, name)

    def _save(self, writer: DataFrameWriter, name: str) -> None:
        address = self._location.address(name)
        with self._writing(name):
            if self._location.catalog:
                self._spark.sql(f"CREATE SCHEMA IF NOT EXISTS {address.rpartition('.')[0]}")
                writer.format("delta").saveAsTable(address)
            else:
                # By name, Spark appends only to a path that already holds a table.
                writer.format("delta").save(self._location.table_path(name))

    def _merge(self, table: Table, source: DataFrame, clauses: str, *, by: Sequence[str] = ()) -> None:
        """Run a MERGE of rows that are computed once, by some columns or by the table's key."""
        address, view = self._location.address(table.name), f"cdi_merge_{table.name.replace('.', '_')}"
        with self._writing(table.name):
            self._enable_deletion_vectors(address)
            source.createOrReplaceTempView(view)
            # With schema evolution: a column may have been declared after the table was first written.
            try:
                self._spark.sql(
                    f"MERGE WITH SCHEMA EVOLUTION INTO {address} t USING {view} s "
                    f"ON {keys_match(by or table.key)} {clauses}"
                )
            finally:
                self._spark.catalog.dropTempView(view)

    @contextmanager
    def _writing(self, name: str) -> Iterator[None]:
        """Check that the block may write a table, and report a conflict with another writer.

        Raises:
            ConflictError: another writer changed the table at the same time.
        """
        self._guard.check()
        try:
            yield
        except Exception as fault:
            if not is_conflict(fault):
                raise
            raise ConflictError(f"{name}: another writer changed it at the same time. Run again.") from None

    def _enable_deletion_vectors(self, address: str) -> None:
        """Let a change mark rows in the files of a table that was small when it was made and no longer is."""
        if self._spark.conf.get(DELETION_VECTORS, "false") == "true":
            setting = "delta.enableDeletionVectors"
            found = self._spark.sql(f"SHOW TBLPROPERTIES {address} ('{setting}')").collect()
            if found[0]["value"] != "true":
                self._spark.sql(f"ALTER TABLE {address} SET TBLPROPERTIES ('{setting}' = 'true')")

    def _view(self, table: Table, instead: Mapping[str, DataFrame]) -> DataFrame:
        """Read a view over the tables as they are now, or over other rows in place of some."""
        given: dict[str, Any] = {name.replace(".", "_"): rows for name, rows in instead.items()}

        def rows_of(name: str) -> str | None:
            if name in instead:
                return f"SELECT * FROM {{{name.replace('.', '_')}}}"
            return f"SELECT * FROM {self._location.address(name)}" if self._location.exists(name) else None

        return self._spark.sql(view_over(table, rows_of), **given)


def _with_later_columns(rows: DataFrame, table: Table | None) -> DataFrame:
    """Add the columns, null, that were declared after the rows were written.

    Args:
        table: None for rows as they landed, which have no declared columns.
    """
    if table is None:
        return rows
    there = set(rows.columns)
    later = {c.name: F.lit(None).cast(c.type) for c in table.columns if c.name not in there}
    return rows.withColumns(later) if later else rows
