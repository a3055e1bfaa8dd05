"""The stage resolve: which records are one entity, under ids that last."""

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
from cdi_spark.pipeline.in_force import frozen_model, judged_sides, model_in_force
from cdi_spark.pipeline.last_runs import Counts
from cdi_spark.pipeline.run import Run, begins_anew, gated
from cdi_spark.schema import (
    COMPONENT,
    EVENT,
    LINKED,
    MEMBER,
    PAIR,
    REDIRECT,
)
from cdi_spark.spark.local_rows import Keep
from cdi_spark.spark.parallel import side_by_side
from cdi_spark.stewardship import judgements
from cdi_spark.storage.declared import with_gone


def resolve(run: Run) -> Counts:
    """Join linked records to components, find the entities in them, and give each the id its records had.

    Of what was resolved before, only components that a change reaches.
    """
    linked = run.storage.read(LINKED.name)
    how = run.project.file.linkage.model_dump_json(include=ENTITY_SETTINGS)
    judged = judged_sides(run)
    anew = begins_anew(run, "resolve")
    known = _members_alone(run) if anew else run.storage.read_or_empty(COMPONENT)
    with run.storage.scratch(few=not anew) as keep:
        logs.doing("finding the records that changed")
        stamped = linked.transform(affected_components.with_stamp, judged, how=how)
        touched = keep("touched", affected_components.changed_records(stamped, known))
        if anew or not touched.isEmpty():
            must = judgements.must_links(judged, linked)
            links = as_links(run.storage.read(PAIR.name)).select(*must.columns).unionByName(must)
            if anew:
                records = linked.select("record_id")
                links = affected_components.pairs_among(links, records)
            else:
                reached = keep("reached", affected_components.linked_to_changed(touched, links))
                records = keep("records", affected_components.affected_records(touched, reached, known))
                links = keep("links", affected_components.pairs_among(links, records))
            logs.doing("joining records that are linked")
            found = keep("found", _resolved(run, linked, records, links, judged, keep))
            components.check_records(found, records)
            gone = touched.where("is_gone")
            logs.doing("giving each customer the id that its records had")

            def write_components() -> None:
                rows = found.join(stamped, "record_id")
                if anew:
                    run.storage.replace(COMPONENT, rows)
                else:
                    change = with_gone(rows, known.join(gone, "record_id", "left_semi"))
                    run.storage.merge(COMPONENT, change, when_changed=COMPONENT.names[1:])

            side_by_side(
                lambda write: write(), [lambda: _name_entities(run, found, gone, keep), write_components]
            )
    return gated(run, COMPONENT.name, MEMBER.name, EVENT.name, REDIRECT.name)


def _members_alone(run: Run) -> DataFrame:
    """Rows of entities.component that say only which records are in entities."""
    current = run.storage.read_or_empty(MEMBER).where("valid_to IS NULL").select("record_id")
    nothing = {c.name: F.lit(None).cast(c.type) for c in COMPONENT.columns if c.name != "record_id"}
    return current.withColumns(nothing)


def _resolved(
    run: Run, linked: DataFrame, records: DataFrame, links: DataFrame, judged: DataFrame, keep: Keep
) -> DataFrame:
    """record_id, component, part, entity of these records.

    Args:
        linked: linkage.linked.
        links: between the records.
        judged: judgements.sides().
    """
    limits, trained = run.project.file.linkage, model_in_force(run)
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
    logs.doing("deciding which of the joined records are one customer")
    return resolve_entities(
        linked, joined, links, frozen_model(run, trained), limits=limits, judged=judged, keep=keep
    )


def _name_entities(run: Run, found: DataFrame, gone: DataFrame, keep: Keep) -> None:
    """Bring entities.member, event and redirect to what was found."""
    members, redirects = run.storage.read_or_empty(MEMBER), run.storage.read_or_empty(REDIRECT)
    named = keep("named", identity.named(found, gone, members, redirects, run_id=run.run_id))
    at = F.lit(datetime.now(UTC))
    # First, for membership names the ids that are no more: a run that was killed in between leaves none out.
    away = identity.redirect_changes(named, redirects, run_id=run.run_id, at=at)
    run.storage.merge(REDIRECT, away, when_changed=("valid_to",))
    changes = identity.membership_changes(named, members, run_id=run.run_id, at=at)
    run.storage.merge(MEMBER, changes, when_changed=("valid_to",))
    # Read off the membership, so that a run killed in between leaves none out and invents none.
    newest = identity.newest_event(run.storage.read_or_empty(EVENT))
    events = identity.events_since(run.storage.read(MEMBER.name), newest, run_id=run.run_id)
    run.storage.append(EVENT, events)
