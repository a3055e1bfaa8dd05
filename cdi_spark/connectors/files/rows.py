"""What the readers of all file formats share: the rows that they return, and the names of their columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from cdi_spark.config import Source
from cdi_spark.connectors.files.faults import Fault
from cdi_spark.schema import LANDING
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.sql_text import quote

_LANDING = frozenset(column.name for column in LANDING)


@dataclass(frozen=True)
class Read:
    """The rows of files as read, and how many each file has.

    `rows` has the files' columns, then `_raw` (the text of a row that cannot be read), `_fault` and `_file`. `counted`
    has the number of rows by `_file`, counted without the reader of the rows; it lacks files that cannot be counted.
    """

    rows: DataFrame
    counted: dict[str, int] = field(default_factory=dict)


def no_rows(spark: SparkSession) -> DataFrame:
    """Return rows of files without columns."""
    return local_rows(spark, [], as_schema(("_raw", "_fault", "_file"), T.StringType()))


def as_schema(names: Iterable[str], kind: T.DataType) -> T.StructType:
    """Return a schema whose columns all have one type."""
    return T.StructType([T.StructField(name, kind) for name in names])


def landing_names(names: Iterable[str]) -> list[str]:
    """Return the names under which columns land: not empty, and different from the landing columns."""
    return [f"{name}_" if name in _LANDING or not name.strip() else name for name in names]


def encoding_of(source: Source) -> str | None:
    """Return the encoding that conf names; null for none."""
    return source.options.get("encoding", source.options.get("charset"))


def in_its_encoding(source: Source, rows: DataFrame) -> DataFrame:
    """Mark rows with a character that the encoding could not read, unless conf sets the encoding."""
    texts = [quote(f.name) for f in rows.schema if f.name not in _LANDING]
    if encoding_of(source) or not texts:
        return rows
    broken = F.to_json(F.struct(*texts)).contains("\ufffd")
    return rows.withColumn("_fault", F.coalesce("_fault", F.when(broken, F.lit(Fault.IN_ITS_ENCODING))))
