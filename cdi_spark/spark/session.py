"""The Spark session: with Delta, in UTC, configured for the amount of data; reports at once what is missing."""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from urllib.parse import urlsplit

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.utils import is_remote

from cdi_spark.errors import SetupError
from cdi_spark.spark.class_archive import WRITTEN_BY_US, archive_options, without_conf_folder
from cdi_spark.spark.delta_errors import is_missing_delta
from cdi_spark.spark.jars import DELTA, GRAPHFRAMES, cache_folder, jars
from cdi_spark.spark.private_files import LOCAL_DIRS, private_local_dirs, restrict_new_files
from cdi_spark.spark.profile import DELETION_VECTORS, DRIVER_MEMORY, JAVA_OPTIONS, SETTINGS, Name


def spark_session(
    extra: dict[str, str] | None = None, *, profile: Name = "large", makes_archive: bool = False
) -> SparkSession:
    """Return the active session, the one of spark-submit or of SPARK_REMOTE; else start one on this machine.

    Over Spark Connect the server has the jars and the settings that must be known before it starts.

    Args:
        extra: further Spark settings (project.yml `spark`), which take precedence. A Connect server applies only those
            of the session.
        profile: the amount of data, for a session that is started here.
        makes_archive: whether this process may write, as it ends, the class archive that makes later starts faster.
    Raises:
        SetupError: no Java, no jars, no server at SPARK_REMOTE, or a session without Delta.
    """
    # PySpark logs its own copy of an error, with values and Java stack; the exception is enough.
    for name in ("DataFrameQueryContextLogger", "SQLQueryContextLogger"):
        logging.getLogger(name).disabled = True
    restrict_new_files()
    extra, class_path = dict(extra or {}), list[str]()
    remote = os.environ.get("SPARK_REMOTE", "")
    connected = bool(remote) or is_remote()
    if connected:
        if remote.startswith("sc://") and _refuses(remote):
            raise SetupError(f"No server listens at {_remote()}. Start it, or unset SPARK_REMOTE.")
        settings = _SESSION
    elif "PYSPARK_GATEWAY_PORT" in os.environ or SparkSession.getActiveSession() is not None:
        settings = _DELTA | _SESSION
    else:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        _make_local_dirs(extra.pop("spark.local.dir", ""))
        settings = launch_settings() | _DELTA | _SESSION
        if extra.get("spark.master", "local").startswith("local"):
            # Classes of spark.jars have their own loader, which the archive leaves out.
            given = extra.get(_CLASS_PATH, "").split(os.pathsep)
            class_path = [*filter(None, given), *settings.pop("spark.jars").split(",")]
            settings |= _on_this_machine(class_path, profile, makes_archive=makes_archive)
            extra |= {_CLASS_PATH: os.pathsep.join(class_path)}
    builder = SparkSession.builder.appName("cdi_spark").config(map={**settings, **extra})
    try:
        with without_conf_folder() if class_path else nullcontext():
            spark = builder.getOrCreate()
        # With our jars, only conf can have removed Delta.
        has_delta = bool(class_path and not _DELTA.keys() & extra.keys()) or _has_delta(spark)
    except PySparkException as fault:
        reason = str(fault).strip().splitlines()[0]
        raise SetupError(
            f"Spark at {_remote()} does not answer: {reason} The client needs `pip install cdi-spark[connect]`."
            if connected
            else f"Spark does not start: {reason} It needs a JDK 17 or newer."
        ) from fault
    if not has_delta:
        whose = f"The Spark Connect server at {_remote()}" if connected else "This Spark session"
        settings_text = " ".join(f"--conf {name}={value}" for name, value in _DELTA.items())
        raise SetupError(
            f"{whose} has no Delta. Start it with --packages {DELTA}{'' if connected else ',' + GRAPHFRAMES} "
            f"{settings_text}."
        )
    # A session that was started for small data has the setting, and keeps it.
    if not spark.conf.get(DELETION_VECTORS, ""):
        spark.conf.set(DELETION_VECTORS, "true")
    return spark


def set_secrets(spark: SparkSession, secrets: Mapping[str, str]) -> None:
    """Give a session the keys of storage.

    Not before it starts: PySpark would write them on Java's command line, which others can list. Hadoop's own
    configuration has them for all sessions of this process, and SQL cannot show it; a Connect server gets them for this
    session alone.

    Args:
        secrets: by setting, its value.
    """
    for name, value in secrets.items():
        key = name.removeprefix("spark.hadoop.")
        if is_remote():
            spark.conf.set(key, value)
        else:
            spark.sparkContext._jsc.hadoopConfiguration().set(key, value)


_CLASS_PATH = "spark.driver.extraClassPath"
_DELTA = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
}
_SESSION = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    # No limit: with one, Spark sums up a batch's bytes after every row. The limit is the number of records: rows of up
    # to a megabyte each, with their landed text, must fit into the two gigabytes of an Arrow text column.
    "spark.sql.execution.arrow.maxBytesPerBatch": str(2**31 - 1),
    "spark.sql.execution.arrow.maxRecordsPerBatch": "2000",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # With it, each new column sends its place in the Python code to the JVM: twice as many calls.
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
        return not is_missing_delta(fault)
    return True


def _remote() -> str:
    """Return the server's address without its parameters, which may contain a token."""
    return os.environ.get("SPARK_REMOTE", "the active session").partition("/;")[0]


def _refuses(remote: str) -> bool:
    """Return whether no server listens there; Spark's client would report it only after ten minutes."""
    at = urlsplit(remote)
    try:
        socket.create_connection((at.hostname or "localhost", at.port or 15002), timeout=3).close()
    except ConnectionRefusedError:
        return True
    except OSError:
        return False  # the client may reach it by a proxy
    return False


def launch_settings() -> dict[str, str]:
    """Return the settings that must be known before the JVM starts, for one machine: memory, jars, quiet logs.

    Raises:
        SetupError: there is no Java, or the jars cannot be resolved.
    """
    return {
        "spark.driver.memory": DRIVER_MEMORY,
        "spark.driver.extraJavaOptions": f"{_java_options()} {JAVA_OPTIONS['large']}",
        "spark.jars": ",".join(jars()),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        # Only that UI would show these.
        **dict.fromkeys(("spark.ui.retainedJobs", "spark.ui.retainedStages"), "20"),
        "spark.ui.retainedTasks": "100",
        "spark.sql.ui.retainedExecutions": "20",
        "spark.pyspark.python": sys.executable,
        # One machine's data: few partitions, and one task instead of fifty reads a table's state.
        "spark.sql.shuffle.partitions": "4",
        "spark.databricks.delta.snapshotPartitions": "1",
        # Delta computes this list of files with each commit, and only uses it for a check.
        "spark.databricks.delta.allFilesInCrc.enabled": "false",
        # A run has more different queries than fit into Spark's cache of compiled ones.
        "spark.sql.codegen.cache.maxEntries": "5000",
        # Hadoop sets the permissions of each file itself.
        "spark.hadoop.fs.permissions.umask-mode": restrict_new_files(),
        # GraphFrames truncates its lineage there.
        "spark.checkpoint.dir": str(cache_folder() / "checkpoints"),
    }


def _make_local_dirs(given: str) -> None:
    """Give Spark folders of its own for temporary files, within those of SPARK_LOCAL_DIRS or of conf."""
    global _local_dirs
    if _local_dirs is None or os.environ.get(LOCAL_DIRS) != _local_dirs:
        _local_dirs = private_local_dirs(os.environ.get(LOCAL_DIRS) or given)
        # Spark, its Python workers and DuckDB all look there.
        os.environ[LOCAL_DIRS] = _local_dirs


_local_dirs: str | None = None


def _java_options() -> str:
    log4j = Path(__file__).with_name("log4j2.properties")
    # In other time zones Delta computes a table's whole state with each commit to check its statistics.
    return f"-Dlog4j2.configurationFile={log4j.as_uri()} -Duser.timezone=UTC"


def _on_this_machine(class_path: list[str], profile: Name, *, makes_archive: bool) -> dict[str, str]:
    """Return the settings of a driver that does all the work itself, with these jars on its class path."""
    options = [_java_options(), JAVA_OPTIONS[profile], archive_options(class_path, make=makes_archive)]
    java = {"spark.driver.extraJavaOptions": " ".join(filter(None, options))}
    return _THIS_MACHINE | SETTINGS[profile] | java


def main() -> None:
    """Print launch_settings as a spark-defaults.conf, so that plain spark-submit starts the same Spark."""
    print(WRITTEN_BY_US)
    for name, value in (launch_settings() | _DELTA | _SESSION).items():
        print(f"{name} {value}")


if __name__ == "__main__":
    main()
