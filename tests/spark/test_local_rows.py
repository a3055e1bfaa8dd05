"""Driver-side rows come out of Spark unchanged, and are part of the plan."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pyspark.sql import SparkSession

from cdi_spark.spark.local_rows import local_rows

SCHEMA = (
    "s string, i int, l long, d double, b boolean, n decimal(18,3), day date, at timestamp, many array<string>, "
    "each map<string,long>, parts array<struct<name:string,value:string>>, small array<tinyint>"
)
AT = datetime(2024, 5, 1, 23, 59, 0, 123456, tzinfo=UTC)
WHOLE = (
    "ü",
    1,
    2**40,
    0.1,
    True,
    Decimal("1.005"),
    date(1969, 12, 31),
    AT,
    ["a", None],
    {"x": 1, "y": 2},
    [("n", None)],
    [-1, 2],
)


def test_every_type_comes_back_as_it_was(spark: SparkSession) -> None:
    rows = [WHOLE, (None,) * len(WHOLE)]
    as_list = spark.createDataFrame(rows, SCHEMA)
    found = local_rows(spark, rows, SCHEMA)
    assert found.schema == as_list.schema
    assert found.collect() == as_list.collect()


@pytest.mark.parametrize("rows", [[("a",)], []])
def test_reading_them_takes_no_worker(
    spark: SparkSession, rows: list[tuple[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    local_rows(spark, rows, "s string").explain()
    assert "LocalTableScan" in capsys.readouterr().out
