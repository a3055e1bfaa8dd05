"""Answers about linkage: why two records match, which links hold an entity, what blocking rules cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from cdi_spark.config import packaged_person_model
from cdi_spark.entities.assignment import EventKind
from cdi_spark.errors import CdiError
from cdi_spark.gold.customer.members import current_members
from cdi_spark.graph.link_weight import probability_from_bits
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
from cdi_spark.queries.shown import shown_columns
from cdi_spark.schema import EVENT, LINKED, MEMBER, MODEL, PAIR, PERSON
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.spark.parallel import side_by_side
from cdi_spark.workspace import Workspace


@dataclass(frozen=True)
class PairAnswer:
    """The match weight of two records and its parts.

    Attributes:
        record_ids: the two, in the order of linkage.pair.
        steps: the prior, then every comparison; see charts.Waterfall.
        match_weight, match_probability: log2 posterior odds in bits, and the same as a probability.
        shared_rules: blocking rules of the model whose key both have.
        stopped_rules: rules of which they share only keys that the model excludes as too common.
        in_pairs: whether linkage.pair has them; it keeps pairs of at least `keep_weight`.
        entity_ids: their current entities; None for a record in no entity.
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
    """The records of an entity and the links between them.

    Attributes:
        records: record_id, source and the columns of SHOWN; the first LARGEST_COMPONENT records by record_id.
        left_out: number of further records; their pairs are not scored.
        links: all pairs of these records, strongest first.
        found: the blocking rule that found each pair of linkage.pair, by its record_ids.
        tree: the strongest links that connect the records.
        weakest: the weakest link of the tree; None for an entity of one record.
    """

    entity_id: str
    model_id: str
    records: list[dict[str, Any]]
    left_out: int
    links: list[Link]
    found: dict[tuple[str, str], str]
    tree: list[Link]
    weakest: WeakestLink | None


def model_in_use(workspace: Workspace) -> Row:
    """Return the model that scored linkage.pair, or the active one if there are no pairs.

    Raises:
        CdiError: no model is trained yet.
    """
    trained = scoring_model(workspace) or active_of(workspace)
    if trained is None:
        raise CdiError("linkage.model: no model is trained yet. Run `cdi run all` first.")
    if trained["settings_hash"] != settings_of(workspace):
        logs.notice(
            f"model {trained['model_id']} scored the pairs, but its person model or thresholds differ from the "
            "project's now, so this answer may be out of date. Run `cdi run` to score again."
        )
    return trained


def settings_of(workspace: Workspace) -> str:
    """Return the settings_hash of the project's current conf."""
    return settings_hash(load_person_model(workspace.project.person_model), workspace.project.file.linkage)


def active_of(workspace: Workspace) -> Row | None:
    """Return the model that the stage score would use; None if there is none."""
    return active_model(workspace.storage.read_or_empty(MODEL), settings_hash=settings_of(workspace))


def answer_pair(workspace: Workspace, record_ids: tuple[str, str]) -> PairAnswer:
    """Split the match weight of two records into its parts, and find how far the pair got: blocking, pair, entity.

    Raises:
        CdiError: no model yet, a model that compares nothing, or the last run did not compare a record.
    """
    frozen = frozen_model(workspace, model_in_use(workspace))
    if not frozen.model.comparisons:
        raise CdiError(
            "linkage.model: the model compares nothing, as no record had a value to compare. "
            "Map names, contacts or ids in the sources, and run `cdi run all`."
        )
    one, other = sorted(record_ids)
    read, either = workspace.storage.read_or_empty, F.col("record_id").isin(one, other)
    pair = (F.col("record_id_l") == one) & (F.col("record_id_r") == other)
    rows, kept, members = side_by_side(
        DataFrame.collect,
        [
            read(LINKED).where(either).select(*LINKED.names),
            read(PAIR).where(pair).select("record_id_l"),
            _current(workspace).where(either).select("record_id", "entity_id"),
        ],
    )
    linked = local_rows(workspace.spark, rows, LINKED.schema)
    found = explain_pair(linked, frozen, record_ids=(one, other))
    shared, stopped = _shared_rules(linked, frozen)
    of = {row["record_id"]: row["entity_id"] for row in members}
    return PairAnswer(
        (one, other),
        frozen.trained["model_id"],
        found.steps,
        found.match_weight,
        float(probability_from_bits(found.match_weight)),
        shared,
        stopped,
        in_pairs=bool(kept),
        keep_weight=frozen.trained["keep_weight"],
        entity_ids=(of.get(one), of.get(other)),
    )


def answer_entity(workspace: Workspace, entity_id: str) -> EntityAnswer:
    """Score all pairs within an entity, found by blocking or not, and find its weakest link.

    Raises:
        CdiError: no such entity now; the message names its successor or its end.
    """
    members = workspace.storage.read_or_empty(MEMBER)
    current = members.where((F.col("entity_id") == entity_id) & F.col("valid_to").isNull())
    ids = [row["record_id"] for row in current.select("record_id").orderBy("record_id").collect()]
    if not ids:
        raise CdiError(_fate(entity_id, members, workspace.storage.read_or_empty(EVENT)))
    chosen = ids[:LARGEST_COMPONENT]
    frozen = frozen_model(workspace, model_in_use(workspace))
    read, is_chosen = workspace.storage.read_or_empty, F.col("record_id").isin(*chosen)
    within = F.col("record_id_l").isin(*chosen) & F.col("record_id_r").isin(*chosen)
    rows, found, records = side_by_side(
        DataFrame.collect,
        [
            read(LINKED).where(is_chosen).select(*LINKED.names),
            read(PAIR).where(within).select("record_id_l", "record_id_r", "block_rule"),
            read(PERSON).where(is_chosen).select("record_id", "source", *shown_columns()),
        ],
    )
    linked = local_rows(workspace.spark, rows, LINKED.schema)
    links = links_within(linked, frozen, record_ids=chosen)
    tree = spanning_tree(links)
    return EntityAnswer(
        entity_id,
        frozen.trained["model_id"],
        sorted((row.asDict() for row in records), key=itemgetter("record_id")),
        len(ids) - len(chosen),
        links,
        {(row["record_id_l"], row["record_id_r"]): row["block_rule"] for row in found},
        tree,
        weakest_link(tree),
    )


def blocking_rules(workspace: Workspace) -> DataFrame:
    """Return what each rule of the model that scored the pairs costs and adds; see blocking_report.rule_costs."""
    frozen = frozen_model(workspace, model_in_use(workspace))
    return rule_costs(
        frozen.features(workspace.storage.read(PERSON.name)),
        workspace.storage.read_or_empty(PAIR),
        _current(workspace),
        rules=frozen.model.blocking,
        stop_keys=frozen.trained["stop_keys"],
    )


def proposed_rules(workspace: Workspace) -> DataFrame:
    """Return rules that would find pairs of current entities that the model's rules miss; see rule_proposals."""
    frozen = frozen_model(workspace, model_in_use(workspace))
    packaged = load_person_model(packaged_person_model())
    return rule_proposals(
        frozen.features(workspace.storage.read(PERSON.name)),
        _current(workspace),
        rules=frozen.model.blocking,
        stop_keys=frozen.trained["stop_keys"],
        candidates=candidate_rules(packaged, frozen.model.blocking, known=frozen.trained["features"]),
        largest_block=frozen.model.largest_block,
    )


def _current(workspace: Workspace) -> DataFrame:
    return current_members(workspace.storage.read_or_empty(MEMBER))


def _shared_rules(linked: DataFrame, frozen: Frozen) -> tuple[list[str], list[str]]:
    """Return the rules of which two records share a key, and those of which they share only stop-listed keys.

    Args:
        linked: the two records of linkage.linked; their own keys are without the stop-listed ones.
    """
    stopped = set(frozen.trained["stop_keys"])
    # Spark Connect refuses to add no column.
    keyed = linked.withColumns(made) if (made := frozen.rules.unpacked("strong_ids")) else linked
    entries = keyed.transform(with_keys, frozen.model.blocking).transform(in_blocks)
    keys: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for row in entries.select("record_id", "position", "key").collect():
        keys[row["record_id"]].add((row["position"], row["key"]))
    both = set.intersection(*keys.values()) if len(keys) == 2 else set()
    used = {rule for rule, key in both if key not in stopped}
    return _named(frozen, used), _named(frozen, {rule for rule, _ in both} - used)


def _named(frozen: Frozen, positions: set[int]) -> list[str]:
    return [frozen.model.blocking[position].name for position in sorted(positions)]


def _fate(entity_id: str, members: DataFrame, events: DataFrame) -> str:
    """Explain in a sentence why an entity does not exist now."""
    ends = (EventKind.MERGED, EventKind.HANDED_OVER, EventKind.RETIRED)
    of_entity = events.where((F.col("entity_id") == entity_id) & F.col("kind").isin(*ends))
    # A hand-over of the last record retires the id too; what says more comes first.
    says_most = F.array_position(F.lit(list(ends)), F.col("kind"))
    event = of_entity.orderBy(F.desc("happened_at"), says_most).first()
    if event is not None:
        return (
            f"entities.member: {entity_id} does not exist now: {_ending(event['kind'], event['after'])} "
            + (f"on {_day(event['happened_at'])} (run {event['run_id']}).")
        )
    past = members.where(F.col("entity_id") == entity_id).agg(F.max("valid_to").alias("ended")).first()
    if past is not None and past["ended"] is not None:
        return f"entities.member: {entity_id} does not exist now; its last record left it on {_day(past['ended'])}."
    return (
        f'entities.member: no entity ever had the id {entity_id}. `cdi sql "SELECT entity_id FROM '
        "entities.member WHERE record_id = '…'\"` finds the id of a record."
    )


def _ending(kind: str, after: Sequence[str]) -> str:
    if kind == EventKind.MERGED:
        return f"it was merged into {', '.join(after)}"
    if kind == EventKind.HANDED_OVER:
        return f"the key of its last record was re-used for another person, {', '.join(after)},"
    return "its records were deleted"


def _day(at: datetime) -> str:
    # Spark returns naive times in the machine's zone.
    return f"{at.astimezone(UTC):%Y-%m-%d}"
