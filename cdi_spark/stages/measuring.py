"""Customer measures and cash flow, as part of the stage publish: forecasts are tried, and told where they are good."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from pyspark.sql import DataFrame

from cdi_spark import logs
from cdi_spark.gold import forecasts
from cdi_spark.gold.balances import balances
from cdi_spark.gold.cash_flow import by_month, cash_flow, errors
from cdi_spark.gold.facts import facts
from cdi_spark.gold.forecasts import Trial
from cdi_spark.gold.measures import measures
from cdi_spark.gold.next_product import next_product
from cdi_spark.rows import Keep, local_rows
from cdi_spark.stages.run import Run
from cdi_spark.tables import CASH_FLOW, MEASURE, METRIC, TABLES, Table

Metric = tuple[str, float | None, float | None, str | None, bool]


def measured(
    run: Run, keep: Keep, customers: DataFrame, timeline: DataFrame
) -> tuple[dict[Table, DataFrame], DataFrame]:
    """gold.measure and gold.cash_flow, whole, from customers and what they did; and this run's rows of ops.metric."""
    told = partial(facts, as_of=run.as_of, orders_are_invoiced=run.project.file.orders_are_invoiced)
    sampled = timeline.where(forecasts.is_sampled(customers.count()))
    past = run.storage.write_down("past", sampled.transform(told, days_back=forecasts.PAST))
    learnt_from = past.transform(forecasts.beside_average).transform(forecasts.examples).toArrow()
    today = run.storage.write_down("today", timeline.transform(told, days_back=(0,)))
    churn, value = forecasts.try_churn(learnt_from), forecasts.try_value(learnt_from)
    money = run.project.file.reporting_currency
    metrics = [_told(run, "churn_risk", churn, "nats"), _told(run, "lifetime_value_forecast", value, money)]
    rows = measures(
        customers,
        today.transform(forecasts.beside_average),
        balances(timeline, _silver(run, "payment"), as_of=run.as_of),
        next_product(timeline, _silver(run, "order_line"), as_of=run.as_of),
        as_of=run.as_of,
        money=money,
        churn=churn.published,
        value=value.published,
        segments=run.project.file.segments,
    )
    expected, of_cash = _cash_flow(run, keep, timeline)
    at = datetime.now(UTC)
    entries = [(run.run_id, *metric, at) for metric in (*metrics, *of_cash)]
    made = {MEASURE: run.storage.write_down("measures", rows), CASH_FLOW: keep("cash_flow", expected)}
    return made, local_rows(run.spark, entries, METRIC.schema)


def _cash_flow(run: Run, keep: Keep, timeline: DataFrame) -> tuple[DataFrame, list[Metric]]:
    months = keep("months", by_month(timeline, as_of=run.as_of))
    tried = errors(months, as_of=run.as_of).orderBy("currency").collect()
    better = [row["currency"] for row in tried if row["error"] < row["baseline_error"]]
    metrics = [
        (f"cash_flow.{currency}", error, baseline, currency, currency in better)
        for currency, error, baseline in tried
    ]
    return cash_flow(months, as_of=run.as_of, published=better), metrics


def _silver(run: Run, name: str) -> DataFrame:
    return run.storage.read_or_empty(TABLES[f"silver.{name}"])


def _told(run: Run, metric: str, trial: Trial, unit: str | None) -> Metric:
    if not trial.is_better:
        logs.unpublished(metric, trial.why_not or "no better than its baseline", run_id=run.run_id)
    return metric, trial.error, trial.baseline, unit, trial.is_better
