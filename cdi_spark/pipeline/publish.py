"""The stage publish: golden records, held against their gates, then released."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.gold.customer import changes, survivorship
from cdi_spark.gold.customer.confidence import weakest_links
from cdi_spark.gold.customer.customer_360 import customer_360
from cdi_spark.gold.customer.journey import first_seen, journey, state_on
from cdi_spark.gold.finance.money import conversion
from cdi_spark.gold.finance.reconciliation import hold_against_ledger
from cdi_spark.linkage.model.link_rules import as_links
from cdi_spark.monitoring import logs
from cdi_spark.pipeline.in_force import judged_sides, model_in_force
from cdi_spark.pipeline.last_runs import Counts
from cdi_spark.pipeline.measuring import as_metrics, basis_in_force, measured
from cdi_spark.pipeline.run import Run, begins_anew, hold_against_gates
from cdi_spark.schema import (
    ATTRIBUTE,
    CASH_FLOW,
    CONVERSION,
    CUSTOMER_360,
    EVENT_TABLES,
    JOURNEY,
    LEDGER_ENTRY,
    MARTS,
    MEASURE,
    MEMBER,
    METRIC,
    OVERRIDE,
    PAIR,
    PERSON,
    POPULATION_STATISTICS,
    PRODUCT_RULE,
    RATE,
    TIMELINE,
    Table,
)
from cdi_spark.spark.local_rows import Keep, local_rows
from cdi_spark.spark.parallel import side_by_side
from cdi_spark.stewardship.judgements import must_links

# What is written of touched customers only, where nothing happened to others.
_OF_CUSTOMERS = (ATTRIBUTE, CUSTOMER_360, JOURNEY, MEASURE)
# What else expectations may be about.
_OTHERS = {table.name for table in (*MARTS, POPULATION_STATISTICS, PRODUCT_RULE, CASH_FLOW)}


def publish(run: Run) -> Counts:
    """Choose the surviving values, hold gold against its gates, and only then put it in place and release it.

    Of what was published before, only customers of whom something changed are made anew. Measures are made of all
    where anything happened since, or the day is another: they change with these, and with what others do.
    """
    anew = begins_anew(run, "publish")
    logs.doing("converting currencies")
    _convert(run)
    basis = basis_in_force(run)
    few = basis is not None and not anew
    persons = run.storage.read(PERSON.name)
    members = run.storage.read(MEMBER.name).where("valid_to IS NULL")
    overrides = survivorship.standing_overrides(
        run.storage.read_or_empty(OVERRIDE), survivorship=run.project.survivorship
    )
    must = must_links(judged_sides(run), persons.where("NOT is_deleted"))
    before = {} if anew else {table: run.storage.read_or_empty(table) for table in _OF_CUSTOMERS}
    with run.storage.scratch(few=not anew) as keep:
        everything = run.storage.read(TIMELINE.name)
        if not few:
            # A union of all events: read many times below, made once.
            everything = run.storage.write_down("everything", everything)
        timeline = everything
        logs.doing("finding the customers that changed")
        touched = changes.touched(
            persons,
            members,
            _decisions(overrides, must),
            None if few else everything.transform(changes.happened),
            how=_how(run),
            as_of=run.as_of,
            published=before.get(CUSTOMER_360),
        )
        if not anew:
            touched = keep("touched", touched)
        keys = touched.select("entity_id")
        if not anew:
            members = keep("members", members.join(keys, "entity_id", "left_semi"))
            of_these = _timeline(run, members) if few else everything.join(keys, "entity_id", "left_semi")
            timeline = keep("timeline", of_these)
        ready = _customers(run, keep, touched, persons, members, timeline, overrides, must)

        def whole(table: Table, rows: DataFrame) -> DataFrame:
            return before[table].join(keys, "entity_id", "left_anti").unionByName(rows) if before else rows

        rows, basis = measured(
            run,
            keep,
            ready[CUSTOMER_360] if few else whole(CUSTOMER_360, ready[CUSTOMER_360]),
            timeline if few else everything,
            everything.where("event = 'payment'"),
            basis=basis,
            hold=keep if few else run.storage.write_down,
        )
        if few:
            ready[MEASURE] = rows
        made = basis.made if few else {**basis.made, MEASURE: rows}
        shown = {t.name: whole(t, r) for t, r in ready.items()} | {t.name: r for t, r in made.items()}
        others = {n: run.storage.read(n) for n in run.project.quality if n in _OTHERS and n not in shown}
        hold_against_gates(run, {**shown, **others})
        if basis.made and run.storage.exists(LEDGER_ENTRY.name):
            hold_against_ledger(everything, run.storage.read(LEDGER_ENTRY.name))
        run.storage.append(METRIC, as_metrics(run, basis.metrics), token=f"{run.run_id}:metric")
        side_by_side(lambda table: run.storage.replace(table, made[table]), list(made), doing=_publishing)
        if anew:
            side_by_side(lambda t: run.storage.replace(t, ready[t]), list(ready), doing=_publishing)
        elif not keys.isEmpty():
            side_by_side(lambda t: run.storage.replace_of(t, keys, ready[t]), list(ready), doing=_publishing)
    logs.doing("releasing gold")
    run.storage.release(run.run_id)
    return run.storage.counts(*(table.name for table in _OF_CUSTOMERS))


def _publishing(table: Table) -> str:
    return f"publishing {table.name}"


def _timeline(run: Run, members: DataFrame) -> DataFrame:
    """gold.timeline of these members, of whose events alone it is made."""
    ids = members.select("record_id")
    events = {
        table.name: run.storage.read_or_empty(table).join(ids, "record_id", "left_semi")
        for table in EVENT_TABLES
    }
    return run.storage.read(TIMELINE.name, instead={**events, MEMBER.name: members})


def _customers(
    run: Run,
    keep: Keep,
    touched: DataFrame,
    persons: DataFrame,
    members: DataFrame,
    timeline: DataFrame,
    overrides: DataFrame,
    must: DataFrame,
) -> dict[Table, DataFrame]:
    """gold.attribute, gold.customer_360 and gold.journey of the customers that are touched.

    Args:
        touched: changes.touched().
        members: entities.member's open rows, of these customers.
        timeline: gold.timeline of these customers.
        overrides: survivorship.standing_overrides().
        must: must_links() of live records.
    """
    values = survivorship.attribute_values(persons, members, overrides, survivorship=run.project.survivorship)
    logs.doing("choosing the values that survive")
    attributes = keep("attributes", values)
    states = keep(
        "states",
        journey(timeline, first_seen(persons, members), states=run.project.file.states, as_of=run.as_of),
    )
    links = as_links(run.storage.read_or_empty(PAIR)).select(*must.columns).unionByName(must)
    rows = customer_360(
        touched.where("made_from IS NOT NULL"),
        survivorship.golden_records(attributes),
        persons,
        members,
        timeline,
        states.transform(state_on, as_of=run.as_of),
        weakest_links(links, members),
    )
    logs.doing("writing one row per customer")
    customers = keep("customers", rows)
    survivorship.hold_provenance(customers, attributes)
    return {ATTRIBUTE: attributes, CUSTOMER_360: customers, JOURNEY: states}


def _convert(run: Run) -> None:
    """What amounts are worth in the reporting currency: marts read it, so it is in place before them."""
    to = run.project.file.reporting_currency
    if run.storage.as_released(RATE.name, CONVERSION.name):
        told = run.storage.read_or_empty(CONVERSION).select("to_currency").first()
        if (told and told["to_currency"]) == to:
            return
    rates = run.storage.read_or_empty(RATE)
    with run.storage.scratch(few=True) as keep:
        rows = conversion(rates, to=to, keep=keep) if to else local_rows(run.spark, [], CONVERSION.schema)
        run.storage.replace(CONVERSION, rows)


def _decisions(overrides: DataFrame, must: DataFrame) -> DataFrame:
    """What of stewards' decisions makes a customer's row another."""
    by_hand = overrides.select("record_id", F.xxhash64(F.lit("override"), "step").alias("content"))
    joined = F.xxhash64(F.lit("must"), "record_id_l", "record_id_r").alias("content")
    return by_hand.unionByName(must.select(F.col("record_id_l").alias("record_id"), joined))


def _how(run: Run) -> str:
    """What of conf decides about a customer's row, and the model whose weights it shows."""
    file, model = run.project.file, model_in_force(run)
    states = [state.model_dump_json() for state in file.states]
    return "|".join([run.project.survivorship.model_dump_json(), *states, model["model_id"] if model else ""])
