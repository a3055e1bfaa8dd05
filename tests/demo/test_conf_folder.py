"""The demo company's conf, copied out of the package."""

from __future__ import annotations

from pathlib import Path

from cdi_spark.config import load_project
from cdi_spark.demo.conf_folder import write_conf
from tests.paths import DEMO


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_copy_is_the_project_of_the_repository(tmp_path: Path) -> None:
    folder = write_conf(tmp_path / "new" / "conf")
    assert contents(folder) == contents(DEMO)
    assert load_project(folder).file.name == "demo"


def test_a_folder_that_exists_keeps_its_changes(tmp_path: Path) -> None:
    (tmp_path / "project.yml").write_text("name: mine\n")
    write_conf(tmp_path)
    assert contents(tmp_path) == {"project.yml": b"name: mine\n"}
