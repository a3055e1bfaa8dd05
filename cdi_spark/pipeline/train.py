"""The stage train: m, u and thresholds of the person model."""

from __future__ import annotations

import json

from pyspark.sql import DataFrame, Row

from cdi_spark.errors import CdiError
from cdi_spark.linkage.evaluation.labels import read_truth
from cdi_spark.linkage.evaluation.model_report import model_report
from cdi_spark.linkage.model.person_model import load_person_model
from cdi_spark.linkage.model.trained_models import active_model, settings_hash
from cdi_spark.linkage.training.freeze import train_and_freeze
from cdi_spark.linkage.training.thresholds import ThresholdOrigin
from cdi_spark.monitoring import logs
from cdi_spark.pipeline.in_force import frozen_model, judged_sides
from cdi_spark.pipeline.last_runs import Counts
from cdi_spark.pipeline.run import Run, gated
from cdi_spark.schema import (
    LINKED,
    MODEL,
    PERSON,
    SHARED_VALUE,
    TERM_FREQUENCY,
)
from cdi_spark.spark.local_rows import local_rows


def train(run: Run) -> Counts:
    """Train and freeze a model, unless one was trained from the same person model; --retrain trains anew.

    So does a block key that hardly anybody had at training and tens of thousands of records have now.
    """
    model = load_person_model(run.project.person_model)
    wanted = settings_hash(model, run.project.file.linkage)
    active = active_model(run.storage.read_or_empty(MODEL), settings_hash=wanted)
    if run.retrain or active is None or _grown_hot(run, active):
        with run.storage.scratch() as keep:
            frozen = train_and_freeze(
                run.storage.read(PERSON.name),
                model=model,
                limits=run.project.file.linkage,
                settings_hash=wanted,
                run_id=run.run_id,
                keep=keep,
                labels=_labels(run),
                judged=judged_sides(run) if run.project.file.linkage.learn_from_judgements else None,
            )
            _tell_unmet_wish(run, frozen.trained)
            logs.doing("writing the model")
            run.storage.merge(TERM_FREQUENCY, frozen.term_frequencies, when_changed=())
            run.storage.merge(SHARED_VALUE, frozen.shared_values, when_changed=())
        row = local_rows(run.spark, [frozen.trained], MODEL.schema)
        run.storage.merge(MODEL, row, when_changed=("run_id",))
        name = f"model_{frozen.trained['model_id']}.html"
        if report := run.storage.write_report(name, model_report(frozen.trained)):
            logs.written("training report", str(report), run_id=run.run_id)
    return gated(run, MODEL.name, TERM_FREQUENCY.name, SHARED_VALUE.name)


def _grown_hot(run: Run, active: Row) -> bool:
    linked = run.storage.read_or_empty(LINKED)
    hot = frozen_model(run, active).hot_keys(run.storage.read(PERSON.name), linked)
    if hot:
        told = f"{hot} block keys have become too common since the model was trained; training a new one"
        logs.notice(told, run_id=run.run_id, stage="train")
    return hot > 0


def _labels(run: Run) -> DataFrame | None:
    """The known people that conf names.

    Raises:
        CdiError: one record is said to be two persons.
    """
    if run.project.labels is None:
        return None
    labels = read_truth(run.storage, run.project.labels).dropna().distinct()
    torn = labels.groupBy("record_id").count().where("count > 1").count()
    if torn:
        raise CdiError(f"{run.project.labels}: {torn} records are two persons each. Leave one row a record.")
    return labels


def _tell_unmet_wish(run: Run, trained: Row) -> None:
    metrics = json.loads(trained["metrics"])
    wished, by = metrics["chosen"]["precision_target"], metrics["chosen"]["by"]
    measure = "labelled_precision" if by == ThresholdOrigin.LABELS else "implied_precision"
    best = max((at[measure] or 0.0) for at in metrics["thresholds"])
    if wished is not None and best < wished:
        told = f"no threshold has the cluster_precision of {wished}; by {by} the best has {best:.4f}"
        logs.notice(told, run_id=run.run_id, stage="train")
