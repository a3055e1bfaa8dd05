"""The person model: comparisons and blocking rules, read from YAML and restricted to the columns of the data."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from importlib.resources.abc import Traversable
from typing import Any

import sqlglot
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlglot import exp

from cdi_spark.config.loading import check_at
from cdi_spark.errors import ConfigError
from cdi_spark.linkage.model.owners import MOST_PEOPLE
from cdi_spark.schema import FEATURES

# Increase it when the same settings and parameters score pairs, or find entities, differently than before.
SCORING_VERSION = 6
UNKNOWN = -1
_ELSE = "ELSE"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Level(_Strict):
    """One possible result of a comparison; training starts from the shares `m`, `relatives` and `strangers`."""

    label: str
    """name of the level"""
    sql: str
    """SQL over <column>_l and <column>_r that holds at this level; ELSE for the last"""
    m: float
    """share of pairs of one person that training starts from"""
    relatives: float
    """share of pairs of relatives that training starts from"""
    strangers: float | None = None
    """share of pairs of two strangers where there are too few pairs to count it; empty: as for relatives"""
    strong: bool = False
    """the same identifier: a link by itself, unless the data contradicts it (training/strong_ids.py)"""
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

    def of_strangers(self) -> list[float]:
        """Return by level the share of pairs of two strangers, before any is counted."""
        return [at.relatives if at.strangers is None else at.strangers for at in self.levels]

    def strong_levels(self) -> list[int]:
        """Return the positions of the strong levels."""
        return [n for n, level in enumerate(self.levels) if level.strong]

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
    always: bool = False
    """training never drops the rule: it may be all that finds the records that hold nothing else"""

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
    public_from: int = Field(ge=2, le=MOST_PEOPLE)
    """a mailbox, phone or device that comes with the names of this many people identifies nobody"""

    def restricted(self, known: set[str]) -> PersonModel:
        """Return the model without the comparisons, levels and rules that read a column outside `known`."""
        comparisons = [c for c in (_cut(c, known) for c in self.comparisons) if c is not None]
        blocking = [rule for rule in self.blocking if rule.columns() <= known]
        return self.model_copy(update={"comparisons": comparisons, "blocking": blocking})

    def frozen(self, known: Sequence[str], rules: Sequence[str]) -> PersonModel:
        """Return the model as it was trained: restricted to the known columns and to the rules that training kept."""
        model = self.restricted(set(known))
        return model.model_copy(update={"blocking": [rule for rule in model.blocking if rule.name in rules]})

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
    named |= {level.term_frequency for c in model.comparisons for level in c.levels if level.term_frequency}
    for name in sorted((named | compared) - FEATURES.keys()):
        raise ConfigError(
            f"{path}: {name} is no column that can be compared. Use one of {', '.join(FEATURES)}."
        )
    kinds = [rule.shares is not None for rule in model.blocking]
    if kinds != sorted(kinds):
        raise ConfigError(
            f"{path}: blocking: a rule with `shares` comes before one without. Put the rules with `shares` last."
        )
    _check_expressions(path, model)
    return model


def _check_expressions(path: Traversable, model: PersonModel) -> None:
    """Refuse SQL that does more than compute from two records (DuckDB), or from one in `equal` (Spark)."""
    for n, comparison in enumerate(model.comparisons):
        at: tuple[int | str, ...] = ("comparisons", n)
        if comparison.unknown_when is not None:
            place = (*at, "unknown_when")
            check_at(
                path,
                place,
                comparison.unknown_when,
                label=f"{comparison.name}: unknown_when",
                dialect="duckdb",
            )
        for k, level in enumerate(comparison.levels):
            if level.sql != _ELSE:
                place = (*at, "levels", k, "sql")
                check_at(path, place, level.sql, label=f"{comparison.name}: {level.label}", dialect="duckdb")
    for n, rule in enumerate(model.blocking):
        for k, sql in enumerate(rule.equal):
            check_at(path, ("blocking", n, "equal", k), sql, label=f"blocking {rule.name}")


def digest(value: Any) -> str:
    """Return twelve hex digits of the SHA-256 of a JSON value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]


def _cut(comparison: Comparison, known: set[str]) -> Comparison | None:
    groups = [group for group in comparison.known if set(group) <= known]
    cut = ((level, known_part(level.sql, known)) for level in comparison.levels)
    levels = [level.model_copy(update={"sql": sql}) for level, sql in cut if sql]
    if not groups or len(levels) < 2:
        return None
    unknown_when = known_part(comparison.unknown_when or "", known)
    return comparison.model_copy(update={"known": groups, "levels": levels, "unknown_when": unknown_when})


def known_part(condition: str, known: set[str]) -> str | None:
    """Return a condition without the alternatives (of OR) that compare a column outside `known`; None if none is left.

    >>> known_part("street_l = street_r and (postcode_l = postcode_r or city_l = city_r)", {"street", "city"})
    'street_l = street_r AND (city_l = city_r)'
    """
    if _compared(condition) <= known:
        return condition or None
    part = _part(sqlglot.parse_one(condition, dialect="duckdb"), known)
    return part.sql(dialect="duckdb") if part else None


def _part(condition: exp.Expr, known: set[str]) -> exp.Expr | None:
    if isinstance(condition, exp.Paren):
        inner = _part(condition.this, known)
        return inner and exp.paren(inner, copy=False)
    if isinstance(condition, exp.And | exp.Or):
        left, right = _part(condition.left, known), _part(condition.right, known)
        if left and right:
            return type(condition)(this=left, expression=right)
        return (left or right) if isinstance(condition, exp.Or) else None
    return condition if _compared(condition.sql(dialect="duckdb")) <= known else None


def _compared_words(sql: str) -> set[str]:
    return {name for name, _ in re.findall(r"\b(\w+)_([lr])\b", sql)}


def _compared(sql: str) -> set[str]:
    return _compared_words(sql) & FEATURES.keys()


def columns_of(expressions: Sequence[str]) -> set[str]:
    """Return the feature columns that SQL expressions read."""
    return {word for sql in expressions for word in re.findall(r"\b[a-z_]+\b", sql)} & FEATURES.keys()
