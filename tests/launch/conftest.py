"""Spark processes that end with their test, a wheel, and a Python without the package."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import venv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

import pyspark
import pytest

from tests.paths import ROOT


class Process:
    """A process with its children and their output."""

    def __init__(self, command: list[str], log: Path, environment: Mapping[str, str]) -> None:
        self.log = log
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                command, stdout=out, stderr=subprocess.STDOUT, cwd=log.parent, env=dict(environment),
                start_new_session=True,
            )  # fmt: skip

    def says(self, pattern: str, *, within: float = 120) -> str:
        """Wait until the output matches; return the pattern's group.

        Args:
            within: how long to wait, seconds.
        """
        until = time.monotonic() + within
        while self._process.poll() is None and time.monotonic() < until:
            if found := re.search(pattern, self.log.read_text(errors="replace")):
                return found[1]
            time.sleep(0.1)
        raise AssertionError(f"{self.log.name} does not say {pattern}:\n{self.tail()}")

    def listens(self, port: int, *, within: float = 120) -> None:
        """Wait until it accepts connections on a loopback port."""
        until = time.monotonic() + within
        while self._process.poll() is None and time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError(f"{self.log.name}: no process listens on port {port}:\n{self.tail()}")

    def succeeds(self, *, within: float = 400) -> None:
        assert self._process.wait(within) == 0, f"{self.log.name}:\n{self.tail()}"

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]

    def end(self) -> None:
        for sign in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, sign)
                self._process.wait(10)
            except ProcessLookupError:
                return
            except subprocess.TimeoutExpired:
                continue


class Start(Protocol):
    def __call__(self, name: str, *command: str | Path, **variables: str) -> Process: ...


@pytest.fixture
def start(tmp_path: Path, environment: dict[str, str]) -> Iterator[Start]:
    """Start a process; it logs to <name>.log, and ends with the test, the youngest first."""
    started: list[Process] = []

    def begin(name: str, *command: str | Path, **variables: str) -> Process:
        started.append(
            Process(
                list(map(str, command)),
                tmp_path / f"{name}.log",
                environment | variables,
            )
        )
        return started[-1]

    yield begin
    for process in reversed(started):
        process.end()


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory, bare_python: Path) -> dict[str, str]:
    """Spark with the defaults that `make` writes, on loopback, its Python one without cdi_spark."""
    conf = tmp_path_factory.mktemp("spark_conf")
    defaults = subprocess.run(
        [sys.executable, "-m", "cdi_spark.spark.session"],
        capture_output=True,
        text=True,
        check=True,
    )
    # Of two lines for a setting Spark uses the last.
    (conf / "spark-defaults.conf").write_text(
        f"{defaults.stdout}spark.pyspark.python {bare_python}\nspark.sql.shuffle.partitions 2\n"
        "spark.sql.adaptive.enabled false\n"
    )
    return _without_this_checkout() | {
        "SPARK_HOME": pyspark.__path__[0],
        "SPARK_CONF_DIR": str(conf),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": str(bare_python),  # a Connect server does not look into the defaults for it
        # Optimising code that runs for seconds would take a third of the processor time.
        "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=128m",
    }


@pytest.fixture(scope="session")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python that has every installed package but cdi_spark, as executors and servers may have it."""
    folder = tmp_path_factory.mktemp("python")
    venv.EnvBuilder(symlinks=True).create(folder)
    packages = folder / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    # Packages in a folder that a .pth file names are found. The .pth files in that folder, such as those of an
    # editable install, are not read.
    (packages / "packages.pth").write_text(sysconfig.get_path("purelib"))
    tried = subprocess.run(
        [folder / "bin" / "python", "-c", "import pyspark, cdi_spark"],
        env=_without_this_checkout(), cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    assert "No module named 'cdi_spark'" in tried.stderr
    return folder / "bin" / "python"


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package's wheel, built without a network and outside the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(
        ROOT / "cdi_spark",
        folder / "cdi_spark",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    offline = ("--no-index", "--no-deps", "--no-build-isolation")
    built = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", *offline, "--wheel-dir", folder, folder],
        capture_output=True, text=True, cwd=folder,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr[-2000:]
    return next(folder.glob("*.whl"))


@pytest.fixture
def free_port() -> int:
    """A loopback port on which no process was listening a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _without_this_checkout() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
