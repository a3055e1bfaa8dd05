"""The training report of a model as one HTML page: parameters and metrics, no value of the data."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from pyspark.sql import Row

from cdi_spark.linkage.evaluation.charts import LevelWeight, level_weights
from cdi_spark.linkage.evaluation.model_comparison import MEASURED
from cdi_spark.linkage.model.trained_models import metrics_of, trained_at
from cdi_spark.pages import Axis, line, page

# The condition that a level's m and u apply under: "same (email agrees)", "same (not email or phone)"; see
# splink_settings.
_CONDITION = re.compile(r" \(([^()]+ agrees|not [^()]+)\)$")
_SIZES = (1, 2, 3, 4, 5, 10, 20, 50, 100, 200)


@dataclass(frozen=True)
class LevelBar:
    """A level and its weight in bits; `label` is without the condition that it applies under."""

    label: str
    weight: LevelWeight


@dataclass(frozen=True)
class Curve:
    """A line over thresholds or weights, as points of an SVG polyline."""

    name: str
    css: str
    points: str


@dataclass(frozen=True)
class Sizes:
    """Clusters of a range of sizes: how many, and the share of all records in them."""

    label: str
    components: int
    entities: int
    component_share: float
    entity_share: float


def model_report(trained: Row) -> str:
    """Return the report of a model as one page without scripts or network access.

    Sections: match weights with m and u, dependence, thresholds, records that cannot be linked, blocking,
    sizes of components and entities. Metrics that training did not measure are left out. The page shows names of
    levels and rules, but no value of the data.

    Args:
        trained: a row of linkage.model.
    Returns:
        HTML; the same for the same row.
    """
    settings, metrics = json.loads(trained["settings"]), metrics_of(trained)
    weights = level_weights(settings)
    most = max((abs(w.bits) for w in weights), default=1.0)
    thresholds, unlinkable = metrics.get("thresholds", []), metrics.get("unlinkable", [])
    return page(
        "model_report.html.j2",
        trained=trained,
        trained_at=trained_at(trained),
        prior=settings["probability_two_random_records_match"],
        chosen=metrics.get("chosen"),
        judged=metrics.get("judged"),
        few_matches=metrics.get("few_matches"),
        warnings=metrics.get("warnings", []),
        comparisons=_by_comparison(weights),
        bits=Axis(-most, most, 0, 240),
        overlaps=[
            (name, parent, bits)
            for name, parents in metrics.get("overlaps", {}).items()
            for parent, bits in parents.items()
        ],
        thresholds=thresholds,
        labelled=any(row.get("labelled_precision") is not None for row in thresholds),
        threshold_chart=_threshold_chart(thresholds),
        unlinkable_chart=_unlinkable_chart(unlinkable),
        unlinkable=unlinkable,
        rules=metrics.get("rules", []),
        sizes=_sizes(metrics.get("cluster_sizes", {})),
    )


def _by_comparison(weights: Sequence[LevelWeight]) -> list[tuple[str, list[tuple[str, list[LevelBar]]]]]:
    """Return comparisons, their conditions, and the levels under each condition."""
    return [
        (name, [(when, list(bars)) for when, bars in groupby(of, lambda bar: _split(bar.weight.level)[1])])
        for name, levels in groupby(weights, lambda w: w.comparison)
        for of in [[LevelBar(_split(w.level)[0], w) for w in levels]]
    ]


def _split(label: str) -> tuple[str, str]:
    """Return a level's label and the condition that it applies under, empty without one."""
    found = _CONDITION.search(label)
    return (label[: found.start()], found[1]) if found else (label, "")


def _threshold_chart(rows: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Return precision and recall over the entity weight."""
    if len(rows) < 2:
        return None
    seen = {
        name: [(row["entity_weight"], row[name]) for row in rows if row.get(name) is not None]
        for name in MEASURED
    }
    lowest = min(value for points in seen.values() for _, value in points)
    across = Axis(rows[0]["entity_weight"], rows[-1]["entity_weight"], 60, 700)
    # The values are near one; the axis begins a tenth below the lowest point.
    up = Axis(max(0.0, lowest - (1 - lowest) * 0.1 - 0.001), 1.0, 220, 20)
    curves = [
        Curve(
            name.replace("_", " "),
            ("first" if name.endswith("precision") else "second")
            + (" labelled" if "labelled" in name else ""),
            line(points, across, up),
        )
        for name, points in seen.items()
        if points
    ]
    return {"across": across, "up": up, "curves": curves}


def _unlinkable_chart(points: Sequence[Sequence[float]]) -> dict[str, Any] | None:
    """Return the share of records whose match with themselves weighs less, over bits."""
    if len(points) < 2:
        return None
    across = Axis(points[0][0], points[-1][0], 60, 700)
    up = Axis(0.0, max(0.01, *(share for _, share in points)), 220, 20)
    curve = Curve("records", "first", line([(bits, share) for bits, share in points], across, up))
    return {"across": across, "up": up, "curves": [curve]}


def _sizes(clusters: dict[str, Any]) -> list[Sizes]:
    counted = [dict(clusters.get(kind, [])) for kind in ("components", "entities")]
    if not any(counted):
        return []
    records = [max(1, sum(size * n for size, n in of.items())) for of in counted]
    found = []
    for low, high in zip(_SIZES, [*(least - 1 for least in _SIZES[1:]), None], strict=True):
        inside = [{s: n for s, n in of.items() if s >= low and (high is None or s <= high)} for of in counted]
        if not any(inside):
            continue
        largest = high or max(max(of, default=low) for of in counted)
        shares = [
            sum(s * n for s, n in of.items()) / all_of for of, all_of in zip(inside, records, strict=True)
        ]
        label = f"{low}" if low == largest else f"{low} to {largest}"
        found.append(Sizes(label, sum(inside[0].values()), sum(inside[1].values()), *shares))
    return found
