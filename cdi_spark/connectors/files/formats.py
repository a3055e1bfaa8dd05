"""One reader per file format."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pyspark.sql import SparkSession
from pyspark.sql import types as T

from cdi_spark.config import Source
from cdi_spark.connectors.files.csv_files import read_csv
from cdi_spark.connectors.files.json_files import read_json
from cdi_spark.connectors.files.parquet_files import read_parquet
from cdi_spark.connectors.files.rows import Read

# Reads the files of a source, given the columns that landed before.
Reader = Callable[[SparkSession, Source, Sequence[str], T.StructType], Read]
FORMATS: dict[str, Reader] = {"csv": read_csv, "json": read_json, "jsonl": read_json, "parquet": read_parquet}
