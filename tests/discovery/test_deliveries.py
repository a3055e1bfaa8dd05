"""Files are found, their format is detected, and those of one source are grouped."""

from __future__ import annotations

import bz2
import gzip
import json
from pathlib import Path

import pytest

from cdi_spark.discovery.read.deliveries import build_glob, find_deliveries
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
    }.items():  # fmt: skip
        put(tmp_path, **{name: content})
    assert formats(tmp_path) == {
        "lines.json": "jsonl", "array.json": "json", "object.json": "json", "PERSONS": "csv", "people.dat": "csv",
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


def test_a_path_that_would_match_other_files_too_is_not_used(tmp_path: Path) -> None:
    put(tmp_path, **{"set1.csv": PEOPLE, "set2.csv": PEOPLE, "set2b.csv": PEOPLE})
    assert [[p.name for p in d.files] for d in find_deliveries([tmp_path])[0]] == [
        ["set1.csv"],
        ["set2.csv"],
        ["set2b.csv"],
    ]


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
        ("pretty.json", b'{\n"id": 1\n}\n{\n"id": 2\n}\n', "one object per line"),
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
