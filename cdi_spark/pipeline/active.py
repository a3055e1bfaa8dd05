"""What holds by now, for the stages that go by it: stewards' decisions, and the model."""

from __future__ import annotations

from pyspark.sql import DataFrame, Row

from cdi_spark.linkage.model.frozen import Frozen
from cdi_spark.linkage.model.link_rules import LinkRules
from cdi_spark.linkage.model.person_model import load_person_model
from cdi_spark.linkage.model.trained_models import model_named
from cdi_spark.pipeline.run import Run
from cdi_spark.schema import JUDGEMENT, LINKED, MODEL, SHARED_VALUE, TERM_FREQUENCY
from cdi_spark.stewardship.judgements import sides, standing
from cdi_spark.workspace import Workspace


def judgement_closure(run: Run) -> DataFrame:
    """What stewards' decisions that hold say of each record: JUDGED."""
    return sides(run.spark, standing(run.storage.read_or_empty(JUDGEMENT)))


def scoring_model(run: Workspace) -> Row | None:
    """The model that scored the pairs; none before anything was scored."""
    first = run.storage.read_or_empty(LINKED).select("model_id").first()
    return first and model_named(run.storage.read_or_empty(MODEL), first["model_id"])


def frozen_model(run: Workspace, trained: Row) -> Frozen:
    """The model with all that was frozen with it."""
    return Frozen.of(
        load_person_model(run.project.person_model),
        trained,
        run.storage.read(TERM_FREQUENCY.name),
        run.storage.read(SHARED_VALUE.name),
        LinkRules.of(run.project.file.linkage),
    )
