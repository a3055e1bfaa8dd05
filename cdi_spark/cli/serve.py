"""`cdi serve`: answer other programs from gold."""

from __future__ import annotations

import getpass
import signal
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from cdi_spark.cli.options import ProjectDir, Warehouse, open_storage, out, project_at, show_step
from cdi_spark.errors import ConfigError

app = typer.Typer(help="Answer other programs from the newest release of gold.", no_args_is_help=True)


@app.callback()
def serve() -> None:
    pass


@app.command()
def sql(
    project: ProjectDir = ".",
    warehouse: Warehouse = None,
    host: Annotated[
        str,
        typer.Option(
            help="Address to listen on; one that other machines reach needs --passwords and --certificate."
        ),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0: any free port.")] = 10000,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between checks for a new release.")] = 5,
    passwords: Annotated[
        Path | None,
        typer.Option(
            help="File with a line user:hash for each user, from `cdi serve password`. "
            "Default: CDI_SERVE_USER and CDI_SERVE_PASSWORD in the environment."
        ),
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(help="PEM file with the certificate of this server, for TLS.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(help="PEM file with its private key. Default: the file of the certificate.")
    ] = None,
    max_seconds: Annotated[
        int,
        typer.Option(min=1, max=86_400, help="How long a query may compute, and again while it sends rows."),
    ] = 600,
    max_rows: Annotated[
        int, typer.Option(min=1, help="How many rows an answer may have; a longer one ends with an error.")
    ] = 1_000_000,
) -> None:
    """Let JDBC and ODBC clients (BI tools) query gold, until stopped.

    Prints the JDBC URL. Clients can only read, and see each new release. Without a login and TLS it listens on this
    machine only.
    """
    from cdi_spark.serving.certificate import keys_of
    from cdi_spark.serving.passwords import users_of
    from cdi_spark.serving.thrift import Access, check_access, serve, server_settings

    loaded = project_at(project, lenient=True)
    if loaded.file.catalog:
        raise ConfigError(
            f"cdi serve sql: the tables are in the catalog {loaded.file.catalog}. Query them through its SQL warehouse."
        )
    if key and not certificate:
        raise ConfigError("--key: give --certificate too.")
    access = Access(
        host=host,
        port=port,
        users=users_of(passwords),
        keys=keys_of(certificate, key) if certificate else None,
        seconds=max_seconds,
        rows=max_rows,
    )
    check_access(access)
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
            out.print(url, highlight=False, soft_wrap=True)

        serve(storage, access=access, every_seconds=every, stop=stop, ready=ready)


@app.command()
def password(user: Annotated[str, typer.Argument(help="The user's name.")]) -> None:
    """Print a line for the file of `cdi serve sql --passwords`, with a hash of the password.

    Asks for the password on a terminal; else reads it from the first line of stdin.
    """
    from cdi_spark.serving.passwords import check_user, password_hash

    check_user(user)
    if sys.stdin.isatty():
        given = getpass.getpass("password: ")
        if getpass.getpass("again: ") != given:
            raise ConfigError("The two passwords differ.")
    else:
        given = sys.stdin.readline().rstrip("\r\n")
    print(f"{user}:{password_hash(given)}")
