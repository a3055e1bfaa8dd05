"""Part of the stage score: record which records are another person since they were last scored."""

from __future__ import annotations

from datetime import UTC, datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.linkage.model.frozen import Frozen
from cdi_spark.linkage.scoring.content_changes import content_changes
from cdi_spark.monitoring import logs
from cdi_spark.pipeline.run import Run
from cdi_spark.schema import CONTENT_CHANGE, DEPARTED
from cdi_spark.spark.local_rows import Materialise
from cdi_spark.storage.declared import with_gone


def record_content_changes(
    run: Run, persons: DataFrame, linked: DataFrame, changed: DataFrame, frozen: Frozen, keep: Materialise
) -> None:
    """Compare what changed records said when they were last scored with what they say now, and write what is found.

    Call it before linkage.linked changes. A run that is killed in between finds the same again, and writes it once.

    Args:
        persons: silver.person.
        linked: linkage.linked, as last scored.
        changed: changed_records().
        frozen: the model that scores now; linkage.linked may be of another one.
    """
    logs.doing("comparing changed records with what they were")
    departed = run.storage.read_or_empty(DEPARTED)
    gone, live = changed.where("is_gone"), changed.where("NOT is_gone")
    contents = linked.select(DEPARTED.names)
    last = contents.unionByName(departed.join(linked, "record_id", "left_anti"))
    before = keep("before", last.join(live, "record_id", "left_semi"))
    if frozen.model.comparisons and not before.isEmpty():
        now = persons.join(before, ["record_id", "content_hash"], "left_anti").join(
            before, "record_id", "left_semi"
        )
        _write_changes(run, before, now, frozen, keep)
    leaving = contents.join(gone, "record_id", "left_semi")
    # What is compared of those who are back is recorded now.
    back = departed.join(live, "record_id", "left_semi")
    run.storage.merge(DEPARTED, with_gone(leaving, back), when_changed=("content_hash",))


def _write_changes(run: Run, before: DataFrame, now: DataFrame, frozen: Frozen, keep: Materialise) -> None:
    known = run.storage.read_or_empty(CONTENT_CHANGE)
    contents = ("content_before", "content_after")
    newest = F.max_by(F.struct(*contents), "happened_at").alias("newest")
    written = known.groupBy("record_id").agg(newest).select("record_id", "newest.*")
    found = keep(
        "content_changes",
        content_changes(before, now, frozen).join(written, ["record_id", *contents], "left_anti"),
    )
    at, run_id = F.lit(datetime.now(UTC)), F.lit(run.run_id)
    run.storage.merge(
        CONTENT_CHANGE, found.withColumns({"happened_at": at, "run_id": run_id}), when_changed=()
    )
    handed_over = found.where("is_handed_over").count()
    if handed_over:
        logs.notice(
            f"{handed_over} records are another person than before: their keys were re-used. Their entity ids, "
            "overrides and judgements stay with the earlier person; see `cdi review --decisions`",
            run_id=run.run_id,
            stage="score",
        )
