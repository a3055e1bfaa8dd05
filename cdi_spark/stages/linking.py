"""The stages train, score and resolve: who is the same person."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from cdi_spark.entities import components as cc
from cdi_spark.entities import identity
from cdi_spark.errors import CdiError
from cdi_spark.linkage import training
from cdi_spark.linkage.features import known_features, person_features
from cdi_spark.linkage.model import PersonModel, digest, load_person_model
from cdi_spark.linkage.scoring import score_pairs
from cdi_spark.stages.run import Counts, Run, gated
from cdi_spark.tables import COMPONENT, EVENT, MEMBER, MODEL, PAIR, PERSON, TERM_FREQUENCY


def train(run: Run) -> Counts:
    """Train and freeze a model, unless one was trained from the same person model; --retrain trains anew."""
    model = load_person_model(run.project.person_model)
    settings_hash = _settings_hash(run, model)
    if run.retrain or _trained(run, settings_hash) is None:
        limits = run.project.file.linkage
        features = run.storage.read(PERSON.name).transform(person_features)
        known, records = known_features(features)
        model = model.restricted(set(known))
        sample = features.transform(
            training.training_sample, at_most=limits.training_records, records=records
        )
        settings = training.train(sample, model=model)
        stopped = training.stop_keys(features, model=model)
        name = training.model_id(settings, settings_hash, stopped)
        frequencies = training.term_frequencies(features, model=model, model_id=name)
        run.storage.merge(TERM_FREQUENCY, frequencies, when_changed=())
        trained = {
            "model_id": name,
            "settings_hash": settings_hash,
            "features": known,
            "settings": training.as_json(settings),
            "stop_keys": stopped,
            "link_weight": _weight(limits.link_probability),
            "keep_weight": limits.keep_weight,
            "trained_records": min(records, limits.training_records),
            "trained_at": datetime.now(UTC),
            "run_id": run.run_id,
        }
        run.storage.merge(MODEL, run.spark.createDataFrame([trained], MODEL.schema), when_changed=("run_id",))
    return gated(run, MODEL.name, TERM_FREQUENCY.name)


def score(run: Run) -> Counts:
    """Score every pair that shares a block with the newest model frozen from the project's person model."""
    model = load_person_model(run.project.person_model)
    trained = _trained(run, _settings_hash(run, model))
    if trained is None:
        raise CdiError(
            "linkage.model: no model was trained from this person model. Run the stage train first."
        )
    pairs = score_pairs(
        run.storage.read(PERSON.name),
        run.storage.read(TERM_FREQUENCY.name),
        model=model.restricted(set(trained["features"])),
        trained=trained,
    )
    run.storage.replace(PAIR, pairs)
    return gated(run, PAIR.name)


def resolve(run: Run) -> Counts:
    """Join linked records to components, and give each the id that its records had."""
    persons = run.storage.read(PERSON.name).where("NOT is_deleted").select("record_id")
    pairs = run.storage.read(PAIR.name)
    trained = _trained_by(run, pairs)
    links = pairs.where(F.col("match_weight") >= trained["link_weight"]) if trained else pairs
    with run.storage.scratch() as keep:
        run.storage.replace(COMPONENT, cc.components(persons, links, keep=keep))
    found = run.storage.read(COMPONENT.name)
    cc.check_components(found, persons, links)
    current = run.storage.read_or_empty(MEMBER).where("valid_to IS NULL")
    assigned = identity.assign_ids(found, current, run_id=run.run_id)
    at = F.lit(datetime.now(UTC))
    changes = identity.membership_changes(assigned, current, run_id=run.run_id, at=at)
    run.storage.merge(MEMBER, changes, when_changed=("valid_to",))
    # Read off the membership, so that a run killed between the two leaves none out and invents none.
    events = identity.events_since(
        run.storage.read(MEMBER.name), run.storage.read_or_empty(EVENT), run_id=run.run_id
    )
    run.storage.merge(EVENT, events, when_changed=())
    return gated(run, COMPONENT.name, MEMBER.name, EVENT.name)


def _settings_hash(run: Run, model: PersonModel) -> str:
    """Hash of all that a frozen model holds by conf: the person model and the project's thresholds."""
    return digest([model.settings_hash(), run.project.file.linkage.model_dump()])


def _trained(run: Run, settings_hash: str) -> Row | None:
    """The newest model trained from this person model."""
    known = run.storage.read_or_empty(MODEL).where(F.col("settings_hash") == settings_hash)
    return known.orderBy(F.desc("trained_at")).first()


def _trained_by(run: Run, pairs: DataFrame) -> Row | None:
    """The model that scored the pairs; none where there are no pairs."""
    first = pairs.select("model_id").first()
    return first and run.storage.read(MODEL.name).where(F.col("model_id") == first["model_id"]).first()


def _weight(probability: float) -> float:
    """Match weight in bits of a match probability."""
    return math.log2(probability / (1 - probability))
