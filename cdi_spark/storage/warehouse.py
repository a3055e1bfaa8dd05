"""Storage: the one object that reads and writes tables, named schema.table."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from pyspark.sql import DataFrame, Row, SparkSession

from cdi_spark.schema import Table
from cdi_spark.spark.local_rows import Materialise
from cdi_spark.spark.parallel import side_by_side
from cdi_spark.spark.parsed_plans import parsed_plan
from cdi_spark.sql.reading import check_plan, check_reading
from cdi_spark.sql_text import tables_read
from cdi_spark.storage.location import Location
from cdi_spark.storage.releases import Release, Releases
from cdi_spark.storage.scratch import Scratch
from cdi_spark.storage.session_catalog import SessionCatalog
from cdi_spark.storage.tables import Tables
from cdi_spark.storage.write_guard import WriteGuard


class Storage:
    """Delta tables, releases and scratch rows below one warehouse, or in a catalog; see Location."""

    def __init__(
        self, spark: SparkSession, warehouse: str | Path, *, catalog: str = "", prefix: str = ""
    ) -> None:
        self._location = Location(spark, warehouse, catalog=catalog, prefix=prefix)
        self.spark = spark
        self.warehouse = self._location.warehouse
        self._guard = WriteGuard()
        own = hashlib.sha256(self.warehouse.encode()).hexdigest()[:8]
        self._scratch = Scratch(
            spark,
            self._location.schema_address(f"cdi_scratch_{own}"),
            path=None if catalog else self.path_of("_scratch"),
            guard=self._guard,
        )
        self._tables = Tables(self._location, self._scratch, self._guard)
        self._names = SessionCatalog(self._location)
        self._releases = Releases(self._location, self._tables, self._names)

    # Reading

    def address(self, name: str) -> str:
        """Return the SQL name of the table that holds `name` (schema.table)."""
        return self._location.address(name)

    def exists(self, name: str) -> bool:
        """Return whether the table was ever written."""
        return self._location.exists(name)

    def read(
        self, name: str, *, version: int | None = None, instead: Mapping[str, DataFrame] | None = None
    ) -> DataFrame:
        """Read the table or view as it is now, or the table as it was at a version.

        A column that was declared after the table was written is null.

        Args:
            instead: rows that a view reads in place of the tables of these names.
        Raises:
            CdiError: it was never written; the message names the command that writes it.
        """
        return self._tables.read(name, version=version, instead=instead or {})

    def read_or_empty(self, table: Table) -> DataFrame:
        """Read the table as it is now, without rows if it was never written.

        A column that was declared after the table was written is null.
        """
        return self._tables.read_or_empty(table)

    def counts(self, *names: str) -> dict[str, int]:
        """Return how many rows tables have now, in a query each: Delta then counts by the log alone."""
        return dict(zip(names, side_by_side(lambda name: self.read(name).count(), names), strict=True))

    def versions(self, names: Iterable[str]) -> dict[str, int]:
        """Return the newest version of each of these tables that was ever written."""
        return self._location.versions(names)

    def query(self, sql: str, *, reads_only: bool = False) -> DataFrame:
        """Run SQL over the tables that it names as schema.table; gold is as of the newest release.

        Args:
            reads_only: refuse what does more than read these tables; see check_reading().
        Raises:
            RefusedSqlError: it does more.
        """
        schemas = self._location.schemas
        checked = check_reading(sql, schemas, catalog=self._location.catalog) if reads_only else None
        tables = checked.tables if checked else tables_read(sql, schemas)
        if self._location.catalog:
            self.spark.catalog.setCurrentCatalog(self._location.catalog)
        release: Row | None = None
        for schema, table in tables:
            name = f"{schemas[schema]}.{table}"
            if schemas[schema] == "gold":
                # One look for all tables: a release in between must not mix two.
                release = release or self._releases.newest_row()
                self._releases.register(name, release["versions"])
            elif not self._location.catalog:
                self._names.register_table(name)
        if checked is None:
            return self.spark.sql(sql)
        if checked.inner:
            check_plan(parsed_plan(self.spark, checked.inner), checked, catalog=self._location.catalog)
        return self.spark.sql(checked.text)

    # Writing

    def append_once(self, name: str, rows: DataFrame, *, token: str) -> None:
        """Append rows as landed; a second append with the same token (a batch) changes nothing."""
        self._tables.append_landed(name, rows, token)

    def append(self, table: Table, rows: DataFrame, *, token: str | None = None, step: int = 1) -> None:
        """Append rows of a declared table; with a token, once per token and step.

        To know earlier tokens, Delta has to compute the whole state of the table.

        Raises:
            ConflictError: another writer appended with this token at the same time.
        """
        self._tables.append(table, rows, token, step)

    def replace(self, table: Table, rows: DataFrame) -> None:
        """Make these the only rows of the table, in one commit."""
        self._tables.replace(table, rows)

    def replace_keys(self, table: Table, keys: DataFrame, rows: DataFrame) -> None:
        """Make these the only rows of some keys; other rows of these keys are deleted.

        One commit where the keys are the table's own; else two, since a merge by more columns costs several times
        as much.

        Args:
            keys: distinct values of some of the table's columns, computed once.
            rows: only rows of these keys, computed once; none of them need exist already.
        """
        self._tables.replace_keys(table, keys, rows)

    def replace_except(self, table: Table, column: str, kept: Sequence[str], rows: DataFrame) -> None:
        """Replace the table's rows, except those with some values in a column; in one commit.

        Args:
            column: of text, none of whose values is a person's: Delta's log keeps them.
            kept: the values of rows to keep.
            rows: the new rows, none of them with these values.
        """
        self._tables.replace_except(table, column, kept, rows)

    def merge(self, table: Table, rows: DataFrame, *, when_changed: Sequence[str]) -> None:
        """Upsert by the table's key, in one commit.

        New rows are inserted, rows that differ in a `when_changed` column are updated; if `rows` has a column
        `_gone`, rows where it is true are deleted. Without rows there is no commit.
        """
        self._tables.merge(table, rows, when_changed)

    def guarded(self, check: Callable[[], None]) -> AbstractContextManager[None]:
        """Run a check before each write of the block; it raises an error if nothing more may be written."""
        return self._guard.checking(check)

    # Releases

    def release(self, release_id: str) -> None:
        """Commit a release: from here on, readers of gold see the tables as they are now."""
        self._releases.commit(release_id)

    def newest_release(self) -> Release:
        """Return the newest release, to read from it.

        Raises:
            CdiError: nothing was released yet.
        """
        return self._releases.newest()

    def as_released(self, *names: str) -> str | None:
        """Return the newest release if these tables of silver, entities and gold are still as it has them.

        Returns:
            Its release_id; None if one of the tables changed since, or nothing was released.
        """
        return self._releases.unchanged_since(names)

    def show_release(self) -> str:
        """Make all of gold of the newest release views in this session's catalog.

        Returns:
            Its release_id.
        Raises:
            CdiError: nothing was released yet.
        """
        return self._releases.register_all()

    @property
    def gold_schema(self) -> str:
        """The schema in which readers find gold."""
        return f"{self._location.prefix}gold"

    # Beside the tables

    def scratch(self, *, few: bool = False) -> AbstractContextManager[Materialise]:
        """Open scratch for a block: a function that computes rows once for all that read them; see Scratch.opened()."""
        return self._scratch.opened(few=few)

    def materialise_to_disk(self, name: str, rows: DataFrame) -> DataFrame:
        """Compute rows once within scratch(), however few; see Scratch.write()."""
        return self._scratch.write(name, rows)

    def path_of(self, folder: str) -> str:
        """Return the path of a folder of the warehouse."""
        return self._location.path_of(folder)

    def write_report(self, name: str, page: str) -> Path | None:
        """Write a page under reports/ beside the tables; None if these lie in no folder of this machine."""
        folder = Path(self.warehouse)
        if not folder.is_dir():
            return None
        file = folder / "reports" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(page, encoding="utf-8")
        return file
