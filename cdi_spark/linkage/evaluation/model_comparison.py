"""The difference of two trained models: weights, rules and metrics."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pyspark.sql import Row

from cdi_spark.linkage.evaluation.charts import level_weights
from cdi_spark.linkage.model.trained_models import metrics_of

MEASURED = ("implied_precision", "implied_recall", "labelled_precision", "labelled_recall")


@dataclass(frozen=True)
class LevelChange:
    """One level in two models; bits are log2(m / u), None where a model has no such level."""

    comparison: str
    level: str
    bits_a: float | None
    bits_b: float | None

    @property
    def difference(self) -> float | None:
        """Bits that the level weighs more in the second model."""
        return None if self.bits_a is None or self.bits_b is None else self.bits_b - self.bits_a


@dataclass(frozen=True)
class ModelChange:
    """The changes from one trained model to another.

    Attributes:
        levels: of both models, in the order of the second one.
        rules_added, rules_dropped: blocking rules only of the second model, only of the first.
        measures: by name the values of both models; see measures().
    """

    levels: list[LevelChange]
    rules_added: list[str]
    rules_dropped: list[str]
    measures: dict[str, tuple[Any, Any]]


def compare_models(a: Row, b: Row) -> ModelChange:
    """Return the changes from one row of linkage.model to another."""
    bits_a, bits_b = _bits(a), _bits(b)
    measures_b = measures(b)
    return ModelChange(
        [
            LevelChange(comparison, level, bits_a.get((comparison, level)), bits_b.get((comparison, level)))
            for comparison, level in dict.fromkeys([*bits_b, *bits_a])
        ],
        rules_added=[rule for rule in b["rules"] if rule not in a["rules"]],
        rules_dropped=[rule for rule in a["rules"] if rule not in b["rules"]],
        measures={name: (value, measures_b[name]) for name, value in measures(a).items()},
    )


def measures(trained: Row) -> dict[str, Any]:
    """Return a model's numbers by name: records, rules, prior, thresholds in bits, precision and recall.

    Precision and recall are those of the chosen threshold; None where training measured none.
    """
    metrics = metrics_of(trained)
    chosen = metrics.get("chosen", {}).get("entity_weight")
    at: dict[str, Any] = next(
        (row for row in metrics.get("thresholds", []) if row["entity_weight"] == chosen), {}
    )
    return {
        "trained_records": trained["trained_records"],
        "rules": len(trained["rules"]),
        "prior": json.loads(trained["settings"])["probability_two_random_records_match"],
        **{name: trained[name] for name in ("keep_weight", "link_weight", "entity_weight")},
        **{name: at.get(name) for name in MEASURED},
    }


def _bits(trained: Row) -> dict[tuple[str, str], float]:
    return {(w.comparison, w.level): w.bits for w in level_weights(json.loads(trained["settings"]))}
