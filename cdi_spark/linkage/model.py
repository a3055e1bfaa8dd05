"""The person model: read from YAML, cut to the columns that the data has, turned into Splink settings."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from importlib.resources.abc import Traversable
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from cdi_spark.errors import ConfigError
from cdi_spark.linkage.features import FEATURES

# Raised when the same settings and parameters would score pairs differently than before.
SCORING_VERSION = 1


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Level(_Strict):
    label: str
    sql: str
    m: float
    term_frequency: str | None = None


class Comparison(_Strict):
    name: str
    known: list[list[str]]
    unknown_when: str | None = None
    levels: list[Level]

    def columns(self) -> set[str]:
        """The feature columns that the comparison reads."""
        conditions = [self.unknown_when or "", *(level.sql for level in self.levels)]
        return set().union(*self.known, *map(_compared, conditions))


class BlockingRule(_Strict):
    """`equal`: SQL expressions that must be equal; `shares`: an array of which one element must be shared."""

    name: str
    equal: list[str] = []
    shares: str | None = None

    def columns(self) -> set[str]:
        return {self.shares} if self.shares else columns_of(self.equal)


class Training(_Strict):
    em: list[list[str]]
    sure_matches: list[list[str]]
    sure_matches_recall: float


class PersonModel(_Strict):
    """Comparisons, blocking rules and how to train; see linkage/person.yml."""

    comparisons: list[Comparison]
    blocking: list[BlockingRule]
    largest_block: int
    training: Training

    def restricted(self, known: set[str]) -> PersonModel:
        """The same model without what needs a column outside `known`."""
        comparisons = [c for c in (_cut(c, known) for c in self.comparisons) if c is not None]
        return self.model_copy(
            update={
                "comparisons": comparisons,
                "blocking": [rule for rule in self.blocking if rule.columns() <= known],
                "training": self.training.model_copy(
                    update={
                        "em": [r for r in self.training.em if columns_of(r) <= known],
                        "sure_matches": [r for r in self.training.sure_matches if columns_of(r) <= known],
                    }
                ),
            }
        )

    def columns(self) -> list[str]:
        """The feature columns that comparisons read."""
        read = set().union(*(c.columns() for c in self.comparisons))
        return [name for name in FEATURES if name in read]

    def term_frequency_columns(self) -> list[str]:
        """The columns of which a rare value says more than a common one."""
        named = {level.term_frequency for c in self.comparisons for level in c.levels}
        return [name for name in FEATURES if name in named]

    def settings(self) -> dict[str, Any]:
        """Untrained Splink settings (DuckDB dialect); pairs come from our own block keys."""
        return {
            "link_type": "dedupe_only",
            "unique_id_column_name": "record_id",
            "sql_dialect": "duckdb",
            "retain_matching_columns": False,
            "retain_intermediate_calculation_columns": False,
            "blocking_rules_to_generate_predictions": [{"blocking_rule": "1=1", "sql_dialect": "duckdb"}],
            "comparisons": [_splink_comparison(c) for c in self.comparisons],
            "em_convergence": 0.001,
            "max_iterations": 15,
        }

    def settings_hash(self) -> str:
        """Hash of all that decides what training would do."""
        return digest({**self.model_dump(), "scoring_version": SCORING_VERSION})


def load_person_model(path: Traversable) -> PersonModel:
    """Read a person model.

    Raises:
        ConfigError: not a person model, a column that is no feature, or `shares` rules before `equal` rules.
    """
    try:
        model = PersonModel.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as fault:
        told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in fault.errors())
        raise ConfigError(f"{path}: is not a person model: {told}.") from None
    except yaml.YAMLError as fault:
        raise ConfigError(f"{path}: is not YAML: {' '.join(str(fault).split())}.") from None
    named = set(model.columns()) | {name for rule in model.blocking for name in rule.columns()}
    compared = {name for c in model.comparisons for level in c.levels for name in _compared_words(level.sql)}
    for name in sorted((named | compared) - FEATURES.keys()):
        raise ConfigError(
            f"{path}: {name} is no column of linkage/features.py; it has {', '.join(FEATURES)}."
        )
    kinds = [rule.shares is not None for rule in model.blocking]
    if kinds != sorted(kinds):
        raise ConfigError(
            f"{path}: blocking: put the rules with `shares` last; a pair counts for its first rule."
        )
    return model


def digest(value: Any) -> str:
    """Twelve hex digits of the SHA-256 of a JSON value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]


def _cut(comparison: Comparison, known: set[str]) -> Comparison | None:
    groups = [group for group in comparison.known if set(group) <= known]
    levels = [level for level in comparison.levels if _compared(level.sql) <= known]
    if not groups or len(levels) < 2:
        return None
    unknown_when = comparison.unknown_when if _compared(comparison.unknown_when or "") <= known else None
    return comparison.model_copy(update={"known": groups, "levels": levels, "unknown_when": unknown_when})


def _splink_comparison(comparison: Comparison) -> dict[str, Any]:
    one_known = [
        "(" + " AND ".join(f'"{name}_l" IS NOT NULL AND "{name}_r" IS NOT NULL' for name in group) + ")"
        for group in comparison.known
    ]
    unknown = f"NOT ({' OR '.join(one_known)})"
    if comparison.unknown_when:
        unknown = f"{unknown} OR ({comparison.unknown_when})"
    levels: list[dict[str, Any]] = [
        {"sql_condition": unknown, "label_for_charts": "unknown", "is_null_level": True}
    ]
    for level in comparison.levels:
        entry: dict[str, Any] = {
            "sql_condition": level.sql,
            "label_for_charts": level.label,
            "m_probability": level.m,
        }
        if level.term_frequency:
            entry["tf_adjustment_column"] = level.term_frequency
        levels.append(entry)
    return {"output_column_name": comparison.name, "comparison_levels": levels}


def _compared_words(sql: str) -> set[str]:
    return {name for name, _ in re.findall(r"\b(\w+)_([lr])\b", sql)}


def _compared(sql: str) -> set[str]:
    return _compared_words(sql) & FEATURES.keys()


def columns_of(expressions: Sequence[str]) -> set[str]:
    """The feature columns that SQL expressions read."""
    return {word for sql in expressions for word in re.findall(r"\b[a-z_]+\b", sql)} & FEATURES.keys()
