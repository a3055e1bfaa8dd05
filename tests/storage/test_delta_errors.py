"""The errors that Delta really raises are recognised: of writers that overlap, and of tables that do not exist."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from cdi_spark.errors import ConflictError
from cdi_spark.schema import COMPONENT
from cdi_spark.spark.delta_errors import is_conflict, is_missing_delta, is_missing_table
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.storage import Storage

Write = Callable[[Storage, DataFrame], Any]


def components(spark: SparkSession, *records: str) -> DataFrame:
    return local_rows(spark, [(record, 1, 1, 1, 1) for record in records], COMPONENT.schema)


def slow(rows: DataFrame, folder: Path) -> DataFrame:
    """Rows that are computed once a file `go` is there; meanwhile the write of them has begun."""

    def waited(record: str) -> str:
        (folder / "begun").touch()
        until = time.monotonic() + 60
        while not (folder / "go").exists() and time.monotonic() < until:
            time.sleep(0.02)
        return record

    return rows.withColumn("record_id", F.udf(waited, "string")("record_id"))


def overlapping(storage: Storage, folder: Path, first: Write, second: Callable[[], Any]) -> list[Exception]:
    """Begin a write, do another one meanwhile, let the first go on; the errors of the first."""
    errors: list[Exception] = []

    def write() -> None:
        try:
            first(storage, slow(components(storage.spark, "slow"), folder))
        except Exception as fault:
            errors.append(fault)

    writing = threading.Thread(target=write)
    writing.start()
    until = time.monotonic() + 60
    while not (folder / "begun").exists():
        assert time.monotonic() < until
        time.sleep(0.02)
    second()
    (folder / "go").touch()
    writing.join()
    return errors


def records(storage: Storage) -> list[str]:
    return sorted(row["record_id"] for row in storage.read(COMPONENT.name).collect())


def append(storage: Storage, rows: DataFrame) -> None:
    storage.append(COMPONENT, rows, token="lease", step=1)


def test_of_two_writers_of_one_step_at_the_same_time_one_gets_it(storage: Storage, tmp_path: Path) -> None:
    storage.append(COMPONENT, components(storage.spark, "before"))
    errors = overlapping(
        storage, tmp_path, append, lambda: append(storage, components(storage.spark, "quick"))
    )
    assert [type(error) for error in errors] == [ConflictError]
    assert str(errors[0]) == f"{COMPONENT.name}: another writer changed it at the same time. Run again."
    assert records(storage) == ["before", "quick"]


def test_of_two_writers_that_make_a_table_at_the_same_time_one_does(storage: Storage, tmp_path: Path) -> None:
    errors = overlapping(
        storage, tmp_path, append, lambda: append(storage, components(storage.spark, "quick"))
    )
    assert [type(error) for error in errors] == [ConflictError]
    assert records(storage) == ["quick"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            lambda storage, rows: storage.append(COMPONENT, rows),
            "ALTER TABLE {} SET TBLPROPERTIES ('a' = 'b')",
        ),
        (
            lambda storage, rows: storage.append(COMPONENT, rows),
            "ALTER TABLE {} SET TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')",
        ),
        (lambda storage, rows: storage.replace(COMPONENT, rows), "DELETE FROM {}"),
        (lambda storage, rows: storage.merge(COMPONENT, rows, when_changed=("entity",)), "DELETE FROM {}"),
    ],
    ids=["metadata", "protocol", "replace", "merge"],
)
def test_a_write_reports_that_the_table_changed_meanwhile(
    storage: Storage, tmp_path: Path, first: Write, second: str
) -> None:
    storage.append(COMPONENT, components(storage.spark, "slow", "other"))
    statement = second.format(storage.address(COMPONENT.name))
    errors = overlapping(storage, tmp_path, first, lambda: storage.spark.sql(statement))
    assert [type(error) for error in errors] == [ConflictError]


def test_a_table_that_does_not_exist_is_recognised(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    spark.range(1).write.parquet(str(tmp_path / "parquet"))
    for place in ("nowhere", "empty", "parquet"):
        with pytest.raises(AnalysisException) as caught:
            spark.table(f"delta.`{tmp_path}/{place}`").collect()
        assert is_missing_table(caught.value), place
        assert not is_conflict(caught.value)
        assert not is_missing_delta(caught.value)


def test_a_session_with_delta_does_not_seem_to_lack_it(spark: SparkSession) -> None:
    with pytest.raises(AnalysisException) as caught:
        spark.sql("DESCRIBE DETAIL delta.`/no/such/table`").collect()
    assert not is_missing_delta(caught.value)
