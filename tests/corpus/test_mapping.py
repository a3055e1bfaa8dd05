"""`cdi init` finds sources, skips and maps as a careful person does, on files of many kinds; needs no Spark."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdi_spark.errors import CdiError
from tests.corpus.drafts import Draft, draft, is_same_use
from tests.corpus.truth import Case, Truth, all_cases


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_init_drafts_what_a_careful_person_would(case: Case, tmp_path: Path) -> None:
    truth = case.truth
    if truth.refused is not None:
        with pytest.raises(CdiError) as refusal:
            draft(case, tmp_path)
        assert truth.refused.lower() in str(refusal.value).lower()
        return
    drafted = draft(case, tmp_path)
    assert not [*_wrong_sources(drafted, truth), *_wrong_lines(drafted, truth)]


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_a_case_has_a_name_and_files_that_its_truth_can_refer_to(case: Case) -> None:
    truth = case.truth
    named = {file for files in truth.sources.values() for file in files} | truth.skipped.keys()
    there = {file.relative_to(case.raw).as_posix() for file in case.raw.rglob("*") if file.is_file()}
    assert named <= there
    # Names of sources are made of it.
    assert case.name.replace("_", "").isalnum()
    assert case.name == case.name.lower()
    assert "__" not in case.name


def _wrong_sources(drafted: Draft, truth: Truth) -> list[str]:
    found, country = drafted.files_by_source(), drafted.project.file.default_country
    wrong = []
    expected = {name: sorted(files) for name, files in truth.sources.items()}
    if expected and found != expected:
        wrong.append(f"sources are {found}, not {expected}")
    if truth.country not in (None, country):
        wrong.append(f"country is {country}, not {truth.country}")
    for file, word in truth.skipped.items():
        said = [line for line in drafted.printed if line.startswith(f"skipped: {Path(file).name}")]
        if not any(word.lower() in line.lower() for line in said):
            wrong.append(f"{file} is not skipped with '{word}', but: {said}")
    return wrong


def _wrong_lines(drafted: Draft, truth: Truth) -> list[str]:
    wrong = []
    for source, tables in truth.mapping.items():
        for table, targets in tables.items():
            for target, columns in targets.items():
                used = drafted.used(source, table, target)
                if not is_same_use(used, set(columns)):
                    wrong.append(f"{source} {table}.{target} uses {sorted(used)}, not {sorted(columns)}")
    return wrong
