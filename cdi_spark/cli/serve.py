"""`cdi serve`: answer other programs from gold."""

from __future__ import annotations

import signal
import threading
from contextlib import ExitStack
from typing import Annotated

import typer
from rich.text import Text

from cdi_spark.cli.options import ProjectDir, Warehouse, err, open_storage, out, project_at, show_step
from cdi_spark.errors import ConfigError

LOOPBACK = ("127.0.0.1", "localhost")

app = typer.Typer(help="Answer other programs from the newest release of gold.", no_args_is_help=True)


@app.callback()
def serve() -> None:
    pass


@app.command()
def sql(
    project: ProjectDir = ".",
    warehouse: Warehouse = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; the default serves only programs of this machine.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0: any free port.")] = 10000,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between checks for a new release.")] = 5,
) -> None:
    """Let JDBC and ODBC clients (BI tools) query gold, until stopped.

    Prints the JDBC URL. Clients can only read, and see each new release. There is no password and no encryption:
    for other machines, put a proxy that has both in front of it.
    """
    from cdi_spark.serving.thrift import check_address, serve, server_settings

    loaded = project_at(project, lenient=True)
    if loaded.file.catalog:
        raise ConfigError(
            f"cdi serve sql: the tables are in the catalog {loaded.file.catalog}. Query them through its SQL warehouse."
        )
    check_address(host, port)
    if host not in LOOPBACK:
        err.print(
            Text.assemble(
                ("warning:", "bold yellow"),
                f" every program that reaches {host}:{port} reads gold, without a password. "
                "Put a proxy with TLS and passwords in front of it.",
            ),
            highlight=False,
            soft_wrap=True,
        )
    stop = threading.Event()
    with ExitStack() as until_ready:
        until_ready.enter_context(show_step("starting the server"))
        storage = open_storage(
            loaded, warehouse, settings=server_settings(loaded.file.spark_settings), profile="large"
        )
        # After Spark has started, because Spark sets its own handler for SIGINT.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())

        def ready(url: str) -> None:
            until_ready.close()
            out.print(url, highlight=False, markup=False, soft_wrap=True)

        serve(storage, host=host, port=port, every_seconds=every, stop=stop, ready=ready)
