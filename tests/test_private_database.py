"""DuckDB reaches nothing but what it is given, and is opened in one place only."""

from __future__ import annotations

import ast
import os
import stat
from pathlib import Path

import duckdb
import pytest

import cdi_spark
from cdi_spark.private_database import open_database

PACKAGE = Path(cdi_spark.__file__).parent


@pytest.mark.parametrize(
    "query",
    [
        "FROM read_text('{secret}')",
        "FROM read_blob('{secret}')",
        "FROM read_csv('{secret}')",
        "FROM '{secret}'",
        "FROM glob('{folder}/*')",
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "ATTACH '{folder}/other.db'",
        "EXPORT DATABASE '{folder}/all'",
        "INSTALL httpfs",
        "LOAD '{folder}/x.duckdb_extension'",
        "CREATE PERSISTENT SECRET (TYPE s3)",
        "SET enable_external_access = true",
        "SET threads = 2",
        "SET allowed_paths = ['{secret}']",
        "RESET lock_configuration",
        "PRAGMA temp_directory = '{folder}'",
        "FROM variable",
    ],
)
def test_a_query_reaches_no_file_no_extension_no_setting_and_no_variable(query: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n")
    variable = duckdb.sql("SELECT 1 AS a").to_arrow_table()
    assert variable.num_rows == 1
    with open_database() as connection, pytest.raises(duckdb.Error):
        connection.execute(query.format(secret=secret, folder=tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]


def test_a_file_that_is_given_can_be_read_whatever_its_name_and_no_other(tmp_path: Path) -> None:
    names = ["o'neil [1]*.csv", "other.csv"]
    given, other = (tmp_path / name for name in names)
    for path in (given, other):
        path.write_text("a\n1\n")
    with open_database(files=[given]) as connection:
        read = "SELECT a FROM read_csv([$path], columns={'a': 'INT'}, header=true)"
        assert connection.execute(read, {"path": str(given)}).fetchall() == [(1,)]
        with pytest.raises(duckdb.PermissionException):
            connection.execute(read, {"path": str(other)})
        with pytest.raises(duckdb.PermissionException):
            connection.execute(read, {"path": f"{given.parent}/x/../other.csv"})


def test_what_does_not_fit_in_memory_is_spilled_where_only_its_user_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPARK_LOCAL_DIRS", f"{tmp_path},/elsewhere")
    with open_database({"memory_limit": "50MB", "threads": "1"}) as connection:
        connection.execute("CREATE TABLE t AS SELECT md5(range::varchar) AS m FROM range(2000000)")
        [spill] = tmp_path.iterdir()
        assert stat.S_IMODE(spill.stat().st_mode) == 0o700
        assert any(path.stat().st_size for path in spill.iterdir())
    assert not list(tmp_path.iterdir())


def test_without_a_folder_of_spark_it_spills_to_the_systems(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for named in ("", str(tmp_path / "missing")):
        monkeypatch.setenv("SPARK_LOCAL_DIRS", named)
        with open_database() as connection:
            [(spill,)] = connection.execute("SELECT current_setting('temp_directory')").fetchall()
            assert spill.startswith(os.path.realpath(os.environ.get("TMPDIR", "/tmp")))


def opens_duckdb(source: str) -> bool:
    """Whether code calls anything of the module duckdb that runs a query or opens a database."""
    tree = ast.parse(source)
    aliases = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name == "duckdb"
    }
    imported = any(isinstance(node, ast.ImportFrom) and node.module == "duckdb" for node in ast.walk(tree))
    called = any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in aliases
        for node in ast.walk(tree)
    )
    return imported or called


@pytest.mark.parametrize(
    "source",
    ["import duckdb\nduckdb.connect()", "import duckdb as d\nd.sql('x')", "from duckdb import connect"],
)
def test_every_way_to_open_duckdb_is_seen(source: str) -> None:
    assert opens_duckdb(source)


def test_duckdb_is_opened_in_one_place_only() -> None:
    found = [
        path.relative_to(PACKAGE)
        for path in PACKAGE.rglob("*.py")
        if opens_duckdb(path.read_text(encoding="utf-8"))
    ]
    assert found == [Path("private_database.py")]
