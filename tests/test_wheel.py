"""The wheel: what it brings to a machine that has Spark, what it carries, and how its command ends."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.paths import ROOT


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_wheel_brings_all_that_it_needs_but_spark() -> None:
    wanted, seen = [*pyproject()["project"]["dependencies"]], set[str]()
    while wanted:
        requirement = Requirement(wanted.pop())
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        name = canonicalize_name(requirement.name)
        if name not in seen:
            seen.add(name)
            wanted += metadata.requires(name) or []
    assert {"splink", "duckdb", "graphframes-py"} <= seen
    # A second one beside the runtime's would hide it: on Databricks, EMR or a cluster of one's own.
    assert not {"pyspark", "delta-spark", "py4j"} & seen


def test_the_wheel_carries_every_file_of_the_package() -> None:
    patterns = pyproject()["tool"]["setuptools"]["package-data"]["cdi_spark"]
    package = ROOT / "cdi_spark"
    files = [path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file()]
    data = [name for name in files if not name.endswith((".py", ".pyc"))]
    assert data
    assert [name for name in data if not any(fnmatch(name, pattern) for pattern in patterns)] == []


def test_value_rules_find_their_words_in_a_wheel_that_was_not_unpacked(tmp_path: Path) -> None:
    archive = shutil.make_archive(str(tmp_path / "cdi_spark"), "zip", ROOT, "cdi_spark")
    rules = "import cdi_spark.standardise.columns as columns; print(columns.__file__)"
    environment = os.environ | {"PYTHONPATH": archive}
    done = subprocess.run(
        [sys.executable, "-c", rules], env=environment, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stderr == ""
    assert done.stdout.startswith(archive)


def test_the_command_exits_only_on_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    # A Databricks task takes every SystemExit for a failure, one of status 0 too.
    (entry,) = metadata.distribution("cdi_spark").entry_points.select(name="cdi")
    monkeypatch.setattr("sys.argv", ["cdi", "--help"])
    entry.load()()
    monkeypatch.setattr("sys.argv", ["cdi", "check", "--project", str(ROOT / "no such folder")])
    with pytest.raises(SystemExit) as end:
        entry.load()()
    assert end.value.code == 2
