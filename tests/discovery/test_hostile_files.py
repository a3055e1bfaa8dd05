"""Files that are made to keep `cdi init` busy, or to have it read others, end in time or in a message."""

import bz2
import csv
import gzip
import json
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cdi_spark.config import load_project
from cdi_spark.discovery.draft.project import draft_project
from cdi_spark.discovery.lexicon import patterns
from cdi_spark.discovery.lexicon.headers import find_meanings, find_national_id_kind
from cdi_spark.discovery.read import files
from cdi_spark.discovery.read.code_pages import find_code_page
from cdi_spark.discovery.read.columns import Column, count_values
from cdi_spark.discovery.read.encodings import detect_encoding
from cdi_spark.discovery.read.files import open_bytes, recognise_file
from cdi_spark.errors import ConfigError, SourceError
from cdi_spark.monitoring.terminal import printable
from cdi_spark.standardise.values.phones import phones

PARTS = [
    " ",
    "\t",
    "\n",
    "a",
    "A",
    "1",
    ".",
    ",",
    ";",
    "-",
    "'",
    " a",
    "1 ",
    "a.",
    "A. ",
    "@",
    "a@",
    "&",
    "+",
    "(",
    "é",
    "'a",
]


@pytest.fixture(autouse=True)
def in_time() -> object:
    began = time.process_time()
    yield
    assert time.process_time() - began < 20


def seconds(of: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    of(text)
    return time.process_time() - began


@pytest.mark.parametrize(
    "name", [*patterns.TESTS, "is_email", "is_nothing", "is_decimal", "is_url", "is_ip_address"]
)
def test_each_test_of_a_value_takes_linear_time(name: str) -> None:
    test = patterns.TESTS.get(name) or getattr(patterns, name)
    assert not [part for part in PARTS if seconds(test, "1" + part * (200_000 // len(part)) + "x") > 2]


def test_names_of_columns_take_linear_time() -> None:
    for function in (find_meanings, find_national_id_kind):
        assert not [part for part in PARTS if seconds(function, part * (200_000 // len(part))) > 2]


def test_value_rules_that_split_take_linear_time() -> None:
    for part in PARTS:
        text = "1" + part * (200_000 // len(part)) + "x"
        assert seconds(lambda text: phones([text[:20_000]], "GB"), text) < 2


@pytest.mark.parametrize("part", [b"a", b" ", b"\xe9", b"\xe4\xb8\xad", b"a\xe9 "])
def test_the_encoding_of_one_long_line_is_found_in_linear_time(tmp_path: Path, part: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(part * (8_000_000 // len(part)) + b"\n\xfc\n")
    began = time.process_time()
    assert detect_encoding(path, open_bytes)
    find_code_page(part * 200_000)
    assert time.process_time() - began < 5


def test_a_character_at_the_border_of_two_parts_is_not_broken(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    for shift in range(4):
        path.write_bytes(b"x" * shift + "ü中😀".encode() * 400_000)
        found = detect_encoding(path, open_bytes)
        assert found is not None
        assert (found.name, found.broken) == ("utf-8", 0)


def test_a_column_is_recognised_by_the_first_characters_of_its_values() -> None:
    column = count_values(Column(("a",)), [["x" * 10_000_000], ["y"]])
    assert sorted(map(len, column.values)) == [1, 2_000]


@pytest.mark.parametrize("pack", [gzip, bz2])
def test_a_packed_file_over_a_limit_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: object
) -> None:
    path = tmp_path / ("a.csv.gz" if pack is gzip else "a.csv.bz2")
    monkeypatch.setattr(files, "LARGEST_WHOLE", 1_000_000)
    monkeypatch.setattr(files, "LARGEST_UNPACKED", 3_000_000)
    path.write_bytes(pack.compress(b"id,a\n1," + b"x" * 2_000_000))  # type: ignore[attr-defined]
    with pytest.raises(SourceError, match=r"a\.csv\.(gz|bz2): has a line of more than 1,000,000 bytes"):
        recognise_file(path)
    path.write_bytes(pack.compress(b"id,a\n" + b"1,x\n" * 1_000_000))  # type: ignore[attr-defined]
    with pytest.raises(SourceError, match=r"has more than 3,000,000 bytes when it is unpacked"):
        recognise_file(path)
    path.write_bytes(pack.compress(b"id,a\n" + b"1,x\n" * 100))  # type: ignore[attr-defined]
    assert recognise_file(path).format == "csv"


def test_a_damaged_packed_file_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    content = bytearray(gzip.compress(b"id,a\n" + bytes(range(256)) * 1_000))
    content[50:90] = b"\xff" * 40
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"a\.csv\.gz"):
        recognise_file(path)


def test_deep_and_wide_json_is_drafted_without_its_odd_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [json.dumps({"id": n, "email": f"a{n}@example.org"}) for n in range(50)]
    lines[3] = '{"id": 3, "x": ' + "[" * 900 + "]" * 900 + "}"
    lines[4] = json.dumps({f"k{n}": 1 for n in range(3_000)})
    path.write_text("\n".join(lines))
    draft = draft_project(tmp_path / "conf", [path])
    draft.write()
    assert load_project(tmp_path / "conf").sources[0].key


@pytest.mark.parametrize("form", ["[{}]", "{}"])
def test_the_first_elements_of_a_long_list_are_read_in_linear_time(tmp_path: Path, form: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(form.replace("{}", ",".join(['{"id":1,"a":2}'] * 100_000)))
    if form == "[{}]":
        from cdi_spark.discovery.trial.samples import _read_elements

        began = time.process_time()
        with path.open() as text:
            text.read(1)
            assert len(list(_read_elements("", text))) == 100_000
        assert time.process_time() - began < 5
    assert seconds(files._count_objects, '{"a":1} ' * 100_000) < 2


def test_a_link_out_of_a_folder_is_refused_by_name(tmp_path: Path) -> None:
    inside, secret = tmp_path / "in", tmp_path / "secret.csv"
    inside.mkdir()
    secret.write_text("id,a\n1,2\n")
    (inside / "a.csv").write_text("id,a\n1,2\n")
    (inside / "b.csv").symlink_to(inside / "a.csv")
    assert len(files.list_files([inside])) == 2
    (tmp_path / "above").symlink_to(inside)
    assert len(files.list_files([tmp_path / "above"])) == 2
    (inside / "c.csv").symlink_to(secret)
    for given in (inside, inside / "*.csv", inside / "c.csv", tmp_path / "above"):
        with pytest.raises(SourceError, match=r"c\.csv: is a symbolic link"):
            files.list_files([given])


def test_a_link_out_of_a_conf_folder_is_refused_by_name(tmp_path: Path) -> None:
    conf, away = tmp_path / "conf", tmp_path / "away.yml"
    (conf / "sources").mkdir(parents=True)
    away.write_text("password: x\n")
    # As Kubernetes mounts a folder of conf.
    (conf / "..data").mkdir()
    (conf / "..data" / "project.yml").write_text("name: acme\n")
    (conf / "project.yml").symlink_to(conf / "..data" / "project.yml")
    (conf / "sources" / "crm.yml").symlink_to(away)
    with pytest.raises(ConfigError, match=r"crm\.yml: is a symbolic link") as fault:
        load_project(conf)
    assert "password" not in str(fault.value)
    (conf / "sources" / "crm.yml").unlink()
    with pytest.raises(ConfigError, match="no source here"):
        load_project(conf)


def test_control_characters_and_line_ends_in_headers_and_values_write_conf_that_reads_back(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.csv"
    header = [
        "id",
        "e-mail\ntrust: 1\n",
        "x\x1b[2J: {a",
        "email",
        'given "name\u2028trust: 1',
        "\x85k: v",
        "z\x9b\u202e",
    ]
    rows = [
        [n, f"a{n}@b.org", "x", f"q{n}@b.org", f"A\x1b[2J\ntrust: {n}", "\u2028trust: 1", "\x7f"]
        for n in range(60)
    ]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    draft_project(tmp_path / "conf", [path]).write()
    assert load_project(tmp_path / "conf").sources[0].trust == 2
    for written in (tmp_path / "conf").rglob("*.yml"):
        assert printable(written.read_text()) == written.read_text()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("number", [2_001, 100_000])
def test_a_file_of_very_many_columns_is_refused_by_name(tmp_path: Path, delimiter: str, number: int) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        delimiter.join(f"c{n}" for n in range(number)) + "\n" + delimiter.join("1" * number) + "\n"
    )
    with pytest.raises(SourceError, match=r"a\.csv: has .* columns, more than 2,000"):
        recognise_file(path)
    table = pa.table({f"c{n}": ["1"] for n in range(2_001)})
    pq.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(SourceError, match=r"a\.parquet: has 2,001 columns"):
        recognise_file(tmp_path / "a.parquet")
