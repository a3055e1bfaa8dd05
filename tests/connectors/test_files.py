"""Raw files land as they are, and once."""

import json
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from cdi_spark import schema as tables
from cdi_spark.config import Emit, Source
from cdi_spark.connectors.files.deliveries import Delivery, _locate, read_delivery
from cdi_spark.errors import SourceError

LANDING = [column.name for column in tables.LANDING]


def source(path: Path | str, **said: Any) -> Source:
    emits = [Emit(table="person", columns={})]
    return Source(**{"name": "crm", "path": str(path), "format": "csv", "key": "id", "emits": emits, **said})


def file(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    return folder / name


def read(spark: SparkSession, source: Source, run_id: str = "r1") -> Delivery:
    return read_delivery(spark, source, run_id=run_id)


def rows_of(spark: SparkSession, source: Source) -> DataFrame:
    return read(spark, source).rows


def test_columns_land_as_text_just_as_written(spark: SparkSession, tmp_path: Path) -> None:
    path = file(tmp_path, "a.csv", "id,Post Code,born\n007,01234,2020-02-30\n8,,\n")
    landed = rows_of(spark, source(path))
    assert landed.columns == ["id", "Post Code", "born", *LANDING]
    first, second = landed.orderBy("_key").collect()
    assert first[:3] == ("007", "01234", "2020-02-30")
    assert second[:3] == ("8", None, None)
    assert (first["_source"], first["_key"], first["_run_id"]) == ("crm", "007", "r1")
    assert first["_file"].endswith("a.csv")
    assert first["_ingested_at"] is not None


def test_a_line_break_in_quotes_does_not_part_a_row(spark: SparkSession, tmp_path: Path) -> None:
    path = file(tmp_path, "a.csv", 'id,note\n1,"two\nlines, and ""quotes"""\n2,x\n')
    notes = {r["_key"]: r["note"] for r in rows_of(spark, source(path)).collect()}
    assert notes == {"1": 'two\nlines, and "quotes"', "2": "x"}


def test_options_of_the_source_win(spark: SparkSession, tmp_path: Path) -> None:
    path = file(tmp_path, "a.csv", "id;name\n1;a,b\n")
    landed = rows_of(spark, source(path, options={"delimiter": ";"}))
    assert landed.select("name").collect() == [("a,b",)]


@pytest.mark.parametrize("format", ["json", "jsonl"])
def test_nested_json_stays_nested_and_its_numbers_as_written(
    spark: SparkSession, tmp_path: Path, format: str
) -> None:
    record = {"member": {"id": 7, "tags": ["a", "b"]}, "amount": 1.10}
    text = json.dumps(record, indent=2 if format == "json" else None).replace("1.1", "1.10")
    path = file(tmp_path, "a.json", text)
    landed = rows_of(spark, source(path, format=format, key="member.id"))
    row = landed.select("_key", "member.tags", "amount").collect()
    assert row == [("7", ["a", "b"], "1.10")]


def test_parquet_keeps_its_types(spark: SparkSession, tmp_path: Path) -> None:
    spark.sql("select 1L as id, date'0001-01-01' as born").write.parquet(str(tmp_path / "p"))
    landed = rows_of(spark, source(tmp_path / "p", format="parquet"))
    assert landed.dtypes[:2] == [("id", "bigint"), ("born", "date")]
    assert landed.select("_key").collect() == [("1",)]


def test_rows_are_numbered_in_their_file_from_one(spark: SparkSession, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        file(tmp_path / "in", name, "id\n" + "".join(f"{name}{i}\n" for i in range(1, 4)))
    rows = rows_of(spark, source(tmp_path / "in")).collect()
    assert {r["_key"]: r["_row_number"] for r in rows} == {
        f"{name}{i}": i for name in ("a.csv", "b.csv") for i in range(1, 4)
    }


def test_numbers_go_on_where_a_file_is_read_in_several_tasks(spark: SparkSession, tmp_path: Path) -> None:
    path = file(tmp_path, "a.jsonl", "".join(f'{{"id": "{i}"}}\n' for i in range(1, 2001)))
    spark.conf.set("spark.sql.files.maxPartitionBytes", "5000")
    try:
        rows = rows_of(spark, source(path, format="jsonl"))
        assert rows.where("cast(_key as int) <> _row_number").isEmpty()
        assert rows.count() == 2000
    finally:
        spark.conf.unset("spark.sql.files.maxPartitionBytes")


def test_a_batch_is_the_same_whatever_the_file_name_and_order(spark: SparkSession, tmp_path: Path) -> None:
    first = file(tmp_path, "monday.csv", "id,name\n1,a\n2,b\n3,c\n")
    again = file(tmp_path, "tuesday.csv", "id,name\n3,c\n1,a\n2,b\n")
    assert read(spark, source(first)).batches == read(spark, source(again)).batches


@pytest.mark.parametrize("rows", ["1,a\n2,B\n", "1,a\n2,b\n2,b\n", "1,b\n2,a\n", "1,a\n2,b\n3,c\n3,c\n"])
def test_any_other_row_makes_another_batch(spark: SparkSession, tmp_path: Path, rows: str) -> None:
    first = file(tmp_path, "a.csv", "id,name\n1,a\n2,b\n")
    other = file(tmp_path, "b.csv", f"id,name\n{rows}")
    assert read(spark, source(first)).batches != read(spark, source(other)).batches


def test_of_two_files_with_the_same_rows_one_lands_and_the_other_is_reported(
    spark: SparkSession, tmp_path: Path
) -> None:
    for name in ("a.csv", "copy of a.csv"):
        file(tmp_path / "in", name, "id,name\n1,a\n2,b\n")
    delivery = read(spark, source(tmp_path / "in"))
    assert [f.rows for f in delivery.files] == [2]
    assert delivery.rows.count() == 2
    assert [path.endswith("copy%20of%20a.csv") for path in delivery.repeated] == [True]


def test_files_whose_columns_differ_in_order_or_number_land_by_name(
    spark: SparkSession, tmp_path: Path
) -> None:
    file(tmp_path / "in", "a.csv", "id,name\n1,ann\n")
    file(tmp_path / "in", "b.csv", "name,id,city\nbob,2,York\n")
    rows = rows_of(spark, source(tmp_path / "in")).orderBy("_key").select("id", "name", "city").collect()
    assert rows == [("1", "ann", None), ("2", "bob", "York")]


def test_a_file_name_with_characters_of_a_pattern_is_only_that_file(
    spark: SparkSession, tmp_path: Path
) -> None:
    file(tmp_path / "in", "a[1].csv", "id\n1\n")
    file(tmp_path / "in", "a1.csv", "id\n2\n")
    assert sorted(r["_key"] for r in rows_of(spark, source(tmp_path / "in")).collect()) == ["1", "2"]


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"path": "/nowhere/a.csv"}, "source crm: /nowhere/a.csv: there is no such file. Fix `path`"),
        ({"key": "contact_id"}, "source crm: .*a.csv: the files have no column `contact_id`. Fix `key`"),
        ({"key": "user"}, "source crm: the files have no column user. Fix `key`"),
        ({"path": "package:no_such_package/a.csv"}, "the Python package no_such_package is not installed"),
        ({"path": "package:no.such.package/a.csv"}, "the Python package no.such.package is not installed"),
        ({"path": "package:cdi_spark/a.csv"}, "source crm: .*cdi_spark/a.csv: there is no such file"),
    ],
)
def test_a_source_that_cannot_be_read_is_named_with_what_is_wrong(
    spark: SparkSession, tmp_path: Path, said: dict[str, str], says: str
) -> None:
    path = file(tmp_path, "a.csv", "id,name\n1,secret\n")
    with pytest.raises(SourceError, match=says) as told:
        rows_of(spark, source(**{"path": path, **said}))
    assert "secret" not in str(told.value)


def test_a_file_that_an_installed_package_carries_is_found_by_its_name(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file(tmp_path / "carrier", "__init__.py", "")
    file(tmp_path / "carrier", "a.csv", "id\n1\n")
    monkeypatch.syspath_prepend(tmp_path)
    landed = rows_of(spark, source("package:carrier/a.csv"))
    assert landed.select("_key").collect() == [("1",)]


def test_a_package_is_found_without_running_its_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("outer_package", "outer_package/inner"):
        file(tmp_path / folder, "__init__.py", "raise SystemExit('it was imported')\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert _locate("package:outer_package.inner/a.csv") == str(tmp_path / "outer_package" / "inner" / "a.csv")
    assert _locate("package:outer_package/inner/*.csv") == str(tmp_path / "outer_package" / "inner" / "*.csv")
    for path in ("package:outer_package/../../etc/passwd", "package:outer_package//etc/passwd"):
        with pytest.raises(SourceError, match="outside the package"):
            _locate(path)
    for name in ("outer_package.none", "..", "", "outer_package.inner.none.x"):
        with pytest.raises(SourceError, match="is not installed"):
            _locate(f"package:{name}/a.csv")
