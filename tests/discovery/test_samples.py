"""The files that the trial reads: small ones whole, of large ones the first rows as they are written."""

from __future__ import annotations

import bz2
import gzip
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cdi_spark.discovery.draft.project import draft_project
from cdi_spark.discovery.trial import samples
from cdi_spark.discovery.trial.samples import Sample, take_sample

Take = Callable[..., tuple[Sample, list[bytes]]]
ROWS = [f"K{n:03d};Zoë;zoe{n}@post.de;a" for n in range(50)]
HEADER = "kunde;vorname;email;bemerkung"


@pytest.fixture
def take(tmp_path: Path) -> Take:
    """take({"a.csv": bytes}, most=10): the sample of the one source of these files, and the contents of its files."""

    def take(files: dict[str, bytes], *, most: int) -> tuple[Sample, list[bytes]]:
        raw = tmp_path / "raw"
        raw.mkdir()
        for name, content in files.items():
            (raw / name).write_bytes(content)
        [plan] = draft_project(tmp_path / "acme", [raw]).plans
        sample = take_sample(plan.sheet, tmp_path / "first", most=most)
        if sample.path is None:
            return sample, []
        folder = Path(sample.path).parent
        return sample, [path.read_bytes() for path in sorted(folder.glob(Path(sample.path).name))]

    return take


def test_a_small_file_is_tried_as_it_is(take: Take) -> None:
    sample, written = take({"kunden.csv": "\n".join([HEADER, *ROWS]).encode()}, most=50)
    assert sample == Sample(50, None)
    assert not written


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_first_rows_keep_their_bytes(take: Take, encoding: str, end: str) -> None:
    content = end.join([HEADER, *ROWS])
    sample, [written] = take({"kunden.csv": content.encode(encoding)}, most=10)
    assert sample.rows == 10
    assert written == (end.join([HEADER, *ROWS[:10]]) + end).encode(encoding)


def test_a_stray_quote_does_not_take_the_whole_file(take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "_CHUNK", 100)
    # The quote of the third row is closed forty rows later.
    odd = {2: 'K002;"Zoë;zoe2@post.de;a', 42: 'K042;Zoë";zoe42@post.de;a'}
    rows = [odd.get(n, row) for n, row in enumerate(ROWS)]
    sample, [written] = take({"kunden.csv": "\n".join([HEADER, *rows]).encode()}, most=5)
    assert sample.rows == 5
    assert len(written.decode().splitlines()) < 15


def test_a_line_end_in_quotes_ends_no_row(take: Take) -> None:
    rows = [f'K{n:03d};Zoë;zoe{n}@post.de;"a\nb"' for n in range(50)]
    sample, [written] = take({"kunden.csv": "\n".join([HEADER, *rows]).encode()}, most=5)
    assert sample.rows == 5
    assert written.decode().count("\n") == 1 + 2 * 5


@pytest.mark.parametrize(("ending", "pack"), [("gz", gzip.compress), ("bz2", bz2.compress)])
def test_a_packed_file_is_unpacked(take: Take, ending: str, pack: Callable[[bytes], bytes]) -> None:
    sample, [written] = take({f"kunden.csv.{ending}": pack("\n".join([HEADER, *ROWS]).encode())}, most=3)
    assert written.decode().splitlines() == [HEADER, *ROWS[:3]]
    assert str(sample.path).endswith("/*.csv")


def test_every_file_of_a_source_is_in_the_sample(take: Take) -> None:
    parts = {f"kunden_{n}.csv": "\n".join([HEADER, *ROWS[n * 20 :][:20]]).encode() for n in range(2)}
    sample, written = take(parts, most=10)
    assert sample.rows == 10
    assert [part.decode().splitlines()[1] for part in written] == [ROWS[0], ROWS[20]]


@pytest.mark.parametrize("layout", ["jsonl", "array"])
def test_json_objects_stay_as_they_are_written(take: Take, layout: str) -> None:
    objects = [
        f'{{"id": {n}, "email": "zoe{n}@post.de", "sum": 1.10, "note": "a]}}, {{"}}' for n in range(40)
    ]
    content = "\n".join(objects) if layout == "jsonl" else "[\n" + " ,\n".join(objects) + "\n]\n"
    sample, [written] = take({"kunden.json": content.encode()}, most=7)
    assert sample.rows == 7
    assert all(one.encode() in written for one in objects[:7])
    assert objects[7].encode() not in written
    read = [json.loads(line) for line in written.splitlines()] if layout == "jsonl" else json.loads(written)
    assert len(read) == 7


def test_parquet_keeps_its_types(take: Take, tmp_path: Path) -> None:
    rows = {
        "id": pa.array(range(40), pa.int32()),
        "email": [f"zoe{n}@post.de" for n in range(40)],
        "created": pa.array([datetime(2024, 1, 2, 3, 4, 5)] * 40, pa.timestamp("ns")),
    }
    pq.write_table(pa.table(rows), tmp_path / "p.parquet", use_deprecated_int96_timestamps=True)
    sample, _ = take({"kunden.parquet": (tmp_path / "p.parquet").read_bytes()}, most=6)
    [file] = (tmp_path / "first").iterdir()
    written = pq.ParquetFile(file)
    assert sample.rows == written.metadata.num_rows == 6
    assert [written.schema.column(n).physical_type for n in range(3)] == ["INT32", "BYTE_ARRAY", "INT96"]
