"""An archive of the loaded classes of Spark and Delta, written by one run and mapped into memory by later ones.

A JVM that maps it starts in half the time: it does not read and check twenty thousand classes (application
class-data sharing, JEP 350).
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

# The JVM writes it in a few seconds while it ends; each process writes its own file.
_COMPLETE_AFTER_SECONDS = 60.0
# By default the JVM logs the reason for each class that it leaves out.
_QUIET = "-Xshare:auto -Xlog:disable -Xlog:all=error:stderr"


def archive_options(jars: Sequence[str], *, make: bool) -> str:
    """Return options with which the JVM maps the archive or, if there is none, writes one as it ends.

    Args:
        jars: the class path beside Spark's own.
        make: whether this run may write it; it should use most of Spark.
    Returns:
        No options if the class path has a folder: the JVM then writes no archive.
    """
    if not all(Path(jar).is_file() for jar in jars) or not _only_our_conf():
        return ""
    archive = _archive(jars)
    written = sorted(archive.parent.glob(f"{archive.stem}.*.new"))
    complete = [file for file in written if time.time() - file.stat().st_mtime > _COMPLETE_AFTER_SECONDS]
    if complete and not archive.exists():
        complete[0].replace(archive)
    if archive.exists():
        return f"{_QUIET} -XX:SharedArchiveFile={archive}"
    if make and not written:
        archive.parent.mkdir(parents=True, exist_ok=True)
        return f"{_QUIET} -XX:ArchiveClassesAtExit={archive.with_suffix(f'.{os.getpid()}.new')}"
    return ""


# Folders that Spark puts on its class path.
_FOLDERS = ("HADOOP_CONF_DIR", "YARN_CONF_DIR", "SPARK_DIST_CLASSPATH")


def _only_our_conf() -> bool:
    """Return whether Spark's conf folder has only files that this package wrote, and no other folder is configured."""
    if any(os.environ.get(name) for name in ("SPARK_HOME", "SPARK_CONF_DIR", *_FOLDERS)):
        return False
    conf = Path(pyspark.__file__).parent / "conf"
    if conf.is_dir() and [file.name for file in conf.iterdir()] not in ([], ["spark-defaults.conf"]):
        return False
    defaults = conf / "spark-defaults.conf"
    return not defaults.exists() or defaults.read_text(encoding="utf-8").startswith(WRITTEN_BY_US)


@contextmanager
def without_conf_folder() -> Iterator[None]:
    """Make a JVM that starts in the block read an empty folder of Spark's conf, unless somebody else configured it."""
    if not _only_our_conf():
        yield
        return
    folder = cache_folder() / "no-conf"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["SPARK_CONF_DIR"] = str(folder)
    try:
        yield
    finally:
        # Other programs that this process starts read Spark's own conf.
        del os.environ["SPARK_CONF_DIR"]


# The first line of spark-defaults.conf as `python -m cdi_spark.spark.session` prints it.
WRITTEN_BY_US = "# Written by cdi_spark.spark.session"


def _archive(jars: Sequence[str]) -> Path:
    """Return the archive's file: an archive is valid for one JVM and one class path."""
    java = Path(os.environ["JAVA_HOME"], "bin", "java") if "JAVA_HOME" in os.environ else shutil.which("java")
    path = Path(java).resolve() if java else Path()
    stamp = path.stat().st_mtime if path.is_file() else 0
    key = "|".join((str(path), str(stamp), pyspark.__file__, pyspark.__version__, *jars))
    return cache_folder() / f"classes-{hashlib.sha256(key.encode()).hexdigest()[:12]}.jsa"
