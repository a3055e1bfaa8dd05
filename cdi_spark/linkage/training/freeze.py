"""Trains a model on persons and freezes the population statistics that it depends on."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import reduce
from typing import Any

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from cdi_spark.config import Linkage
from cdi_spark.graph.link_weight import bits_from_probability
from cdi_spark.linkage.model.blocking import blocks, with_keys
from cdi_spark.linkage.model.features import known_features, person_features, with_frequency
from cdi_spark.linkage.model.frozen import Frozen
from cdi_spark.linkage.model.link_rules import LinkRules
from cdi_spark.linkage.model.person_model import BlockingRule, PersonModel, digest
from cdi_spark.linkage.model.shared_values import shared_values, with_own
from cdi_spark.linkage.training.sampling import blocking_costs, training_sample
from cdi_spark.linkage.training.term_frequencies import count_terms, term_frequencies
from cdi_spark.linkage.training.train import Trained, train
from cdi_spark.monitoring import logs
from cdi_spark.schema import MODEL, SHARED_VALUE, TERM_FREQUENCY
from cdi_spark.spark.local_rows import Materialise


def train_and_freeze(
    persons: DataFrame,
    *,
    model: PersonModel,
    limits: Linkage,
    settings_hash: str,
    run_id: str,
    keep: Materialise,
    labels: DataFrame | None = None,
    judged: DataFrame | None = None,
) -> Frozen:
    """Train a model on persons and freeze its population statistics: frequencies, shared values, common keys.

    Args:
        persons: silver.person.
        model: the person model; comparisons and rules on columns that the data does not have are dropped.
        settings_hash: trained_models.settings_hash().
        limits: thresholds and rules of conf.
        keep: writes rows under a name and reads them back; lambda _, rows: rows for few rows.
        labels: record_id, person: known people of some records. The sample has these records, and the labels
            choose the threshold.
        judged: JUDGED: decisions of stewards about some records. The sample has these records too, and m, u and
            the threshold learn from the decisions.
    """
    logs.doing("finding values that several people share")
    rules = LinkRules.of(limits)
    features = persons.transform(person_features)
    shared = keep("shared", shared_values(features))
    own = with_own(features, shared, public_from=model.public_from)
    weak = rules.weak_keys(own, largest_block=model.largest_block, public_from=model.public_from)
    own = keep("features", own.transform(rules.with_keys, weak))
    known, records = known_features(own)
    model = model.restricted(set(known))
    blocked = rules.added_to(model)
    logs.doing("counting how common values are")
    frequencies, rare = term_frequencies(keep("terms", count_terms(own, model=model)))
    logs.doing("counting the pairs that each blocking rule finds")
    costs = blocking_costs(
        own,
        rules=blocked.blocking,
        largest_block=model.largest_block,
        whole=records <= limits.training_records,
    )
    first = [rows.select("record_id") for rows in (labels, judged) if rows is not None]
    sample = own.transform(
        training_sample,
        rules=blocked.blocking,
        at_most=limits.training_records,
        records=records,
        labels=reduce(DataFrame.union, first) if first else None,
    )
    sample = sample.transform(with_keys, blocked.blocking, costs.stop_keys)
    for name in model.term_frequency_columns():
        sample = sample.transform(with_frequency, frequencies, name, rare[name])
    if labels is not None:
        sample = sample.join(labels.select("record_id", "person"), "record_id", "left")
    if judged is not None:
        sample = sample.join(judged, "record_id", "left")
    logs.doing("drawing a sample of records to learn from")
    found = train(
        sample,
        model=blocked,
        records=records,
        costs=costs,
        rules=rules,
        precision_target=limits.cluster_precision,
    )
    logs.doing("finding keys that are too common")
    stopped = stop_keys(own, rules=found.rules, largest_block=model.largest_block)
    stopped = sorted({*stopped, *weak})
    name = model_id(found, settings_hash, stopped)
    trained = {
        "model_id": name,
        "settings_hash": settings_hash,
        "features": known,
        "settings": as_json(found.settings),
        "parents": {name: [p._asdict() for p in parents] for name, parents in found.parents.items()},
        "comparisons": [comparison.name for comparison in model.comparisons],
        "rules": [rule.name for rule in found.rules],
        "stop_keys": stopped,
        "rare_frequencies": rare,
        "keep_weight": limits.keep_weight,
        "link_weight": bits_from_probability(limits.link_probability),
        "entity_weight": found.entity_weight,
        "metrics": as_json(found.metrics),
        "trained_records": found.metrics["sample_records"],
        "trained_at": datetime.now(UTC),
        "activated_at": None,
        "run_id": run_id,
    }
    named = F.lit(name).alias("model_id")
    return Frozen.of(
        model,
        Row(**{column: trained[column] for column in MODEL.names}),
        frequencies.select(named, *TERM_FREQUENCY.names[1:]),
        shared.select(named, *SHARED_VALUE.names[1:]),
        rules,
    )


def stop_keys(features: DataFrame, *, rules: list[BlockingRule], largest_block: int) -> list[int]:
    """Return the keys that are too common (blocking.blocks), ascending."""
    common = features.transform(with_keys, rules).transform(blocks, largest=largest_block).where("is_common")
    return sorted(row["key"] for row in common.select("key").collect())


def model_id(trained: Trained, settings_hash: str, stopped: list[int]) -> str:
    """Return the model's id: a hash of all that decides a pair's weight, and which records are one entity."""
    decides = {
        "settings": trained.settings,
        "rules": [rule.name for rule in trained.rules],
        "entity_weight": trained.entity_weight,
        "from": settings_hash,
        "stop_keys": stopped,
    }
    return digest(decides)


def as_json(settings: dict[str, Any]) -> str:
    """Return settings or metrics as linkage.model stores them."""
    return json.dumps(settings, sort_keys=True)
