"""Where tables lie: below a path or URI, or in a catalog; and which of them exist."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession

from cdi_spark.errors import CdiError
from cdi_spark.schema import SCHEMAS
from cdi_spark.spark.delta_errors import is_missing_table
from cdi_spark.spark.parallel import side_by_side
from cdi_spark.sql_text import quote

# With a catalog, the name gold.customer_360 is a view for readers, pinned to the last release; the tables
# that the view reads lie in this schema.
_GOLD_IN_CATALOG = "gold_versions"


class Location:
    """A warehouse (a path or a URI that Spark can write) or a catalog, with a prefix for its schemas.

    Without a catalog, tables are read and written by path, so that two warehouses never mix in one session.
    With one, they are <catalog>.<prefix><schema>.<table>, and the warehouse holds only
    reports and checkpoints of streams.
    """

    def __init__(self, spark: SparkSession, warehouse: str | Path, *, catalog: str, prefix: str) -> None:
        self.spark = spark
        self.warehouse = str(warehouse) if "://" in str(warehouse) else str(Path(warehouse).absolute())
        self.catalog = catalog
        self.prefix = prefix

    def __str__(self) -> str:
        return self.catalog or self.warehouse

    @property
    def schemas(self) -> dict[str, str]:
        """The name of each declared schema by the lower-case name that queries use."""
        return {f"{self.prefix}{name}".lower(): name for name in SCHEMAS}

    def address(self, name: str) -> str:
        """Return the SQL name of the table that holds `name` (schema.table)."""
        schema, table = name.split(".")
        if self.catalog:
            inside = _GOLD_IN_CATALOG if schema == "gold" else schema
            return f"{self.schema_address(inside)}.{quote(table)}"
        return f"delta.{quote(self.table_path(name))}"

    def schema_address(self, schema: str) -> str:
        """Return the SQL name of a schema, in the catalog if there is one."""
        return ".".join(quote(part) for part in (self.catalog, f"{self.prefix}{schema}") if part)

    def path_of(self, folder: str) -> str:
        """Return the path of a folder of the warehouse."""
        return f"{self.warehouse.rstrip('/')}/{folder}"

    def table_path(self, name: str) -> str:
        """Return the path of a table's folder, which it has only without a catalog."""
        return self.path_of(self.prefix + name.replace(".", "/"))

    def exists(self, name: str) -> bool:
        """Return whether the table was ever written."""
        if self._is_local_folder:
            return bool(self._commits(name))
        try:
            return self.spark.catalog.tableExists(self.address(name))
        except AnalysisException as fault:
            if is_missing_table(fault):
                return False
            raise

    def require(self, name: str) -> None:
        """Make sure that the table exists.

        Raises:
            CdiError: it was never written; the message names the command that writes it.
        """
        if not self.exists(name):
            raise CdiError(f"{name}: no such table in {self}. Run `cdi run all` on this warehouse first.")

    def versions(self, names: Iterable[str]) -> dict[str, int]:
        """Return the newest version of each of these tables that exists."""
        wanted = list(names)
        if self._is_local_folder:
            found = [max(self._commits(name), default=None) for name in wanted]
        else:
            found = side_by_side(self._newest_version, wanted)
        return {name: version for name, version in zip(wanted, found, strict=True) if version is not None}

    @property
    def _is_local_folder(self) -> bool:
        """Whether the tables lie in a folder of this machine: to list it is quicker than to ask Delta."""
        # A URI is no folder; nor is, over Connect, a path of the server's.
        return not self.catalog and Path(self.warehouse).is_dir()

    def _commits(self, name: str) -> list[int]:
        """Versions of a table in a folder of this machine; Delta names a commit's file by its version."""
        log = Path(self.table_path(name)) / "_delta_log"
        return [int(commit.stem) for commit in log.glob("*.json") if commit.stem.isdecimal()]

    def _newest_version(self, name: str) -> int | None:
        if not self.exists(name):
            return None
        last = self.spark.sql(f"DESCRIBE HISTORY {self.address(name)} LIMIT 1").collect()
        return int(last[0]["version"])
