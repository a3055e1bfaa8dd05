"""The jars of Delta and GraphFrames: Spark resolves them once per machine; then they are cached."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from cdi_spark.errors import SetupError

DELTA = "io.delta:delta-spark_4.0_2.13:4.4.0"
# The first that the machine's Maven repositories have. Sedona's shaded build carries the same GraphFrames
# classes, for repositories that do not hold the io.graphframes group.
GRAPHFRAMES = (
    "io.graphframes:graphframes-spark4_2.13:0.9.3",
    "org.apache.sedona:sedona-spark-shaded-4.0_2.13:1.8.0",
)
# Spark has these itself; twice on the class path they would cost 75 MB and could conflict.
PROVIDED = (
    "org.apache.hadoop:*,com.fasterxml.jackson.core:*,com.fasterxml.jackson.datatype:*,"
    "org.apache.parquet:*,org.apache.logging.log4j:*,org.slf4j:*,com.github.luben:*,org.xerial.snappy:*,"
    "io.airlift:*,javax.annotation:*,commons-logging:*,commons-pool:*,com.google.code.findbugs:*,"
    "org.scala-lang:*,org.apache.spark:*"
)


def jars() -> list[str]:
    """Return the paths of the Delta and GraphFrames jars, resolved once by Spark and cached.

    Raises:
        SetupError: no Java, or the Maven repositories lack both builds of GraphFrames.
    """
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        raise SetupError("No java on the PATH and no JAVA_HOME. Install a JDK 17 and try again.")
    if (resolved := resolved_jars()) is not None:
        return resolved
    file = _list_file()
    cache = file.parent
    for graphframes in GRAPHFRAMES:
        print(f"cdi: finding the jars of {DELTA} and {graphframes} …", file=sys.stderr)
        reason = _resolve(cache, graphframes)
        found = sorted(str(path) for path in (cache / "jars").glob("*.jar"))
        if reason is None and found:
            file.write_text(json.dumps(found))
            print(f"cdi: {len(found)} jars found, cached in {file}", file=sys.stderr)
            return found
    raise SetupError(
        f"The jars of {DELTA} and {' or '.join(GRAPHFRAMES)} cannot be resolved: {reason} "
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


def _list_file() -> Path:
    wanted = hashlib.sha256("|".join((DELTA, *GRAPHFRAMES, PROVIDED)).encode()).hexdigest()[:12]
    return cache_folder() / f"jars-{wanted}" / "jars.json"


def cache_folder() -> Path:
    """Return the folder for files that are made once per machine."""
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "cdi_spark"


def _resolve(cache: Path, graphframes: str) -> str | None:
    """Let Spark's own resolver fill the cache; return the reason if it cannot."""
    shutil.rmtree(cache / "jars", ignore_errors=True)
    cache.mkdir(parents=True, exist_ok=True)
    import pyspark

    submit = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    with tempfile.TemporaryDirectory() as scratch:
        nothing = Path(scratch) / "nothing.py"
        nothing.write_text("")
        done = subprocess.run(
            [str(submit), "--packages", f"{DELTA},{graphframes}", "--conf", f"spark.jars.ivy={cache}",
             "--conf", f"spark.jars.excludes={PROVIDED}", str(nothing)],
            capture_output=True, text=True, env={**os.environ, "SPARK_CONF_DIR": scratch},
        )  # fmt: skip
    if done.returncode == 0:
        return None
    reasons = [line for line in done.stderr.splitlines() if "Exception" in line or "unresolved" in line]
    return reasons[0].strip() if reasons else f"spark-submit ended with status {done.returncode}."
