"""Broken files: what cannot be read is reported by file and row, and no row ends a run."""

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import types as T

from cdi_spark.config import Emit, Source
from cdi_spark.connectors.files import drift
from cdi_spark.connectors.files.batches import Landed, Part
from cdi_spark.connectors.files.deliveries import Delivery, check_counts, landed_schema, read_delivery
from cdi_spark.errors import SourceError
from cdi_spark.schema import DELIVERY
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.standardise import mapping
from cdi_spark.storage import Storage


def source(path: Path, format: str = "csv", **said: Any) -> Source:
    emits = [Emit(table="person", columns=said.pop("columns", {}))]
    return Source(**{"name": "crm", "path": str(path), "format": format, "key": "id", "emits": emits, **said})


def written(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(spark: SparkSession, source: Source, known: T.StructType | None = None) -> Delivery:
    return read_delivery(spark, source, run_id="r1", landed=Landed(known or T.StructType()))


def faults(delivery: Delivery) -> dict[str | None, tuple[int, str | None]]:
    """Row number and fault by key."""
    return {r["_key"]: (r["_row_number"], r["_fault"]) for r in delivery.rows.collect()}


def test_a_row_with_too_few_or_too_many_values_is_marked_and_keeps_its_text(
    spark: SparkSession, tmp_path: Path
) -> None:
    path = written(tmp_path / "a.csv", "id,name,city\n1,ann,York\n2,bob\n3,cy,Leeds,x\n4,di,Hull\n")
    delivery = read(spark, source(path))
    wrong = "columns_as_in_header"
    assert faults(delivery) == {"1": (1, None), "2": (2, wrong), "3": (3, wrong), "4": (4, None)}
    assert delivery.files[0].faulty == 2
    [raw] = delivery.rows.where("_key = '3'").select("_raw").collect()
    assert raw["_raw"].strip() == "3,cy,Leeds,x"


def test_lines_above_the_header_are_no_rows_and_the_others_land(spark: SparkSession, tmp_path: Path) -> None:
    written(tmp_path / "in/a.csv", 'Customers\n\n"of, 2024"\nid,name\n1,ann\n2,"bob\nbo"\n3\nTotal,2\n')
    written(tmp_path / "in/b.csv", "\ufeffCustomers\r\n,\r\nas of\r\nid,name\r\n5,eve\r\n".encode("utf-8"))
    written(tmp_path / "in/c.csv", "Customers\n\nof 2024\nname,id\n")
    delivery = read(spark, source(tmp_path / "in/*.csv", skip_rows=3))
    assert {r["_key"]: (r["name"], r["_row_number"], r["_fault"]) for r in delivery.rows.collect()} == {
        "1": ("ann", 1, None),
        "2": ("bob\nbo", 2, None),
        "3": (None, 3, "columns_as_in_header"),
        "Total": ("2", 4, None),
        "5": ("eve", 1, None),
    }
    assert sorted(file.rows for file in delivery.files) == [1, 4]


def test_a_quote_that_opens_above_the_header_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", '"Customers\nid,name\n1,"ann"\n2,bob\n')
    with pytest.raises(SourceError, match="a quote opens in the lines above the header"):
        read(spark, source(path, skip_rows=1))


def test_a_line_for_excel_is_no_row_and_its_delimiter_is_that_of_its_file(
    spark: SparkSession, tmp_path: Path
) -> None:
    written(tmp_path / "in/a.csv", 'sep=;\r\nid;name\r\n1;"ann; lee"\r\n2;bob, cy\r\n')
    written(tmp_path / "in/b.csv", "sep=\t\nid\tname\n3\tdi\n".encode("utf-16"))
    written(tmp_path / "in/c.csv", "id,name\n5,eve\n")
    paths = [(tmp_path / "in/a.csv", {}), (tmp_path / "in/b.csv", {"encoding": "UTF-16"})]
    found = {}
    for path, options in [(tmp_path / "in/[ac].csv", {}), *paths[1:]]:
        found |= {
            r["_key"]: (r["name"], r["_fault"])
            for r in read(spark, source(path, options=options)).rows.collect()
        }
    assert found == {"1": ("ann; lee", None), "2": ("bob, cy", None), "3": ("di", None), "5": ("eve", None)}


def test_a_delimiter_at_the_end_of_rows_is_dropped_and_what_stands_behind_it_is_not(
    spark: SparkSession, tmp_path: Path
) -> None:
    path = written(
        tmp_path / "a.csv", 'id,name\n1,ann,\n2,"b,o",\n3,cy,x\n4,di\n5,"e\nve", \nid,name\n6,fay,\n'
    )
    delivery = read(spark, source(path))
    wrong = "columns_as_in_header"
    assert {r["_key"]: (r["name"], r["_fault"]) for r in delivery.rows.collect()} == {
        "1": ("ann", None),
        "2": ("b,o", None),
        "3": ("cy", wrong),
        "4": ("di", wrong),
        "5": ("e\nve", None),
        "6": ("fay", None),
        "id": ("name", "is_no_header"),
    }
    assert delivery.columns.keys() == {"id", "name"}
    [raw] = delivery.rows.where("_key = '3'").select("_raw").collect()
    assert raw["_raw"] == "3,cy,x"


def test_a_quote_never_closed_takes_no_row_with_it_in_silence(spark: SparkSession, tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", 'id,name\n1,ann\n2,"bob\n3,cy\n4,di\n')
    rows = read(spark, source(path)).rows.collect()
    everything = " ".join(str(value) for row in rows for value in row[:2]) + str([r["_raw"] for r in rows])
    assert all(name in everything for name in ("ann", "bob", "cy", "di"))


def test_a_line_that_is_no_json_is_marked_and_the_others_land(spark: SparkSession, tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", '{"id": "1"}\n{"id": \n{"id": "3"}\n')
    delivery = read(spark, source(path, "jsonl"))
    assert sorted(faults(delivery).items(), key=str) == [
        ("1", (1, None)),
        ("3", (3, None)),
        (None, (2, "reads_as_json")),
    ]


def test_text_beside_objects_and_values_beside_lists_are_read_too(
    spark: SparkSession, tmp_path: Path
) -> None:
    told: list[Any] = [
        {"holder": {"name": "ann"}, "mail": ["a@x", "b@x"]},
        {"holder": {"name": "bob", "Tags": ["x"]}, "mail": "c@x"},
        {"holder": "cy", "mail": None},
    ]
    lines = [json.dumps({"id": str(i), **row}) for i, row in enumerate(told)]
    delivery = read(spark, source(written(tmp_path / "a.jsonl", "\n".join(lines)), "jsonl"))
    rows = delivery.rows.select(
        "_key", "_fault", "holder.name", "holder.value", "holder.tags", "mail"
    ).collect()
    assert [tuple(row) for row in rows] == [
        ("0", None, "ann", None, None, ["a@x", "b@x"]),
        ("1", None, "bob", None, ["x"], ["c@x"]),
        ("2", None, None, "cy", None, None),
    ]


def test_an_object_or_list_where_most_rows_have_text_is_that_rows_text(
    spark: SparkSession, tmp_path: Path
) -> None:
    lines = [json.dumps({"id": str(i), "mail": mail}) for i, mail in enumerate(["a", "b", {"c": 1}])]
    rows = read(spark, source(written(tmp_path / "a.jsonl", "\n".join(lines)), "jsonl")).rows
    assert {r["_key"]: r["mail"] for r in rows.collect()} == {"0": "a", "1": "b", "2": '{"c": 1}'}


def test_a_column_keeps_the_shape_it_landed_with(spark: SparkSession, tmp_path: Path) -> None:
    first = read(spark, source(written(tmp_path / "a.jsonl", '{"id": "1", "mail": {"a": "x"}}'), "jsonl"))
    path = written(
        tmp_path / "b.jsonl", '{"id": "2", "mail": "y"}\n{"id": "3", "mail": {"a": "z", "b": "w"}}'
    )
    later = read(spark, source(path, "jsonl"), landed_schema(first.rows))
    assert {r["_key"]: r["a"] for r in later.rows.select("_key", "mail.a").collect()} == {"2": None, "3": "z"}
    assert faults(later) == {"2": (1, None), "3": (2, None)}
    assert {r["_key"]: r["value"] for r in later.rows.select("_key", "mail.value").collect()} == {
        "2": "y",
        "3": None,
    }


def test_latin_1_read_as_utf_8_is_marked_until_conf_names_the_encoding(
    spark: SparkSession, tmp_path: Path
) -> None:
    path = written(tmp_path / "a.csv", "id,name\n1,ann\n2,Müller\n".encode("latin-1"))
    assert faults(read(spark, source(path))) == {"1": (1, None), "2": (2, "in_its_encoding")}
    named = read(spark, source(path, options={"encoding": "ISO-8859-1"}))
    assert {r["name"] for r in named.rows.collect()} == {"ann", "Müller"}


@pytest.mark.parametrize("format", ["csv", "jsonl"])
def test_files_of_a_source_that_are_utf_8_are_read_so_beside_others(
    spark: SparkSession, tmp_path: Path, format: str
) -> None:
    for name, encoding in (("old", "cp1252"), ("new", "utf-8")):
        text = f'{{"id": "{name}", "name": "Müller"}}' if format == "jsonl" else f"id,name\n{name},Müller\n"
        written(tmp_path / f"{name}.{format}", text.encode(encoding))
    delivery = read(spark, source(tmp_path, format, options={"encoding": "ISO-8859-1"}))
    assert {r["_key"]: r["name"] for r in delivery.rows.collect()} == {"old": "Müller", "new": "Müller"}


def test_an_unreadable_header_asks_for_the_encoding(spark: SparkSession, tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "id,name\n1,ann\n".encode("utf-16"))
    with pytest.raises(SourceError, match=r"a\.csv: .*options: {encoding: UTF-16}"):
        read(spark, source(path))
    named = read(spark, source(path, options={"encoding": "UTF-16"}))
    assert [r["name"] for r in named.rows.collect()] == ["ann"]


def test_a_byte_order_mark_is_no_part_of_the_first_column(spark: SparkSession, tmp_path: Path) -> None:
    delivery = read(spark, source(written(tmp_path / "a.csv", "id,name\n1,ann\n".encode("utf-8-sig"))))
    assert faults(delivery) == {"1": (1, None)}


@pytest.mark.parametrize(("name", "format"), [("a.csv.gz", "csv"), ("a.parquet", "parquet")])
def test_a_file_cut_short_is_named_and_ends_the_source(
    spark: SparkSession, tmp_path: Path, name: str, format: str
) -> None:
    if format == "csv":
        whole = gzip.compress(b"id,name\n" + b"".join(b"%d,%d\n" % (i, i * 7919) for i in range(9999)))
    else:
        spark.range(9999).coalesce(1).write.parquet(str(tmp_path / "whole"))
        whole = next((tmp_path / "whole").glob("*.parquet")).read_bytes()
    path = written(tmp_path / "in" / name, whole[: len(whole) // 2])
    with pytest.raises(SourceError, match=rf"source crm: .*{name} is truncated or is not {format}"):
        read(spark, source(path, format)).rows.collect()


def test_parquet_with_another_type_than_before_is_fitted_or_marked(
    spark: SparkSession, tmp_path: Path
) -> None:
    spark.sql("select '1' id, 5 age").write.parquet(str(tmp_path / "a"))
    spark.sql("select * from values ('2', '6'), ('3', 'old') t(id, age)").write.parquet(str(tmp_path / "b"))
    known = landed_schema(read(spark, source(tmp_path / "a", "parquet")).rows)
    later = read(spark, source(tmp_path / "b", "parquet"), known)
    assert {r["_key"]: (r["age"], r["_fault"]) for r in later.rows.collect()} == {
        "2": (6, None),
        "3": (None, "types_as_landed_before"),
    }


def test_columns_named_as_ours_or_not_at_all_land_under_names_of_their_own(
    spark: SparkSession, tmp_path: Path
) -> None:
    path = written(tmp_path / "a.jsonl", '{"id": "1", "_key": "x", "_source": "y", "": "z"}')
    rows = read(spark, source(path, "jsonl")).rows
    assert rows.select("_key", "_key_", "_source_").collect() == [("1", "x", "y")]
    assert not any(name == "" for name in rows.columns)


def test_names_that_differ_by_capitals_are_one_column_and_two_values_of_it_a_fault(
    spark: SparkSession, tmp_path: Path
) -> None:
    rows = ['{"id": "1", "mail": "x"}', '{"id": "2", "Mail": "y"}', '{"id": "3", "mail": "x", "Mail": "y"}',
            '{"id": "4", "mail": "x", "mail": "y"}', '{"id": "5", "mail": "z", "mail": "z"}']  # fmt: skip
    delivery = read(spark, source(written(tmp_path / "a.jsonl", "\n".join(rows)), "jsonl"))
    found = [(r["mail"], r["_fault"], r["_raw"]) for r in delivery.rows.orderBy("_row_number").collect()]
    assert found[:2] == [("x", None, None), ("y", None, None)]
    assert [fault for _, fault, _ in found[2:]] == ["one_value_per_name", "one_value_per_name", None]
    assert json.loads(found[2][2]) == {"id": "3", "mail": "x", "Mail": "y"}


@pytest.mark.parametrize("format", ["json", "jsonl"])
@pytest.mark.parametrize("between", ["", " ", ",", "\n", ",\n", "\r\n\r\n"])
def test_objects_one_after_another_all_land(
    spark: SparkSession, tmp_path: Path, format: str, between: str
) -> None:
    text = between.join(json.dumps({"id": str(i), "name": '{ "a}'}) for i in range(24))
    delivery = read(spark, source(written(tmp_path / f"a.{format}", text), format))
    assert faults(delivery) == {str(i): (i + 1, None) for i in range(24)}


def test_the_header_of_a_joined_file_is_nobody(spark: SparkSession, tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "id,name\n1,ann\n\ufeffid,name\n2,bob\n")
    assert [fault for _, fault in sorted(faults(read(spark, source(path))).values())] == [
        None,
        "is_no_header",
        None,
    ]


def test_a_quote_that_opens_by_mistake_is_a_fault_of_its_row(spark: SparkSession, tmp_path: Path) -> None:
    rows = ["id,given,family,mail", '1,"Ana,Lima,a@x', "2,Bo,Ray,b@x", '3,Cy",Low,c@x', "4,Di,Fox,d@x",
            '5,"Ed,Orr,e@x', '6,"Flo",Fay,f@x', '7,"Gus\nGus, jr.",Gale,g@x', "8,Hal,Hay,h@x"]  # fmt: skip
    delivery = read(spark, source(written(tmp_path / "a.csv", "\n".join(rows) + "\n")))
    swallowed = "quotes_close_in_their_row"
    assert faults(delivery) == {
        "1": (1, swallowed),
        "4": (2, None),
        "5": (3, swallowed),
        "7": (4, None),
        "8": (5, None),
    }


@pytest.mark.parametrize("ends", [("\r\n", "\n"), ("\n", "\r\n"), ("\r",), ("\r\n",)])
def test_lines_may_end_in_several_ways(spark: SparkSession, tmp_path: Path, ends: tuple[str, ...]) -> None:
    rows = [
        "id,name,note",
        *(f'{i},ann,"a\r\nb"' if i % 5 == 0 and ends != ("\r",) else f"{i},ann,x" for i in range(30)),
    ]
    text = "".join(row + ends[i % len(ends)] for i, row in enumerate(rows))
    delivery = read(spark, source(written(tmp_path / "a.csv", text)))
    assert faults(delivery) == {str(i): (i + 1, None) for i in range(30)}
    notes = {r["note"] for r in delivery.rows.collect()}
    assert notes == ({"x"} if ends == ("\r",) else {"x", "a\nb"})


def test_a_line_that_begins_with_a_zero_byte_is_no_comment(spark: SparkSession, tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "id,name\n1,ann\n\x002,bob\n3,cy\n")
    assert [number for number, _ in faults(read(spark, source(path))).values()] == [1, 2, 3]


def test_a_row_that_the_reader_leaves_out_ends_the_source(tmp_path: Path) -> None:
    with pytest.raises(
        SourceError, match=r"source crm: a\.csv has 3 rows, 2 were read\. Nothing of the source landed"
    ):
        check_counts(
            source(tmp_path), [Part("a.csv", 0, 0, 1, 0, 0, 0), Part("a.csv", 1, 9, 1, 0, 0, 0)], {"a.csv": 3}
        )


def test_parquet_files_of_one_delivery_may_differ_in_their_types(spark: SparkSession, tmp_path: Path) -> None:
    pq.write_table(
        pa.table({"id": [7, 8], "code": pa.array([1, 2], pa.int8()), "total": [1, 2]}), tmp_path / "a.parquet"
    )
    pq.write_table(
        pa.table({"ID": [9.0, None], "code": ["x", "y"], "total": [1.5, 2.0]}), tmp_path / "b.parquet"
    )
    delivery = read(spark, source(tmp_path, "parquet"))
    rows = delivery.rows.orderBy("_file", "_row_number").select("_key", "id", "code", "total").collect()
    assert [tuple(row) for row in rows] == [
        ("7", 7, "1", 1.0), ("8", 8, "2", 2.0), ("9", 9, "x", 1.5), (None, None, "y", 2.0)
    ]  # fmt: skip
    pq.write_table(pa.table({"id": [1], "code": [[1]], "total": [1]}), tmp_path / "c.parquet")
    with pytest.raises(SourceError, match=r"column code is .* in .*\.parquet and .* in .*\.parquet"):
        read(spark, source(tmp_path, "parquet"))


def test_a_fraction_where_whole_numbers_landed_is_marked(spark: SparkSession, tmp_path: Path) -> None:
    known = T.StructType().add("id", T.LongType()).add("code", T.StringType())
    pq.write_table(pa.table({"id": [1.0, 2.5], "code": [17.0, 18.5]}), tmp_path / "a.parquet")
    rows = read(spark, source(tmp_path, "parquet"), known).rows.orderBy("_row_number").collect()
    assert [(r["id"], r["code"], r["_fault"]) for r in rows] == [
        (1, "17", None), (None, "18.5", "types_as_landed_before")
    ]  # fmt: skip


# What a delivery may not take away in silence, and what is only told.


def before(spark: SparkSession, rows: int, **columns: str) -> Any:
    entry = ("crm", None, ["b0"], rows, columns, "r0")
    return local_rows(spark, [entry], DELIVERY.schema).first()


def test_a_snapshot_without_rows_does_not_delete_everybody(spark: SparkSession, tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "id,name\n")
    last = before(spark, 12, id="string", name="string")
    with pytest.raises(
        SourceError, match=r"the snapshot has no rows, the last delivery had 12.*allow_empty: true"
    ):
        drift.check(read(spark, source(path)), source(path), last=last, first=False)
    for allowed in (source(path, allow_empty=True), source(path, load="changes")):
        drift.check(read(spark, allowed), allowed, last=last, first=False)
        assert drift.notices(read(spark, allowed), allowed, last=last) == ["the delivery has no rows"]


def test_a_snapshot_that_lost_most_of_its_rows_stops_until_conf_allows_it(
    spark: SparkSession, tmp_path: Path
) -> None:
    path = written(tmp_path / "a.csv", "id,name\n" + "".join(f"{i},ann\n" for i in range(4)))
    last = before(spark, 30, id="string", name="string")
    with pytest.raises(SourceError, match=r"4 rows, the last delivery had 30; 87%.*largest_drop: 0\.87"):
        drift.check(read(spark, source(path)), source(path), last=last, first=False)
    for allowed in (source(path, largest_drop=0.87), source(path, load="changes")):
        drift.check(read(spark, allowed), allowed, last=last, first=False)
    drift.check(
        read(spark, source(path)),
        source(path),
        last=before(spark, 8, id="string", name="string"),
        first=False,
    )


def test_a_file_of_no_bytes_at_all_is_refused_the_first_time(spark: SparkSession, tmp_path: Path) -> None:
    empty = source(written(tmp_path / "a.csv", ""))
    with pytest.raises(SourceError, match=r"source crm: .*a\.csv: the files have no columns"):
        drift.check(read(spark, empty), empty, last=None, first=True)


def test_a_missing_mapped_column_ends_the_source_and_other_changes_are_reported(
    spark: SparkSession, tmp_path: Path
) -> None:
    crm = source(written(tmp_path / "a.csv", "id,fax\n1,2\n"), columns={"emails": "array(lower(email))"})
    last = before(spark, 1, id="string", email="string", note="string", fax="int")
    with pytest.raises(SourceError, match=r"the files no longer have email, which the conf reads"):
        drift.check(read(spark, crm), crm, last=last, first=False)
    last = before(spark, 1, id="string", note="string", fax="int")
    delivery = read(spark, crm)
    drift.check(delivery, crm, last=last, first=False)
    assert drift.notices(delivery, crm, last=last) == [
        "column note is missing",
        "column fax was int and is string",
    ]
    last = before(spark, 1, id="string")
    assert drift.notices(delivery, crm, last=last) == ["new column fax: it lands, but no conf reads it"]


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet"])
def test_columns_of_any_name_land_and_are_mapped(
    spark: SparkSession, storage: Storage, tmp_path: Path, format: str
) -> None:
    names = ["id", "Geb.-Dat.", "what`s up", "x[0]", "a b", "total (€)", "seen.at"]
    values = ["1", "Ann", "Ada", "Leeds", "Yorkshire", "LS1 4AB", "2024-01-02"]
    table = ",".join(names) + "\n" + ",".join(values) + "\n"
    row = json.dumps(dict(zip(names, values, strict=True)))
    path = written(tmp_path / f"a.{format}", table if format == "csv" else row)
    if format == "parquet":
        pq.write_table(pa.table({name: [value] for name, value in zip(names, values, strict=True)}), path)
    columns = {"family_name": "`Geb.-Dat.`", "given_name": "`what``s up`", "city": "`x[0]`", "region": "`a b`",
               "postcode": "`total (€)`"}  # fmt: skip
    crm = source(path, format, columns=columns, updated_at="to_timestamp(`seen.at`)")
    delivery = read(spark, crm)
    storage.append_once("bronze.crm", delivery.rows, token="1")
    landed = storage.read("bronze.crm").transform(mapping.current_rows, crm, batches=delivery.batches)
    [person] = landed.transform(mapping.emit_rows, crm, crm.emits[0]).collect()
    assert [person[name].lower() for name in columns] == ["ann", "ada", "leeds", "yorkshire", "ls1 4ab"]
