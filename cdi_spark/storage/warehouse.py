"""The one place that reads and writes tables: Delta by path, URI or catalog, named schema.table."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, DataFrameWriter, Row, SparkSession
from pyspark.sql import functions as F

from cdi_spark.errors import CdiError, ConflictError
from cdi_spark.schema import (
    RELEASE,
    SCHEMAS,
    TABLES,
    Table,
)
from cdi_spark.spark.local_rows import Materialise, local_rows
from cdi_spark.spark.parallel import side_by_side
from cdi_spark.spark.profile import DELETION_VECTORS
from cdi_spark.storage.declared import (
    comments,
    conform,
    escaped,
    merge_clauses,
    properties,
    same,
    view_over,
)
from cdi_spark.storage.scratch import Scratch

# With a catalog, the name gold.customer_360 is a view for readers, pinned to the last release; what the view
# reads lies under this schema.
_GOLD_IN_CATALOG = "gold_versions"
LANDED_ROWS_A_FILE = 100_000


@dataclass(frozen=True)
class Release:
    """Gold as one release has it: what is read of it belongs together, whatever is released meanwhile.

    Attributes:
        release_id: the run that made it.
        released_at: when, UTC.
        read: a table or view of gold by its name; CdiError where the release has no such table.
    """

    release_id: str
    released_at: datetime
    read: Callable[[str], DataFrame]


class Storage:
    """Delta tables below one warehouse (a path or a URI that Spark can write), or in a catalog.

    Without a catalog, tables are read and written by their place, so that two warehouses never mix in one
    session. With one, they are <catalog>.<prefix><schema>.<table>, and the warehouse holds scratch files only.
    """

    def __init__(
        self, spark: SparkSession, warehouse: str | Path, *, catalog: str = "", prefix: str = ""
    ) -> None:
        self.spark = spark
        self.warehouse = str(warehouse) if "://" in str(warehouse) else str(Path(warehouse).absolute())
        self._catalog = catalog
        self._prefix = prefix
        schema = f"{prefix}cdi_scratch_{hashlib.sha256(self.warehouse.encode()).hexdigest()[:8]}"
        self._scratch = (
            Scratch(spark, f"`{catalog}`.`{schema}`", place=None)
            if catalog
            else Scratch(spark, f"`{schema}`", place=self.place_of("_scratch"))
        )

    def address(self, name: str) -> str:
        """How SQL names the table that holds `name` (schema.table)."""
        schema, table = name.split(".")
        if self._catalog:
            inside = _GOLD_IN_CATALOG if schema == "gold" else schema
            return f"`{self._catalog}`.`{self._prefix}{inside}`.`{table}`"
        return f"delta.`{self._table_place(name)}`"

    def exists(self, name: str) -> bool:
        """Whether the table was ever written."""
        if self._is_in_folder:
            return bool(self._commits(name))
        try:
            return self.spark.catalog.tableExists(self.address(name))
        except AnalysisException as fault:
            if fault.getCondition() in ("DELTA_MISSING_DELTA_TABLE", "PATH_NOT_FOUND"):
                return False
            raise

    def read(
        self, name: str, *, version: int | None = None, instead: Mapping[str, DataFrame] | None = None
    ) -> DataFrame:
        """The table or view as it is now, or the table as it was at a version.

        Args:
            instead: rows that a view is to see of tables that it names, by these.
        Raises:
            CdiError: it was never written; the message names what to run.
        """
        if name in TABLES and TABLES[name].view:
            return self._viewed(TABLES[name], instead or {})
        if not self.exists(name):
            raise CdiError(
                f"{name}: no such table in {self._catalog or self.warehouse}. "
                "Run `cdi run all` on this warehouse first."
            )
        if version is None:
            return self.spark.table(self.address(name))
        return self.spark.sql(f"SELECT * FROM {self.address(name)} VERSION AS OF {version:d}")

    def read_or_empty(self, table: Table) -> DataFrame:
        """The table as it is now, with no rows before it was first written.

        A column that was declared later than the table was written is null.
        """
        if self.exists(table.name):
            rows = self.read(table.name)
            later = {c.name: F.lit(None).cast(c.type) for c in table.columns if c.name not in rows.columns}
            return rows.withColumns(later) if later else rows
        return local_rows(self.spark, [], table.schema)

    def newest_release(self) -> Release:
        """The newest release, to be read.

        Raises:
            CdiError: nothing was released yet.
        """
        newest = self._release()

        def rows(name: str) -> DataFrame:
            return self.spark.sql(self._released(name, newest["versions"]))

        return Release(newest["release_id"], newest["released_at"], rows)

    def query(self, sql: str) -> DataFrame:
        """Run SQL over the tables that it names as schema.table; gold is what the newest release has."""
        if self._catalog:
            self.spark.catalog.setCurrentCatalog(self._catalog)
        named = rf"\b{self._prefix}({'|'.join(SCHEMAS)})`?\.`?(\w+)"
        release: Row | None = None
        for schema, table in sorted(
            {(s.lower(), t.lower()) for s, t in re.findall(named, sql, re.IGNORECASE)}
        ):
            if schema == "gold":
                # One look for all tables: a release in between must not mix two.
                release = release or self._release()
                self._show(f"gold.{table}", release["versions"])
            elif not self._catalog:
                self._register(f"{schema}.{table}")
        return self.spark.sql(sql)

    @property
    def gold_schema(self) -> str:
        """The schema under which readers find gold."""
        return f"{self._prefix}gold"

    def show_release(self) -> str:
        """Make all of gold of the newest release views in this session's catalog.

        Returns:
            Its release_id.
        Raises:
            CdiError: nothing was released yet.
        """
        release = self._release()
        for name in _shown(release["versions"]):
            self._show(name, release["versions"])
        return str(release["release_id"])

    def append_once(self, name: str, rows: DataFrame, *, token: str) -> None:
        """Append rows as landed; a second append with the same token (a batch) changes nothing."""
        self._append(
            name,
            rows,
            token,
            1,
            {"delta.columnMapping.mode": "name", "delta.dataSkippingNumIndexedCols": "0"},
            # One CSV file is read by one task; what it landed as is to be standardised by several.
            {"maxRecordsPerFile": str(LANDED_ROWS_A_FILE)},
        )

    def append(self, table: Table, rows: DataFrame, *, token: str | None = None, step: int = 1) -> None:
        """Append rows of a declared table; with a token, once a token and step.

        To know which tokens there were, Delta has to work out the whole state of the table.

        Raises:
            ConflictError: another writer appended with this token at the same moment.
        """
        self._append(table.name, conform(rows, table), token, step, properties(table))

    def replace_of(self, table: Table, keys: DataFrame, rows: DataFrame) -> None:
        """Make these the rows of some keys: what the table holds of them otherwise goes.

        One commit where the keys are the table's own; else two, for a merge by more columns costs several times as
        much.

        Args:
            keys: distinct values of some of the table's columns, computed once.
            rows: only rows of these keys, computed once; none need be there before.
        """
        if not self.exists(table.name):
            self.replace(table, rows)
        elif keys.columns == list(table.key):
            ready = conform(rows, table).withColumn("_gone", F.lit(False))
            change = keys.join(ready, keys.columns, "left").fillna({"_gone": True})
            self._merge(table, change, has_gone=True, when_changed=None)
        else:
            self._mark_rows(table.name)
            view = _view(table)
            keys.createOrReplaceTempView(view)
            self.spark.sql(
                f"MERGE INTO {self.address(table.name)} t USING {view} s ON {same(keys.columns)} "
                "WHEN MATCHED THEN DELETE"
            )
            self.spark.catalog.dropTempView(view)
            self._append(table.name, conform(rows, table), None, 1, properties(table))

    def replace(self, table: Table, rows: DataFrame) -> None:
        """Make the table hold just these rows, in one commit."""
        # To overwrite, Delta looks up the files to remove, even where there is no table yet.
        mode = "overwrite" if self.exists(table.name) else "append"
        writer = conform(rows, table).write.format("delta").mode(mode)
        self._save(writer.options(overwriteSchema="true", **properties(table)), table.name)

    def replace_but(self, table: Table, column: str, kept: Sequence[str], rows: DataFrame) -> None:
        """Make the table hold these rows and, of those it has, the ones with some values in a column; in one commit.

        Args:
            column: of text, none of whose values is a person's: Delta's log keeps them.
            kept: the values.
            rows: none of them with these values.
        """
        if not kept or not self.exists(table.name):
            self.replace(table, rows)
            return
        named = ", ".join(f"'{escaped(value)}'" for value in kept)
        writer = conform(rows, table).write.format("delta").mode("overwrite").option("mergeSchema", "true")
        self._save(writer.option("replaceWhere", f"`{column}` NOT IN ({named})"), table.name)

    def merge(self, table: Table, rows: DataFrame, *, when_changed: Sequence[str]) -> None:
        """Upsert by the table's key, in one commit.

        New rows go in, rows that differ in a `when_changed` column are updated; where `rows` has a column
        `_gone`, rows of which it is true are taken out. Without rows there is no commit.
        """
        has_gone = "_gone" in rows.columns
        if not self.exists(table.name):
            self.replace(table, rows.where("NOT _gone") if has_gone else rows)
            return
        source = conform(rows, table, also=("_gone",) if has_gone else ())
        # MERGE plans and reads its source several times over.
        with self._scratch.written(f"merge_{table.name}", source) as written:
            if not written.isEmpty():
                self._merge(table, written, has_gone=has_gone, when_changed=when_changed)

    def _merge(
        self, table: Table, source: DataFrame, *, has_gone: bool, when_changed: Sequence[str] | None
    ) -> None:
        """merge() of rows that are computed once; updates all that match where `when_changed` is None."""
        self._mark_rows(table.name)
        view = _view(table)
        source.createOrReplaceTempView(view)
        clauses = merge_clauses(table, has_gone=has_gone, when_changed=when_changed)
        # With schema evolution: a column may have been declared after the table was first written.
        self.spark.sql(
            f"MERGE WITH SCHEMA EVOLUTION INTO {self.address(table.name)} t USING {view} s "
            f"ON {same(table.key)} {clauses}"
        )
        self.spark.catalog.dropTempView(view)

    def _mark_rows(self, name: str) -> None:
        """Let a change mark rows in the files of a table that was small when it was made, where it is no longer."""
        if self.spark.conf.get(DELETION_VECTORS, "false") == "true":
            address, setting = self.address(name), "delta.enableDeletionVectors"
            said = self.spark.sql(f"SHOW TBLPROPERTIES {address} ('{setting}')").collect()
            if said[0]["value"] != "true":
                self.spark.sql(f"ALTER TABLE {address} SET TBLPROPERTIES ('{setting}' = 'true')")

    def counts(self, *names: str) -> dict[str, int]:
        """How many rows tables have now; Delta knows it from each table's log, but not in one query of several."""
        return dict(zip(names, side_by_side(lambda name: self.read(name).count(), names), strict=True))

    def release(self, release_id: str) -> None:
        """Commit a release: from here on, readers of gold see the tables as they are now."""
        versions = self.versions(_released())
        row = (release_id, datetime.now(UTC), versions)
        self.append(RELEASE, local_rows(self.spark, [row], RELEASE.schema), token=f"release:{release_id}")
        if self._catalog:
            for name in _shown(versions):
                self._show(name, versions)

    def as_released(self, *names: str) -> str | None:
        """The newest release, where it has these tables of silver, entities and gold as they are now, or hasn't them.

        Returns:
            Its release_id; None where a table is another since.
        """
        newest = self._newest_release()
        if newest is None:
            return None
        now = self.versions(names)
        is_same = all(now.get(name) == newest["versions"].get(name) for name in names)
        return str(newest["release_id"]) if is_same else None

    def versions(self, names: Iterable[str]) -> dict[str, int]:
        """The newest version of each of these tables that was ever written."""
        wanted = list(names)
        if self._is_in_folder:
            found = [max(self._commits(name), default=None) for name in wanted]
        else:
            found = side_by_side(self._newest_version, wanted)
        return {name: version for name, version in zip(wanted, found, strict=True) if version is not None}

    def write_report(self, name: str, page: str) -> Path | None:
        """Write a page under reports/ beside the tables; None where these are in no folder of this machine."""
        folder = Path(self.warehouse)
        if not folder.is_dir():
            return None
        file = folder / "reports" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(page, encoding="utf-8")
        return file

    def scratch(self, *, few: bool = False) -> AbstractContextManager[Materialise]:
        """A function that computes rows once, under a name, for all that read them; see Scratch.opened()."""
        return self._scratch.opened(few=few)

    def materialise_to_disk(self, name: str, rows: DataFrame) -> DataFrame:
        """Compute rows once within scratch(), where there are too many to hold; see Scratch.write()."""
        return self._scratch.write(name, rows)

    def place_of(self, folder: str) -> str:
        """Where a folder of the warehouse lies."""
        return f"{self.warehouse.rstrip('/')}/{folder}"

    def _append(
        self,
        name: str,
        rows: DataFrame,
        token: str | None,
        step: int,
        properties: Mapping[str, str],
        options: Mapping[str, str] | None = None,
    ) -> None:
        writer = rows.write.format("delta").mode("append").options(mergeSchema="true", **(options or {}))
        if token is not None:
            writer = writer.option("txnAppId", token).option("txnVersion", str(step))
        if not self.exists(name):
            writer = writer.options(**properties)
        self._save(writer, name)

    def _save(self, writer: DataFrameWriter, name: str) -> None:
        try:
            if self._catalog:
                self.spark.sql(f"CREATE SCHEMA IF NOT EXISTS {self.address(name).rpartition('.')[0]}")
                writer.saveAsTable(self.address(name))
            else:
                # By name, Spark appends only to a place that holds a table already.
                writer.save(self._table_place(name))
        except Exception as fault:
            # Delta's conflicts come as plain Java errors, with the class in their text.
            if not re.search(r"\[DELTA_(CONCURRENT|METADATA_CHANGED|PROTOCOL_CHANGED)", str(fault)):
                raise
            raise ConflictError(f"{name}: another writer changed it at the same moment. Run again.") from None

    def _table_place(self, name: str) -> str:
        return self.place_of(self._prefix + name.replace(".", "/"))

    @property
    def _is_in_folder(self) -> bool:
        """Whether the tables lie in a folder of this machine: to list it is quicker than to ask Delta."""
        # A URI is no folder; nor is, over Connect, a path of the server's.
        return not self._catalog and Path(self.warehouse).is_dir()

    def _commits(self, name: str) -> list[int]:
        """Versions of a table in a folder of this machine; Delta names a commit's file by its version."""
        log = Path(self._table_place(name)) / "_delta_log"
        return [int(commit.stem) for commit in log.glob("*.json") if commit.stem.isdecimal()]

    def _newest_version(self, name: str) -> int | None:
        if not self.exists(name):
            return None
        last = self.spark.sql(f"DESCRIBE HISTORY {self.address(name)} LIMIT 1").collect()
        return int(last[0]["version"])

    def _newest_release(self) -> Row | None:
        return self.read_or_empty(RELEASE).orderBy(F.desc("released_at")).first()

    def _release(self) -> Row:
        newest = self._newest_release()
        if newest is None:
            raise CdiError(
                f"gold: nothing was released yet in {self._catalog or self.warehouse}. Run `cdi run all` first."
            )
        return newest

    def _released(self, name: str, versions: Mapping[str, int]) -> str:
        """SQL of a table's rows, or of a view's, as a release has them."""
        if name in TABLES and TABLES[name].view:
            return view_over(TABLES[name], lambda base: self._at(base, versions))
        rows = self._at(name, versions)
        if rows is None:
            raise CdiError(f"{name}: the release has no such table; it has {', '.join(_shown(versions))}.")
        return rows

    def _at(self, name: str, versions: Mapping[str, int]) -> str | None:
        return (
            f"SELECT * FROM {self.address(name)} VERSION AS OF {versions[name]:d}"
            if name in versions
            else None
        )

    def _now(self, name: str) -> str | None:
        return f"SELECT * FROM {self.address(name)}" if self.exists(name) else None

    def _viewed(self, table: Table, instead: Mapping[str, DataFrame]) -> DataFrame:
        """A view's rows as they are now."""
        given: dict[str, Any] = {name.replace(".", "_"): rows for name, rows in instead.items()}

        def rows_of(name: str) -> str | None:
            return f"SELECT * FROM {{{name.replace('.', '_')}}}" if name in instead else self._now(name)

        return self.spark.sql(view_over(table, rows_of), **given)

    def _show(self, name: str, versions: Mapping[str, int]) -> None:
        """Make schema.table a view of what a release has of it."""
        schema, table = name.split(".")
        full = f"`{self._prefix}{schema}`.`{table}`"
        if self._catalog:
            full = f"`{self._catalog}`.{full}"
            self.spark.sql(f"CREATE SCHEMA IF NOT EXISTS `{self._catalog}`.`{self._prefix}{schema}`")
        else:
            self._make_local_schema(schema)
        rows = self._released(name, versions)
        # A table brings its comments along.
        told = comments(TABLES[name]) if TABLES[name].view else ""
        self.spark.sql(f"CREATE OR REPLACE VIEW {full} {told} AS {rows}")

    def _register(self, name: str) -> None:
        """Make schema.table the name of the table in this session."""
        schema, table = name.split(".")
        full = f"`{self._prefix}{schema}`.`{table}`"
        if self.exists(name):
            place = escaped(self._table_place(name))
            self._make_local_schema(schema)
            # Metadata only: the table lies elsewhere, and another warehouse may have had the name.
            self.spark.sql(f"DROP TABLE IF EXISTS {full}")
            self.spark.sql(f"CREATE TABLE {full} USING DELTA LOCATION '{place}'")
        elif self.spark.catalog.tableExists(full):
            self.read(name)  # refuses: Spark would find what another warehouse registered

    def _make_local_schema(self, schema: str) -> None:
        place = escaped(self.place_of(f"{self._prefix}{schema}"))
        self.spark.sql(f"CREATE SCHEMA IF NOT EXISTS `{self._prefix}{schema}` LOCATION '{place}'")


def _released() -> list[str]:
    """The tables that a release names: gold's, and those that these and the views are made of."""
    made_of = ("entities.", "gold.", "silver.")
    return [name for name, table in TABLES.items() if name.startswith(made_of) and not table.view]


def _shown(versions: Mapping[str, int]) -> list[str]:
    """What readers of gold find in a release: its tables, and all views."""
    tables = {name for name in versions if name.startswith("gold.")}
    return sorted(tables | {table.name for table in TABLES.values() if table.view})


def _view(table: Table) -> str:
    return f"cdi_merge_{table.name.replace('.', '_')}"
