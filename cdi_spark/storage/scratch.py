"""Rows between the steps of a stage: computed once, read often, gone at its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.sql import DataFrame, SparkSession

from cdi_spark.spark.local_rows import Materialise
from cdi_spark.storage.declared import escaped

# Rows that the driver holds: a hundred megabytes of the widest.
MAX_DRIVER_ROWS = 200_000


class Scratch:
    """A schema of its own: dropping it removes its files on every file system, over Connect too.

    Args:
        schema: its name, quoted, with the catalog's where there is one.
        place: the folder that it is, in which rows lie as files, for to make a table of them takes one more query;
            None where the catalog knows.
    """

    def __init__(self, spark: SparkSession, schema: str, *, place: str | None) -> None:
        self._spark = spark
        self._schema = schema
        self._place = place
        self._location = f" LOCATION '{escaped(place)}'" if place else ""
        self._keep: Materialise | None = None

    @contextmanager
    def opened(self, *, few: bool = False) -> Iterator[Materialise]:
        """A function that computes rows once, under a name, for all that read them; gone when the block ends.

        It writes them down and reads them back. What a killed run left is gone when the next block begins: the
        lease lets one run at a time in.

        Args:
            few: hold up to MAX_DRIVER_ROWS rows in driver memory instead; joins with them need no files and no shuffle.
        """

        def keep(name: str, rows: DataFrame) -> DataFrame:
            held = materialise_in_memory(rows) if few else None
            return self.write(name, rows) if held is None else held

        self._clear()
        self._spark.sql(f"CREATE SCHEMA {self._schema}{self._location}")
        self._keep = keep
        try:
            yield keep
        finally:
            self._keep = None
            self._clear()

    def write(self, name: str, rows: DataFrame) -> DataFrame:
        """Rows as written down within opened(), few or many."""
        if self._place is None:
            rows.write.format("delta").saveAsTable(self._table(name))
            return self._spark.table(self._table(name))
        path = f"{self._place}/{_plain(name)}"
        rows.write.mode("overwrite").parquet(path)
        return self._spark.read.schema(rows.schema).parquet(path)

    @contextmanager
    def written(self, name: str, rows: DataFrame) -> Iterator[DataFrame]:
        """Rows as kept, within opened() that is open already or in one of their own."""
        if self._keep is None:
            with self.opened() as keep:
                yield keep(name, rows)
            return
        try:
            yield self._keep(name, rows)
        finally:
            if self._place is None:
                self._spark.sql(f"DROP TABLE IF EXISTS {self._table(name)}")

    def _table(self, name: str) -> str:
        return f"{self._schema}.`{_plain(name)}`"

    def _clear(self) -> None:
        self._spark.sql(f"CREATE SCHEMA IF NOT EXISTS {self._schema}{self._location}")
        self._spark.sql(f"DROP SCHEMA {self._schema} CASCADE")


def materialise_in_memory(rows: DataFrame) -> DataFrame | None:
    """The rows, computed once, held in the driver's memory; None where they are more than MAX_DRIVER_ROWS."""
    held = rows.limit(MAX_DRIVER_ROWS + 1).toArrow()
    return rows.sparkSession.createDataFrame(held, rows.schema) if held.num_rows <= MAX_DRIVER_ROWS else None


def _plain(name: str) -> str:
    return name.replace(".", "_")
