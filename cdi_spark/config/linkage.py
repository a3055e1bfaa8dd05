"""project.yml's linkage: how records become entities."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator

from cdi_spark.config.strict import Strict
from cdi_spark.schema import FEATURES


def _features(columns: list[str]) -> list[str]:
    for name in columns:
        if name not in FEATURES:
            raise ValueError(
                f"{name} is not a column that records are compared by; those are {', '.join(FEATURES)}."
            )
    return columns


Features = Annotated[list[str], Field(min_length=1), AfterValidator(_features)]


class LinkRule(Strict):
    """A rule that decides about pairs, regardless of their match weight."""

    name: str = Field(min_length=1)
    """name that `decided_by` of linkage.pair shows"""
    within_source: bool = False
    """only for two records of one source"""


class MustLink(LinkRule):
    """Two records are one person if every column is known for both and equal (lists: share a value)."""

    same: Features
    """columns of FEATURES"""


class CannotLink(LinkRule):
    """Two records are two persons if every column is known for both and differs (lists: share none)."""

    differ: Features
    """columns of FEATURES"""


class Linkage(Strict):
    """How records become entities."""

    resolve: Literal["entities", "components"] = "entities"
    """`entities`: components are divided by all evidence; `components`: each component of links is an entity"""
    keep_weight: float = -3.0
    """match weight in bits from which a pair is kept"""
    link_probability: float = Field(default=0.99, gt=0, lt=1)
    """with `resolve: components`, the probability from which a pair is a link"""
    training_records: int = Field(default=60_000, ge=100)
    """most records that training reads"""
    must_link: list[MustLink] = []
    """rules for one person; a cannot-link wins over a must-link"""
    cannot_link: list[CannotLink] = []
    """rules for two persons"""
    cluster_precision: float | None = Field(default=None, gt=0, lt=1)
    """precision target of entities; empty: merge at even odds"""
    labels: str | None = None
    """CSV of source, key and person, a URI or a path from the conf folder: decides the threshold"""
    learn_from_judgements: bool = False
    """training learns m, u and the threshold from stewards' judgements too, from the next --retrain"""
    largest_entity: int = Field(default=400, ge=2)
    """most records of an entity; a larger one is divided at its weakest links, must-links aside"""
    records_per_source: dict[str, Annotated[int, Field(ge=1)]] = {}
    """by source, most records that an entity may have of it"""

    @field_validator("must_link", "cannot_link")
    @classmethod
    def _has_unique_names(cls, rules: list[LinkRule]) -> list[LinkRule]:
        names = [rule.name for rule in rules]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two rules are called {name}; give each its own name.")
        return rules
