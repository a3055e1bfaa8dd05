"""Step 2 of publish: golden records, journeys, measures and statistics, computed but not yet visible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from pyspark.sql import DataFrame

from cdi_spark.gold.customer import survivorship
from cdi_spark.gold.customer.confidence import weakest_links
from cdi_spark.gold.customer.customer_360 import customer_360
from cdi_spark.gold.customer.journey import first_seen, journey, state_on
from cdi_spark.gold.measures import forecasts
from cdi_spark.gold.measures.balances import balances
from cdi_spark.gold.measures.compute import measures, purchases
from cdi_spark.gold.measures.facts import facts
from cdi_spark.gold.measures.next_product import baskets, next_product
from cdi_spark.linkage.model.link_rules import as_links
from cdi_spark.monitoring import logs
from cdi_spark.pipeline.publishing.plan import Plan
from cdi_spark.pipeline.publishing.population import Metric, Population, compute_population
from cdi_spark.pipeline.run import Run
from cdi_spark.schema import ATTRIBUTE, CONVERSION, CUSTOMER_360, JOURNEY, MEASURE, PAIR, TABLES, Table
from cdi_spark.spark.local_rows import Materialise


@dataclass(frozen=True)
class Gold:
    """What publish has computed and not yet written.

    Attributes:
        of_changed: per customer table, the rows of the changed customers.
        replaced: tables that are replaced as a whole.
        metrics: Population.metrics.
    """

    of_changed: Mapping[Table, DataFrame]
    replaced: Mapping[Table, DataFrame]
    metrics: list[Metric]


def compute_gold(run: Run, plan: Plan, materialise: Materialise) -> Gold:
    """Compute all tables of gold: rows of changed customers, and tables that cover all customers."""
    of_changed = compute_customers(run, plan, materialise)
    measured, population = compute_measures(run, plan, of_changed[CUSTOMER_360], materialise)
    replaced = dict(population.tables)
    if plan.inputs.conversion is not None:
        replaced[CONVERSION] = plan.inputs.conversion
    if plan.inputs.is_incremental:
        of_changed[MEASURE] = measured
    else:
        replaced[MEASURE] = measured
    return Gold(of_changed, replaced, population.metrics)


def compute_customers(run: Run, plan: Plan, materialise: Materialise) -> dict[Table, DataFrame]:
    """gold.attribute, gold.journey and gold.customer_360 of the changed customers."""
    inputs = plan.inputs
    logs.doing("choosing the values that survive")
    attributes = materialise(
        "attributes",
        survivorship.attribute_values(
            inputs.persons, plan.members, inputs.overrides, survivorship=run.project.survivorship
        ),
    )
    seen = first_seen(inputs.persons, plan.members)
    states = materialise(
        "states", journey(plan.timeline, seen, states=run.project.file.states, as_of=run.as_of)
    )
    logs.doing("building one row per customer")
    pairs = as_links(run.storage.read_or_empty(PAIR)).select(*inputs.must_links.columns)
    customers = materialise(
        "customers",
        customer_360(
            plan.changed.where("made_from IS NOT NULL"),
            survivorship.golden_records(attributes),
            inputs.persons,
            plan.members,
            plan.timeline,
            states.transform(state_on, as_of=run.as_of),
            weakest_links(pairs.unionByName(inputs.must_links), plan.members),
        ),
    )
    return {ATTRIBUTE: attributes, CUSTOMER_360: customers, JOURNEY: states}


def compute_measures(
    run: Run, plan: Plan, changed: DataFrame, materialise: Materialise
) -> tuple[DataFrame, Population]:
    """gold.measure of the changed customers, or of all customers where the population changed or on a rebuild.

    Args:
        changed: gold.customer_360 of the changed customers.
    """
    inputs, population = plan.inputs, plan.inputs.population
    if inputs.is_incremental:
        customers, timeline, hold = changed, plan.timeline, materialise
    else:
        # All customers: more than the driver should hold.
        customers, timeline = plan.whole(CUSTOMER_360, changed), inputs.timeline
        hold = run.storage.materialise_to_disk
    facts_of = partial(facts, as_of=run.as_of, orders_are_invoiced=run.project.file.orders_are_invoiced)
    logs.doing("measuring customers")
    today = hold("today", timeline.transform(facts_of, days_back=(0,)))
    ordered = hold("baskets", baskets(timeline, _silver(run, "order_line"), as_of=run.as_of))
    if population is None:
        logs.doing("testing forecasts on past years")
        sampled = timeline.where(forecasts.is_sampled(customers.count()))
        past = hold("past", sampled.transform(facts_of, days_back=forecasts.PAST))
        bought = purchases(customers, today)
        population = compute_population(
            run, materialise, past=past, bought=bought, baskets=ordered, timeline=timeline
        )
    # A customer's invoices may be paid by others.
    payments = inputs.timeline.where("event = 'payment'")
    documents = timeline.where("event <> 'payment'").unionByName(payments)
    rows = measures(
        customers,
        today,
        balances(documents, _silver(run, "payment"), as_of=run.as_of),
        next_product(ordered, population.rules),
        as_of=run.as_of,
        money=run.project.file.reporting_currency,
        statistics=population.statistics,
        segments=run.project.file.segments,
    )
    return hold("measures", rows), population


def _silver(run: Run, name: str) -> DataFrame:
    return run.storage.read_or_empty(TABLES[f"silver.{name}"])
