"""The stage publish: golden records and measures of customers, verified, then released together."""

from __future__ import annotations

from cdi_spark.pipeline.last_runs import Counts
from cdi_spark.pipeline.publishing.commit import commit_gold
from cdi_spark.pipeline.publishing.compute import compute_gold
from cdi_spark.pipeline.publishing.inputs import CUSTOMER_TABLES, read_inputs
from cdi_spark.pipeline.publishing.plan import plan_customers
from cdi_spark.pipeline.publishing.verify import verify_gold
from cdi_spark.pipeline.run import Run, must_rebuild


def publish(run: Run) -> Counts:
    """Recompute the customers that changed, verify the result, and release it.

    Measures of all customers are recomputed where an event, the date or the configuration changed: they depend on
    all customers. Nothing is visible to readers of gold before the release.

    Raises:
        GateError: as verify_gold(); nothing was written then.
    """
    rebuild = must_rebuild(run, "publish")
    with run.storage.scratch(few=not rebuild) as materialise:
        inputs = read_inputs(run, materialise, rebuild=rebuild)
        plan = plan_customers(run, inputs, materialise)
        gold = compute_gold(run, plan, materialise)
        verify_gold(run, plan, gold)
        commit_gold(run, plan, gold)
    return run.storage.counts(*(table.name for table in CUSTOMER_TABLES))
