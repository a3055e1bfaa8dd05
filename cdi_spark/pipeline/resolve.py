"""The stage resolve: decide which records are one entity, and assign ids that last."""

from __future__ import annotations

from datetime import UTC, datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.entities import identity
from cdi_spark.graph import components
from cdi_spark.linkage.clustering.agglomerative import LARGEST_COMPONENT
from cdi_spark.linkage.model.link_rules import as_links
from cdi_spark.linkage.model.trained_models import ENTITY_SETTINGS
from cdi_spark.linkage.resolution import affected_components
from cdi_spark.linkage.resolution.resolve_entities import resolve_entities
from cdi_spark.monitoring import logs
from cdi_spark.pipeline.active import frozen_model, judgement_closure, scoring_model
from cdi_spark.pipeline.gates import check_and_count
from cdi_spark.pipeline.last_runs import Counts
from cdi_spark.pipeline.run import Run, must_rebuild
from cdi_spark.schema import COMPONENT, CONTENT_CHANGE, EVENT, LINKED, MEMBER, PAIR, REDIRECT
from cdi_spark.spark.local_rows import Materialise
from cdi_spark.spark.parallel import side_by_side
from cdi_spark.stewardship import judgements
from cdi_spark.storage.declared import with_gone


def resolve(run: Run) -> Counts:
    """Join linked records to components, find the entities in them, and assign entity ids.

    Resolves only the components that a change affects; all components on a rebuild.
    """
    linked = run.storage.read(LINKED.name)
    config = run.project.file.linkage.model_dump_json(include=ENTITY_SETTINGS)
    judged = judgement_closure(run)
    rebuild = must_rebuild(run, "resolve")
    known = _known_members(run) if rebuild else run.storage.read_or_empty(COMPONENT)
    with run.storage.scratch(few=not rebuild) as keep:
        logs.doing("finding the records that changed")
        changes = run.storage.read_or_empty(CONTENT_CHANGE)
        stamped = linked.transform(affected_components.with_stamp, judged, changes, how=config)
        changed = keep("changed", affected_components.changed_records(stamped, known))
        if rebuild or not changed.isEmpty():
            must = judgements.must_links(judged, linked)
            links = as_links(run.storage.read(PAIR.name)).select(*must.columns).unionByName(must)
            if rebuild:
                records = linked.select("record_id")
                links = affected_components.pairs_among(links, records)
            else:
                reached = keep("reached", affected_components.linked_to_changed(changed, links))
                records = keep("records", affected_components.affected_records(changed, reached, known))
                links = keep("links", affected_components.pairs_among(links, records))
            logs.doing("joining records that are linked")
            found = keep("found", _find_entities(run, linked, records, links, judged, keep))
            components.check_records(found, records)
            gone = changed.where("is_gone")
            logs.doing("assigning ids to entities")

            def write_components() -> None:
                rows = found.join(stamped, "record_id")
                if rebuild:
                    run.storage.replace(COMPONENT, rows)
                else:
                    change = with_gone(rows, known.join(gone, "record_id", "left_semi"))
                    run.storage.merge(COMPONENT, change, when_changed=COMPONENT.names[1:])

            side_by_side(
                lambda write: write(), [lambda: _write_entities(run, found, gone, keep), write_components]
            )
    return check_and_count(run, COMPONENT.name, MEMBER.name, EVENT.name, REDIRECT.name)


def _known_members(run: Run) -> DataFrame:
    """Return entities.component with the records that are in entities, and null in all other columns."""
    current = run.storage.read_or_empty(MEMBER).where("valid_to IS NULL").select("record_id")
    nothing = {c.name: F.lit(None).cast(c.type) for c in COMPONENT.columns if c.name != "record_id"}
    return current.withColumns(nothing)


def _find_entities(
    run: Run, linked: DataFrame, records: DataFrame, links: DataFrame, judged: DataFrame, keep: Materialise
) -> DataFrame:
    """Return record_id, component, part and entity of these records.

    Args:
        linked: linkage.linked.
        links: links between the records.
        judged: judgement_closure().
    """
    limits, trained = run.project.file.linkage, scoring_model(run)
    if trained is None:
        alone = components.components(records, links)
        return alone.withColumns({"part": F.col("component"), "entity": F.col("component")})
    if limits.resolve == "components":
        links = links.where(F.col("match_weight") >= trained["link_weight"])
        joined = keep("components", components.components(records, links, keep=keep))
        components.check_components(joined, records, links)
        joined = joined.withColumn("part", F.col("component"))
    else:
        joined = components.bounded_components(
            records, links, largest=LARGEST_COMPONENT, least=trained["keep_weight"], keep=keep
        )
        links = links.where(F.col("match_weight") >= components.SURE_WEIGHT)
    logs.doing("deciding which joined records are one customer")
    return resolve_entities(
        linked, joined, links, frozen_model(run, trained), limits=limits, judged=judged, keep=keep
    )


def _write_entities(run: Run, found: DataFrame, gone: DataFrame, keep: Materialise) -> None:
    """Write the entities that were found to entities.member, entities.redirect and entities.event."""
    members, redirects = run.storage.read_or_empty(MEMBER), run.storage.read_or_empty(REDIRECT)
    changes = run.storage.read_or_empty(CONTENT_CHANGE)
    assigned = keep(
        "assigned",
        identity.assign_entity_ids(found, gone, members, redirects, changes, run_id=run.run_id),
    )
    at = F.lit(datetime.now(UTC))
    # Redirects first: ids that lose their records are found in the membership as it was, so a killed run loses none.
    redirected = identity.redirect_changes(assigned, redirects, run_id=run.run_id, at=at)
    run.storage.merge(REDIRECT, redirected, when_changed=("valid_to",))
    moved = identity.membership_changes(assigned, members, run_id=run.run_id, at=at)
    run.storage.merge(MEMBER, moved, when_changed=("valid_to",))
    # Events last: they are derived from the written membership, so a killed run loses none and invents none.
    newest = identity.newest_event(run.storage.read_or_empty(EVENT))
    events = identity.events_since(run.storage.read(MEMBER.name), changes, newest, run_id=run.run_id)
    run.storage.append(EVENT, events)
