"""Serve gold over JDBC: Spark's Thrift server in this process's session, pinned to the newest release."""

from __future__ import annotations

import ipaddress
import socket
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from py4j.java_gateway import JavaObject
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.utils import is_remote

from cdi_spark.errors import CdiError, ConfigError
from cdi_spark.monitoring import logs
from cdi_spark.serving.certificate import Keys
from cdi_spark.serving.guard import Guard
from cdi_spark.storage import Storage

_SHARED = "spark.sql.hive.thriftServer.singleSession"


@dataclass(frozen=True)
class Access:
    """Who may ask, by which address, and how much.

    Attributes:
        users: the hash of each user's password; empty: everybody may ask.
        keys: the certificate for TLS; None: no encryption.
        seconds: how long a query may compute, and then how long it may compute while it sends.
        rows: how many rows an answer may have.
    """

    host: str = "127.0.0.1"
    port: int = 0
    users: Mapping[str, str] = field(default_factory=dict)
    keys: Keys | None = None
    seconds: int = 600
    rows: int = 1_000_000


def server_settings(given: Mapping[str, str]) -> dict[str, str]:
    """Return the Spark settings of the server's session, which must be known before it starts.

    Args:
        given: the project's settings; they win, except over those that protect.
    """
    settings = {
        # A long query does not block a short one.
        "spark.scheduler.mode": "FAIR",
        **given,
        # Otherwise clients would share the server's session, which is unrestricted.
        _SHARED: "false",
        # It would show everybody's statements, without a password.
        "spark.ui.enabled": "false",
    }
    if settings.get("spark.master", "local").startswith("local"):
        # Otherwise any program of this machine could send objects to the port by which Spark's parts talk.
        settings["spark.authenticate"] = "true"
    return settings


def check_access(access: Access) -> None:
    """Check that the server may and can listen on an address.

    Raises:
        ConfigError: other machines could reach it without a password or without encryption.
        CdiError: the port is taken, or the host is not an address of this machine.
    """
    missing = [
        what
        for what, given in (
            ("a login (--passwords FILE)", access.users),
            ("TLS (--certificate FILE)", access.keys),
        )
        if not given
    ]
    if missing and not _is_loopback(access.host):
        raise ConfigError(
            f"cdi serve sql: other machines could reach {access.host}. Give {' and '.join(missing)}, "
            "or listen on this machine only: --host 127.0.0.1."
        )
    try:
        family = socket.getaddrinfo(access.host, access.port, type=socket.SOCK_STREAM)[0][0]
        socket.create_server((access.host, access.port), family=family).close()
    except OSError as fault:
        raise CdiError(
            f"{access.host}:{access.port}: cannot listen there ({fault.strerror}). "
            "Give another --port (0: any free port) or --host."
        ) from None


def _is_loopback(host: str) -> bool:
    """Return whether a host names this machine only; an address, because a name may soon mean another one."""
    if host == "localhost":
        # Whatever a name service says.
        return all(
            ipaddress.ip_address(str(found[4][0])).is_loopback for found in socket.getaddrinfo(host, 0)
        )
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def serve(
    storage: Storage,
    *,
    access: Access,
    every_seconds: float,
    stop: threading.Event,
    ready: Callable[[str], None],
) -> None:
    """Answer JDBC clients from the newest release of gold until `stop` is set.

    All tables switch to a new release together: new statements wait meanwhile, running ones end on their release. A
    client can read gold and describe its columns. Writing, other schemas, files by path, scripts, and functions and
    settings that are not known to be harmless are refused. The guard that refuses is in the JVM; no port of this
    machine leads to it. Not prevented: a client reads all of gold, and within the limits of time and rows a query
    may use up the memory of the machine.

    Args:
        access: where to listen, for whom, and the limits of a query.
        every_seconds: time between checks for a new release.
        ready: called once with the JDBC URL.
    Raises:
        CdiError: nothing is released yet, this session cannot serve, or other machines would reach it unprotected.
    """
    check_access(access)
    if is_remote():
        raise CdiError("cdi serve sql: cannot serve over Spark Connect. Unset SPARK_REMOTE.")
    spark = storage.spark
    if spark.conf.get(_SHARED, "false") != "false":
        raise CdiError(
            f"cdi serve sql: clients would share the server's own session. Set {_SHARED} to false."
        )
    shown = _show(storage)
    with tempfile.TemporaryDirectory(prefix="cdi_serve_") as scratch:
        guard = Guard(spark, storage.gold_schema)
        server, port = _start(spark, guard, storage.gold_schema, access, scratch)
        try:
            ready(_url(access, port, storage.gold_schema))
            while not stop.wait(every_seconds):
                shown = _follow(storage, guard, shown)
        except Exception:
            # A signal that stops the server may have stopped its JVM first.
            if not stop.is_set():
                raise
        finally:
            with suppress(Exception):
                server.stop()


def _show(storage: Storage) -> str:
    """Make the views that clients read: all of gold of the newest release; return its id."""
    return storage.show_release()


def _follow(storage: Storage, guard: Guard, shown: str) -> str:
    try:
        if storage.newest_release().release_id == shown:
            return shown
        with guard.moving():
            moved = _show(storage)
    except (CdiError, PySparkException, Py4JJavaError) as fault:
        # Clients keep the current release while storage is not reachable.
        logs.notice("cannot look for a new release", shown=shown, fault=type(fault).__name__)
        return shown
    logs.notice("clients see a new release", release_id=moved)
    return moved


def _start(
    spark: SparkSession, guard: Guard, schema: str, access: Access, scratch: str
) -> tuple[JavaObject, int]:
    settings = {
        "hive.server2.authentication": "NONE",  # Login.java decides, and takes the place of Hive's own
        "hive.server2.transport.mode": "binary",
        # Files are read as the user who runs the server, not as the user whom a client names.
        "hive.server2.enable.doAs": "false",
        "hive.server2.logging.operation.enabled": "false",
        "hive.server2.session.hook": "",
        "hive.exec.scratchdir": f"{scratch}/hive",
        "hive.exec.local.scratchdir": f"{scratch}/local",
        "hive.downloaded.resources.dir": f"{scratch}/resources",
    }
    classes = guard.jvm_classes
    classes.compile("Login")
    server = classes.make("Endpoint")
    server.limit(guard.java, schema, dict(access.users), access.seconds, access.rows)
    # An address, so that what was checked is where it listens.
    host = socket.getaddrinfo(access.host, None)[0][4][0]
    store, password = access.keys or (None, None)
    return server, server.start(spark._jsparkSession, settings, host, access.port, store, password)


def _url(access: Access, port: int, schema: str) -> str:
    host = f"[{access.host}]" if ":" in access.host else access.host
    return f"jdbc:hive2://{host}:{port}/{schema}{';ssl=true' if access.keys else ''}"
