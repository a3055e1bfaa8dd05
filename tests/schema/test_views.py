"""Views as SQL files: each lists its columns, and is read from inside a zip as well."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cdi_spark.schema import EVENT_TABLES, MARTS, TABLES, Table
from cdi_spark.schema.view_sql import view_sql
from tests.paths import ROOT

FILES = ROOT / "cdi_spark" / "schema" / "views"
TEMPLATES = {"event", "document"}
VIEWS = [table for table in TABLES.values() if table.view]
OF_EVENTS = {f"gold.{table.name.removeprefix('silver.')}" for table in EVENT_TABLES}


def header(view: str) -> dict[str, list[str]]:
    """The names that a file's header lists as its key and as its columns."""
    lines = (FILES / f"{view}.sql").read_text(encoding="utf-8").splitlines()
    comment = " ".join(line.removeprefix("--").strip() for line in lines if line.startswith("--"))
    listed = re.search(r"Key: (?P<key>[^.]+)\. Columns: (?P<columns>[^.]+)\.", comment)
    assert comment.startswith(f"gold.{view}: one row per ")
    assert listed is not None
    return {part: names.split(", ") for part, names in listed.groupdict().items()}


@pytest.mark.parametrize("table", [t for t in VIEWS if t.name not in OF_EVENTS], ids=lambda t: str(t.name))
def test_the_header_of_a_file_names_the_key_and_the_columns_that_are_declared(table: Table) -> None:
    assert header(table.name.removeprefix("gold.")) == {"key": list(table.key), "columns": table.names}


def test_there_is_one_file_per_view_and_one_for_each_kind_of_event_table() -> None:
    declared = {table.name.removeprefix("gold.") for table in VIEWS if table.name not in OF_EVENTS}
    assert {file.stem for file in FILES.iterdir()} == declared | TEMPLATES
    assert {mart.name for mart in MARTS} >= OF_EVENTS


def test_sql_has_no_comments_and_wants_all_that_its_file_leaves_open() -> None:
    assert not any("--" in table.view or "$" in table.view for table in VIEWS)
    with pytest.raises(KeyError, match="events"):
        view_sql("event", columns="e.usage_id")


def test_views_are_read_from_inside_a_zip(tmp_path: Path) -> None:
    archive = tmp_path / "cdi_spark.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for file in (ROOT / "cdi_spark").rglob("*"):
            if file.suffix in (".py", ".sql"):
                zipped.write(file, file.relative_to(ROOT))
    script = "import cdi_spark; from cdi_spark.schema import COMPANY; print(cdi_spark.__file__); print(COMPANY.view)"
    command = [sys.executable, "-c", script]
    done = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(archive)}, capture_output=True, text=True
    )
    place, view = done.stdout.split("\n", 1)
    assert (Path(place).parent.parent, view.strip()) == (archive, TABLES["gold.company"].view.strip())
