"""Labels: the known person of records, from a file."""

from __future__ import annotations

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.errors import CdiError
from cdi_spark.storage import Storage


def read_truth(storage: Storage, path: str) -> DataFrame:
    """Return truth as record_id and person, from a CSV of source, key and person.

    Raises:
        CdiError: the file does not exist or lacks a column.
    """
    try:
        truth = storage.spark.read.csv(path, header=True)
        named = truth.select(F.concat_ws(":", "source", "key").alias("record_id"), "person")
        _ = named.schema  # Spark Connect reports a missing file or column only here
    except PySparkException:
        raise CdiError(
            f"{path}: cannot be read. Give a CSV file with the columns source, key and person."
        ) from None
    return named
