"""The wheel, installed into a Python of its own and used from an empty folder without the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.paths import ROOT

pytestmark = pytest.mark.launch


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a Python that has the wheel, and all other packages of this one."""
    folder = tmp_path_factory.mktemp("installed")
    source = folder / "source"
    source.mkdir()
    shutil.copytree(ROOT / "cdi_spark", source / "cdi_spark", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    offline = ("--quiet", "--no-index", "--no-deps")
    pip(sys.executable, "wheel", *offline, "--no-build-isolation", "--wheel-dir", folder, source)
    venv.EnvBuilder(symlinks=True, with_pip=False).create(folder / "python")
    packages = folder / "python" / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    # Packages in this folder are found; the editable install that its .pth files name is not.
    (packages / "packages.pth").write_text(sysconfig.get_path("purelib"))
    python = folder / "python" / "bin" / "python"
    [wheel] = folder.glob("*.whl")
    pip(python, "install", *offline, "--ignore-installed", wheel)
    return python.parent


def pip(python: str | Path, *arguments: str | Path) -> None:
    done = subprocess.run([python, "-m", "pip", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


def cdi(programs: Path, folder: Path, *arguments: str) -> str:
    """What `cdi` prints in a folder."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["PATH"] = f"{programs}:{environment['PATH']}"
    done = subprocess.run(
        [programs / "cdi", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=800,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def test_it_is_the_wheel_that_runs(programs: Path, tmp_path: Path) -> None:
    script = "import cdi_spark; print(cdi_spark.__file__, cdi_spark.run)"
    done = subprocess.run(
        [programs / "python", "-c", script], cwd=tmp_path, env={"PATH": os.environ["PATH"]},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith(str(programs.parent))
    assert "Usage: cdi" in cdi(programs, tmp_path, "--help")
    assert cdi(programs, tmp_path, "doctor").count("error") == 0
    assert list(tmp_path.iterdir()) == []


def test_the_demo_runs_in_an_empty_folder_and_its_commands_can_be_copied(
    programs: Path, tmp_path: Path
) -> None:
    printed = cdi(programs, tmp_path, "demo", "--people", "100")
    assert "Compared with the truth" in printed
    assert "--project demo/conf --warehouse demo/warehouse" in printed
    assert {path.name for path in (tmp_path / "demo").iterdir()} >= {"conf", "raw", "warehouse"}
    where = ("--project", "demo/conf", "--warehouse", "demo/warehouse")
    counted = cdi(
        programs, tmp_path, "sql", "SELECT count(*) FROM gold.customer_360", *where, "--format", "csv"
    )
    assert int(counted.splitlines()[1]) > 50


def test_init_drafts_a_project_that_passes_its_check(programs: Path, tmp_path: Path) -> None:
    lines = ["id,name,email", *(f"{n},Ann Lee{n},ann{n}@example.org" for n in range(20))]
    (tmp_path / "people.csv").write_text("\n".join(lines) + "\n")
    cdi(programs, tmp_path, "init", "conf", "people.csv", "--no-trial")
    assert "1 sources" in cdi(programs, tmp_path, "check", "--project", "conf")
