"""Releases: the versions of all tables of gold that belong together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from cdi_spark.errors import CdiError
from cdi_spark.schema import RELEASE, TABLES
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.storage.declared import view_over
from cdi_spark.storage.location import Location
from cdi_spark.storage.session_catalog import SessionCatalog
from cdi_spark.storage.tables import Tables


@dataclass(frozen=True)
class Release:
    """Gold as of one release: all that is read of it belongs together, even if another is made meanwhile.

    Attributes:
        release_id: the run that made it.
        released_at: when, UTC.
        read: reads a table or view of gold by its name; CdiError if the release has no such table.
    """

    release_id: str
    released_at: datetime
    read: Callable[[str], DataFrame]


class Releases:
    """The releases of a location; Storage documents what its methods promise."""

    def __init__(self, location: Location, tables: Tables, names: SessionCatalog) -> None:
        self._location = location
        self._tables = tables
        self._names = names

    def commit(self, release_id: str) -> None:
        """Release the tables as they are now."""
        versions = self._location.versions(_tables_of_a_release())
        row = local_rows(self._location.spark, [(release_id, datetime.now(UTC), versions)], RELEASE.schema)
        self._tables.append(RELEASE, row, f"release:{release_id}", 1)
        if self._location.catalog:
            for name in _readable(versions):
                self.register(name, versions)

    def newest(self) -> Release:
        """Return the newest release."""
        newest = self.newest_row()

        def rows(name: str) -> DataFrame:
            return self._location.spark.sql(self._sql(name, newest["versions"]))

        return Release(newest["release_id"], newest["released_at"], rows)

    def newest_row(self) -> Row:
        """Return the newest row of ops.release.

        Raises:
            CdiError: nothing was released yet.
        """
        newest = self._newest_or_none()
        if newest is None:
            raise CdiError(f"gold: nothing was released yet in {self._location}. Run `cdi run all` first.")
        return newest

    def unchanged_since(self, names: Sequence[str]) -> str | None:
        """Return the newest release's id if it has these tables as they are now."""
        newest = self._newest_or_none()
        if newest is None:
            return None
        now = self._location.versions(names)
        is_same = all(now.get(name) == newest["versions"].get(name) for name in names)
        return str(newest["release_id"]) if is_same else None

    def register_all(self) -> str:
        """Register all of the newest release's tables and views; return its id."""
        newest = self.newest_row()
        for name in _readable(newest["versions"]):
            self.register(name, newest["versions"])
        return str(newest["release_id"])

    def register(self, name: str, versions: Mapping[str, int]) -> None:
        """Make schema.table, in the session's catalog, a view of a table or view as of a release."""
        self._names.register_view(name, self._sql(name, versions))

    def _newest_or_none(self) -> Row | None:
        return self._tables.read_or_empty(RELEASE).orderBy(F.desc("released_at")).first()

    def _sql(self, name: str, versions: Mapping[str, int]) -> str:
        """SQL of a table's rows, or of a view's, as of a release."""

        def rows_of(table: str) -> str | None:
            address = self._location.address(table)
            return f"SELECT * FROM {address} VERSION AS OF {versions[table]:d}" if table in versions else None

        if name in TABLES and TABLES[name].view:
            return view_over(TABLES[name], rows_of)
        rows = rows_of(name)
        if rows is None:
            raise CdiError(f"{name}: the release has no such table; it has {', '.join(_readable(versions))}.")
        return rows


def _tables_of_a_release() -> list[str]:
    """The tables of gold, and the tables that these and the views are made from."""
    layers = ("entities.", "gold.", "silver.")
    return [name for name, table in TABLES.items() if name.startswith(layers) and not table.view]


def _readable(versions: Mapping[str, int]) -> list[str]:
    """What readers find in a release: its tables of gold, and all views."""
    tables = {name for name in versions if name.startswith("gold.")}
    return sorted(tables | {table.name for table in TABLES.values() if table.view})
