"""Runs the draft on a sample: the stages ingest and standardise of the pipeline, into a warehouse of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from cdi_spark.config import Emit, Project, Source
from cdi_spark.discovery.draft.source_plans import SourcePlan
from cdi_spark.discovery.trial.measure import find_failing_lines, find_refused_lines, measure_lines
from cdi_spark.discovery.trial.results import LineName, SourceResult, TableResult, Trial
from cdi_spark.discovery.trial.samples import Sample
from cdi_spark.errors import CdiError, kind_of
from cdi_spark.monitoring import logs
from cdi_spark.pipeline.run import Run
from cdi_spark.pipeline.runner import run_stages
from cdi_spark.quality import ledger
from cdi_spark.schema import LEDGER, QUARANTINE
from cdi_spark.storage import Storage


def with_samples(project: Project, samples: Mapping[str, Sample]) -> Project:
    """The project, with sources that read their samples."""
    sources = [
        source.model_copy(update={"path": path}) if (path := samples[source.name].path) else source
        for source in project.sources
    ]
    return project.model_copy(update={"sources": sources})


def try_project(
    project: Project, plans: Sequence[SourcePlan], samples: Mapping[str, Sample], storage: Storage
) -> Trial:
    """Run ingest and standardise on the samples, and measure every line.

    Args:
        project: with_samples(); its sources are those of the plans.
        storage: an empty warehouse.
    """
    trial = Trial(
        {plan.name: SourceResult(samples[plan.name].rows, samples[plan.name].path is None) for plan in plans}
    )
    by_name = {plan.name: plan for plan in plans}
    landed = _land(project, storage, trial)
    if not landed:
        return trial
    logs.doing("checking every line with Spark")
    trial.left_out |= find_refused_lines(storage, landed)
    run = Run(_with_sources(project, leave_out(landed, trial.left_out)), storage)
    fault = _run_stage(run, "standardise")
    if fault and (failing := find_failing_lines(run)):
        trial.left_out |= failing
        run = Run(_with_sources(project, leave_out(landed, trial.left_out)), storage)
        fault = _run_stage(run, "standardise")
    if fault:
        trial.faults.append(fault)
    _count_rows(run, trial)
    logs.doing("measuring every line")
    if storage.exists(LEDGER.name):
        trial.lines |= measure_lines(run, by_name)
    return trial


def leave_out(sources: Sequence[Source], lines: Mapping[LineName, str]) -> list[Source]:
    """The sources without some lines."""

    def without(source: Source, number: int, emit: Emit) -> Emit:
        kept = {name: sql for name, sql in emit.columns.items() if (source.name, number, name) not in lines}
        return emit.model_copy(update={"columns": kept})

    return [
        source.model_copy(update={"emits": [without(source, n, emit) for n, emit in enumerate(source.emits)]})
        for source in sources
    ]


def _with_sources(project: Project, sources: Sequence[Source]) -> Project:
    return project.model_copy(update={"sources": list(sources)})


def _land(project: Project, storage: Storage, trial: Trial) -> list[Source]:
    """Run ingest; returns the sources that landed, and notes why others did not."""
    if not _run_stage(Run(project, storage), "ingest"):
        landed = project.sources
    else:
        # One by one, to know which of them fails.
        landed = []
        for source in project.sources:
            fault = _run_stage(Run(_with_sources(project, [source]), storage), "ingest")
            if fault:
                trial.faults.append(fault)
            else:
                landed.append(source)
    for source in landed:
        table = f"bronze.{source.name}"
        trial.sources[source.name].landed = storage.counts(table)[table]
    return landed


def _run_stage(run: Run, stage: str) -> str:
    """Run a stage; returns why it failed, empty where it did not."""
    try:
        list(run_stages(run, [stage]))
    except CdiError as fault:
        return str(fault)
    except Exception as fault:
        if not type(fault).__module__.startswith(("pyspark.", "py4j.")):
            raise
        return f"{stage}: Spark failed with {kind_of(fault)}"
    return ""


def _count_rows(run: Run, trial: Trial) -> None:
    """Note where the rows of each source went, by the pipeline's own ledger and quarantine."""
    if not run.storage.exists(LEDGER.name):
        return
    rules: dict[tuple[str, str], Counter[str]] = {}
    for row in ledger.quarantined(run.storage.read(QUARANTINE.name)).collect():
        counts = rules.setdefault((row["source"], row["target"]), Counter())
        counts.update(dict.fromkeys(row["failed_rules"], row["rows"]))
    for row in run.storage.read(LEDGER.name).where(f"run_id = '{run.run_id}'").orderBy("table").collect():
        counts = rules.get((row["source"], row["table"]), Counter())
        trial.sources[row["source"]].tables.append(
            TableResult(
                row["table"].removeprefix("silver."),
                row["emitted"],
                row["skipped"],
                row["current"],
                row["superseded"],
                row["deleted"],
                row["quarantined"],
                counts,
            )
        )
