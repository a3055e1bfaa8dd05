"""The classes of Spark and Delta as the JVM holds them in memory, written by one run and mapped by those after it.

A JVM that maps them starts in half the time: it neither reads nor checks twenty thousand classes
(application class-data sharing, JEP 350).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyspark

from cdi_spark.spark.jars import cache_folder

# It is written while the JVM ends, in a few seconds; each process writes a file of its own.
_WRITTEN_AFTER_SECONDS = 60.0
# Else the JVM says of each class that it leaves out, why.
_QUIET = "-Xshare:auto -Xlog:disable -Xlog:all=error:stderr"


def archive_options(jars: Sequence[str], *, make: bool) -> str:
    """Options with which the JVM maps the archive; or, where there is none, writes one as it ends.

    Args:
        jars: what stands on the class path beside Spark's own.
        make: whether this run is to write it: one that uses most of Spark.
    Returns:
        No options where a folder stands on the class path: the JVM writes no archive then.
    """
    if not all(Path(jar).is_file() for jar in jars) or not _only_our_conf():
        return ""
    archive = _archive(jars)
    written = sorted(archive.parent.glob(f"{archive.stem}.*.new"))
    whole = [file for file in written if time.time() - file.stat().st_mtime > _WRITTEN_AFTER_SECONDS]
    if whole and not archive.exists():
        whole[0].replace(archive)
    if archive.exists():
        return f"{_QUIET} -XX:SharedArchiveFile={archive}"
    if make and not written:
        archive.parent.mkdir(parents=True, exist_ok=True)
        return f"{_QUIET} -XX:ArchiveClassesAtExit={archive.with_suffix(f'.{os.getpid()}.new')}"
    return ""


# Folders that Spark puts on its class path.
_FOLDERS = ("HADOOP_CONF_DIR", "YARN_CONF_DIR", "SPARK_DIST_CLASSPATH")


def _only_our_conf() -> bool:
    """Whether Spark's conf folder holds nothing but what this package wrote, and no other folder is named."""
    if any(os.environ.get(name) for name in ("SPARK_HOME", "SPARK_CONF_DIR", *_FOLDERS)):
        return False
    conf = Path(pyspark.__file__).parent / "conf"
    if conf.is_dir() and [file.name for file in conf.iterdir()] not in ([], ["spark-defaults.conf"]):
        return False
    defaults = conf / "spark-defaults.conf"
    return not defaults.exists() or defaults.read_text(encoding="utf-8").startswith(WRITTEN_BY_US)


@contextmanager
def without_conf_folder() -> Iterator[None]:
    """Let a JVM that starts in the block read Spark's conf from an empty folder, unless it is somebody else's."""
    if not _only_our_conf():
        yield
        return
    folder = cache_folder() / "no-conf"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["SPARK_CONF_DIR"] = str(folder)
    try:
        yield
    finally:
        # Other programs that this process starts read Spark's own.
        del os.environ["SPARK_CONF_DIR"]


# The first line of spark-defaults.conf as `python -m cdi_spark.spark.session` prints it.
WRITTEN_BY_US = "# Written by cdi_spark.spark.session"


def _archive(jars: Sequence[str]) -> Path:
    """An archive fits one JVM and one class path, and is passed over by others."""
    java = Path(os.environ["JAVA_HOME"], "bin", "java") if "JAVA_HOME" in os.environ else shutil.which("java")
    path = Path(java).resolve() if java else Path()
    stamp = path.stat().st_mtime if path.is_file() else 0
    told = "|".join((str(path), str(stamp), pyspark.__file__, pyspark.__version__, *jars))
    return cache_folder() / f"classes-{hashlib.sha256(told.encode()).hexdigest()[:12]}.jsa"
