"""Users of the SQL server, and how their passwords are kept."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from cdi_spark.cli import main
from cdi_spark.errors import ConfigError
from cdi_spark.serving.passwords import password_hash, users_of


def test_the_command_prints_a_line_that_the_server_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("open sesame\n"))
    assert main(["serve", "password", "anna"]) == 0
    printed = capsys.readouterr()
    assert "sesame" not in printed.out + printed.err
    (tmp_path / "users").write_text(f"# who may ask\n\n{printed.out}")
    assert list(users_of(tmp_path / "users")) == ["anna"]


def test_two_hashes_of_a_password_differ() -> None:
    assert password_hash("x") != password_hash("x")


def test_a_password_of_the_environment_is_taken_out_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDI_SERVE_USER", "anna")
    monkeypatch.setenv("CDI_SERVE_PASSWORD", "open sesame")
    assert users_of(None).keys() == {"anna"}
    with pytest.raises(ConfigError, match="Set both"):
        users_of(None)
    monkeypatch.delenv("CDI_SERVE_USER")
    assert users_of(None) == {}


@pytest.mark.parametrize(
    "line",
    ["anna:secret", "anna", ":HASH", "a b:HASH", "anna:HASH\nanna:HASH", "anna:HASHx$", "# nobody", ""],
)
def test_a_file_with_anything_but_users_and_hashes_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "users").write_text(line.replace("HASH", password_hash("x")))
    with pytest.raises(ConfigError) as fault:
        users_of(tmp_path / "users")
    assert "secret" not in str(fault.value)


@pytest.mark.parametrize("password", ["", "a\x00b", "a\nb"])
def test_a_password_that_cannot_be_typed_is_refused(password: str) -> None:
    with pytest.raises(ConfigError):
        password_hash(password)
