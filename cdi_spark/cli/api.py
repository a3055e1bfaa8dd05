"""The Python interface for notebooks and schedulers: run the job, and open its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cdi_spark.cli import options
from cdi_spark.errors import ConfigError
from cdi_spark.pipeline.runner import STAGES, StageResult, run_stages
from cdi_spark.workspace import Workspace


def run(
    project: str | Path,
    warehouse: str | Path | None = None,
    *,
    stages: Sequence[str] | None = None,
    catalog: str | None = None,
    variables: Mapping[str, str] | None = None,
    retrain: bool = False,
    full: bool = False,
    run_id: str | None = None,
    wait_seconds: float = 0,
) -> list[StageResult]:
    """Run the job, or some of its stages, and return what each stage did.

    Uses the Spark session that is active; starts one on this machine if there is none.

    Args:
        project: conf folder with project.yml: a path, or a URI that Spark can read.
        warehouse: where the Delta tables are: a path or a URI. Default: project.yml's.
        stages: names of stages in their order, such as ["ingest", "standardise"]. Default: all.
        catalog: catalog that holds the tables. Default: project.yml's.
        variables: values for the variables of project.yml.
        retrain: train a new model even if one fits the settings.
        full: score, resolve and publish everything, not only what changed.
        run_id: name of the run; the same for stages that are run one by one. Default: a new one.
        wait_seconds: how long to wait for another run to end.
    Raises:
        ConfigError: the conf has a mistake, or there is no such stage.
        CdiError: the run failed; the message says where and what to do.
    """
    names = list(STAGES) if stages is None else list(stages)
    if unknown := [name for name in names if name not in STAGES]:
        raise ConfigError(f"run: no stage {', '.join(unknown)}. Stages are {', '.join(STAGES)}.")
    job = options.start_run(
        options.project_at(str(project), dict(variables or {})),
        None if warehouse is None else str(warehouse),
        catalog,
        retrain=retrain,
        full=full,
        run_id=run_id,
    )
    return list(run_stages(job, names, wait_seconds=wait_seconds))


def open_workspace(
    project: str | Path, warehouse: str | Path | None = None, *, catalog: str | None = None
) -> Workspace:
    """Open a project and its tables for reading.

    Uses the Spark session that is active; starts one on this machine if there is none.

    Args:
        project: conf folder with project.yml: a path, or a URI that Spark can read.
        warehouse: where the Delta tables are: a path or a URI. Default: project.yml's.
        catalog: catalog that holds the tables. Default: project.yml's.
    Raises:
        ConfigError: the conf has a mistake, or names no warehouse.
    """
    return options.open_workspace(str(project), None if warehouse is None else str(warehouse), catalog)
