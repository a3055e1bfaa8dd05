"""Files are found, their format is detected, and those of one source are grouped."""

from __future__ import annotations

import bz2
import glob
import gzip
import json
from pathlib import Path

import pytest

from cdi_spark.discovery.read.deliveries import find_deliveries
from cdi_spark.discovery.read.file_names import build_glob
from cdi_spark.errors import SourceError

PEOPLE = "id,name,email\n1,Ann Lee,ann@lee.org\n2,Bo Ek,bo@ek.se\n"


def put(folder: Path, **files: str | bytes) -> None:
    for name, content in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def formats(folder: Path) -> dict[str, str]:
    return {d.files[0].name: d.format for d in find_deliveries([folder])[0]}


def test_the_format_of_a_file_is_detected_from_its_content_not_its_name(tmp_path: Path) -> None:
    lines = '{"id": 1}\n{"id": 2}\n'
    for name, content in {
        "lines.json": lines, "array.json": '[{"id": 1}]', "object.json": '{"people": [\n{"id": 1}]}',
        "PERSONS": PEOPLE, "people.dat": PEOPLE, "people.csv.gz": gzip.compress(PEOPLE.encode()),
        "lines.jsonl.bz2": bz2.compress(lines.encode()), "utf16.txt": PEOPLE.encode("utf-16"),
        "pretty.json": '{\n"id": 1\n}\n{\n"id": 2\n}\n', "glued.json": '{"id": 1}{"id": 2} {"id": 3}',
        "packed.json": '{"id": 1}{"id": 2}\n{"id": 3}\n', "broken.jsonl": '{"id": 1}\n{"id": 2\n{"id": 3}\n',
    }.items():  # fmt: skip
        put(tmp_path, **{name: content})
    assert formats(tmp_path) == {
        "lines.json": "jsonl", "array.json": "json", "object.json": "json", "PERSONS": "csv", "people.dat": "csv",
        "pretty.json": "json", "glued.json": "json", "packed.json": "jsonl", "broken.jsonl": "jsonl",
        "people.csv.gz": "csv", "lines.jsonl.bz2": "jsonl", "utf16.txt": "csv",
    }  # fmt: skip


def test_files_of_one_shape_whose_names_differ_by_date_are_one_source(tmp_path: Path) -> None:
    for month in ("2024-01", "2024-02", "2024-03"):
        put(
            tmp_path, **{f"people_{month}.csv": PEOPLE, f"other_{month}.csv": PEOPLE.replace("email", "mail")}
        )
    found, _ = find_deliveries([tmp_path])
    assert [[path.name for path in d.files] for d in found] == [
        [f"{kind}_2024-0{n}.csv" for n in (1, 2, 3)] for kind in ("other", "people")
    ]
    assert build_glob(found[1].files) == tmp_path / "people_*.csv"


def test_parts_that_spark_wrote_are_one_source(tmp_path: Path) -> None:
    names = [
        "part-00000-3f2504e0-4f89-11d3-9a0c-0305e82c3301-c000.csv",
        "part-00001-9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d-c000.csv",
    ]
    put(tmp_path, **dict.fromkeys(names, PEOPLE), _SUCCESS="")
    [found] = find_deliveries([tmp_path])[0]
    assert [path.name for path in found.files] == names


def test_files_with_other_columns_are_sources_of_their_own(tmp_path: Path) -> None:
    put(tmp_path, **{"data1.json": json.dumps([{"id": 1, "name": "x"}]),
                     "data2.json": json.dumps([{"sku": 1, "price": 2}]),
                     "list1.csv": PEOPLE, "list2.csv": "id;city\n1;Leeds\n2;York\n"})  # fmt: skip
    assert [len(d.files) for d in find_deliveries([tmp_path])[0]] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    "names",
    [
        ["orders_2024Q1.csv", "orders_2024Q2.csv"],
        ["Q1-2024 Bestellungen.csv", "Q2-2024 Bestellungen.csv"],
        ["ventes 1er trim 2024.csv", "ventes 2e trim 2024.csv", "ventes 4ème trim 2023.csv"],
        ["pedidos_enero.csv", "pedidos_febrero.csv"],
        ["zamówienia luty 2024.csv", "zamówienia marzec 2024.csv"],
        ["export_Mar-24.csv", "export_Apr-24.csv"],
        ["orders.csv", "orders (1).csv", "orders (2).csv"],
        ["orders_1.csv", "orders_10.csv", "orders-2.csv"],
        ["kunden_20240101.csv", "kunden_2024-02-01.csv", "kunden 1.3.2024.csv"],
        ["year=2024/month=01/orders.csv", "year=2024/month=02/orders.csv"],
        ["2024/01/orders.csv", "2024/02/orders.csv"],
        ["2024/january/orders.csv", "2024/february/orders.csv"],
        ["KW12.csv", "KW13.csv"],
    ],
    ids=lambda names: names[0],
)
def test_files_of_one_form_whose_names_differ_by_time_or_number_are_one_source(
    tmp_path: Path, names: list[str]
) -> None:
    put(tmp_path, **dict.fromkeys(names, PEOPLE))
    [found] = find_deliveries([tmp_path])[0]
    assert sorted(path.relative_to(tmp_path).as_posix() for path in found.files) == sorted(names)
    assert {path.as_posix() for path in found.files} == {*glob.glob(str(found.path))}  # noqa: PTH207
    assert find_deliveries([tmp_path / "**" / "*.csv"])[0] == [found]


def test_names_that_differ_by_a_word_are_sources_of_their_own(tmp_path: Path) -> None:
    put(tmp_path, **dict.fromkeys(["shop_berlin.csv", "shop_munich.csv", "shop_a.csv", "shop_b.csv"], PEOPLE))
    assert [len(d.files) for d in find_deliveries([tmp_path])[0]] == [1, 1, 1, 1]


def test_columns_that_come_and_go_over_time_leave_one_source(tmp_path: Path) -> None:
    later = "id,loyalty,name,email,phone\n3,x,Cy Po,cy@po.it,1\n"
    latest = "id,loyalty,name,phone\n4,x,Di Oh,2\n"
    put(tmp_path, **{"p_1.csv": PEOPLE, "p_2.csv": later, "p_3.csv": latest})
    [found] = find_deliveries([tmp_path])[0]
    assert found.dialect is not None
    assert found.dialect.names == ("id", "name", "email", "loyalty", "phone")


def test_files_in_two_encodings_are_one_source_that_says_so(tmp_path: Path) -> None:
    texts = [f"id;name\n{n};Käthe Weiß\n{n + 9};Jürgen Groß\n" for n in range(5)]
    files = {f"p_{n}.csv": text.encode("utf-8" if n > 2 else "cp1252") for n, text in enumerate(texts)}
    put(tmp_path, **files)
    [found] = find_deliveries([tmp_path])[0]
    assert (len(found.files), found.encoding) == (5, "latin-1")
    assert "2 of 5 files are in utf-8" in found.doubts[0]


def test_broken_lines_leave_a_file_among_its_kind_and_are_counted(tmp_path: Path) -> None:
    rows = "id;name\n" + "1;Käthe Weiß\n" * 20
    put(tmp_path, **{f"p_{n}.csv": rows for n in range(13)})
    put(tmp_path, **{"p_13.csv": rows.encode() + b"2;J\xfcrgen\n" * 5})
    [found] = find_deliveries([tmp_path])[0]
    assert (len(found.files), found.encoding) == (14, "utf-8")
    assert found.doubts == ("5 lines in 1 of 14 files are not UTF-8: they go to silver.quarantine",)


def test_files_without_letters_beyond_ascii_take_the_encoding_of_the_others(tmp_path: Path) -> None:
    put(tmp_path, **{"p_1.csv": PEOPLE, "p_2.csv": PEOPLE.replace("Ek", "Łęcki").encode("cp1250")})
    [found] = find_deliveries([tmp_path])[0]
    assert (len(found.files), found.encoding, found.doubts) == (2, "cp1250", ())


def test_files_with_other_delimiters_are_sources_that_say_so(tmp_path: Path) -> None:
    put(tmp_path, **{"p_1.csv": PEOPLE, "p_2.csv": PEOPLE, "p_3.csv": PEOPLE.replace(",", ";")})
    found, _ = find_deliveries([tmp_path])
    assert [[path.name for path in d.files] for d in found] == [["p_1.csv", "p_2.csv"], ["p_3.csv"]]
    assert all("counts twice" in d.doubts[0] for d in found)


def test_quotes_in_one_file_only_leave_one_source(tmp_path: Path) -> None:
    put(tmp_path, **{"p_1.csv": PEOPLE, "p_2.csv": PEOPLE + '3,"Po \\"Cy\\"",x@y.z\n'})
    [found] = find_deliveries([tmp_path])[0]
    assert found.dialect is not None
    assert found.dialect.escape == "\\"


def test_where_a_pattern_would_match_other_files_too_the_path_lists_the_files(tmp_path: Path) -> None:
    put(tmp_path, **{"set1.csv": PEOPLE, "set2.csv": PEOPLE, "set2b.csv": PEOPLE})
    found, _ = find_deliveries([tmp_path])
    assert [[p.name for p in d.files] for d in found] == [["set1.csv", "set2.csv"], ["set2b.csv"]]
    assert found[0].path == tmp_path / "{{set1.csv,set2.csv}}"
    assert "the path lists the files" in found[0].doubts[0]


def test_characters_that_are_wildcards_for_spark_are_kept_out_of_the_path() -> None:
    assert build_glob([Path("/raw/people [v2] {final}.csv")]) == Path("/raw/people ?v2? ?final?.csv")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", b"", "is empty"),
        ("blank.csv", b"\n \n", "is empty"),
        ("book.xlsx", b"PK\x03\x04" + bytes(50), "save each sheet as CSV"),
        ("image", bytes(range(256)) * 30, "is binary"),
        ("page.dat", b"<?xml version='1.0'?><people/>", "XML or HTML"),
        ("packed.csv", gzip.compress(PEOPLE.encode()), "does not end in .gz"),
        ("half.csv.gz", gzip.compress(PEOPLE.encode() * 50)[:40], "cut off"),
        ("commas.json", b'{\n"id": 1\n},\n{\n"id": 2\n}\n', "one object per line"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_cannot_be_read_is_an_error_when_named_and_left_out_of_a_folder(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    put(tmp_path, **{name: content, "people.csv": PEOPLE})
    with pytest.raises(SourceError, match=rf"{name}: .*{message}"):
        find_deliveries([tmp_path / name])
    found, skipped = find_deliveries([tmp_path])
    assert [d.files[0].name for d in found] == ["people.csv"]
    assert [(one.path.name, message in one.reason) for one in skipped] == [(name, True)]


def test_a_glob_finds_its_files_and_a_missing_path_is_an_error(tmp_path: Path) -> None:
    put(tmp_path, **{"a__people_1.csv": PEOPLE, "a__notes_1.csv": PEOPLE})
    assert [d.files[0].name for d in find_deliveries([tmp_path / "a" / "people*.csv"])[0]] == ["people_1.csv"]
    with pytest.raises(SourceError, match="no such file or folder"):
        find_deliveries([tmp_path / "b.csv"])
    (tmp_path / "none").mkdir()
    with pytest.raises(SourceError, match="contains no file"):
        find_deliveries([tmp_path / "none"])
