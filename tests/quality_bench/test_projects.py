"""A family becomes a project like any other: a raw file and a mapping for each source."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.benchmarks.quality import projects
from tests.benchmarks.quality.family import Family

FAMILY = Family(
    "Two",
    [
        {"record_id": "bank:1", "given_name": "Ann", "birth_date": "1970-01-02", "account_ids": ["7", "8"]},
        {"record_id": "shop:2", "full_name": "Lee, Ann", "emails": ["a@b.org"], "phones": None},
    ],
    ["p1", None],
    "FR",
)


def test_each_source_maps_the_columns_that_it_has(tmp_path: Path) -> None:
    project = projects.of_family(FAMILY, tmp_path).project
    mapped = {source.name: source.emits[0].columns for source in project.sources}
    assert mapped == {
        "bank": {
            "given_name": "given_name",
            "birth_date": "try_cast(birth_date as date)",
            "account_ids": "array_compact(array(account_ids_1, account_ids_2))",
        },
        "shop": {"full_name": "full_name", "emails": "array_compact(array(emails_1))"},
    }
    assert project.file.default_country == "FR"


def test_the_raw_file_has_the_key_but_not_the_person(tmp_path: Path) -> None:
    case = projects.of_family(FAMILY, tmp_path)
    rows = list(csv.DictReader((tmp_path / "shop.csv").read_text(encoding="utf-8").splitlines()))
    assert rows == [{"key": "2", "full_name": "Lee, Ann", "emails_1": "a@b.org"}]
    assert case.truth == {"bank:1": "p1", "shop:2": None}


def test_the_people_of_febrl_are_the_numbers_in_its_keys(tmp_path: Path) -> None:
    truth = projects.febrl(1, tmp_path).truth
    assert truth["febrl1:rec-223-org"] == "223"
    assert (len(truth), len(set(truth.values()))) == (1000, 500)


def test_the_demo_company_is_reduced_to_its_person_records(tmp_path: Path) -> None:
    case = projects.demo(100, 1, tmp_path)
    assert {emit.table for source in case.project.sources for emit in source.emits} == {"person"}
    assert len(case.truth) > 200
