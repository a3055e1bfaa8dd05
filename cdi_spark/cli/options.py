"""What all commands share: options, consoles, and how they open a project and its tables."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cdi_spark.cli.console import SafeConsole
from cdi_spark.errors import ConfigError
from cdi_spark.monitoring import logs
from cdi_spark.monitoring.terminal import as_json

# `cdi --help` imports neither the checks of conf nor Spark; `cdi check` imports no Spark.
if TYPE_CHECKING:
    from cdi_spark.config import Project
    from cdi_spark.pipeline.run import Run
    from cdi_spark.spark.profile import Name
    from cdi_spark.storage import Storage
    from cdi_spark.workspace import Workspace

out = SafeConsole()
# Progress goes to stderr, results to stdout.
err = SafeConsole(stderr=True)

ProjectDir = Annotated[
    str, typer.Option(help="Conf folder with project.yml and sources/: a path, or a URI that Spark can read.")
]
Warehouse = Annotated[
    str | None,
    typer.Option(help="Where the Delta tables are: a path or a URI. Default: project.yml's warehouse."),
]
Catalog = Annotated[
    str | None,
    typer.Option(help="Catalog that holds the tables, such as one of Unity Catalog. Default: project.yml's."),
]
Vars = Annotated[
    list[str] | None, typer.Option("--var", help="name=value for a variable of project.yml; may repeat.")
]
By = Annotated[str, typer.Option(help="Who decides.")]
Why = Annotated[str, typer.Option(help="The reason, kept with the decision.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def variables(given: list[str] | None) -> dict[str, str]:
    """Parse the values of --var.

    Raises:
        ConfigError: a value is not name=value.
    """
    pairs = [entry.partition("=") for entry in given or []]
    for name, separator, _ in pairs:
        if not separator:
            raise ConfigError(f"--var {name}: write it as name=value.")
    return {name: value for name, _, value in pairs}


def project_at(place: str, given: dict[str, str] | None = None, *, lenient: bool = False) -> Project:
    """Load a project; see load_project().

    Args:
        place: its conf folder, a path or a URI.
        given: values for its variables.
    """
    from cdi_spark.config import load_project

    if "://" not in place:
        return load_project(Path(place), given, lenient=lenient)
    from cdi_spark.config.conf_files import local_copy
    from cdi_spark.spark.session import spark_session

    folder = local_copy(spark_session(), place)
    try:
        return load_project(folder, given, lenient=lenient)
    except ConfigError as fault:
        raise ConfigError(str(fault).replace(str(folder), place)) from None


def open_storage(
    project: Project,
    warehouse: str | None,
    catalog: str | None = None,
    *,
    settings: dict[str, str] | None = None,
    profile: Name | None = None,
    runs: bool = False,
) -> Storage:
    """Open the project's tables in a Spark session that fits the amount of data.

    Args:
        settings: Spark settings, instead of the project's.
        profile: the session's profile, instead of the one that fits the data.
        runs: whether sources are read and tables written; otherwise tables are only read.
    """
    from cdi_spark.spark.profile import profile_of, work_at
    from cdi_spark.spark.session import set_secrets, spark_session
    from cdi_spark.storage import Storage

    place = warehouse or project.warehouse
    if place is None:
        raise ConfigError("Where are the tables? Give --warehouse DIR, or warehouse: in project.yml.")
    logs.doing("starting Spark")
    logs.set_up(level=project.file.log.level, format=project.file.log.format)
    work = work_at([source.path for source in project.sources] if runs else [], place)
    named = profile or project.file.profile
    profile = profile_of(work, runs=runs) if named == "auto" else named
    if runs:
        logs.profiled(profile, sources=work.sources, tables=work.tables)
    spark = spark_session(
        project.file.spark_settings if settings is None else settings, profile=profile, makes_archive=runs
    )
    set_secrets(spark, {name: secret.value() for name, secret in project.file.spark_secrets.items()})
    # The session has started: the command reports its own steps from here on.
    logs.doing("")
    return Storage(
        spark, place, catalog=project.file.catalog if catalog is None else catalog, prefix=project.file.prefix
    )


def open_tables(project: str, warehouse: str | None, catalog: str | None) -> Storage:
    """Open the tables of a project for reading; its variables need no value, because no source is read."""
    return open_storage(project_at(project, lenient=True), warehouse, catalog)


def start_run(
    project: Project,
    warehouse: str | None,
    catalog: str | None = None,
    *,
    retrain: bool = False,
    full: bool = False,
    run_id: str | None = None,
) -> Run:
    from cdi_spark.pipeline.run import Run, new_run_id

    storage = open_storage(project, warehouse, catalog, runs=True)
    return Run(project, storage, retrain=retrain, full=full, run_id=run_id or new_run_id())


def open_workspace(project: str, warehouse: str | None, catalog: str | None) -> Workspace:
    """Open a project and its tables; no source is read, so variables of the project need no value."""
    from cdi_spark.workspace import Workspace

    conf = project_at(project, lenient=True)
    return Workspace(conf, open_storage(conf, warehouse, catalog))


def has_watcher() -> bool:
    """Return whether stderr is a terminal that can redraw, and not a build server's."""
    # With FORCE_COLOR, rich takes a file for a terminal; a file cannot be redrawn.
    return err.is_interactive and err.file.isatty() and not os.environ.get("CI")


@contextmanager
def show_step(what: str) -> Iterator[None]:
    """Show the current step on a terminal while the block runs; prints nothing to stdout."""
    if not has_watcher():
        yield
        return
    from cdi_spark.cli.screen import status

    with status(what, err):
        yield


def tables_at(project: str, warehouse: str | None, catalog: str | None = None) -> list[str]:
    """Return the options that name the same tables, for commands to copy."""
    given = (
        ("--project", project if project != "." else None),
        ("--warehouse", warehouse),
        ("--catalog", catalog),
    )
    return [word for option, value in given if value is not None for word in (option, value)]


def user_at(system_user: str | None, host: str | None) -> str:
    """Return who recorded a decision and where, as user@host; empty for one of an earlier version."""
    return f"{system_user}@{host}" if system_user else ""


def command_line(*words: str) -> str:
    """Return a `cdi` command to copy."""
    started = sys.argv[0]
    # If `cdi` is not on the PATH, name the file that was started.
    name = "cdi" if shutil.which("cdi") or Path(started).name != "cdi" else started
    return " ".join(map(_quoted, (name, *words)))


def _quoted(word: str) -> str:
    # Queries contain single quotes: double quotes keep them readable.
    return f'"{word}"' if " " in word and not set(word) & set('"$`\\!') else shlex.quote(word)


def print_json(data: Any) -> None:
    """Print data to stdout as one line of JSON."""
    print(as_json(data))


def write_page(file: Path, page: str, *, quiet: bool = False) -> None:
    """Write a page to a local file, and print where, unless the output is for a program."""
    file.write_text(page, encoding="utf-8")
    if not quiet:
        out.print(f"written: {file}", highlight=False)
