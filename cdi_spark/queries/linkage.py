"""Answers about linkage from the tables of a warehouse: why two records match, why an entity holds together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from cdi_spark.config import packaged_person_model
from cdi_spark.errors import CdiError
from cdi_spark.linkage.clustering.agglomerative import LARGEST_COMPONENT
from cdi_spark.linkage.evaluation.blocking_report import candidate_rules, rule_costs, rule_proposals
from cdi_spark.linkage.evaluation.charts import Step, explain_pair
from cdi_spark.linkage.evaluation.entity_links import (
    Link,
    WeakestLink,
    links_within,
    spanning_tree,
    weakest_link,
)
from cdi_spark.linkage.model.blocking import in_blocks, with_keys
from cdi_spark.linkage.model.frozen import Frozen
from cdi_spark.linkage.model.person_model import load_person_model
from cdi_spark.linkage.model.trained_models import active_model, settings_hash
from cdi_spark.monitoring import logs
from cdi_spark.pipeline.active import frozen_model, scoring_model
from cdi_spark.schema import (
    EVENT,
    MEMBER,
    MODEL,
    PAIR,
    PERSON,
    SHOWN,
)
from cdi_spark.workspace import Workspace


@dataclass(frozen=True)
class PairAnswer:
    """Why two records weigh what they do.

    Attributes:
        record_ids: the two, in the order of linkage.pair.
        steps: the prior, then every comparison; see charts.Waterfall.
        match_weight, match_probability: bits of log2 posterior odds, and the same as a probability.
        shared_rules: blocking rules of the model whose key they share.
        stopped_rules: rules whose keys they share, but only such as the model left out as too common.
        in_pairs: whether linkage.pair has them; it keeps pairs from `keep_weight` on.
        entity_ids: the entities that they are in today; None for a record in none.
    """

    record_ids: tuple[str, str]
    model_id: str
    steps: list[Step]
    match_weight: float
    match_probability: float
    shared_rules: list[str]
    stopped_rules: list[str]
    in_pairs: bool
    keep_weight: float
    entity_ids: tuple[str | None, str | None]


@dataclass(frozen=True)
class EntityAnswer:
    """What holds an entity together.

    Attributes:
        records: record_id, source and what SHOWN names, a record; the first LARGEST_COMPONENT by record_id.
        left_out: how many more records it has; their pairs were not weighed.
        links: of all pairs of these records, the strongest first.
        found: the blocking rule that found a pair of linkage.pair, by its record_ids.
        tree: the strongest links that join the records.
        weakest: of the tree; None for an entity of one record.
    """

    entity_id: str
    model_id: str
    records: list[dict[str, Any]]
    left_out: int
    links: list[Link]
    found: dict[tuple[str, str], str]
    tree: list[Link]
    weakest: WeakestLink | None


def model_in_use(run: Workspace) -> Row:
    """The model that scored linkage.pair; where there are no pairs, the active one.

    Raises:
        CdiError: no model was trained yet.
    """
    trained = scoring_model(run) or active_of(run)
    if trained is None:
        raise CdiError("linkage.model: no model was trained yet. Run `cdi run all` first.")
    if trained["settings_hash"] != settings_of(run):
        logs.notice(
            f"model {trained['model_id']} scored the pairs, and was trained from another person model or other "
            "thresholds than the project has now; what follows may be off. `cdi run` brings them together."
        )
    return trained


def settings_of(run: Workspace) -> str:
    """The settings_hash of the project as its conf is now."""
    return settings_hash(load_person_model(run.project.person_model), run.project.file.linkage)


def active_of(run: Workspace) -> Row | None:
    """The model that the stage score would use."""
    return active_model(run.storage.read_or_empty(MODEL), settings_hash=settings_of(run))


def answer_pair(run: Workspace, record_ids: tuple[str, str]) -> PairAnswer:
    """Take the weight of two records apart, and say how far they came: blocking, linkage.pair, an entity.

    Raises:
        CdiError: no model yet, or not two live records.
    """
    frozen = frozen_model(run, model_in_use(run))
    persons = run.storage.read(PERSON.name)
    found = explain_pair(persons, frozen, record_ids=record_ids)
    one, other = sorted(record_ids)
    shared, stopped = _shared_rules(persons, frozen, (one, other))
    pairs = run.storage.read_or_empty(PAIR)
    kept = pairs.where((F.col("record_id_l") == one) & (F.col("record_id_r") == other))
    of = {
        r["record_id"]: r["entity_id"]
        for r in _current(run).where(F.col("record_id").isin(one, other)).collect()
    }
    return PairAnswer(
        (one, other),
        frozen.trained["model_id"],
        found.steps,
        found.match_weight,
        1 / (1 + 2.0**-found.match_weight),
        shared,
        stopped,
        in_pairs=not kept.isEmpty(),
        keep_weight=frozen.trained["keep_weight"],
        entity_ids=(of.get(one), of.get(other)),
    )


def answer_entity(run: Workspace, entity_id: str) -> EntityAnswer:
    """Weigh all pairs within an entity, found by blocking or not, and find its weakest link.

    Raises:
        CdiError: no such entity today; the message says what became of it.
    """
    members = run.storage.read_or_empty(MEMBER)
    current = members.where((F.col("entity_id") == entity_id) & F.col("valid_to").isNull())
    ids = [row["record_id"] for row in current.select("record_id").orderBy("record_id").collect()]
    if not ids:
        raise CdiError(_fate(entity_id, members, run.storage.read_or_empty(EVENT)))
    chosen = ids[:LARGEST_COMPONENT]
    persons = run.storage.read(PERSON.name).where(F.col("record_id").isin(*chosen))
    frozen = frozen_model(run, model_in_use(run))
    links = links_within(persons, frozen, record_ids=chosen)
    within = F.col("record_id_l").isin(*chosen) & F.col("record_id_r").isin(*chosen)
    found = run.storage.read_or_empty(PAIR).where(within).select("record_id_l", "record_id_r", "block_rule")
    tree = spanning_tree(links)
    records = persons.select("record_id", "source", *SHOWN).orderBy("record_id").collect()
    return EntityAnswer(
        entity_id,
        frozen.trained["model_id"],
        [row.asDict() for row in records],
        len(ids) - len(chosen),
        links,
        {(row["record_id_l"], row["record_id_r"]): row["block_rule"] for row in found.collect()},
        tree,
        weakest_link(tree),
    )


def blocking_rules(run: Workspace) -> DataFrame:
    """What each rule of the model that scored the pairs costs and adds; see blocking_report.rule_costs."""
    frozen = frozen_model(run, model_in_use(run))
    return rule_costs(
        frozen.features(run.storage.read(PERSON.name)),
        run.storage.read_or_empty(PAIR),
        _current(run),
        rules=frozen.model.blocking,
        stop_keys=frozen.trained["stop_keys"],
    )


def proposed_rules(run: Workspace) -> DataFrame:
    """Rules that would find pairs of today's entities which the model's miss; see rule_proposals."""
    frozen = frozen_model(run, model_in_use(run))
    packaged = load_person_model(packaged_person_model())
    return rule_proposals(
        frozen.features(run.storage.read(PERSON.name)),
        _current(run),
        rules=frozen.model.blocking,
        stop_keys=frozen.trained["stop_keys"],
        candidates=candidate_rules(packaged, frozen.model.blocking, known=frozen.trained["features"]),
        largest_block=frozen.model.largest_block,
    )


def _current(run: Workspace) -> DataFrame:
    return run.storage.read_or_empty(MEMBER).where("valid_to IS NULL")


def _shared_rules(
    persons: DataFrame, frozen: Frozen, record_ids: tuple[str, str]
) -> tuple[list[str], list[str]]:
    """Rules whose keys two records share, and rules of which they share stop-listed keys only."""
    rules, stopped = frozen.model.blocking, set(frozen.trained["stop_keys"])
    features = frozen.features(persons.where(F.col("record_id").isin(*record_ids)))
    entries = features.transform(with_keys, rules).transform(in_blocks)
    keys: dict[str, set[tuple[int, int]]] = {name: set() for name in record_ids}
    for row in entries.select("record_id", "position", "key").collect():
        keys[row["record_id"]].add((row["position"], row["key"]))
    both = keys[record_ids[0]] & keys[record_ids[1]]
    used = {rule for rule, key in both if key not in stopped}
    return _named(frozen, used), _named(frozen, {rule for rule, _ in both} - used)


def _named(frozen: Frozen, positions: set[int]) -> list[str]:
    return [frozen.model.blocking[position].name for position in sorted(positions)]


def _fate(entity_id: str, members: DataFrame, events: DataFrame) -> str:
    """What became of an entity that is no more, in a sentence."""
    event = events.where(
        (F.col("entity_id") == entity_id) & F.col("kind").isin("merged", "retired")
    ).orderBy(F.desc("happened_at")).first()  # fmt: skip
    if event is not None:
        return f"entities.member: {entity_id} is no entity today: {_told(event['kind'], event['after'])} " + (
            f"on {_day(event['happened_at'])} (run {event['run_id']})."
        )
    past = members.where(F.col("entity_id") == entity_id).agg(F.max("valid_to").alias("ended")).first()
    if past is not None and past["ended"] is not None:
        return f"entities.member: {entity_id} is no entity today; its last record left it on {_day(past['ended'])}."
    return (
        f'entities.member: there never was an entity {entity_id}. `cdi sql "SELECT entity_id FROM '
        "entities.member WHERE record_id = '…'\"` finds the one of a record."
    )


def _told(kind: str, after: Sequence[str]) -> str:
    return f"it was merged into {', '.join(after)}" if kind == "merged" else "its records were deleted"


def _day(at: datetime) -> str:
    # Without a zone, as it comes from Spark, it is in that of this machine.
    return f"{at.astimezone(UTC):%Y-%m-%d}"
