"""What publish finds in all customers together: statistics, product rules, cash flow, and how forecasts did."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.gold.finance.cash_flow import by_month, cash_flow, errors
from cdi_spark.gold.measures import forecasts
from cdi_spark.gold.measures.forecasts import Trial
from cdi_spark.gold.measures.linear_model import FEATURES, LinearModel
from cdi_spark.gold.measures.next_product import product_rules
from cdi_spark.gold.measures.population_statistics import PopulationStatistics
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
    RATE,
    Table,
)
from cdi_spark.spark.local_rows import Materialise, local_rows

Metric = tuple[str, float | None, float | None, str | None, bool]
# If one of these tables changed since the last release, all customers are looked at again.
_DEPENDS_ON = (*EVENT_TABLES, RATE, LEDGER_ENTRY, CONVERSION, POPULATION_STATISTICS, PRODUCT_RULE, CASH_FLOW)


@dataclass(frozen=True)
class Population:
    """What was found in all customers together.

    Attributes:
        rules: gold.product_rule.
        metrics: per forecast, the columns of ops.metric from `metric` to `is_published`.
        tables: the tables to replace; empty if they are those of the last release.
    """

    statistics: PopulationStatistics
    rules: DataFrame
    metrics: list[Metric]
    tables: Mapping[Table, DataFrame] = field(default_factory=dict)


def released_population(run: Run) -> Population | None:
    """What the last release found; None if the date, the configuration or an event has changed since.

    A full run uses it too, so that it gives the same result as an incremental run.
    """
    release_id = run.storage.as_released(*(table.name for table in _DEPENDS_ON))
    if release_id is None:
        return None
    statistics = run.storage.read_or_empty(POPULATION_STATISTICS).first()
    if statistics is None or statistics["made_from"] != _made_from(run):
        return None
    of_release = run.storage.read(METRIC.name).where(F.col("run_id") == release_id)
    metrics = [(r.metric, r.value, r.baseline, r.unit, r.is_published) for r in of_release.collect()]
    return Population(PopulationStatistics.of(statistics), run.storage.read(PRODUCT_RULE.name), metrics)


def compute_population(
    run: Run,
    materialise: Materialise,
    *,
    past: DataFrame,
    bought: DataFrame,
    baskets: DataFrame,
    timeline: DataFrame,
) -> Population:
    """Compute what is found in all customers together.

    Args:
        past: facts() of sampled customers at forecasts.PAST.
        bought: purchases() of all customers.
        baskets: baskets() of all customers.
        timeline: gold.timeline of all customers.
    """
    money = run.project.file.reporting_currency
    training = past.transform(forecasts.with_average).transform(forecasts.examples).toArrow()
    churn, value = forecasts.try_churn(training), forecasts.try_value(training)
    statistics = PopulationStatistics.of_customers(
        bought, made_from=_made_from(run), churn=churn.published, value=value.published
    )
    rules = materialise("rules", product_rules(baskets))
    months = materialise("months", by_month(timeline, as_of=run.as_of))
    tried = errors(months, as_of=run.as_of).orderBy("currency").collect()
    better = [row["currency"] for row in tried if row["error"] < row["baseline_error"]]
    expected = materialise("cash_flow", cash_flow(months, as_of=run.as_of, published=better))
    metrics = [
        _metric(run, "churn_risk", churn, "nats"),
        _metric(run, "lifetime_value_forecast", value, money),
        *((f"cash_flow.{name}", error, baseline, name, name in better) for name, error, baseline in tried),
    ]
    row = local_rows(run.spark, [statistics.row], POPULATION_STATISTICS.schema)
    return Population(
        statistics, rules, metrics, {POPULATION_STATISTICS: row, PRODUCT_RULE: rules, CASH_FLOW: expected}
    )


def metric_rows(run: Run, metrics: list[Metric]) -> DataFrame:
    """This run's rows of ops.metric."""
    at = datetime.now(UTC)
    return local_rows(run.spark, [(run.run_id, *metric, at) for metric in metrics], METRIC.schema)


def _made_from(run: Run) -> str:
    """A hash of the date and the configuration that statistics and forecasts depend on."""
    file = run.project.file
    values = (
        str(run.as_of),
        file.reporting_currency,
        file.orders_are_invoiced,
        [segment.model_dump() for segment in file.segments],
        FEATURES,
        # A model that is stored in another shape cannot be read back.
        [part.name for part in fields(LinearModel)],
    )
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()


def _metric(run: Run, metric: str, trial: Trial, unit: str | None) -> Metric:
    if not trial.is_better:
        logs.unpublished(metric, trial.why_not or "no better than its baseline", run_id=run.run_id)
    return metric, trial.error, trial.baseline, unit, trial.is_better
