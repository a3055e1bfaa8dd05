"""Step 3 of publish: refuse gold that has a value without provenance, fails a gate, or differs from the ledger."""

from __future__ import annotations

from cdi_spark.gold.customer.survivorship import check_provenance
from cdi_spark.gold.finance.reconciliation import check_against_ledger
from cdi_spark.pipeline.gates import check_gates
from cdi_spark.pipeline.publishing.compute import Gold
from cdi_spark.pipeline.publishing.inputs import read_view
from cdi_spark.pipeline.publishing.plan import Plan
from cdi_spark.pipeline.run import Run
from cdi_spark.schema import (
    ATTRIBUTE,
    CASH_FLOW,
    CUSTOMER_360,
    LEDGER_ENTRY,
    MARTS,
    POPULATION_STATISTICS,
    PRODUCT_RULE,
)

# Gold that publish may leave as it is; expectations may be about it all the same.
_NOT_ALWAYS_COMPUTED = {table.name for table in (*MARTS, POPULATION_STATISTICS, PRODUCT_RULE, CASH_FLOW)}


def verify_gold(run: Run, plan: Plan, gold: Gold) -> None:
    """Check gold as it would be published.

    Raises:
        GateError: a golden value that no record or steward offered, an expectation that fails, or a document
            on which gold and the ledger differ.
    """
    check_provenance(gold.of_changed[CUSTOMER_360], gold.of_changed[ATTRIBUTE])
    computed = {table.name: plan.whole(table, rows) for table, rows in gold.of_changed.items()}
    computed |= {table.name: rows for table, rows in gold.replaced.items()}
    names = _NOT_ALWAYS_COMPUTED & run.project.quality.keys() - computed.keys()
    others = {name: read_view(run, name, plan.inputs.conversion) for name in sorted(names)}
    check_gates(run, {**computed, **others})
    if plan.inputs.population is None and run.storage.exists(LEDGER_ENTRY.name):
        check_against_ledger(plan.inputs.timeline, run.storage.read(LEDGER_ENTRY.name))
