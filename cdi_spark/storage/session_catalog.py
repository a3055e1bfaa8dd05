"""Names of tables in the session's catalog, for queries that people and programs write."""

from __future__ import annotations

from cdi_spark.schema import TABLES
from cdi_spark.sql_text import literal, quote
from cdi_spark.storage.declared import view_columns
from cdi_spark.storage.location import Location


class SessionCatalog:
    """Makes schema.table the name of a table or a view of one location."""

    def __init__(self, location: Location) -> None:
        self._location = location
        self._spark = location.spark

    def register_table(self, name: str) -> None:
        """Make schema.table the name of a table as it is now.

        Raises:
            CdiError: the table does not exist here, and another warehouse has registered the name.
        """
        full = self._name(name)
        if self._location.exists(name):
            self._make_schema(name)
            # Metadata only: the table lies elsewhere, and another warehouse may have had the name.
            self._spark.sql(f"DROP TABLE IF EXISTS {full}")
            path = literal(self._location.table_path(name))
            self._spark.sql(f"CREATE TABLE {full} USING DELTA LOCATION {path}")
        elif self._spark.catalog.tableExists(full):
            # Else Spark would read what another warehouse registered.
            self._location.require(name)

    def register_view(self, name: str, rows: str) -> None:
        """Make schema.table a view.

        Args:
            rows: SQL of its rows.
        """
        self._make_schema(name)
        # A table brings its comments along.
        columns = view_columns(TABLES[name]) if TABLES[name].view else ""
        self._spark.sql(f"CREATE OR REPLACE VIEW {self._name(name)} {columns} AS {rows}")

    def _name(self, name: str) -> str:
        schema, table = name.split(".")
        return f"{self._location.schema_address(schema)}.{quote(table)}"

    def _make_schema(self, name: str) -> None:
        schema = name.split(".")[0]
        path = literal(self._location.path_of(f"{self._location.prefix}{schema}"))
        location = "" if self._location.catalog else f" LOCATION {path}"
        self._spark.sql(f"CREATE SCHEMA IF NOT EXISTS {self._location.schema_address(schema)}{location}")
