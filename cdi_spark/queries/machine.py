"""Checks of this machine: what a run needs, what is missing, and how to fix it. Nothing here starts Spark."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from cdi_spark.errors import SetupError
from cdi_spark.spark.jars import check_jars, resolved_jars
from cdi_spark.spark.profile import DRIVER_MEMORY

_JAVA = 17
# Bytes: below the first a run fails early; below the second it may fail later.
_DISK_NEEDED, _DISK_ADVISED = 1e9, 10e9
# What the machine needs beside the driver's heap: Python, DuckDB and the system.
_MEMORY_BESIDE_HEAP = 2 * 2**30
_UNITS = {"k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
# What a run reads of a conf folder; a warehouse may lie beside it.
_CONF = (
    "project.yml",
    "survivorship.yml",
    "person.yml",
    "sources",
    "sources/*.yml",
    "quality",
    "quality/*.yml",
)
# Extras whose packages a run needs on this machine, without Spark Connect.
_EXTRAS = ("", "spark")


class Status(StrEnum):
    """Whether a check passed; an error stops a run, a warning may."""

    ok = "ok"
    warning = "warning"
    error = "error"


@dataclass(frozen=True)
class Check:
    """The result of one check; `fix` says what to do, and is empty if all is well."""

    name: str
    status: Status
    found: str
    fix: str = ""


def check_machine(*, warehouse: str, conf: Path | None, driver_memory: str | None = None) -> list[Check]:
    """Check everything that a run needs from this machine.

    Args:
        warehouse: a path or a URI.
        conf: the project's folder; None where there is none on this machine.
        driver_memory: the project's spark.driver.memory, such as 8g.
    """
    remote = [_ok("Spark", "SPARK_REMOTE names a server: no Java needed here")]
    return [
        *(remote if os.environ.get("SPARK_REMOTE") else [_java(), _jars()]),
        _python(),
        *_packages(),
        _memory(driver_memory),
        *_places(warehouse),
        _clock(),
        *([_conf_files(conf)] if conf else []),
    ]


def _ok(name: str, found: str) -> Check:
    return Check(name, Status.ok, found)


def _java() -> Check:
    """The Java that Spark starts: JAVA_HOME's, else the one on the PATH."""
    home = os.environ.get("JAVA_HOME")
    program = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    where = f"JAVA_HOME={home}" if home else "the PATH"
    fix = f"Install a JDK {_JAVA} or newer, and set JAVA_HOME to its folder."
    if program is None:
        return Check("Java", Status.error, "no java on the PATH, and JAVA_HOME is not set", fix)
    try:
        done = subprocess.run([program, "-version"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired) as fault:
        return Check("Java", Status.error, f"{where}: java does not start ({type(fault).__name__})", fix)
    version = re.search(r'version "(?:1\.)?(\d+)([^"]*)"', done.stderr + done.stdout)
    if version is None:
        return Check("Java", Status.error, f"{where}: java does not print its version", fix)
    found = f"{version[1]}{version[2]}, from {where}"
    return _ok("Java", found) if int(version[1]) >= _JAVA else Check("Java", Status.error, found, fix)


def _jars() -> Check:
    """Whether the jars of Delta and GraphFrames are on this machine already."""
    jars = resolved_jars()
    if jars is None:
        fix = "The first run downloads them; it needs access to a Maven repository once."
        return Check("jars", Status.warning, "Delta and GraphFrames are not on this machine yet", fix)
    try:
        check_jars(jars)
    except SetupError as fault:
        what, _, fix = str(fault).partition("; ")
        return Check("jars", Status.error, what, fix)
    return _ok("jars", f"Delta and GraphFrames, {len(jars)} jars in {Path(jars[0]).parent}")


def _python() -> Check:
    return _ok("Python", f"{'.'.join(map(str, sys.version_info[:3]))}, {sys.executable}")


def _packages() -> Iterator[Check]:
    """Compare the installed packages with the versions that this package requires."""
    try:
        required = metadata.requires("cdi-spark") or []
    except metadata.PackageNotFoundError:
        fix = "Run `pip install 'cdi-spark[spark]'`."
        yield Check("packages", Status.warning, "cdi-spark is not installed, so versions are unknown", fix)
        return
    wrong, right = [], 0
    for requirement in map(Requirement, required):
        if requirement.marker and not any(requirement.marker.evaluate({"extra": e}) for e in _EXTRAS):
            continue
        try:
            version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        if requirement.specifier.contains(version, prereleases=True):
            right += 1
        else:
            wrong.append(f"{requirement.name} is {version}, needs {requirement.specifier}")
    own = metadata.version("cdi-spark")
    if wrong:
        fix = "Run `pip install --upgrade 'cdi-spark[spark]'`."
        yield Check("packages", Status.error, f"cdi-spark {own}: {'; '.join(wrong)}", fix)
    else:
        yield _ok("packages", f"cdi-spark {own}, and {right} packages that it requires")


def _memory(driver_memory: str | None) -> Check:
    total, heap = _total_memory(), _bytes(driver_memory) or _bytes(DRIVER_MEMORY) or 0
    found = f"{total / 2**30:.1f} GiB; the driver's heap may take {heap / 2**30:.1f}"
    if total >= heap + _MEMORY_BESIDE_HEAP:
        return _ok("memory", found)
    fits = max(1, int((total - _MEMORY_BESIDE_HEAP) / 2**30))
    fix = f"Use a larger machine, or set `spark: {{spark.driver.memory: {fits}g}}` in project.yml."
    return Check("memory", Status.warning, found, fix)


def _total_memory() -> int:
    """Bytes of this machine, or of the container that limits it."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return total
    return min(total, int(limit)) if limit.isdigit() else total


def _bytes(memory: str | None) -> int | None:
    """Bytes of a Spark memory setting, such as 8g; None where it is none."""
    parts = re.fullmatch(r"(\d+)([kmgt])b?", (memory or "").strip().lower())
    return int(parts[1]) * _UNITS[parts[2]] if parts else None


def _places(warehouse: str) -> Iterator[Check]:
    if "://" in warehouse:
        yield _ok("warehouse", f"{warehouse}: not checked, because only Spark reads it")
    else:
        yield _place("warehouse", Path(warehouse), "Give another --warehouse")
    scratch = os.environ.get("SPARK_LOCAL_DIRS", tempfile.gettempdir()).split(",")[0]
    yield _place("Spark's scratch", Path(scratch), "Set SPARK_LOCAL_DIRS to another folder")


def _place(name: str, folder: Path, other: str) -> Check:
    """Whether files can be written in a folder, which may not exist yet, and how much space is left there."""
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as fault:
        found = f"{there}: no file can be written there ({fault.strerror})"
        return Check(name, Status.error, found, f"{other}, or allow {_user()} to write there.")
    free = shutil.disk_usage(there).free
    found = f"{folder}: writable, {free / 1e9:,.1f} GB free"
    if free >= _DISK_ADVISED:
        return _ok(name, found)
    status = Status.error if free < _DISK_NEEDED else Status.warning
    return Check(name, status, found, f"{other}, or free at least {_DISK_ADVISED / 1e9:.0f} GB.")


def _user() -> str:
    return os.environ.get("USER") or f"user {os.getuid()}"


def _clock() -> Check:
    """Whether the clock can be trusted: runs, leases and histories are ordered by it."""
    wall, steady = time.time(), time.monotonic()
    time.sleep(0.02)
    drift = (time.time() - wall) - (time.monotonic() - steady)
    now = datetime.now().astimezone()
    found = f"{now:%Y-%m-%d %H:%M:%S %z}"
    fix = "Set the machine's clock and time zone, and keep them right with NTP."
    if now.year < 2024:
        return Check("clock", Status.error, f"{found} is in the past", fix)
    if abs(drift) > 1:
        return Check(
            "clock", Status.error, f"{found}: it jumped by {drift:+.1f} seconds while it was read", fix
        )
    return _ok("clock", found)


def _conf_files(conf: Path) -> Check:
    """Whether conf can be read, and others cannot change it."""
    files = [conf, *sorted(path for pattern in _CONF for path in conf.glob(pattern))]
    closed = [str(file) for file in files if not os.access(file, os.R_OK)]
    if closed:
        fix = f"Allow {_user()} to read: chmod u+r FILE."
        return Check("conf", Status.error, f"cannot be read: {', '.join(closed)}", fix)
    opened = [str(file) for file in files if file.stat().st_mode & stat.S_IWOTH]
    if opened:
        fix = f"Conf holds SQL that runs over all data: chmod -R o-w {conf}"
        return Check("conf", Status.warning, f"anybody may change {', '.join(opened)}", fix)
    return _ok(
        "conf", f"{conf}: {sum(file.is_file() for file in files)} files, readable, not writable by others"
    )
