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
    """A rule that decides about pairs whatever their score; `within_source`: only about two records of one source."""

    name: str = Field(min_length=1)
    within_source: bool = False


class MustLink(LinkRule):
    """Two records are one person if each of these columns is known for both and equal (lists: share a value)."""

    same: Features


class CannotLink(LinkRule):
    """Two records are two persons if each of these columns is known for both and differs (lists: share none)."""

    differ: Features


class Linkage(Strict):
    """How records become entities.

    `resolve: entities` splits connected components by all the evidence of their records; `components` makes each
    component of links one entity. `keep_weight` is the match weight, in bits, from which pairs are stored;
    `link_probability` is the match probability of a link where components are entities.

    `must_link` and `cannot_link` decide about pairs whatever their match weight; if both apply, cannot_link wins.
    `cluster_precision` is the precision target: the share of pairs within entities that are right. Training chooses
    the lowest weight for merging two clusters that is expected to reach it; by default even odds. `labels` is a CSV
    of source, key and person, a URI or a path from the conf folder; the threshold then follows from these labels
    instead. With `learn_from_judgements` training also learns from stewards' judgements: m and u, and the bias of
    the weights in bits, which moves the threshold. New judgements count from the next --retrain on.

    An entity has at most `largest_entity` records, and at most `records_per_source` records of the sources named
    there; larger ones are split at their weakest links. Only stewards' must-links may exceed the limit.
    """

    resolve: Literal["entities", "components"] = "entities"
    keep_weight: float = -3.0
    link_probability: float = Field(default=0.99, gt=0, lt=1)
    training_records: int = Field(default=60_000, ge=100)
    must_link: list[MustLink] = []
    cannot_link: list[CannotLink] = []
    cluster_precision: float | None = Field(default=None, gt=0, lt=1)
    labels: str | None = None
    learn_from_judgements: bool = False
    largest_entity: int = Field(default=400, ge=2)
    records_per_source: dict[str, Annotated[int, Field(ge=1)]] = {}

    @field_validator("must_link", "cannot_link")
    @classmethod
    def _has_unique_names(cls, rules: list[LinkRule]) -> list[LinkRule]:
        names = [rule.name for rule in rules]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two rules are called {name}; give each its own name.")
        return rules
