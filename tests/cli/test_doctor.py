"""`cdi doctor` on machines that lack something."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import namedtuple
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from cdi_spark.cli import main
from tests.paths import DEMO

Usage = namedtuple("Usage", "total used free")
Printed = pytest.CaptureFixture[str]


def diagnosed(capsys: Printed, *arguments: str) -> tuple[int, dict[str, dict[str, str]]]:
    """The exit status of `cdi doctor --json`, and its checks by name."""
    status = main(["doctor", "--json", *arguments])
    printed = json.loads(capsys.readouterr().out)
    assert printed["ok"] is (status == 0)
    return status, {check["name"]: check for check in printed["checks"]}


@pytest.fixture
def roomy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk with much space, on any machine."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 0, 10**12))


@pytest.mark.usefixtures("roomy")
def test_a_machine_that_has_everything_passes(capsys: Printed, tmp_path: Path) -> None:
    status, checks = diagnosed(
        capsys, "--project", str(DEMO), "--warehouse", str(tmp_path / "new" / "tables")
    )
    assert status == 0
    errors = {name: check for name, check in checks.items() if check["status"] == "error"}
    assert errors == {}
    assert {"Java", "jars", "Python", "packages", "memory", "warehouse", "clock", "conf", "project"} <= {
        *checks
    }
    assert not (tmp_path / "new").exists()


def test_without_java_it_fails_and_names_what_to_install(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    status, checks = diagnosed(capsys)
    assert status == 1
    assert checks["Java"]["status"] == "error"
    assert "JDK 17" in checks["Java"]["fix"]


@pytest.mark.parametrize(
    ("prints", "status"),
    [
        ('openjdk version "17.0.15" 2025-04-15', "ok"),
        ('openjdk version "21" 2023-09-19', "ok"),
        ('java version "1.8.0_402"', "error"),
        ('openjdk version "11.0.2" 2019-01-15', "error"),
        ("no version here", "error"),
    ],
)
def test_java_home_wins_and_its_version_counts(
    prints: str, status: str, capsys: Printed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\necho '{prints}' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert diagnosed(capsys)[1]["Java"]["status"] == status


def test_a_java_home_without_java_is_an_error(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert diagnosed(capsys)[1]["Java"]["status"] == "error"


def test_over_spark_connect_java_and_jars_are_the_servers(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("SPARK_REMOTE", "sc://example.org/;token=secret")
    _, checks = diagnosed(capsys)
    assert "Java" not in checks
    assert "secret" not in str(checks)


@pytest.mark.usefixtures("roomy")
def test_jars_that_are_not_there_yet_are_a_warning(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    status, checks = diagnosed(capsys)
    assert status == 0
    assert checks["jars"]["status"] == "warning"
    assert "downloads" in checks["jars"]["fix"]


def test_a_package_that_is_missing_or_too_old_is_an_error(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = metadata.version

    def version(name: str) -> str:
        if name == "pyspark":
            raise metadata.PackageNotFoundError(name)
        return "0.1" if name == "duckdb" else installed(name)

    monkeypatch.setattr(metadata, "version", version)
    status, checks = diagnosed(capsys)
    assert status == 1
    assert "pyspark is missing" in checks["packages"]["found"]
    assert "duckdb is 0.1, needs" in checks["packages"]["found"]


def test_a_warehouse_where_nothing_can_be_written_is_an_error(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Not by chmod: root, who runs these tests in a container, may write everywhere.
    writes = tempfile.TemporaryFile

    def refuse(*, dir: Path) -> Any:
        if dir == tmp_path:
            raise PermissionError(13, "Permission denied")
        return writes(dir=dir)

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    status, checks = diagnosed(capsys, "--warehouse", str(tmp_path / "new" / "tables"))
    assert status == 1
    assert checks["warehouse"]["found"] == f"{tmp_path}: no file can be written there (Permission denied)"


@pytest.mark.parametrize(("free", "status"), [(10**8, "error"), (2 * 10**9, "warning"), (10**11, "ok")])
def test_little_disk_is_a_warning_and_very_little_an_error(
    free: int, status: str, capsys: Printed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 0, free))
    ended, checks = diagnosed(capsys, "--warehouse", str(tmp_path))
    assert ended == (1 if status == "error" else 0)
    assert checks["warehouse"]["status"] == checks["Spark's scratch"]["status"] == status


@pytest.mark.usefixtures("roomy")
def test_a_heap_larger_than_the_machine_is_a_warning(capsys: Printed, tmp_path: Path) -> None:
    shutil.copytree(DEMO, tmp_path / "conf")
    with (tmp_path / "conf" / "project.yml").open("a") as file:
        file.write("spark: {spark.driver.memory: 900t}\n")
    status, checks = diagnosed(capsys, "--project", str(tmp_path / "conf"))
    assert status == 0
    assert checks["memory"]["status"] == "warning"
    assert "spark.driver.memory" in checks["memory"]["fix"]


def test_a_clock_in_the_past_is_an_error(capsys: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 10_000, 100))
    monkeypatch.setattr(time, "time", lambda: float(next(clock)))
    status, checks = diagnosed(capsys)
    assert status == 1
    assert "jumped" in checks["clock"]["found"]


@pytest.mark.usefixtures("roomy")
def test_conf_that_anybody_may_change_is_a_warning(capsys: Printed, tmp_path: Path) -> None:
    shutil.copytree(DEMO, tmp_path / "conf")
    (tmp_path / "conf" / "project.yml").chmod(0o666)
    status, checks = diagnosed(capsys, "--project", str(tmp_path / "conf"))
    assert status == 0
    assert checks["conf"]["status"] == "warning"
    assert str(tmp_path / "conf" / "project.yml") in checks["conf"]["found"]


def test_conf_with_a_mistake_is_an_error_with_its_place(capsys: Printed, tmp_path: Path) -> None:
    (tmp_path / "project.yml").write_text("name: bad\ncolour: red\n")
    status, checks = diagnosed(capsys, "--project", str(tmp_path))
    assert status == 1
    assert "project.yml:2: colour" in checks["project"]["found"]


@pytest.mark.usefixtures("roomy")
def test_a_terminal_gets_one_row_per_check(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert main(["doctor", "--project", str(DEMO), "--warehouse", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "ok" in printed
    assert "warning" in printed
    assert "first run downloads them" in printed


def test_it_starts_no_spark() -> None:
    script = "import sys; from cdi_spark.cli import main; main(['doctor']); print('\\n', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    imported = done.stdout.splitlines()[-1].split()
    assert not {"pyspark", "pandas", "duckdb", "splink", "numpy"} & {*imported}
