"""Step 4 of publish: write all tables, then release them; readers see nothing of it before."""

from __future__ import annotations

from cdi_spark.monitoring import logs
from cdi_spark.pipeline.publishing.compute import Gold
from cdi_spark.pipeline.publishing.plan import Plan
from cdi_spark.pipeline.publishing.population import metric_rows
from cdi_spark.pipeline.run import Run
from cdi_spark.schema import METRIC, Table
from cdi_spark.spark.parallel import side_by_side


def commit_gold(run: Run, plan: Plan, gold: Gold) -> None:
    """Write the tables of gold and release them.

    A run that is killed in between releases nothing; the next run rebuilds every table.
    """
    run.storage.append(METRIC, metric_rows(run, gold.metrics), token=f"{run.run_id}:metric")

    whole = {**gold.replaced, **gold.of_changed} if plan.inputs.rebuild else gold.replaced
    side_by_side(lambda table: run.storage.replace(table, whole[table]), list(whole), doing=_writing)
    if not plan.inputs.rebuild and not plan.entity_ids.isEmpty():
        side_by_side(
            lambda table: run.storage.replace_keys(table, plan.entity_ids, gold.of_changed[table]),
            list(gold.of_changed),
            doing=_writing,
        )
    logs.doing("releasing gold")
    run.storage.release(run.run_id)


def _writing(table: Table) -> str:
    return f"writing {table.name}"
