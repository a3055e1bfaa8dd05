"""Serve gold over JDBC: Spark's Thrift server in this process's session, pinned to the newest release."""

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
from cdi_spark.serving.guard import Guard, restrict_to_reading
from cdi_spark.storage import Storage

_SHARED = "spark.sql.hive.thriftServer.singleSession"


def server_settings(given: Mapping[str, str]) -> dict[str, str]:
    """Return the Spark settings of the server's session, which must be known before it starts.

    Args:
        given: the project's settings; they win, except over the one that gives clients their own session.
    """
    return {
        # A long query does not block a short one, and a large answer is sent in parts.
        "spark.scheduler.mode": "FAIR",
        "spark.sql.thriftServer.incrementalCollect": "true",
        **given,
        # Otherwise clients would share the server's session, which is unrestricted.
        _SHARED: "false",
    }


def check_address(host: str, port: int) -> None:
    """Check that the server can listen on an address.

    Raises:
        CdiError: the port is taken, or the host is not an address of this machine.
    """
    try:
        socket.create_server((host, port)).close()
    except OSError as fault:
        raise CdiError(
            f"{host}:{port}: cannot listen there ({fault.strerror}). Give another --port (0: any free port) or --host."
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

    All tables switch to a new release together: new statements wait meanwhile, running ones end on their release. A
    client can read gold and describe its columns. Writing, other schemas, files by path, scripts, jars and Java
    functions are refused after parsing. Not prevented: anybody who reaches the port can read all of gold (no
    passwords, no encryption), see what statements of others cost, and use up the machine.

    Args:
        port: 0 for any free port.
        every_seconds: time between checks for a new release.
        ready: called once with the JDBC URL.
    Raises:
        CdiError: nothing is released yet, or this session cannot serve.
    """
    if is_remote():
        raise CdiError("cdi serve sql: cannot serve over Spark Connect. Unset SPARK_REMOTE.")
    spark = storage.spark
    if spark.conf.get(_SHARED, "false") != "false":
        raise CdiError(
            f"cdi serve sql: clients would share the server's own session. Set {_SHARED} to false."
        )
    shown = storage.show_release()
    with tempfile.TemporaryDirectory(prefix="cdi_serve_") as scratch:
        guard = restrict_to_reading(spark, storage.gold_schema)
        server = _start(spark, host, port, scratch)
        try:
            ready(f"jdbc:hive2://{host}:{_port(server)}/{storage.gold_schema}")
            while not stop.wait(every_seconds):
                shown = _follow(storage, guard, shown)
        except Exception:
            # A signal that stops the server may have stopped its JVM first.
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
        # Clients keep the current release while storage is not reachable.
        logs.notice("cannot look for a new release", shown=shown, fault=type(fault).__name__)
        return shown
    logs.notice("clients see a new release", release_id=moved)
    return moved


def _start(spark: SparkSession, host: str, port: int, scratch: str) -> JavaObject:
    settings = {
        "hive.server2.thrift.bind.host": host,
        "hive.server2.thrift.port": str(port),
        # Files are read as the user who runs the server, not as the user whom a client names.
        "hive.server2.enable.doAs": "false",
        "hive.server2.logging.operation.enabled": "false",
        "hive.exec.scratchdir": f"{scratch}/hive",
        "hive.exec.local.scratchdir": f"{scratch}/local",
        "hive.downloaded.resources.dir": f"{scratch}/resources",
    }
    for name, value in settings.items():
        spark.conf.set(name, value)
    # Hive starts an unused metastore database, which would write a log into this folder.
    jvm: Any = spark._jvm
    jvm.java.lang.System.setProperty("derby.stream.error.file", os.devnull)
    thrift = jvm.org.apache.spark.sql.hive.thriftserver.HiveThriftServer2
    return thrift.startWithSparkSession(spark._jsparkSession, False)


def _port(server: JavaObject) -> int:
    return int(
        next(s.getPortNumber() for s in server.getServices() if s.getName() == "ThriftBinaryCLIService")
    )
