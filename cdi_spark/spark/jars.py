"""The jars of Delta and GraphFrames: Spark resolves them once per machine; each start checks them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cdi_spark.errors import SetupError

DELTA = "io.delta:delta-spark_4.0_2.13:4.4.0"
# What others start Spark with: a cluster, a Connect server, Databricks.
GRAPHFRAMES = "io.graphframes:graphframes-spark4_2.13:0.9.3"
# What this package starts Spark with: the same GraphFrames classes, from a group that all Maven mirrors hold.
SHADED_GRAPHFRAMES = "org.apache.sedona:sedona-spark-shaded-4.0_2.13:1.8.0"
# Spark has these itself; twice on the class path they would cost 75 MB and could conflict.
PROVIDED = (
    "org.apache.hadoop:*,com.fasterxml.jackson.core:*,com.fasterxml.jackson.datatype:*,"
    "org.apache.parquet:*,org.apache.logging.log4j:*,org.slf4j:*,com.github.luben:*,org.xerial.snappy:*,"
    "io.airlift:*,javax.annotation:*,commons-logging:*,commons-pool:*,com.google.code.findbugs:*,"
    "org.scala-lang:*,org.apache.spark:*"
)

SUMS = Path(__file__).with_name("jars.sha256")


def jars() -> list[str]:
    """Return the paths of the Delta and GraphFrames jars, resolved once by Spark, cached, and checked.

    Raises:
        SetupError: no Java, the Maven repositories lack a jar, or a jar is not the one that jars.sha256 names.
    """
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        raise SetupError("No java on the PATH and no JAVA_HOME. Install a JDK 17 and try again.")
    if (resolved := resolved_jars()) is not None:
        check_jars(resolved)
        return resolved
    file = _list_file()
    cache = file.parent
    print(f"cdi: finding the jars of {DELTA} and {SHADED_GRAPHFRAMES} …", file=sys.stderr)
    reason = _resolve(cache)
    found = sorted(str(path) for path in (cache / "jars").glob("*.jar"))
    if reason is None and found:
        check_jars(found)
        file.write_text(json.dumps(found))
        print(f"cdi: {len(found)} jars found, cached in {file}", file=sys.stderr)
        return found
    raise SetupError(
        f"The jars of {DELTA} and {SHADED_GRAPHFRAMES} cannot be resolved: {reason} "
        "If your repository has them, the local Maven cache may be incomplete (poms without jars): "
        "move ~/.m2/repository away and try again."
    )


def resolved_jars() -> list[str] | None:
    """Return the paths of the jars that were resolved before; None if there are none, or one of them is missing."""
    file = _list_file()
    if not file.exists():
        return None
    paths: list[str] = json.loads(file.read_text())
    return paths if all(Path(path).exists() for path in paths) else None


def check_jars(paths: Sequence[str], sums: Path = SUMS) -> None:
    """Make sure that these are the jars that this version was tested with.

    Args:
        sums: SHA-256 by file name, as sha256sum writes them.
    Raises:
        SetupError: a jar is missing, another one, or one too many.
    """
    wanted = {name: digest for digest, name in map(str.split, sums.read_text(encoding="ascii").splitlines())}
    if missing := wanted.keys() - {Path(path).name for path in paths}:
        raise SetupError(_refused(Path(paths[0]).parent / min(missing), "it is missing"))
    for path in map(Path, paths):
        if path.name not in wanted:
            raise SetupError(_refused(path, f"{sums.name} has no checksum of it"))
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != wanted[path.name]:
                raise SetupError(_refused(path, "its SHA-256 is another one than in " + sums.name))


def _refused(jar: Path, reason: str) -> str:
    return (
        f"{jar}: {reason}; Spark is not started with it. Delete {jar.parent.parent}, and the jar from the local Maven "
        "and Ivy caches, so that it is downloaded again. If that gives the same, your Maven repository holds another "
        "file than the one that this version was tested with: ask who keeps it."
    )


def _list_file() -> Path:
    wanted = hashlib.sha256("|".join((DELTA, SHADED_GRAPHFRAMES, PROVIDED)).encode()).hexdigest()[:12]
    return cache_folder() / f"jars-{wanted}" / "jars.json"


def cache_folder() -> Path:
    """Return the folder for files that are made once per machine."""
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "cdi_spark"


def _resolve(cache: Path) -> str | None:
    """Let Spark's own resolver fill the cache; return the reason if it cannot."""
    shutil.rmtree(cache / "jars", ignore_errors=True)
    cache.mkdir(parents=True, exist_ok=True)
    import pyspark

    submit = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    with tempfile.TemporaryDirectory() as scratch:
        nothing = Path(scratch) / "nothing.py"
        nothing.write_text("")
        done = subprocess.run(
            [str(submit), "--packages", f"{DELTA},{SHADED_GRAPHFRAMES}", "--conf", f"spark.jars.ivy={cache}",
             "--conf", f"spark.jars.excludes={PROVIDED}", str(nothing)],
            capture_output=True, text=True, env={**os.environ, "SPARK_CONF_DIR": scratch},
        )  # fmt: skip
    if done.returncode == 0:
        return None
    reasons = [line for line in done.stderr.splitlines() if "Exception" in line or "unresolved" in line]
    return reasons[0].strip() if reasons else f"spark-submit ended with status {done.returncode}."
