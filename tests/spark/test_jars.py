"""Spark starts with the jars that this version was tested with, and with no other."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from cdi_spark.errors import SetupError
from cdi_spark.spark.jars import SUMS, check_jars, jars


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two jars in cache/jars, and their sums."""
    jars = tmp_path / "cache" / "jars"
    jars.mkdir(parents=True)
    for name in ("a.jar", "b.jar"):
        (jars / name).write_text(name)
    lines = [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}\n" for p in sorted(jars.iterdir())]
    (tmp_path / "sums").write_text("".join(lines))
    return tmp_path


def check(folder: Path) -> None:
    check_jars(sorted(map(str, (folder / "cache" / "jars").iterdir())), folder / "sums")


def test_jars_as_they_were_tested_are_accepted(folder: Path) -> None:
    check(folder)


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("b.jar", "something else", "its SHA-256 is another one than in sums"),
        ("b.jar", None, "it is missing"),
        ("c.jar", "one too many", "sums has no checksum of it"),
    ],
)
def test_another_jar_is_refused_with_its_file_and_what_to_do(
    folder: Path, name: str, text: str | None, why: str
) -> None:
    jar = folder / "cache" / "jars" / name
    if text is None:
        jar.unlink()
    else:
        jar.write_text(text)
    with pytest.raises(SetupError, match=f"^{jar}: {why}; .* Delete {folder / 'cache'}, "):
        check(folder)


def test_the_jars_of_this_machine_are_all_known() -> None:
    names = {Path(jar).name for jar in jars()}
    lines = SUMS.read_text(encoding="ascii").splitlines()
    assert all(re.fullmatch(r"[0-9a-f]{64}  \S+\.jar", line) for line in lines)
    assert names == {line.split()[1] for line in lines}
