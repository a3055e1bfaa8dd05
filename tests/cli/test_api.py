"""The names that `cdi_spark` itself exports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import cdi_spark
from cdi_spark.errors import ConfigError
from cdi_spark.storage import Storage
from tests.paths import DEMO


def test_importing_the_package_imports_nothing_else() -> None:
    script = "import sys; before = {*sys.modules}; import cdi_spark; print(*({*sys.modules} - before))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    imported = {name.partition(".")[0] for name in done.stdout.split()}
    assert "cdi_spark" in imported
    assert imported <= {"cdi_spark", *sys.stdlib_module_names}


def test_names_that_do_not_exist_are_attribute_errors() -> None:
    assert not hasattr(cdi_spark, "no_such_name")
    assert {"Workspace", "open_workspace", "run", "__version__"} <= {*dir(cdi_spark)}


def test_run_runs_the_stages_that_it_is_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: list[Any] = []

    def start_run(project: Any, warehouse: str, catalog: str | None, **options: Any) -> SimpleNamespace:
        seen.append((project.file.name, warehouse, catalog, options))
        return SimpleNamespace()

    def run_stages(_: object, names: list[str], *, wait_seconds: float) -> list[str]:
        return [*names, str(wait_seconds)]

    monkeypatch.setattr("cdi_spark.cli.options.start_run", start_run)
    monkeypatch.setattr("cdi_spark.cli.api.run_stages", run_stages)
    assert list(map(str, cdi_spark.run(DEMO, tmp_path, stages=["score", "resolve"], run_id="r1"))) == [
        "score", "resolve", "0",
    ]  # fmt: skip
    assert seen == [("demo", str(tmp_path), None, {"retrain": False, "full": False, "run_id": "r1"})]


def test_a_workspace_has_the_project_and_its_tables(storage: Storage) -> None:
    opened = cdi_spark.open_workspace(DEMO, storage.warehouse)
    assert isinstance(opened, cdi_spark.Workspace)
    assert opened.project.file.name == "demo"
    assert opened.storage.warehouse == storage.warehouse


def test_an_unknown_stage_is_refused_before_spark_starts() -> None:
    with pytest.raises(ConfigError, match=r"run: no stage scores\. Stages are ingest, "):
        cdi_spark.run(DEMO, "nowhere", stages=["scores"])
