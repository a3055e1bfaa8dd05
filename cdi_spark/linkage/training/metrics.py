"""The metrics of training, as linkage.model stores them: counts and shares, no value of the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from cdi_spark.graph.arrays import Ints
from cdi_spark.graph.link_weight import bits_from_probability
from cdi_spark.linkage.model.parameters import Parameters
from cdi_spark.linkage.training.calibration import Calibration
from cdi_spark.linkage.training.m_and_u import weigh_pairs
from cdi_spark.linkage.training.rule_choice import RuleFinds
from cdi_spark.linkage.training.sample import Sample
from cdi_spark.linkage.training.shipped import FEWEST_MATCHES, duplicates_in
from cdi_spark.linkage.training.thresholds import Choice, Threshold

_BITS = range(-10, 45, 5)


def training_metrics(
    records: Sample,
    *,
    prior: float,
    parameters: Sequence[Parameters],
    finds: Sequence[RuleFinds],
    thresholds: Sequence[Threshold],
    chosen: Choice,
    component: Ints,
    calibration: Calibration | None,
    few_matches_of: int | None = None,
    warnings: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the metrics for linkage.model, measured on the training sample except for the cost of rules.

    Args:
        prior: probability that two random records match, of the frozen model.
        component: for every record its component.
        few_matches_of: all records, if training had too few matches to learn from.
        warnings: warnings.training_warnings().
    Returns:
        sample_records; prior.
        warnings: sentences about what is odd in the model.
        few_matches: found (records that have a duplicate before them), wanted, and records (all of them), if training
            had too few matches to learn from and kept the shipped parameters; else None.
        overlaps: by comparison and parent, bits of a match that independence would count twice.
        rules: every blocking rule, the kept ones in the order they were chosen, then the others: name; entries and
            pairs (its cost on all records; an estimate if there are more than in the sample); found (pairs of
            one entity); added (of these, the ones that no rule chosen before finds); kept.
        unlinkable: [bits, share of the records whose match with themselves weighs less]: their values are too few
            for a link of that weight.
        thresholds: entity_weight, implied and labelled precision and recall (thresholds.Threshold), entities.
        judged: same, apart (answers) and shift (bits) of calibration.Calibration; None where training does not
            learn from judgements.
        chosen: entity_weight, by (ThresholdOrigin), precision_target (thresholds.Choice).
        cluster_sizes: for components and entities [size, how many].
    """
    model = records.model
    names = [c.name for c in model.comparisons]
    return {
        "sample_records": records.size,
        "prior": float(f"{prior:.6g}"),
        "warnings": list(warnings),
        "few_matches": None
        if few_matches_of is None
        else {
            "found": duplicates_in(chosen.threshold.entity),
            "wanted": FEWEST_MATCHES,
            "records": few_matches_of,
        },
        "overlaps": {
            names[n]: {names[f]: bits for f, bits in zip(own.parents, own.overlap, strict=True)}
            for n, own in enumerate(parameters)
            if own.parents
        },
        "rules": [
            {
                "name": model.blocking[found.rule].name,
                "entries": found.entries,
                "pairs": found.pairs,
                "found": found.found,
                "added": found.added,
                "kept": found.kept,
            }
            for found in finds
        ],
        "unlinkable": _unlinkable(records, parameters, prior),
        "thresholds": [
            {
                "entity_weight": at.entity_weight,
                "implied_precision": _rounded(at.implied_precision),
                "implied_recall": _rounded(at.implied_recall),
                "labelled_precision": _rounded(at.labelled_precision),
                "labelled_recall": _rounded(at.labelled_recall),
                "entities": len(np.unique(at.entity)),
            }
            for at in thresholds
        ],
        "judged": calibration and asdict(calibration),
        "chosen": {
            "entity_weight": chosen.threshold.entity_weight,
            "by": chosen.by,
            "precision_target": chosen.precision_target,
        },
        "cluster_sizes": {
            "components": _sizes(component),
            "entities": _sizes(chosen.threshold.entity),
        },
    }


def _unlinkable(records: Sample, parameters: Sequence[Parameters], prior: float) -> list[list[float]]:
    """Weigh each record with itself: that is the highest weight that its values allow."""
    everyone = np.arange(records.size)
    itself = records.at_levels(everyone, everyone)
    bits = weigh_pairs(itself, parameters, records.model, records.frequencies).sum(axis=1)
    bits += bits_from_probability(prior)
    return [[least, round(float((bits < least).mean()), 6)] for least in _BITS] if records.size else []


def _sizes(group: Ints) -> list[list[int]]:
    sizes, clusters = np.unique(np.unique(group, return_counts=True)[1], return_counts=True)
    return [[int(size), int(n)] for size, n in zip(sizes, clusters, strict=True)]


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 6)
