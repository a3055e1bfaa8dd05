"""The invented companies: the same from the same seed, with a truth and a mapping by hand for every row."""

from __future__ import annotations

import csv
import glob
import json
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cdi_spark.config import Source
from tests.benchmarks.companies.companies import COMPANIES, mapped_by_hand


@pytest.mark.parametrize("name", COMPANIES)
def test_the_same_seed_writes_the_same_files(name: str, tmp_path: Path) -> None:
    for place, seed in (("one", 5), ("same", 5), ("other", 6)):
        COMPANIES[name](tmp_path / place, seed)
    one, same, other = (
        {file.name: file.read_bytes() for file in (tmp_path / place).iterdir()}
        for place in ("one", "same", "other")
    )
    assert one == same
    assert one.keys() == other.keys()
    assert one != other


@pytest.mark.parametrize("name", COMPANIES)
def test_every_row_of_a_file_has_its_person(name: str, tmp_path: Path) -> None:
    company = COMPANIES[name](tmp_path, 5)
    truth = Counter(row.rpartition(":")[0] for row in (*company.people, *company.events))
    encodings = {
        file: source.options.get("encoding", "utf-8-sig")
        for source in mapped_by_hand(name, tmp_path).sources
        for file in _files(source)
    }
    assert truth == {file.name: _rows(file, encoding) for file, encoding in encodings.items()}
    assert not company.people.keys() & company.events.keys()
    assert 1_500 <= len(company.people) <= 3_000


@pytest.mark.parametrize("name", COMPANIES)
def test_each_file_is_of_one_of_six_sources_mapped_by_hand(name: str, tmp_path: Path) -> None:
    COMPANIES[name](tmp_path, 5)
    sources = mapped_by_hand(name, tmp_path).sources
    files = Counter(file for source in sources for file in _files(source))
    assert len(sources) == 6
    assert files == dict.fromkeys(tmp_path.iterdir(), 1)


def _files(source: Source) -> list[Path]:
    return [Path(file) for file in glob.glob(source.path)]  # noqa: PTH207 (an absolute pattern)


def _rows(file: Path, encoding: str) -> int:
    if file.suffix == ".parquet":
        return int(pq.read_metadata(file).num_rows)
    text = file.read_text(encoding)
    if file.suffix == ".json":
        return len(json.loads(text))
    if file.suffix == ".jsonl":
        return len(text.splitlines())
    return len(list(csv.reader(text.splitlines()))) - 1
