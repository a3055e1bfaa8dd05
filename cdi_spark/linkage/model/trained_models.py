"""Rows of linkage.model: the active model, its metrics, and how an older model becomes active again."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from cdi_spark.config import Linkage
from cdi_spark.errors import CdiError
from cdi_spark.linkage.model.person_model import PersonModel, digest

# Settings of entities that no model depends on.
ENTITY_SETTINGS = {"resolve", "largest_entity", "records_per_source"}


def settings_hash(model: PersonModel, limits: Linkage) -> str:
    """Return the hash of all settings that a model is trained from: the person model and the thresholds of conf."""
    used = limits.model_dump(exclude=ENTITY_SETTINGS)
    if not limits.learn_from_judgements:
        # Left out, so that models from before this key existed stay valid.
        del used["learn_from_judgements"]
    return digest([model.settings_hash(), used])


def active_model(models: DataFrame, *, settings_hash: str) -> Row | None:
    """Return the model that the stage score uses: of those trained from these settings the last one activated.

    Args:
        models: linkage.model; a model becomes active at its training, and again at `activated_at`.
    """
    of_settings = models.where(F.col("settings_hash") == settings_hash)
    return by_newest(of_settings).first()


def model_named(models: DataFrame, model_id: str) -> Row:
    """Return the model with this id.

    Raises:
        CdiError: there is none; the message names the models that exist.
    """
    found = models.where(F.col("model_id") == model_id).first()
    if found is None:
        known = [row["model_id"] for row in models.orderBy(F.desc("trained_at")).select("model_id").collect()]
        raise CdiError(f"linkage.model: no model {model_id}; there are {', '.join(known) or 'none yet'}.")
    return found


def activated(models: DataFrame, model_id: str, *, settings_hash: str, at: datetime) -> DataFrame:
    """Return the row of linkage.model that activates an older model; merge it into the table.

    Args:
        settings_hash: of the project's person model and thresholds (settings_hash()).
        at: time of activation, UTC.
    Raises:
        CdiError: no such model, or it was trained from other settings than the project has.
    """
    if model_named(models, model_id)["settings_hash"] != settings_hash:
        raise CdiError(
            f"linkage.model: {model_id} was trained from another person model or other thresholds than the "
            "project has now. Restore the person.yml and the linkage: of project.yml that it was trained from, "
            "or train a new model from the current ones: `cdi run train --retrain`."
        )
    return models.where(F.col("model_id") == model_id).withColumn("activated_at", F.lit(at))


def by_newest(models: DataFrame) -> DataFrame:
    """Return models in the order of activation, the last one first."""
    return models.orderBy(F.desc(F.greatest("trained_at", "activated_at")), F.desc("trained_at"))


def metrics_of(trained: Row) -> dict[str, Any]:
    """Return the metrics of training (linkage.model, `metrics`); empty for a model without any."""
    return dict(json.loads(trained["metrics"] or "{}"))


def trained_at(trained: Row) -> str:
    """Return the time of training, UTC, to the minute."""
    # Spark returns timestamps without a zone, in the zone of this machine.
    return f"{trained['trained_at'].astimezone(UTC):%Y-%m-%d %H:%M}"
