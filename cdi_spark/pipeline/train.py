"""The stage train: estimate m, u and the thresholds of the person model, and freeze them."""

from __future__ import annotations

from pyspark.sql import DataFrame, Row

from cdi_spark.errors import CdiError
from cdi_spark.linkage.evaluation.labels import read_truth
from cdi_spark.linkage.evaluation.model_report import model_report
from cdi_spark.linkage.model.features import feature_of, known_attributes
from cdi_spark.linkage.model.person_model import load_person_model
from cdi_spark.linkage.model.trained_models import active_model, metrics_of, settings_hash
from cdi_spark.linkage.training.freeze import train_and_freeze
from cdi_spark.linkage.training.thresholds import ThresholdOrigin
from cdi_spark.monitoring import logs
from cdi_spark.pipeline.active import frozen_model, judgement_closure
from cdi_spark.pipeline.gates import check_and_count
from cdi_spark.pipeline.last_runs import Counts
from cdi_spark.pipeline.run import Run
from cdi_spark.schema import LINKED, MODEL, PERSON, SHARED_VALUE, TERM_FREQUENCY
from cdi_spark.spark.local_rows import local_rows


def train(run: Run) -> Counts:
    """Train and freeze a model, unless one was already trained from the same person model.

    A new model is also trained with --retrain, when a block key that was rare at training has become too common, and
    when a model that had too few matches to learn from has twice as many records or another attribute to compare.
    """
    model = load_person_model(run.project.person_model)
    settings = settings_hash(model, run.project.file.linkage)
    active = active_model(run.storage.read_or_empty(MODEL), settings_hash=settings)
    if run.retrain or active is None or _has_outgrown(run, active) or _has_new_hot_keys(run, active):
        with run.storage.scratch() as keep:
            frozen = train_and_freeze(
                run.storage.read(PERSON.name),
                model=model,
                limits=run.project.file.linkage,
                settings_hash=settings,
                run_id=run.run_id,
                keep=keep,
                labels=_labels(run),
                judged=judgement_closure(run) if run.project.file.linkage.learn_from_judgements else None,
            )
            _report_few_matches(run, frozen.trained)
            for warning in metrics_of(frozen.trained)["warnings"]:
                logs.notice(warning, run_id=run.run_id, stage="train")
            _report_missed_target(run, frozen.trained)
            logs.doing("writing the model")
            run.storage.merge(TERM_FREQUENCY, frozen.term_frequencies, when_changed=())
            run.storage.merge(SHARED_VALUE, frozen.shared_values, when_changed=())
        row = local_rows(run.spark, [frozen.trained], MODEL.schema)
        run.storage.merge(MODEL, row, when_changed=("run_id",))
        name = f"model_{frozen.trained['model_id']}.html"
        if report := run.storage.write_report(name, model_report(frozen.trained)):
            logs.written("training report", str(report), run_id=run.run_id)
    return check_and_count(run, MODEL.name, TERM_FREQUENCY.name, SHARED_VALUE.name)


def _has_new_hot_keys(run: Run, active: Row) -> bool:
    """Return whether block keys have become too common since the model was trained; a notice reports how many."""
    linked = run.storage.read_or_empty(LINKED)
    hot = frozen_model(run, active).hot_keys(run.storage.read(PERSON.name), linked)
    if hot:
        notice = f"{hot} block keys have become too common since the model was trained; training a new model"
        logs.notice(notice, run_id=run.run_id, stage="train")
    return hot > 0


def _has_outgrown(run: Run, active: Row) -> bool:
    """Return whether the shipped parameters of a model with too few matches should be tried against more data."""
    few = metrics_of(active).get("few_matches")
    if few is None:
        return False
    attributes, records = known_attributes(run.storage.read(PERSON.name))
    new = sorted(name for name in attributes if feature_of(name) not in active["features"])
    if records < max(1, 2 * few["records"]) and not new:
        return False
    notice = (
        f"the model was trained on {few['records']:,} records with too few matches to learn from, there are now "
        f"{records:,}{', and values of ' + ', '.join(new) if new else ''}; training a new model"
    )
    logs.notice(notice, run_id=run.run_id, stage="train")
    return True


def _report_few_matches(run: Run, trained: Row) -> None:
    """Log a notice if training kept the shipped parameters."""
    if few := metrics_of(trained).get("few_matches"):
        notice = (
            f"training found {few['found']:,} duplicates among {few['records']:,} records, too few to learn from "
            f"({few['wanted']} duplicates and people are enough): the shipped parameters and blocking rules stay"
        )
        logs.notice(notice, run_id=run.run_id, stage="train")


def _labels(run: Run) -> DataFrame | None:
    """Return the labels that the project names: record_id and person; None if it names none.

    Raises:
        CdiError: a record has two persons.
    """
    if run.project.labels is None:
        return None
    labels = read_truth(run.storage, run.project.labels).dropna().distinct()
    ambiguous = labels.groupBy("record_id").count().where("count > 1").count()
    if ambiguous:
        raise CdiError(
            f"{run.project.labels}: {ambiguous} records have more than one person. Keep one row per record."
        )
    return labels


def _report_missed_target(run: Run, trained: Row) -> None:
    """Log a notice if no threshold reaches the precision target."""
    metrics = metrics_of(trained)
    target, by = metrics["chosen"]["precision_target"], metrics["chosen"]["by"]
    measure = "labelled_precision" if by == ThresholdOrigin.LABELS else "implied_precision"
    best = max((at[measure] or 0.0) for at in metrics["thresholds"])
    if target is not None and best < target:
        notice = f"no threshold reaches the precision target of {target}; the best one has {best:.4f} by {by}"
        logs.notice(notice, run_id=run.run_id, stage="train")
