"""Scratch rows: computed once, read several times, deleted when the block ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.sql import DataFrame, SparkSession

from cdi_spark.spark.local_rows import Materialise
from cdi_spark.sql_text import literal, quote
from cdi_spark.storage.write_guard import WriteGuard

# What fits in driver memory: a hundred megabytes of the widest rows.
MAX_DRIVER_ROWS = 200_000


class Scratch:
    """A schema of its own: dropping it removes its files on every file system, over Connect too.

    Args:
        schema: its quoted name, with the catalog's where there is one.
        path: the schema's folder; rows lie in it as files, since to make a table of them takes one more query. None
            where the catalog decides.
        guard: checked before each change; a run that took over the lease has the same scratch.
    """

    def __init__(self, spark: SparkSession, schema: str, *, path: str | None, guard: WriteGuard) -> None:
        self._spark = spark
        self._schema = schema
        self._path = path
        self._guard = guard
        self._location = f" LOCATION {literal(path)}" if path else ""
        self._materialise: Materialise | None = None

    @contextmanager
    def opened(self, *, few: bool = False) -> Iterator[Materialise]:
        """Yield a function that computes rows once, under a name, for all that read them; delete them after the block.

        It writes the rows and reads them back. What a killed run left is deleted when the next block begins: the
        lease allows one run at a time.

        Args:
            few: hold up to MAX_DRIVER_ROWS rows in driver memory instead; joins with them need no files and no shuffle.
        """

        def materialise(name: str, rows: DataFrame) -> DataFrame:
            held = materialise_in_memory(rows) if few else None
            return self.write(name, rows) if held is None else held

        self._clear()
        self._spark.sql(f"CREATE SCHEMA {self._schema}{self._location}")
        self._materialise = materialise
        try:
            yield materialise
        finally:
            self._materialise = None
            self._clear()

    def write(self, name: str, rows: DataFrame) -> DataFrame:
        """Write rows within opened(), few or many, and read them back."""
        self._guard.check()
        if self._path is None:
            rows.write.format("delta").saveAsTable(self._table(name))
            return self._spark.table(self._table(name))
        path = f"{self._path}/{_one_word(name)}"
        rows.write.mode("overwrite").parquet(path)
        return self._spark.read.schema(rows.schema).parquet(path)

    @contextmanager
    def materialised(self, name: str, rows: DataFrame) -> Iterator[DataFrame]:
        """Yield rows computed once, within the opened() block that is open or in one of their own."""
        if self._materialise is None:
            with self.opened() as materialise:
                yield materialise(name, rows)
            return
        try:
            yield self._materialise(name, rows)
        finally:
            if self._path is None:
                self._spark.sql(f"DROP TABLE IF EXISTS {self._table(name)}")

    def _table(self, name: str) -> str:
        return f"{self._schema}.{quote(_one_word(name))}"

    def _clear(self) -> None:
        self._guard.check()
        self._spark.sql(f"CREATE SCHEMA IF NOT EXISTS {self._schema}{self._location}")
        self._spark.sql(f"DROP SCHEMA {self._schema} CASCADE")


def materialise_in_memory(rows: DataFrame) -> DataFrame | None:
    """Compute rows once and hold them in driver memory; None if they are more than MAX_DRIVER_ROWS."""
    held = rows.limit(MAX_DRIVER_ROWS + 1).toArrow()
    return rows.sparkSession.createDataFrame(held, rows.schema) if held.num_rows <= MAX_DRIVER_ROWS else None


def _one_word(name: str) -> str:
    return name.replace(".", "_")
