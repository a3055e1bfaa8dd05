"""Trained models: which one scores, which one did, how one becomes active again, and how two differ."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from cdi_spark.config import Linkage
from cdi_spark.errors import CdiError
from cdi_spark.linkage.model.person_model import PersonModel, digest

# What conf says of entities, and no model depends on.
ENTITY_SETTINGS = {"resolve", "largest_entity", "records_per_source"}


def settings_hash(model: PersonModel, limits: Linkage) -> str:
    """Hash of all that a frozen model holds by conf: the person model and the project's thresholds."""
    held = limits.model_dump(exclude=ENTITY_SETTINGS)
    if not limits.learn_from_judgements:
        # Left out, so that models from before there was this key go on scoring.
        del held["learn_from_judgements"]
    return digest([model.settings_hash(), held])


def active_model(models: DataFrame, *, settings_hash: str) -> Row | None:
    """The model that the stage score uses: of those trained from these settings the last made active.

    Args:
        models: linkage.model; a model is active from its training on, and again from `activated_at` on.
    """
    fitting = models.where(F.col("settings_hash") == settings_hash)
    return by_newest(fitting).first()


def model_named(models: DataFrame, model_id: str) -> Row:
    """The model with this id.

    Raises:
        CdiError: there is none; the message names those there are.
    """
    found = models.where(F.col("model_id") == model_id).first()
    if found is None:
        known = [row["model_id"] for row in models.orderBy(F.desc("trained_at")).select("model_id").collect()]
        raise CdiError(f"linkage.model: no model {model_id}; there are {', '.join(known) or 'none yet'}.")
    return found


def activated(models: DataFrame, model_id: str, *, settings_hash: str, at: datetime) -> DataFrame:
    """The row of linkage.model that makes an older model the active one; to be merged into it.

    Args:
        settings_hash: of the project's person model and thresholds (settings_hash()).
        at: the moment, UTC.
    Raises:
        CdiError: no such model, or one that was trained from other settings than the project's.
    """
    if model_named(models, model_id)["settings_hash"] != settings_hash:
        raise CdiError(
            f"linkage.model: {model_id} was trained from another person model or other thresholds than the "
            "project has now. Put back the person.yml and the linkage: of project.yml that it was trained "
            "from, or train from those there are: `cdi run train --retrain`."
        )
    return models.where(F.col("model_id") == model_id).withColumn("activated_at", F.lit(at))


def by_newest(models: DataFrame) -> DataFrame:
    """Models in the order in which they became active, the last one first."""
    return models.orderBy(F.desc(F.greatest("trained_at", "activated_at")), F.desc("trained_at"))


def metrics_of(trained: Row) -> dict[str, Any]:
    """What training measured (linkage.model, `metrics`); empty for a model that has none."""
    return dict(json.loads(trained["metrics"] or "{}"))


def trained_at(trained: Row) -> str:
    """When the model was trained, UTC, to the minute."""
    # A timestamp that comes from Spark without a zone is in that of this machine.
    return f"{trained['trained_at'].astimezone(UTC):%Y-%m-%d %H:%M}"
