"""Files that are made to end a run are refused by name and limit, or one of their rows is quarantined."""

import bz2
import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from cdi_spark.config import Emit, Source
from cdi_spark.config.limits import Limits
from cdi_spark.connectors.files.deliveries import Delivery, read_delivery
from cdi_spark.errors import SourceError


def read(
    spark: SparkSession, path: Path, format: str, *, options: dict[str, str] | None = None, **limits: int
) -> Delivery:
    emits = [Emit(table="person", columns={})]
    source = Source(
        name="crm",
        path=str(path),
        format=format,
        key="id",
        emits=emits,
        limits=Limits(**limits),
        options=options or {},
    )
    return read_delivery(spark, source, run_id="r1")


def rows(delivery: Delivery) -> list[dict[str, Any]]:
    return [row.asDict(recursive=True) for row in delivery.rows.orderBy("_row_number").collect()]


def test_a_json_row_of_any_depth_or_width_is_quarantined_and_the_others_land(
    spark: SparkSession, tmp_path: Path
) -> None:
    path = tmp_path / "a.jsonl"
    wide = json.dumps({f"k{n}": 1 for n in range(3000)})
    lines = [
        '{"id": 1}',
        f'{{"id": 2, "x": {"[" * 950}{"]" * 950}}}',
        f'{{"id": 3, "x": {"[" * 25}{"]" * 25}}}',
        wide,
    ]
    path.write_text("\n".join([*lines, *(f'{{"id": {n}, "map": {{"k{n}": 1}}}}' for n in range(5, 2200))]))
    delivery = read(spark, path, "jsonl")
    assert delivery.columns == {"id": "string", "x": "string", "map": "string"}
    found = rows(delivery)
    assert [row["_fault"] for row in found[:5]] == [
        None,
        "levels_within_limit",
        "levels_within_limit",
        "fields_within_limit",
        None,
    ]
    assert (found[2]["_key"], found[2]["x"]) == ("3", "[" * 25 + "]" * 25)
    assert (found[3]["_key"], found[3]["_raw"]) == (None, wide)
    assert found[-1]["map"] == '{"k2199": 1}'
    assert len(found) == 2199
    assert len([row for row in found if row["_fault"]]) == 3


def test_a_new_name_per_row_costs_its_row_and_no_other_column(spark: SparkSession, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(f'{{"id": {n}, "k{n}": 1}}' if n % 2 else f'{{"id": {n}}}' for n in range(100)))
    delivery = read(spark, path, "jsonl", fields=10)
    assert len(delivery.columns) == 10
    found = rows(delivery)
    assert len([row for row in found if row["_fault"] == "fields_within_limit"]) == 41
    assert all(row["id"] or row["_fault"] for row in found)


PACKED = {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress}


@pytest.mark.parametrize("ending", PACKED)
@pytest.mark.parametrize("format", ["csv", "json", "jsonl"])
def test_a_value_over_the_limit_refuses_its_file_by_name(
    spark: SparkSession, tmp_path: Path, format: str, ending: str
) -> None:
    long = "x" * 300_000
    text = f'id,a\n1,"{long}"\n' if format == "csv" else f'{{"id": 1, "a": "{long}"}}\n'
    path = tmp_path / f"a.{format}{ending}"
    path.write_bytes(PACKED[ending](text.encode()))
    limit = {"whole" if format == "json" else "line": 200_000}
    with pytest.raises(SourceError, match=rf"a\.{format}{ending} .*more than 200,000 bytes.*limits") as fault:
        read(spark, path, format, **limit)
    assert "xxx" not in str(fault.value)
    assert len(rows(read(spark, path, format))) == 1


def test_a_compressed_file_with_too_much_in_it_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"id,a\n" + b"1,2\n" * 200_000))
    with pytest.raises(SourceError, match=r"a\.csv\.gz has more than 500,000 bytes when it is unpacked"):
        read(spark, path, "csv", unpacked=500_000, line=1_000)


def test_of_many_packed_files_the_one_over_the_limit_is_named(spark: SparkSession, tmp_path: Path) -> None:
    for number in range(4):
        text = b"id,a\n" + b"1,2\n" * (50_000 if number != 2 else 200_000)
        (tmp_path / f"{number}.csv.gz").write_bytes(gzip.compress(text + b"%d,3\n" % number))
    with pytest.raises(SourceError, match=r"/2\.csv\.gz has more than 500,000 bytes when it is unpacked"):
        read(spark, tmp_path / "*.gz", "csv", unpacked=500_000, line=1_000)


def test_a_quote_never_closed_does_not_make_a_file_one_value_without_limit(
    spark: SparkSession, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,a\n1,"x\n' + "2,y\n" * 10_000)
    with pytest.raises(SourceError, match="a value has more than 9,999 bytes"):
        read(spark, path, "csv", line=9_999)


def test_a_packed_file_in_utf16_is_bounded_too(spark: SparkSession, tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(("id,a\n" + "1,2\n" * 50_000).encode("utf-16")))
    with pytest.raises(SourceError, match=r"a\.csv\.gz is read as a whole and has more than 100,000 bytes"):
        read(spark, path, "csv", options={"encoding": "UTF-16"}, whole=100_000)


def test_a_header_of_very_many_columns_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    for number in (3_000, 100_000):
        path = tmp_path / f"{number}.csv"
        path.write_text("id," + ",".join(f"c{n}" for n in range(number)) + "\n1\n")
        with pytest.raises(SourceError, match=rf"{number}\.csv.* columns"):
            read(spark, path, "csv")


def test_parquet_of_very_many_levels_or_fields_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    deep: Any = 1
    for _ in range(25):
        deep = {"a": deep}
    pq.write_table(pa.table({"id": ["1"], "x": [deep]}), tmp_path / "deep.parquet")
    pq.write_table(pa.table({f"c{n}": ["1"] for n in range(30)} | {"id": ["1"]}), tmp_path / "wide.parquet")
    with pytest.raises(SourceError, match="25 levels, more than 20"):
        read(spark, tmp_path / "deep.parquet", "parquet")
    with pytest.raises(SourceError, match="31 fields, more than 20"):
        read(spark, tmp_path / "wide.parquet", "parquet", fields=20)


def test_parquet_with_a_huge_value_in_a_small_page_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": ["x" * 5_000_000]}), path, compression="zstd")
    assert path.stat().st_size < 100_000
    with pytest.raises(SourceError, match=r"a\.parquet has a line or a value of more than 1,000,000 bytes"):
        read(spark, path, "parquet", line=1_000_000)


def test_a_link_out_of_the_folder_is_refused_and_one_within_or_above_it_is_fine(
    spark: SparkSession, tmp_path: Path
) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (real / "a.csv").write_text("id\n1\n")
    (real / "b.csv").symlink_to(real / "a.csv")
    (tmp_path / "in").symlink_to(real)
    assert len(rows(read(spark, tmp_path / "in" / "*.csv", "csv"))) == 1
    secret = tmp_path / "secret.csv"
    secret.write_text("id\n9\n")
    (real / "c.csv").symlink_to(real / "d.csv")
    (real / "d.csv").symlink_to(secret)
    for pattern in ("*.csv", "c.csv", "[cd].csv", ""):
        with pytest.raises(SourceError, match=r"/in/[cd]\.csv is a symbolic link"):
            read(spark, tmp_path / "in" / pattern, "csv")
    (real / "c.csv").unlink()
    (real / "d.csv").unlink()
    (real / "sub").symlink_to(tmp_path / "away")
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "e.csv").write_text("id\n9\n")
    with pytest.raises(SourceError, match=r"sub/e\.csv is a symbolic link, or below one"):
        read(spark, tmp_path / "in" / "*" / "*.csv", "csv")
