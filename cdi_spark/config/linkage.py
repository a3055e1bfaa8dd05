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
                f"{name} is no column that records are compared by; those are {', '.join(FEATURES)}."
            )
    return columns


Features = Annotated[list[str], Field(min_length=1), AfterValidator(_features)]


class LinkRule(Strict):
    """A rule beside the scores; `within_source`: only about two records of one source."""

    name: str = Field(min_length=1)
    within_source: bool = False


class MustLink(LinkRule):
    """Two records are one person where each of these columns is known of both and equal (lists: share a value)."""

    same: Features


class CannotLink(LinkRule):
    """Two records are two persons where each of these columns is known of both and differs (lists: share none)."""

    differ: Features


class Linkage(Strict):
    """How records become entities.

    `resolve: entities` divides components by all that their records say together; `components` takes each
    component of links for one entity. Thresholds: bits to keep a pair; where components are entities, the
    probability to call a pair a link.

    `must_link` and `cannot_link` decide about pairs whatever these weigh; where both speak, cannot_link holds.
    `cluster_precision` is the share of right pairs wished for in entities: training chooses the lowest weight
    for two clusters to be one that promises as much; without it that is even odds. `labels` is a CSV of source,
    key and person, a URI or a path from the conf folder: then what it says of the threshold counts, not the promise.
    With `learn_from_judgements` training learns from stewards' judgements too: m and u, and by how many bits the
    weights are off, which moves the threshold. New ones count from the next --retrain on.

    An entity has at most `largest_entity` records, and of a source that `records_per_source` names at most so
    many; what would be larger is divided at its weakest links. Stewards' must-links alone go beyond it.
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
    def _one_name_a_rule(cls, rules: list[LinkRule]) -> list[LinkRule]:
        names = [rule.name for rule in rules]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two rules are called {name}; give each a name of its own.")
        return rules
