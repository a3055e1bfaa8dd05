"""Known people: which records are whose, from a file that somebody vouches for."""

from __future__ import annotations

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.errors import CdiError
from cdi_spark.storage import Storage


def read_truth(storage: Storage, path: str) -> DataFrame:
    """Truth as record_id and person, from a CSV of source, key and person.

    Raises:
        CdiError: the file is not there or lacks a column.
    """
    try:
        truth = storage.spark.read.csv(path, header=True)
        named = truth.select(F.concat_ws(":", "source", "key").alias("record_id"), "person")
        _ = named.schema  # over Connect a missing file or column shows only here
    except PySparkException:
        raise CdiError(f"{path}: wants a CSV file with the columns source, key and person.") from None
    return named
