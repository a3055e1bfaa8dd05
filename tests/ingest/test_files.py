"""Raw files land as they are, and once."""

import json
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from cdi_spark.config import Emit, Source
from cdi_spark.errors import SourceError
from cdi_spark.ingest.files import new_rows, read_files

LANDING = ["_source", "_key", "_file", "_batch", "_ingested_at", "_run_id"]


def source(path: Path | str, **said: Any) -> Source:
    emits = [Emit(table="person", columns={})]
    return Source(**{"name": "crm", "path": str(path), "format": "csv", "key": "id", "emits": emits, **said})


def file(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    return folder / name


def test_columns_land_as_text_just_as_written(spark: SparkSession, tmp_path: Path) -> None:
    path = file(tmp_path, "a.csv", "id,Post Code,born\n007,01234,2020-02-30\n8,,\n")
    landed = read_files(spark, source(path), run_id="r1")
    assert landed.columns == ["id", "Post Code", "born", *LANDING]
    first, second = landed.orderBy("_key").collect()
    assert first[:3] == ("007", "01234", "2020-02-30")
    assert second[:3] == ("8", None, None)
    assert (first["_source"], first["_key"], first["_run_id"]) == ("crm", "007", "r1")
    assert first["_file"].endswith("a.csv")
    assert first["_ingested_at"] is not None


def test_a_line_break_in_quotes_does_not_part_a_row(spark: SparkSession, tmp_path: Path) -> None:
    path = file(tmp_path, "a.csv", 'id,note\n1,"two\nlines, and ""quotes"""\n2,x\n')
    notes = {r["_key"]: r["note"] for r in read_files(spark, source(path), run_id="r1").collect()}
    assert notes == {"1": 'two\nlines, and "quotes"', "2": "x"}


def test_options_of_the_source_win(spark: SparkSession, tmp_path: Path) -> None:
    path = file(tmp_path, "a.csv", "id;name\n1;a,b\n")
    landed = read_files(spark, source(path, options={"delimiter": ";"}), run_id="r1")
    assert landed.select("name").collect() == [("a,b",)]


@pytest.mark.parametrize("format", ["json", "jsonl"])
def test_nested_json_stays_nested_and_its_numbers_as_written(
    spark: SparkSession, tmp_path: Path, format: str
) -> None:
    record = {"member": {"id": 7, "tags": ["a", "b"]}, "amount": 1.10}
    text = json.dumps(record, indent=2 if format == "json" else None).replace("1.1", "1.10")
    path = file(tmp_path, "a.json", text)
    landed = read_files(spark, source(path, format=format, key="member.id"), run_id="r1")
    row = landed.select("_key", "member.tags", "amount").collect()
    assert row == [("7", ["a", "b"], "1.10")]


def test_parquet_keeps_its_types(spark: SparkSession, tmp_path: Path) -> None:
    spark.sql("select 1L as id, date'0001-01-01' as born").write.parquet(str(tmp_path / "p"))
    landed = read_files(spark, source(tmp_path / "p", format="parquet"), run_id="r1")
    assert landed.dtypes[:2] == [("id", "bigint"), ("born", "date")]
    assert landed.select("_key").collect() == [("1",)]


def test_the_same_rows_land_once_whatever_the_file_name_and_order(
    spark: SparkSession, tmp_path: Path
) -> None:
    first = file(tmp_path, "monday.csv", "id,name\n1,a\n2,b\n3,c\n")
    again = file(tmp_path, "tuesday.csv", "id,name\n3,c\n1,a\n2,b\n")
    bronze = read_files(spark, source(first), run_id="r1")
    assert new_rows(read_files(spark, source(again), run_id="r2"), bronze).isEmpty()


@pytest.mark.parametrize("rows", ["1,a\n2,B\n", "1,a\n2,b\n2,b\n", "1,b\n2,a\n", "1,a\n2,b\n3,c\n3,c\n"])
def test_a_file_with_any_other_row_lands_whole(spark: SparkSession, tmp_path: Path, rows: str) -> None:
    first = file(tmp_path, "a.csv", "id,name\n1,a\n2,b\n")
    other = file(tmp_path, "b.csv", f"id,name\n{rows}")
    bronze = read_files(spark, source(first), run_id="r1")
    fresh = new_rows(read_files(spark, source(other), run_id="r2"), bronze)
    assert fresh.count() == rows.count("\n")
    assert fresh.columns == bronze.columns


def test_each_file_is_a_batch_of_its_own(spark: SparkSession, tmp_path: Path) -> None:
    file(tmp_path / "in", "a.csv", "id,name\n1,a\n")
    bronze = read_files(spark, source(tmp_path / "in/*.csv"), run_id="r1").cache()
    assert bronze.count() == 1
    file(tmp_path / "in", "b.csv", "id,name\n2,b\n")
    fresh = new_rows(read_files(spark, source(tmp_path / "in/*.csv"), run_id="r2"), bronze)
    assert [r["_key"] for r in fresh.collect()] == ["2"]


def test_before_anything_landed_all_rows_are_new(spark: SparkSession, tmp_path: Path) -> None:
    landed = read_files(spark, source(file(tmp_path, "a.csv", "id\n1\n2\n")), run_id="r1")
    assert new_rows(landed, None).count() == 2


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"path": "/nowhere/a.csv"}, "source crm: /nowhere/a.csv: PATH_NOT_FOUND"),
        ({"key": "contact_id"}, "source crm: .*a.csv: UNRESOLVED_COLUMN.* `contact_id`"),
        ({"path": "package:no_such_package/a.csv"}, "the Python package no_such_package is not installed"),
        ({"path": "package:no.such.package/a.csv"}, "the Python package no.such.package is not installed"),
        ({"path": "package:cdi_spark/a.csv"}, "source crm: .*cdi_spark/a.csv: PATH_NOT_FOUND"),
    ],
)
def test_a_source_that_cannot_be_read_is_named_with_what_is_wrong(
    spark: SparkSession, tmp_path: Path, said: dict[str, str], says: str
) -> None:
    path = file(tmp_path, "a.csv", "id,name\n1,secret\n")
    with pytest.raises(SourceError, match=says) as told:
        read_files(spark, source(**{"path": path, **said}), run_id="r1")
    assert "secret" not in str(told.value)


def test_a_file_without_columns_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"source crm: .*a\.csv"):
        read_files(spark, source(file(tmp_path, "a.csv", "")), run_id="r1")


def test_a_file_that_an_installed_package_carries_is_found_by_its_name(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file(tmp_path / "carrier", "__init__.py", "")
    file(tmp_path / "carrier", "a.csv", "id\n1\n")
    monkeypatch.syspath_prepend(tmp_path)
    landed = read_files(spark, source("package:carrier/a.csv"), run_id="r1")
    assert landed.select("_key").collect() == [("1",)]
