"""What the commands share: their options, where they print, and how they open a project and its tables."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from cdi_spark.errors import ConfigError
from cdi_spark.monitoring import logs

# `cdi --help` imports neither conf's checks nor Spark; `cdi check` does without Spark.
if TYPE_CHECKING:
    from cdi_spark.config import Project
    from cdi_spark.pipeline.run import Run
    from cdi_spark.spark.profile import Name
    from cdi_spark.storage import Storage
    from cdi_spark.workspace import Workspace

out = Console()
# The live display goes to stderr; stdout has results only.
err = Console(stderr=True)

ProjectDir = Annotated[
    str, typer.Option(help="Conf folder with project.yml and sources/: a path, or a URI that Spark can read.")
]
Warehouse = Annotated[
    str | None,
    typer.Option(help="Where the Delta tables lie: a path or a URI. Default: project.yml's warehouse."),
]
Catalog = Annotated[
    str | None,
    typer.Option(help="Catalog that holds the tables, as in Unity Catalog. Default: project.yml's."),
]
Vars = Annotated[
    list[str] | None, typer.Option("--var", help="name=value for a variable of project.yml; may repeat.")
]
By = Annotated[str, typer.Option(help="Who decides.")]
Why = Annotated[str, typer.Option(help="The reason, for those who ask later.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def variables(given: list[str] | None) -> dict[str, str]:
    """What --var says.

    Raises:
        ConfigError: one of them is not name=value.
    """
    pairs = [entry.partition("=") for entry in given or []]
    for name, sign, _ in pairs:
        if not sign:
            raise ConfigError(f"--var {name}: wants name=value.")
    return {name: value for name, _, value in pairs}


def project_at(place: str, given: dict[str, str] | None = None, *, lenient: bool = False) -> Project:
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
    """The project's tables, in a session set by how much there is to do.

    Args:
        settings: Spark settings instead of the project's own.
        profile: instead of the one that fits how much there is.
        runs: sources are read and tables written; else tables are only read.
    """
    from cdi_spark.spark.profile import profile_of, work_at
    from cdi_spark.spark.session import spark_session
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
        project.file.spark if settings is None else settings, profile=profile, makes_archive=runs
    )
    # Whatever the command itself does comes next.
    logs.doing("")
    return Storage(
        spark, place, catalog=project.file.catalog if catalog is None else catalog, prefix=project.file.prefix
    )


def open_tables(project: str, warehouse: str | None, catalog: str | None) -> Storage:
    """The tables that are there; no source is read, so variables of the project need no value."""
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


def look_into(project: str, warehouse: str | None, catalog: str | None) -> Workspace:
    """Open a project and its tables; no source is read, so variables of the project need no value."""
    from cdi_spark.workspace import Workspace

    conf = project_at(project, lenient=True)
    return Workspace(conf, open_storage(conf, warehouse, catalog))


def has_watcher() -> bool:
    """Whether somebody watches stderr: a terminal that can redraw, and no build server's."""
    # FORCE_COLOR makes a file a terminal to rich; nobody redraws a file.
    return err.is_interactive and err.file.isatty() and not os.environ.get("CI")


@contextmanager
def at_work(what: str) -> Iterator[None]:
    """Show on a terminal what the command does while it is at its step; print nothing to stdout meanwhile."""
    if not has_watcher():
        yield
        return
    from cdi_spark.cli.screen import status

    with status(what, err):
        yield


def tables_at(project: str, warehouse: str | None, catalog: str | None = None) -> list[str]:
    """The options that lead to the same tables again."""
    given = (
        ("--project", project if project != "." else None),
        ("--warehouse", warehouse),
        ("--catalog", catalog),
    )
    return [word for option, value in given if value is not None for word in (option, value)]


def command_line(*words: str) -> str:
    """A `cdi` command to copy."""
    started = sys.argv[0]
    # Where `cdi` is not on the PATH, the file that was started is.
    name = "cdi" if shutil.which("cdi") or Path(started).name != "cdi" else started
    return " ".join(map(_quoted, (name, *words)))


def _quoted(word: str) -> str:
    # Queries hold single quotes, and look best in double ones.
    return f'"{word}"' if " " in word and not set(word) & set('"$`\\!') else shlex.quote(word)


def write_page(file: Path, page: str, *, quiet: bool = False) -> None:
    """Write a page to a local file, and say so where the output is not for a program."""
    file.write_text(page, encoding="utf-8")
    if not quiet:
        out.print(f"written: {file}", highlight=False)
