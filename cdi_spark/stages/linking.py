"""The stages train, score and resolve: who is the same person."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from cdi_spark import logs
from cdi_spark.declared import with_gone
from cdi_spark.entities import components as cc
from cdi_spark.entities import identity, judgements, regions
from cdi_spark.errors import CdiError
from cdi_spark.linkage.changes import changed_records, undone_pairs
from cdi_spark.linkage.frozen import Frozen, train_and_freeze
from cdi_spark.linkage.link_rules import LinkRules, as_links
from cdi_spark.linkage.model import load_person_model
from cdi_spark.linkage.model_report import model_report
from cdi_spark.linkage.models import OF_ENTITIES, active_model, settings_hash
from cdi_spark.linkage.resolving import resolve_entities
from cdi_spark.linkage.scoring import score_pairs
from cdi_spark.linkage.training import LARGEST_COMPONENT
from cdi_spark.parallel import side_by_side
from cdi_spark.rows import Keep, local_rows
from cdi_spark.stages.last_runs import Counts
from cdi_spark.stages.run import Run, begins_anew, gated
from cdi_spark.stages.standing import judged_sides, model_in_force
from cdi_spark.tables import (
    COMPONENT,
    EVENT,
    LINKED,
    MEMBER,
    MODEL,
    PAIR,
    PERSON,
    REDIRECT,
    SHARED_VALUE,
    TERM_FREQUENCY,
)
from cdi_spark.truth import read_truth


def train(run: Run) -> Counts:
    """Train and freeze a model, unless one was trained from the same person model; --retrain trains anew.

    So does a block key that hardly anybody had at training and tens of thousands of records have now.
    """
    model = load_person_model(run.project.person_model)
    wanted = settings_hash(model, run.project.file.linkage)
    active = active_model(run.storage.read_or_empty(MODEL), settings_hash=wanted)
    if run.retrain or active is None or _grown_hot(run, active):
        with run.storage.scratch() as keep:
            frozen = train_and_freeze(
                run.storage.read(PERSON.name),
                model=model,
                limits=run.project.file.linkage,
                settings_hash=wanted,
                run_id=run.run_id,
                keep=keep,
                labels=_labels(run),
                judged=judged_sides(run) if run.project.file.linkage.learn_from_judgements else None,
            )
            _tell_unmet_wish(run, frozen.trained)
            logs.doing("writing the model")
            run.storage.merge(TERM_FREQUENCY, frozen.term_frequencies, when_changed=())
            run.storage.merge(SHARED_VALUE, frozen.shared_values, when_changed=())
        row = local_rows(run.spark, [frozen.trained], MODEL.schema)
        run.storage.merge(MODEL, row, when_changed=("run_id",))
        name = f"model_{frozen.trained['model_id']}.html"
        if report := run.storage.write_report(name, model_report(frozen.trained)):
            logs.written("training report", str(report), run_id=run.run_id)
    return gated(run, MODEL.name, TERM_FREQUENCY.name, SHARED_VALUE.name)


def score(run: Run) -> Counts:
    """Score every pair that shares a block with the active model; of records scored before, pairs with changed ones."""
    model = load_person_model(run.project.person_model)
    wanted = settings_hash(model, run.project.file.linkage)
    trained = active_model(run.storage.read_or_empty(MODEL), settings_hash=wanted)
    if trained is None:
        raise CdiError(
            "linkage.model: no model was trained from this person model. Run the stage train first."
        )
    persons, frozen = run.storage.read(PERSON.name), frozen_model(run, trained)
    linked = run.storage.read_or_empty(LINKED)
    if begins_anew(run, "score") or linked.where(F.col("model_id") == trained["model_id"]).isEmpty():
        logs.doing("preparing every record for comparing")
        run.storage.replace(LINKED, frozen.linked(persons))
        logs.doing("weighing pairs of records that share a key")
        run.storage.replace(PAIR, score_pairs(run.storage.read(LINKED.name), frozen))
    else:
        with run.storage.scratch(few=True) as keep:
            _score_changes(run, persons, linked, frozen, keep)
    return gated(run, PAIR.name, LINKED.name)


def _score_changes(run: Run, persons: DataFrame, linked: DataFrame, frozen: Frozen, keep: Keep) -> None:
    logs.doing("finding the records that changed")
    changed = keep("changed", changed_records(persons, linked, model_id=frozen.trained["model_id"]))
    if changed.isEmpty():
        return
    now = frozen.kept(keep).linked(persons.join(changed, "record_id", "left_semi"))
    gone = linked.join(changed.where("is_gone"), "record_id", "left_semi")
    run.storage.merge(LINKED, with_gone(now, gone), when_changed=("content_hash", "model_id"))
    ids = changed.where("NOT is_gone").select("record_id")
    linked = run.storage.read(LINKED.name)
    logs.doing("weighing pairs of records that changed")
    scored = keep("pairs", score_pairs(linked, frozen, changed=ids, keep=keep))
    undone = undone_pairs(scored, run.storage.read(PAIR.name), changed)
    run.storage.merge(PAIR, with_gone(scored, undone), when_changed=PAIR.names[2:])


def resolve(run: Run) -> Counts:
    """Join linked records to components, find the entities in them, and give each the id its records had.

    Of what was resolved before, only components that a change reaches.
    """
    linked = run.storage.read(LINKED.name)
    how = run.project.file.linkage.model_dump_json(include=OF_ENTITIES)
    judged = judged_sides(run)
    anew = begins_anew(run, "resolve")
    known = _members_alone(run) if anew else run.storage.read_or_empty(COMPONENT)
    with run.storage.scratch(few=not anew) as keep:
        logs.doing("finding the records that changed")
        stamped = linked.transform(regions.with_stamp, judged, how=how)
        touched = keep("touched", regions.touched_records(stamped, known))
        if anew or not touched.isEmpty():
            must = judgements.must_links(judged, linked)
            links = as_links(run.storage.read(PAIR.name)).select(*must.columns).unionByName(must)
            if anew:
                records = linked.select("record_id")
                links = regions.inside(links, records)
            else:
                reached = keep("reached", regions.reached(touched, links))
                records = keep("records", regions.region(touched, reached, known))
                links = keep("links", regions.inside(links, records))
            logs.doing("joining records that are linked")
            found = keep("found", _resolved(run, linked, records, links, judged, keep))
            cc.check_records(found, records)
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
        alone = cc.components(records, links)
        return alone.withColumns({"part": F.col("component"), "entity": F.col("component")})
    if limits.resolve == "components":
        links = links.where(F.col("match_weight") >= trained["link_weight"])
        joined = keep("components", cc.components(records, links, keep=keep))
        cc.check_components(joined, records, links)
        joined = joined.withColumn("part", F.col("component"))
    else:
        joined = cc.bounded_components(
            records, links, largest=LARGEST_COMPONENT, least=trained["keep_weight"], keep=keep
        )
        links = links.where(F.col("match_weight") >= cc.SURE_WEIGHT)
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


def frozen_model(run: Run, trained: Row) -> Frozen:
    """The model with all that was frozen with it."""
    return Frozen.of(
        load_person_model(run.project.person_model),
        trained,
        run.storage.read(TERM_FREQUENCY.name),
        run.storage.read(SHARED_VALUE.name),
        LinkRules.of(run.project.file.linkage),
    )


def _grown_hot(run: Run, active: Row) -> bool:
    linked = run.storage.read_or_empty(LINKED)
    hot = frozen_model(run, active).hot_keys(run.storage.read(PERSON.name), linked)
    if hot:
        told = f"{hot} block keys have become too common since the model was trained; training a new one"
        logs.notice(told, run_id=run.run_id, stage="train")
    return hot > 0


def _labels(run: Run) -> DataFrame | None:
    """The known people that conf names.

    Raises:
        CdiError: one record is said to be two persons.
    """
    if run.project.labels is None:
        return None
    labels = read_truth(run.storage, run.project.labels).dropna().distinct()
    torn = labels.groupBy("record_id").count().where("count > 1").count()
    if torn:
        raise CdiError(f"{run.project.labels}: {torn} records are two persons each. Leave one row a record.")
    return labels


def _tell_unmet_wish(run: Run, trained: Row) -> None:
    metrics = json.loads(trained["metrics"])
    wished, by = metrics["chosen"]["wished"], metrics["chosen"]["by"]
    measure = "labelled_precision" if by == "labels" else "implied_precision"
    best = max((at[measure] or 0.0) for at in metrics["thresholds"])
    if wished is not None and best < wished:
        told = f"no threshold has the cluster_precision of {wished}; by {by} the best has {best:.4f}"
        logs.notice(told, run_id=run.run_id, stage="train")
