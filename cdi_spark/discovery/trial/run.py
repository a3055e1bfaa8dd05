"""Runs the draft on a sample: the stages ingest and standardise of the pipeline, into a warehouse of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from cdi_spark.config import Project, Source, load_project
from cdi_spark.discovery.draft.project import Draft
from cdi_spark.discovery.trial.measure import find_failing_lines, find_refused_lines, measure_lines
from cdi_spark.discovery.trial.results import LineName, SourceResult, TableResult, Trial
from cdi_spark.discovery.trial.samples import Sample
from cdi_spark.errors import CdiError, is_of_spark, kind_of
from cdi_spark.monitoring import logs
from cdi_spark.pipeline.run import Run
from cdi_spark.pipeline.runner import run_stages
from cdi_spark.quality import ledger
from cdi_spark.schema import LEDGER, QUARANTINE
from cdi_spark.storage import Storage


def load_trial_project(draft: Draft, samples: Mapping[str, Sample]) -> Project:
    """The draft as it is written, with sources that read their samples."""
    project = load_project(draft.directory)
    sources = [
        source.model_copy(update={"path": path}) if (path := samples[source.name].path) else source
        for source in project.sources
    ]
    return project.model_copy(update={"sources": sources})


def try_draft(draft: Draft, samples: Mapping[str, Sample], storage: Storage) -> Trial:
    """Run ingest and standardise on the samples, and measure every line.

    Lines that Spark cannot compute are left out of the draft, which is then written again.

    Args:
        draft: as it is written.
        storage: an empty warehouse.
    """
    trial = Trial(
        {
            plan.name: SourceResult(samples[plan.name].rows, samples[plan.name].path is None)
            for plan in draft.plans
        }
    )
    project = load_trial_project(draft, samples)
    landed = _land(project, storage, trial)
    if not landed:
        return trial

    def leave_out(lines: Mapping[LineName, str]) -> None:
        nonlocal project
        _leave_out(draft, lines)
        draft.write()
        project = load_trial_project(draft, samples)

    def open_run() -> Run:
        return Run(_with_sources(project, [one for one in project.sources if one.name in landed]), storage)

    logs.doing("checking every line with Spark")
    if refused := find_refused_lines(open_run()):
        leave_out(refused)
    run = open_run()
    fault = _run_stage(run, "standardise")
    if fault and (failing := find_failing_lines(run)):
        leave_out(failing)
        run = open_run()
        fault = _run_stage(run, "standardise")
    if fault:
        trial.faults.append(fault)
    if storage.exists(LEDGER.name):
        _count_rows(run, trial)
        logs.doing("measuring every line")
        trial.lines |= measure_lines(run, {plan.name: plan for plan in draft.plans})
    return trial


def _leave_out(draft: Draft, lines: Mapping[LineName, str]) -> None:
    for plan in draft.plans:
        for number, emit in enumerate(plan.emits):
            reasons = {line.target: lines.get((plan.name, number, line.target), "") for line in emit.lines}
            emit.left_out += [(line, reasons[line.target]) for line in emit.lines if reasons[line.target]]
            emit.lines = [line for line in emit.lines if not reasons[line.target]]


def _with_sources(project: Project, sources: Sequence[Source]) -> Project:
    return project.model_copy(update={"sources": list(sources)})


def _land(project: Project, storage: Storage, trial: Trial) -> list[str]:
    """Run ingest; returns the names of the sources that landed, and notes why others did not."""
    landed = [source.name for source in project.sources]
    if _run_stage(Run(project, storage), "ingest"):
        # One by one, to know which of them fails.
        landed = []
        for source in project.sources:
            fault = _run_stage(Run(_with_sources(project, [source]), storage), "ingest")
            if fault:
                trial.faults.append(fault)
            else:
                landed.append(source.name)
    counts = storage.counts(*(f"bronze.{name}" for name in landed))
    for name in landed:
        trial.sources[name].landed = counts[f"bronze.{name}"]
    return landed


def _run_stage(run: Run, stage: str) -> str:
    """Run a stage; returns why it failed, empty where it did not."""
    try:
        list(run_stages(run, [stage]))
    except CdiError as fault:
        return str(fault)
    except Exception as fault:
        if not is_of_spark(fault):
            raise
        return f"{stage}: Spark failed with {kind_of(fault)}"
    return ""


def _count_rows(run: Run, trial: Trial) -> None:
    """Note where the rows of each source went, by the pipeline's own ledger and quarantine."""
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
