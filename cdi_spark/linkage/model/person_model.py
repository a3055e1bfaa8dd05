"""The person model: comparisons and blocking rules, read from YAML and restricted to the columns of the data."""

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
from cdi_spark.schema import FEATURES

# Increase it when the same settings and parameters score pairs, or find entities, differently than before.
SCORING_VERSION = 5
UNKNOWN = -1


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Level(_Strict):
    """One possible result of a comparison; training starts from the shares `m` and `relatives`."""

    label: str
    """name of the level"""
    sql: str
    """SQL over <column>_l and <column>_r that holds at this level; ELSE for the last"""
    m: float
    """share of pairs of one person that training starts from"""
    relatives: float
    """share of pairs of relatives that training starts from"""
    term_frequency: str | None = None
    """column whose rare values add more bits at this level"""


class Comparison(_Strict):
    """One aspect of two records: its levels, of which the first whose SQL holds is the pair's."""

    name: str
    """name of the comparison"""
    evidence: str
    """kind of evidence; comparisons of one kind are weighed together"""
    known: list[list[str]]
    """groups of columns; unless all columns of some group are known for both records, there is no evidence"""
    unknown_when: str | None = None
    """SQL that holds if there is no evidence"""
    agreement_only: bool = False
    """not agreeing is no evidence: a person has many devices"""
    levels: list[Level]
    """levels, first to last"""

    def columns(self) -> set[str]:
        """Return the feature columns that the comparison reads."""
        conditions = [self.unknown_when or "", *(level.sql for level in self.levels)]
        return set().union(*self.known, *map(_compared, conditions))

    def unknown_sql(self) -> str:
        """Return SQL that holds where the comparison is unknown."""
        one_known = [
            "(" + " AND ".join(f'"{name}_l" IS NOT NULL AND "{name}_r" IS NOT NULL' for name in group) + ")"
            for group in self.known
        ]
        unknown = f"NOT ({' OR '.join(one_known)})"
        return f"{unknown} OR ({self.unknown_when})" if self.unknown_when else unknown

    def level_sql(self) -> str:
        """Return SQL for the position of the pair's level; UNKNOWN where the comparison is unknown."""
        whens = " ".join(f"WHEN {level.sql} THEN {n}" for n, level in enumerate(self.levels[:-1]))
        last = len(self.levels) - 1
        return f"(CASE WHEN {self.unknown_sql()} THEN {UNKNOWN} {whens} ELSE {last} END)::TINYINT"


class BlockingRule(_Strict):
    """A condition that two records must meet to be compared."""

    name: str
    """name of the rule"""
    equal: list[str] = []
    """SQL expressions that must be equal"""
    shares: str | None = None
    """array of which one element must be shared"""

    def columns(self) -> set[str]:
        """Return the feature columns that the rule reads."""
        return columns_of(self.equal) | ({self.shares} if self.shares else set())


class PersonModel(_Strict):
    """person.yml: comparisons and blocking rules; the package's own is linkage/model/person.yml."""

    comparisons: list[Comparison]
    """the comparisons of two records"""
    blocking: list[BlockingRule]
    """the blocking rules; rules with `shares` come last"""
    largest_block: int
    """a value that more records have makes no block and no must-link"""
    public_from: int
    """a value that occurs with this many initials of given names is a shared value"""
    strangers: dict[str, dict[str, float]] = {}
    """by comparison and level, the share of pairs of two strangers, for data with too few pairs to count it; a level
    that is not listed has its share of `relatives`"""

    def restricted(self, known: set[str]) -> PersonModel:
        """Return the model without the comparisons, levels and rules that read a column outside `known`."""
        comparisons = [c for c in (_cut(c, known) for c in self.comparisons) if c is not None]
        blocking = [rule for rule in self.blocking if rule.columns() <= known]
        return self.model_copy(update={"comparisons": comparisons, "blocking": blocking})

    def frozen(self, known: Sequence[str], rules: Sequence[str]) -> PersonModel:
        """Return the model as it was trained: restricted to the known columns and to the rules that training kept."""
        model = self.restricted(set(known))
        return model.model_copy(update={"blocking": [rule for rule in model.blocking if rule.name in rules]})

    def strangers_of(self, comparison: Comparison) -> list[float]:
        """Return by level the share of pairs of two strangers, before any is counted."""
        listed = self.strangers.get(comparison.name, {})
        return [listed.get(level.label, level.relatives) for level in comparison.levels]

    def columns(self) -> list[str]:
        """Return the feature columns that comparisons read."""
        read = set().union(*(c.columns() for c in self.comparisons))
        return [name for name in FEATURES if name in read]

    def term_frequency_columns(self) -> list[str]:
        """Return the columns in which a rare value weighs more than a common one."""
        named = {level.term_frequency for c in self.comparisons for level in c.levels}
        return [name for name in FEATURES if name in named]

    def settings_hash(self) -> str:
        """Return the hash of all settings that training depends on."""
        return digest({**self.model_dump(), "scoring_version": SCORING_VERSION})


def load_person_model(path: Traversable) -> PersonModel:
    """Read a person model.

    Raises:
        ConfigError: the file is not a person model, names an unknown column, or has `shares` rules before others.
    """
    try:
        model = PersonModel.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as fault:
        details = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in fault.errors())
        raise ConfigError(f"{path}: is not a person model: {details}.") from None
    except yaml.YAMLError as fault:
        raise ConfigError(f"{path}: is not YAML: {' '.join(str(fault).split())}.") from None
    named = set(model.columns()) | {name for rule in model.blocking for name in rule.columns()}
    compared = {name for c in model.comparisons for level in c.levels for name in _compared_words(level.sql)}
    for name in sorted((named | compared) - FEATURES.keys()):
        raise ConfigError(
            f"{path}: {name} is no column that can be compared. Use one of {', '.join(FEATURES)}."
        )
    labels = {c.name: {level.label for level in c.levels} for c in model.comparisons}
    for name, shares in model.strangers.items():
        if unknown := sorted(shares.keys() - labels.get(name, set())):
            raise ConfigError(
                f"{path}: strangers: {name} has no level {', '.join(unknown)}. Name levels as the comparison does."
            )
    kinds = [rule.shares is not None for rule in model.blocking]
    if kinds != sorted(kinds):
        raise ConfigError(
            f"{path}: blocking: a rule with `shares` comes before one without. Put the rules with `shares` last."
        )
    return model


def digest(value: Any) -> str:
    """Return twelve hex digits of the SHA-256 of a JSON value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]


def _cut(comparison: Comparison, known: set[str]) -> Comparison | None:
    groups = [group for group in comparison.known if set(group) <= known]
    levels = [level for level in comparison.levels if _compared(level.sql) <= known]
    if not groups or len(levels) < 2:
        return None
    unknown_when = comparison.unknown_when if _compared(comparison.unknown_when or "") <= known else None
    return comparison.model_copy(update={"known": groups, "levels": levels, "unknown_when": unknown_when})


def _compared_words(sql: str) -> set[str]:
    return {name for name, _ in re.findall(r"\b(\w+)_([lr])\b", sql)}


def _compared(sql: str) -> set[str]:
    return _compared_words(sql) & FEATURES.keys()


def columns_of(expressions: Sequence[str]) -> set[str]:
    """Return the feature columns that SQL expressions read."""
    return {word for sql in expressions for word in re.findall(r"\b[a-z_]+\b", sql)} & FEATURES.keys()
