"""Pairs of records as linkage.pair and as a steward sees them."""

from __future__ import annotations

from typing import Any

from cdi_spark.schema import SHOWN


def pair_row(left: str, right: str, bits: float, rule: str | None = None) -> tuple[Any, ...]:
    return (*sorted((left, right)), bits, 1 / (1 + 2.0**-bits), [], "rule", rule, "m")


def shown_pair(**said: Any) -> dict[str, Any]:
    nothing = {f"{name}_{side}": None for name in SHOWN for side in "lr"}
    return nothing | {
        "record_id_l": "crm:1", "record_id_r": "crm:2", "reason": "kept apart", "match_weight": -1.5,
        "match_probability": 0.25, "entity_id_l": "X", "entity_id_r": "Y",
    } | said  # fmt: skip
