"""A project and its tables: all that a reader needs."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import SparkSession

from cdi_spark.config import Project
from cdi_spark.storage import Storage


@dataclass
class Workspace:
    """A project and its tables, for queries, reports and commands that only read; a Run adds what a run has."""

    project: Project
    storage: Storage

    @property
    def spark(self) -> SparkSession:
        """The session in which the tables are read."""
        return self.storage.spark
