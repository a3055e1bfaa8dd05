"""The scripts for spark-submit: one per stage, and one for all of them."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from cdi_spark.cli import Stage
from tests.paths import ROOT

JOBS = sorted((ROOT / "jobs").glob("*.py"))


def test_every_stage_has_a_script() -> None:
    assert {job.stem for job in JOBS} == set(Stage)


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.stem)
@pytest.mark.parametrize("status", [0, 2])
def test_a_script_runs_its_stage_with_its_arguments_and_exits_only_on_failure(
    job: Path, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []

    def main(arguments: list[str]) -> int:
        seen.append(arguments)
        return status

    monkeypatch.setattr("cdi_spark.cli.main", main)
    monkeypatch.setattr("sys.argv", [str(job), "--project", "conf"])
    if status:
        with pytest.raises(SystemExit) as end:
            runpy.run_path(str(job), run_name="__main__")
        assert end.value.code == status
    else:
        runpy.run_path(str(job), run_name="__main__")
    assert seen == [["run", job.stem, "--project", "conf"]]
