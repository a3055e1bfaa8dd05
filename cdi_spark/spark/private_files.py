"""Files of this user alone: the umask of what a process writes, and the folder for Spark's temporary files."""

from __future__ import annotations

import atexit
import fcntl
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cdi_spark.errors import ConfigError, SetupError

UMASK, LOCAL_DIRS = "CDI_UMASK", "SPARK_LOCAL_DIRS"
_LOCK = ".lock"


def restrict_new_files() -> str:
    """Make what this process and its children write from here on readable by its user alone; return the umask.

    A umask that is stricter already stays. CDI_UMASK, such as 007 for a group of operators, takes precedence.

    Returns:
        Three octal digits, as Hadoop wants them.
    Raises:
        ConfigError: CDI_UMASK is no umask.
    """
    given = os.environ.get(UMASK, "")
    if given and not re.fullmatch("0?0[0-7]{2}", given):
        raise ConfigError(f"{UMASK} is {given!r}. Give octal digits such as 077, 027 or 007, or unset it.")
    before = os.umask(0o077)
    umask = int(given, 8) if given else before | 0o077
    os.umask(umask)
    return f"{umask:03o}"


def private_local_dirs(given: str = "") -> str:
    """Return folders for Spark's temporary files that only this user can read; they are deleted with the process.

    What processes that were killed left there is deleted first.

    Args:
        given: folders in which to make them, separated by commas. Default: the system's temporary folder.
    Raises:
        SetupError: another user owns the place, or it cannot be written.
    """
    parents = [Path(part.strip()) for part in given.split(",") if part.strip()]
    return ",".join(str(_private_folder(parent)) for parent in parents or [Path(tempfile.gettempdir())])


# Held open, and so locked, until the process ends.
_locks: list[int] = []


def _private_folder(parent: Path) -> Path:
    own = parent / f"cdi_spark-{os.getuid()}"
    try:
        own.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = own.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise SetupError(
                f"{own}: belongs to another user, or is no folder. Remove it, or set {LOCAL_DIRS} to another folder."
            )
        own.chmod(0o700)
        with _locked(own / _LOCK):
            for left in own.iterdir():
                if left.is_dir() and not _is_in_use(left):
                    shutil.rmtree(left, ignore_errors=True)
            folder = Path(tempfile.mkdtemp(prefix="run-", dir=own))
            lock = _open_lock(folder / _LOCK)
            fcntl.flock(lock, fcntl.LOCK_EX)
            _locks.append(lock)
    except OSError as fault:
        raise SetupError(
            f"{own}: Spark's temporary files cannot be written there ({fault.strerror}). "
            f"Set {LOCAL_DIRS} to another folder."
        ) from None
    atexit.register(_delete, folder, os.getpid())
    return folder


def _delete(folder: Path, pid: int) -> None:
    # A fork of this process ends earlier than the process itself.
    if os.getpid() == pid:
        shutil.rmtree(folder, ignore_errors=True)


def _is_in_use(folder: Path) -> bool:
    """Whether the process that made a folder still runs; process ids would not tell across containers."""
    lock = _open_lock(folder / _LOCK)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    lock = _open_lock(file)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        with suppress(OSError):
            os.close(lock)


def _open_lock(file: Path) -> int:
    return os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
