"""Shell completion of `cdi`, and its version."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from cdi_spark.cli import main

_CDI = "import sys; sys.argv[0] = 'cdi'; from cdi_spark.cli import script; script()"


def complete(line: str) -> list[str]:
    """What bash offers for the last word of a line."""
    words = line.split(" ")
    done = subprocess.run(
        [sys.executable, "-c", _CDI],
        env=os.environ | {"_CDI_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "offers"),
    [
        ("cdi do", ["docs", "doctor"]),
        ("cdi run sc", ["score"]),
        ("cdi judge ca", ["cannot"]),
        ("cdi sql --form", ["--format"]),
    ],
)
def test_bash_completes_commands_stages_and_options(line: str, offers: list[str]) -> None:
    assert complete(line) == offers


def test_the_script_for_a_shell_is_shown_and_installed(tmp_path: Path) -> None:
    environment = os.environ | {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1", "HOME": str(tmp_path)}
    for option in ("--show-completion", "--install-completion"):
        done = subprocess.run(
            [sys.executable, "-c", _CDI, option, "bash"],
            env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        if option == "--show-completion":
            assert "_CDI_COMPLETE=complete_bash" in done.stdout
    written = "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file())
    assert "_CDI_COMPLETE=complete_bash" in written


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"cdi {metadata.version('cdi-spark')}\n"
