"""The Spark session: jars found once a machine and remembered, Delta, UTC; fails at once with what is missing."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.utils import is_remote

from cdi_spark.errors import SetupError

DELTA = "io.delta:delta-spark_4.0_2.13:4.4.0"
# The first that the machine's Maven repositories have. Sedona's shaded build carries the same GraphFrames
# classes, for repositories that do not hold the io.graphframes group.
GRAPHFRAMES = (
    "io.graphframes:graphframes-spark4_2.13:0.9.3",
    "org.apache.sedona:sedona-spark-shaded-4.0_2.13:1.8.0",
)
# What Spark itself brings; twice on the class path it would cost 75 MB and could clash.
PROVIDED = (
    "org.apache.hadoop:*,com.fasterxml.jackson.core:*,com.fasterxml.jackson.datatype:*,"
    "org.apache.parquet:*,org.apache.logging.log4j:*,org.slf4j:*,com.github.luben:*,org.xerial.snappy:*,"
    "io.airlift:*,javax.annotation:*,commons-logging:*,commons-pool:*,com.google.code.findbugs:*,"
    "org.scala-lang:*,org.apache.spark:*"
)


def spark_session(extra: dict[str, str] | None = None) -> SparkSession:
    """The session that is active, that spark-submit launched or that SPARK_REMOTE names; else one on this machine.

    Over Spark Connect the server brings the jars and what must be set before it starts.

    Args:
        extra: further Spark settings (project.yml `spark`); they win over these. A Connect server takes those
            of the session and leaves out the others.
    Raises:
        SetupError: no Java, no jars, no server at SPARK_REMOTE, or a session without Delta.
    """
    # PySpark logs its own copy of what failed, values and Java stack included; the exception is enough.
    for name in ("DataFrameQueryContextLogger", "SQLQueryContextLogger"):
        logging.getLogger(name).disabled = True
    extra = extra or {}
    remote = os.environ.get("SPARK_REMOTE", "")
    connected = bool(remote) or is_remote()
    if connected:
        if remote.startswith("sc://") and _refuses(remote):
            raise SetupError(f"Nobody listens at {_remote()}. Start the server, or unset SPARK_REMOTE.")
        settings = _SESSION
    elif "PYSPARK_GATEWAY_PORT" in os.environ or SparkSession.getActiveSession() is not None:
        settings = _DELTA | _SESSION
    else:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        here = extra.get("spark.master", "local").startswith("local")
        settings = (_THIS_MACHINE if here else {}) | launch_settings() | _DELTA | _SESSION
    builder = SparkSession.builder.appName("cdi_spark").config(map={**settings, **extra})
    try:
        spark = builder.getOrCreate()
        has_delta = _has_delta(spark)
    except PySparkException as fault:
        told = str(fault).strip().splitlines()[0]
        raise SetupError(
            f"Spark at {_remote()} does not answer: {told} The client wants `pip install cdi-spark[connect]`."
            if connected
            else f"Spark does not start: {told} It wants a JDK 17 or newer."
        ) from fault
    if not has_delta:
        whose = f"The Spark Connect server at {_remote()}" if connected else "This Spark session"
        settings_told = " ".join(f"--conf {name}={value}" for name, value in _DELTA.items())
        raise SetupError(
            f"{whose} has no Delta. Start it with --packages {DELTA}{'' if connected else ',' + GRAPHFRAMES[0]} "
            f"{settings_told}."
        )
    return spark


_DELTA = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
}
_SESSION = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    # No limit: else Spark sums up a batch's bytes after every row. Batches end at so many records: rows of up to a
    # megabyte each, with their landed text, must fit the two gigabytes that Arrow's text may have.
    "spark.sql.execution.arrow.maxBytesPerBatch": str(2**31 - 1),
    "spark.sql.execution.arrow.maxRecordsPerBatch": "2000",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # Else every column that is made tells the JVM where in Python it stands: twice as many calls.
    "spark.python.sql.dataFrameDebugging.enabled": "false",
}
# Not in spark-defaults.conf: executors of a cluster would look for the driver on their own machine.
_THIS_MACHINE = {
    "spark.master": "local[*]",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
}


def _has_delta(spark: SparkSession) -> bool:
    try:
        spark.sql("DESCRIBE DETAIL delta.`/no/table/of/cdi_spark`").collect()
    except Exception as fault:  # py4j's own, where Java does not find a class
        # Without Delta's parser, DETAIL reads as the name of a table. With Delta, only the table is missing.
        absent = ("`DETAIL`", "Cannot find catalog plugin class", "DELTA_CONFIGURE_SPARK_SESSION")
        return not any(words in str(fault) for words in absent)
    return True


def _remote() -> str:
    """The server's address; what follows it may hold a token."""
    return os.environ.get("SPARK_REMOTE", "the active session").partition("/;")[0]


def _refuses(remote: str) -> bool:
    """Whether nobody listens there, which Spark's client would take ten minutes to tell."""
    at = urlsplit(remote)
    try:
        socket.create_connection((at.hostname or "localhost", at.port or 15002), timeout=3).close()
    except ConnectionRefusedError:
        return True
    except OSError:
        return False  # a proxy that only the client knows may lead there
    return False


def launch_settings() -> dict[str, str]:
    """What must be known before the JVM starts: memory, jars, quiet logs; sized for one machine.

    Raises:
        SetupError: Java or the jars cannot be had.
    """
    log4j = Path(__file__).with_name("log4j2.properties")
    return {
        "spark.driver.memory": "4g",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={log4j.as_uri()} -XX:+UseParallelGC",
        "spark.jars": ",".join(jars()),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.pyspark.python": sys.executable,
        # One machine's data: a handful of partitions, read back by one task rather than fifty.
        "spark.sql.shuffle.partitions": "4",
        "spark.databricks.delta.snapshotPartitions": "1",
        # A run has more different queries than Spark's cache of compiled ones holds.
        "spark.sql.codegen.cache.maxEntries": "5000",
        # GraphFrames cuts its lineage there.
        "spark.checkpoint.dir": str(_cache() / "checkpoints"),
    }


def jars() -> list[str]:
    """Paths of the Delta and GraphFrames jars, resolved once by Spark and remembered.

    Raises:
        SetupError: no Java, or the Maven repositories have neither choice of GraphFrames.
    """
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        raise SetupError("No java on the PATH and no JAVA_HOME. Install a JDK 17 and try again.")
    wanted = hashlib.sha256("|".join((DELTA, *GRAPHFRAMES, PROVIDED)).encode()).hexdigest()[:12]
    cache = _cache() / f"jars-{wanted}"
    memory = cache / "jars.json"
    if memory.exists():
        remembered: list[str] = json.loads(memory.read_text())
        if all(Path(path).exists() for path in remembered):
            return remembered
    for graphframes in GRAPHFRAMES:
        print(f"cdi: finding the jars of {DELTA} and {graphframes} …", file=sys.stderr)
        said = _resolve(cache, graphframes)
        found = sorted(str(path) for path in (cache / "jars").glob("*.jar"))
        if said is None and found:
            memory.write_text(json.dumps(found))
            print(f"cdi: {len(found)} jars found, remembered in {memory}", file=sys.stderr)
            return found
    raise SetupError(
        f"The jars of {DELTA} and {' or '.join(GRAPHFRAMES)} cannot be had: {said} "
        "If they exist in your repository, an incomplete local Maven cache (poms without jars) is in the way: "
        "move ~/.m2/repository aside and try again."
    )


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "cdi_spark"


def _resolve(cache: Path, graphframes: str) -> str | None:
    """Let Spark's own resolver fill the cache; the reason when it cannot."""
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


def main() -> None:
    """Print launch_settings as a spark-defaults.conf, so that plain spark-submit starts the same Spark."""
    for name, value in (launch_settings() | _DELTA | _SESSION).items():
        print(f"{name} {value}")


if __name__ == "__main__":
    main()
