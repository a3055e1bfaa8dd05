"""The stage score: compute the match weights of pairs of records that share a block."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.errors import CdiError
from cdi_spark.linkage.model.frozen import Frozen
from cdi_spark.linkage.model.person_model import load_person_model
from cdi_spark.linkage.model.trained_models import active_model, settings_hash
from cdi_spark.linkage.scoring.changes import changed_records, undone_pairs
from cdi_spark.linkage.scoring.score import score_pairs
from cdi_spark.monitoring import logs
from cdi_spark.pipeline.active import frozen_model
from cdi_spark.pipeline.content_changes import record_content_changes
from cdi_spark.pipeline.gates import check_and_count
from cdi_spark.pipeline.last_runs import Counts
from cdi_spark.pipeline.run import Run, must_rebuild
from cdi_spark.schema import DEPARTED, LINKED, MODEL, PAIR, PERSON
from cdi_spark.spark.local_rows import Materialise
from cdi_spark.storage.declared import with_gone


def score(run: Run) -> Counts:
    """Score pairs that share a block with the active model: pairs with changed records, or all on a rebuild.

    Raises:
        CdiError: no model was trained from this person model.
    """
    model = load_person_model(run.project.person_model)
    wanted = settings_hash(model, run.project.file.linkage)
    trained = active_model(run.storage.read_or_empty(MODEL), settings_hash=wanted)
    if trained is None:
        raise CdiError(
            "linkage.model: no model was trained from this person model. Run the stage train first."
        )
    persons, frozen = run.storage.read(PERSON.name), frozen_model(run, trained)
    linked = run.storage.read_or_empty(LINKED)
    must_score_all = (
        must_rebuild(run, "score") or linked.where(F.col("model_id") == trained["model_id"]).isEmpty()
    )
    with run.storage.scratch(few=not must_score_all) as keep:
        if must_score_all:
            _score_all(run, persons, linked, frozen, keep)
        else:
            _score_changes(run, persons, linked, frozen, keep)
    return check_and_count(run, PAIR.name, LINKED.name)


def _score_all(run: Run, persons: DataFrame, linked: DataFrame, frozen: Frozen, keep: Materialise) -> None:
    if not (linked.isEmpty() and run.storage.read_or_empty(DEPARTED).isEmpty()):
        changed = keep("changed", changed_records(persons, linked, model_id=None))
        record_content_changes(run, persons, linked, changed, frozen, keep)
    logs.doing("preparing all records for comparison")
    run.storage.replace(LINKED, frozen.linked(persons))
    logs.doing("scoring pairs of records that share a block")
    run.storage.replace(PAIR, score_pairs(run.storage.read(LINKED.name), frozen))


def _score_changes(
    run: Run, persons: DataFrame, linked: DataFrame, frozen: Frozen, keep: Materialise
) -> None:
    logs.doing("finding the records that changed")
    changed = keep("changed", changed_records(persons, linked, model_id=frozen.trained["model_id"]))
    if changed.isEmpty():
        return
    frozen = frozen.kept(keep)
    # Before linkage.linked has the new contents only: a killed run loses no hand-over.
    record_content_changes(run, persons, linked, changed, frozen, keep)
    now = frozen.linked(persons.join(changed, "record_id", "left_semi"))
    gone = linked.join(changed.where("is_gone"), "record_id", "left_semi")
    run.storage.merge(LINKED, with_gone(now, gone), when_changed=("content_hash", "model_id"))
    ids = changed.where("NOT is_gone").select("record_id")
    linked = run.storage.read(LINKED.name)
    logs.doing("scoring pairs with records that changed")
    scored = keep("pairs", score_pairs(linked, frozen, changed=ids, keep=keep))
    undone = undone_pairs(scored, run.storage.read(PAIR.name), changed)
    run.storage.merge(PAIR, with_gone(scored, undone), when_changed=PAIR.names[2:])
