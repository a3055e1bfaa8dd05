"""Customer measures and cash flow, as part of the stage publish: forecasts are tried, and told where they are good."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.gold.finance.cash_flow import by_month, cash_flow, errors
from cdi_spark.gold.measures import forecasts
from cdi_spark.gold.measures.balances import balances
from cdi_spark.gold.measures.compute import measures, purchases
from cdi_spark.gold.measures.facts import facts
from cdi_spark.gold.measures.forecasts import Trial
from cdi_spark.gold.measures.next_product import baskets, next_product, product_rules
from cdi_spark.gold.measures.standards import Standards
from cdi_spark.monitoring import logs
from cdi_spark.pipeline.run import Run
from cdi_spark.schema import (
    CASH_FLOW,
    CONVERSION,
    EVENT_TABLES,
    LEDGER_ENTRY,
    METRIC,
    POPULATION_STATISTICS,
    PRODUCT_RULE,
    TABLES,
    Table,
)
from cdi_spark.spark.local_rows import Keep, local_rows

Metric = tuple[str, float | None, float | None, str | None, bool]
# What happened, and what was found in all of it.
_BASED_ON = (*EVENT_TABLES, LEDGER_ENTRY, CONVERSION, POPULATION_STATISTICS, PRODUCT_RULE, CASH_FLOW)


@dataclass(frozen=True)
class Basis:
    """What was found in all that happened: what customers are measured by, what comes in by month, how forecasts did.

    Attributes:
        rules: gold.product_rule.
        metrics: of each forecast, as in ops.metric.
        made: the tables of it, where it is new.
    """

    standards: Standards
    rules: DataFrame
    metrics: list[Metric]
    made: dict[Table, DataFrame]


def basis_in_force(run: Run) -> Basis | None:
    """The newest release's; none where the day, conf or anything that happened is another since.

    A full run goes by it too, and so comes to the same as one over changes.
    """
    last = run.storage.read_or_empty(POPULATION_STATISTICS).first()
    if last is None or last["made_from"] != _made_from(run):
        return None
    release_id = run.storage.as_released(*(table.name for table in _BASED_ON))
    if release_id is None:
        return None
    of_release = run.storage.read(METRIC.name).where(F.col("run_id") == release_id)
    metrics = [(r.metric, r.value, r.baseline, r.unit, r.is_published) for r in of_release.collect()]
    return Basis(Standards.of(last), run.storage.read(PRODUCT_RULE.name), metrics, {})


def measured(
    run: Run,
    keep: Keep,
    customers: DataFrame,
    timeline: DataFrame,
    payments: DataFrame,
    *,
    basis: Basis | None,
    hold: Keep,
) -> tuple[DataFrame, Basis]:
    """gold.measure of customers, and what it is based on.

    Args:
        customers: gold.customer_360; whole, where there is no basis yet.
        timeline: gold.timeline of these customers.
        payments: gold.timeline's payments for their invoices, of whomever; others may be among them.
        hold: computes rows once, of these customers.
    """
    told = partial(facts, as_of=run.as_of, orders_are_invoiced=run.project.file.orders_are_invoiced)
    logs.doing("measuring customers")
    today = hold("today", timeline.transform(told, days_back=(0,)))
    ordered = hold("baskets", baskets(timeline, _silver(run, "order_line"), as_of=run.as_of))
    if basis is None:
        logs.doing("trying forecasts on a past that is known")
        sampled = timeline.where(forecasts.is_sampled(customers.count()))
        past = run.storage.write_down("past", sampled.transform(told, days_back=forecasts.PAST))
        basis = _basis(run, keep, past, purchases(customers, today), ordered, timeline)
    documents = timeline.where("event <> 'payment'").unionByName(payments)
    rows = measures(
        customers,
        today,
        balances(documents, _silver(run, "payment"), as_of=run.as_of),
        next_product(ordered, basis.rules),
        as_of=run.as_of,
        money=run.project.file.reporting_currency,
        standards=basis.standards,
        segments=run.project.file.segments,
    )
    return hold("measures", rows), basis


def as_metrics(run: Run, metrics: list[Metric]) -> DataFrame:
    """This run's rows of ops.metric."""
    at = datetime.now(UTC)
    return local_rows(run.spark, [(run.run_id, *metric, at) for metric in metrics], METRIC.schema)


def _basis(
    run: Run, keep: Keep, past: DataFrame, bought: DataFrame, ordered: DataFrame, timeline: DataFrame
) -> Basis:
    """What is found in all customers.

    Args:
        past: facts of sampled customers at forecasts.PAST.
        bought: purchases() of all.
        ordered: baskets() of all.
        timeline: gold.timeline, whole.
    """
    money = run.project.file.reporting_currency
    learnt_from = past.transform(forecasts.beside_average).transform(forecasts.examples).toArrow()
    churn, value = forecasts.try_churn(learnt_from), forecasts.try_value(learnt_from)
    standards = Standards.found(
        bought, made_from=_made_from(run), churn=churn.published, value=value.published
    )
    rules = keep("rules", product_rules(ordered))
    months = keep("months", by_month(timeline, as_of=run.as_of))
    tried = errors(months, as_of=run.as_of).orderBy("currency").collect()
    better = [row["currency"] for row in tried if row["error"] < row["baseline_error"]]
    expected = keep("cash_flow", cash_flow(months, as_of=run.as_of, published=better))
    metrics = [
        _told(run, "churn_risk", churn, "nats"),
        _told(run, "lifetime_value_forecast", value, money),
        *((f"cash_flow.{name}", error, baseline, name, name in better) for name, error, baseline in tried),
    ]
    one = local_rows(run.spark, [standards.row], POPULATION_STATISTICS.schema)
    return Basis(
        standards, rules, metrics, {POPULATION_STATISTICS: one, PRODUCT_RULE: rules, CASH_FLOW: expected}
    )


def _made_from(run: Run) -> str:
    """A hash of the day and of conf, and of what forecasts go by."""
    file = run.project.file
    told = (
        str(run.as_of),
        file.reporting_currency,
        file.orders_are_invoiced,
        [segment.model_dump() for segment in file.segments],
        forecasts.FEATURES,
    )
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _silver(run: Run, name: str) -> DataFrame:
    return run.storage.read_or_empty(TABLES[f"silver.{name}"])


def _told(run: Run, metric: str, trial: Trial, unit: str | None) -> Metric:
    if not trial.is_better:
        logs.unpublished(metric, trial.why_not or "no better than its baseline", run_id=run.run_id)
    return metric, trial.error, trial.baseline, unit, trial.is_better
