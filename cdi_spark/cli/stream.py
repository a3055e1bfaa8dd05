"""`cdi stream`: a run whenever files arrive."""

from __future__ import annotations

from typing import Annotated

import typer

from cdi_spark.cli.options import (
    Catalog,
    ProjectDir,
    Vars,
    Warehouse,
    err,
    project_at,
    show_step,
    start_run,
    variables,
)


def stream(
    project: ProjectDir = ".",
    warehouse: Warehouse = None,
    catalog: Catalog = None,
    var: Vars = None,
    every: Annotated[int, typer.Option(min=1, help="Seconds between checks for new files.")] = 60,
    available_now: Annotated[
        bool, typer.Option("--available-now", help="Run once on the files since the last time, and end.")
    ] = False,
    wait: Annotated[int, typer.Option(min=0, help="Seconds to wait for another run to end.")] = 600,
) -> None:
    """Run whenever new files arrive at the sources' paths, until stopped.

    A file is new if its name is; an overwritten file is read with the next new one, or by `cdi run`.
    """
    from cdi_spark.pipeline.streaming import stream as run_stream

    with show_step("starting"):
        job = start_run(project_at(project, variables(var)), warehouse, catalog)
    runs = run_stream(job, every_seconds=None if available_now else every, wait_seconds=wait)
    err.print(f"{runs} runs; the stream has ended", highlight=False)
