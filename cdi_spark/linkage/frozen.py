"""A trained model with all that the population decided: what scoring, resolving and explaining need."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from cdi_spark.config import Linkage
from cdi_spark.linkage import training
from cdi_spark.linkage.features import known_features, person_features
from cdi_spark.linkage.model import PersonModel
from cdi_spark.linkage.sharing import shared_values, with_own
from cdi_spark.linkage.training import Keep, with_frequency
from cdi_spark.tables import MODEL, SHARED_VALUE, TERM_FREQUENCY


@dataclass(frozen=True)
class Frozen:
    """One trained model.

    Attributes:
        model: the person model, restricted to the columns that the data had and the rules that training kept.
        trained: its row of linkage.model.
        term_frequencies, shared_values: linkage.term_frequency and linkage.shared_value, at least this model's.
    """

    model: PersonModel
    trained: Row
    term_frequencies: DataFrame
    shared_values: DataFrame

    @classmethod
    def of(
        cls, model: PersonModel, trained: Row, term_frequencies: DataFrame, shared_values: DataFrame
    ) -> Frozen:
        """A trained model from its tables and the person model that it was trained from."""
        restricted = model.frozen(trained["features"], trained["rules"])
        return cls(restricted, trained, term_frequencies, shared_values)

    def features(self, persons: DataFrame) -> DataFrame:
        """Features of the live records: own values told from shared ones as the model froze it."""
        shared = self.shared_values.where(F.col("model_id") == self.trained["model_id"])
        return with_own(persons.transform(person_features), shared, public_from=self.model.public_from)

    def with_frequencies(self, records: DataFrame) -> DataFrame:
        """Add tf_<column> for the columns that weigh rare values more."""
        frequencies = self.term_frequencies.where(F.col("model_id") == self.trained["model_id"])
        for name in self.model.term_frequency_columns():
            records = records.transform(with_frequency, frequencies, name)
        return records


def train_and_freeze(
    persons: DataFrame, *, model: PersonModel, limits: Linkage, settings_hash: str, run_id: str, keep: Keep
) -> Frozen:
    """Train a model on persons and freeze all that they decide: frequencies, shared values, keys too common.

    Args:
        persons: silver.person.
        model: the person model; what the data does not have drops out.
        settings_hash: of all that conf decides about it.
        keep: writes rows down under a name and reads them back; lambda _, rows: rows where there are few.
    """
    features = persons.transform(person_features)
    known, records = known_features(features)
    model = model.restricted(set(known))
    frequencies = keep("frequencies", training.term_frequencies(features, model=model))
    shared = keep("shared", shared_values(features))
    own = keep("features", with_own(features, shared, public_from=model.public_from))
    sample = own.transform(
        training.training_sample, model=model, at_most=limits.training_records, records=records
    )
    for name in model.term_frequency_columns():
        sample = sample.transform(with_frequency, frequencies, name)
    found = training.train(sample, model=model, records=records)
    stopped = training.stop_keys(own, rules=found.rules, largest_block=model.largest_block)
    name = training.model_id(found, settings_hash, stopped)
    trained = {
        "model_id": name,
        "settings_hash": settings_hash,
        "features": known,
        "settings": training.as_json(found.settings),
        "rules": [rule.name for rule in found.rules],
        "stop_keys": stopped,
        "keep_weight": limits.keep_weight,
        "link_weight": math.log2(limits.link_probability / (1 - limits.link_probability)),
        "entity_weight": training.LEAST_ENTITY_WEIGHT,
        "metrics": training.as_json({"overlaps": found.overlaps}),
        "trained_records": found.records,
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
    )
