"""The judgements and the model that are active now, for all stages that depend on them."""

from __future__ import annotations

from pyspark.sql import DataFrame, Row

from cdi_spark.linkage.model.frozen import Frozen
from cdi_spark.linkage.model.link_rules import LinkRules
from cdi_spark.linkage.model.person_model import load_person_model
from cdi_spark.linkage.model.trained_models import model_named
from cdi_spark.schema import CONTENT_CHANGE, JUDGEMENT, LINKED, MODEL, SHARED_VALUE, TERM_FREQUENCY
from cdi_spark.stewardship.judgements import active_judgements, close_judgements
from cdi_spark.workspace import Workspace


def judgement_closure(workspace: Workspace) -> DataFrame:
    """Return what follows from the active judgements for each record: the columns of JUDGED."""
    decided, changes = map(workspace.storage.read_or_empty, (JUDGEMENT, CONTENT_CHANGE))
    return close_judgements(workspace.spark, active_judgements(decided, changes))


def scoring_model(workspace: Workspace) -> Row | None:
    """Return the row of linkage.model that scored the pairs; None before the first scoring."""
    first = workspace.storage.read_or_empty(LINKED).select("model_id").first()
    return first and model_named(workspace.storage.read_or_empty(MODEL), first["model_id"])


def frozen_model(workspace: Workspace, trained: Row) -> Frozen:
    """Return a trained model with the term frequencies and shared values that were frozen with it."""
    return Frozen.of(
        load_person_model(workspace.project.person_model),
        trained,
        workspace.storage.read(TERM_FREQUENCY.name),
        workspace.storage.read(SHARED_VALUE.name),
        LinkRules.of(workspace.project.file.linkage),
    )
