"""Spark's Thrift server in this process's session: the names of gold, pinned to the newest release, over JDBC."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from py4j.java_gateway import JavaObject
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.utils import is_remote

from cdi_spark.errors import CdiError
from cdi_spark.monitoring import logs
from cdi_spark.serving.guard import Guard, hold_to_reading
from cdi_spark.storage import Storage

_SHARED = "spark.sql.hive.thriftServer.singleSession"


def server_settings(given: Mapping[str, str]) -> dict[str, str]:
    """Spark settings of the server's session, which must be known before it starts.

    Args:
        given: the project's own; they win, but for what keeps clients apart from the server.
    """
    return {
        # A long query does not hold up a short one, and a large answer goes out part by part.
        "spark.scheduler.mode": "FAIR",
        "spark.sql.thriftServer.incrementalCollect": "true",
        **given,
        # Else clients would share the server's own session, which may do everything.
        _SHARED: "false",
    }


def check_address(host: str, port: int) -> None:
    """Make sure that the server can listen there.

    Raises:
        CdiError: the port is taken, or the host is none of this machine's.
    """
    try:
        socket.create_server((host, port)).close()
    except OSError as fault:
        raise CdiError(
            f"{host}:{port}: cannot listen there ({fault.strerror}). Give another --port (0: any free one) or --host."
        ) from None


def serve(
    storage: Storage,
    *,
    host: str,
    port: int,
    every_seconds: float,
    stop: threading.Event,
    ready: Callable[[str], None],
) -> None:
    """Answer JDBC clients from the newest release of gold until `stop` is set.

    Names move to a new release together: statements that come meanwhile wait, those at work end on the release they
    began with. A client may read gold and look at its columns. Writing, other schemas, files by path, scripts, jars and
    Java functions are refused as Spark parsed the statement. Not prevented: whoever reaches the port may read all of
    gold (no passwords, no encryption), see what others' statements cost, and use up the machine.

    Args:
        port: 0 for any free one.
        every_seconds: how often to look for a new release.
        ready: called once with the JDBC URL.
    Raises:
        CdiError: nothing was released yet, or this is no session to serve from.
    """
    if is_remote():
        raise CdiError("cdi serve sql: it needs a Spark of its own. Unset SPARK_REMOTE.")
    spark = storage.spark
    if spark.conf.get(_SHARED, "false") != "false":
        raise CdiError(
            f"cdi serve sql: clients would share the server's own session. Set {_SHARED} to false."
        )
    shown = storage.show_release()
    with tempfile.TemporaryDirectory(prefix="cdi_serve_") as scratch:
        guard = hold_to_reading(spark, storage.gold_schema)
        server = _start(spark, host, port, scratch)
        try:
            ready(f"jdbc:hive2://{host}:{_port(server)}/{storage.gold_schema}")
            while not stop.wait(every_seconds):
                shown = _follow(storage, guard, shown)
        except Exception:
            # Who stops the server may have stopped its JVM first.
            if not stop.is_set():
                raise
        finally:
            with suppress(Exception):
                server.stop()


def _follow(storage: Storage, guard: Guard, shown: str) -> str:
    try:
        if storage.newest_release().release_id == shown:
            return shown
        with guard.moving:
            moved = storage.show_release()
    except (CdiError, PySparkException, Py4JJavaError) as fault:
        # Storage that is away for a while ends no client's day.
        logs.notice("cannot look for a new release", shown=shown, fault=type(fault).__name__)
        return shown
    logs.notice("clients see a new release", release_id=moved)
    return moved


def _start(spark: SparkSession, host: str, port: int, scratch: str) -> JavaObject:
    settings = {
        "hive.server2.thrift.bind.host": host,
        "hive.server2.thrift.port": str(port),
        # Files are read as who runs the server, whatever name a client gives.
        "hive.server2.enable.doAs": "false",
        "hive.server2.logging.operation.enabled": "false",
        "hive.exec.scratchdir": f"{scratch}/hive",
        "hive.exec.local.scratchdir": f"{scratch}/local",
        "hive.downloaded.resources.dir": f"{scratch}/resources",
    }
    for name, value in settings.items():
        spark.conf.set(name, value)
    # Hive brings a database for a metastore that nobody uses, and it would write a log here.
    jvm: Any = spark._jvm
    jvm.java.lang.System.setProperty("derby.stream.error.file", os.devnull)
    thrift = jvm.org.apache.spark.sql.hive.thriftserver.HiveThriftServer2
    return thrift.startWithSparkSession(spark._jsparkSession, False)


def _port(server: JavaObject) -> int:
    return int(
        next(s.getPortNumber() for s in server.getServices() if s.getName() == "ThriftBinaryCLIService")
    )
