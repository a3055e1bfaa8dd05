"""The `cdi` command as a shell sees it: what it prints, and its exit status. No Spark here."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from cdi_spark import cli
from cdi_spark.cli import main
from tests.paths import DEMO

# What takes long to import, by what may still do without.
_SPARK = {"pyspark", "pandas", "splink", "great_expectations", "sklearn", "graphframes"}
_HEAVY = {
    "--help": _SPARK | {"duckdb", "numpy", "pyarrow", "sqlglot", "pydantic", "phonenumbers"},
    "check": _SPARK | {"duckdb", "numpy", "pyarrow", "phonenumbers"},
    "init": _SPARK,
}


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    named = {"run", "sql", "evaluate", "check", "demo", "init", "docs", "doctor", "show", "report", "explain"}
    named |= {"why", "stream", "history", "review", "judge", "override", "serve", "models", "blocking"}
    assert main(["--help"]) == 0
    rows = re.findall(r"^│ (\w+)  ", capsys.readouterr().out, re.MULTILINE)
    assert sorted(rows) == sorted(named)
    assert set(rows) == set(typer.main.get_command(cli.app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", _HEAVY)
def test_a_quick_command_imports_nothing_heavy(command: str, tmp_path: Path) -> None:
    raw = tmp_path / "people.csv"
    raw.write_text("id,name,email\n1,Ann Lee,ann@example.org\n")
    more = {"check": ["--project", str(DEMO)], "init": ["--no-trial", str(tmp_path / "conf"), str(raw)]}
    script = "import sys; from cdi_spark.cli import main; main(sys.argv[1:]); print('\\n', *sys.modules)"
    arguments = [sys.executable, "-c", script, command, *more.get(command, [])]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    imported = done.stdout.splitlines()[-1].split()
    assert "cdi_spark.cli" in imported
    assert not _HEAVY[command] & set(imported)


def test_good_conf_is_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--project", str(DEMO)]) == 0
    assert "11 sources" in capsys.readouterr().out


def test_bad_conf_ends_with_status_2_and_names_file_and_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "project.yml").write_text("name: bad\ncolour: red\n")
    assert main(["check", "--project", str(tmp_path)]) == 2
    printed = capsys.readouterr()
    assert "project.yml:2: colour" in printed.err
    assert printed.out == ""
    assert "Traceback" not in printed.err


def test_a_faulty_person_model_of_the_project_fails_the_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "project.yml").write_text("name: small\n")
    (tmp_path / "sources/crm.yml").write_text(
        "{name: crm, path: x.csv, format: csv, key: id, emits: [{table: person, columns: {}}]}"
    )
    (tmp_path / "person.yml").write_text("comparison: []\n")
    assert main(["check", "--project", str(tmp_path)]) == 2
    printed = capsys.readouterr().err
    assert "person.yml" in printed
    assert "comparison" in printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "--project", str(DEMO), "--var", "raw"], "--var raw: write it as name=value"),
        (["run", "--project", str(DEMO), "--warehouse", "w", "--var", "rwa=x"], "declares no variable rwa"),
        (["check", "--project", "nowhere"], "no project.yml here"),
    ],
)
def test_a_mistake_in_the_arguments_is_reported_with_status_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [["chekc"], ["check"], ["check", "--projects", "x"], ["run", "everything", "--project", "x"]],
)
def test_an_unknown_command_option_or_stage_is_a_usage_error(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_command_that_is_stopped_does_not_succeed(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cdi_spark.config.load_project", stop)
    assert main(["check", "--project", str(DEMO)]) != 0


def test_a_variable_may_hold_an_equals_sign(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--project", str(DEMO), "--var", "raw=/data/day=1"]) == 0
