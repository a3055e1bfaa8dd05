"""The stage publish: golden records, held against their gates, then released."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.entities.judgements import must_links
from cdi_spark.gold import changes, survivorship
from cdi_spark.gold.confidence import weakest_links
from cdi_spark.gold.customer_360 import customer_360
from cdi_spark.gold.finance import hold_against_ledger
from cdi_spark.gold.journey import first_seen, journey, state_on
from cdi_spark.gold.money import conversion
from cdi_spark.linkage.link_rules import as_links
from cdi_spark.rows import local_rows
from cdi_spark.stages.measuring import measured
from cdi_spark.stages.run import Counts, Run, begins_anew, hold_against_gates, side_by_side
from cdi_spark.stages.standing import judged_sides, model_in_force
from cdi_spark.tables import (
    ATTRIBUTE,
    CONVERSION,
    CUSTOMER_360,
    JOURNEY,
    LEDGER_ENTRY,
    MARTS,
    MEASURE,
    MEMBER,
    METRIC,
    OVERRIDE,
    PAIR,
    PERSON,
    RATE,
    TIMELINE,
)

# What is written of touched customers only.
_OF_CUSTOMERS = (ATTRIBUTE, CUSTOMER_360, JOURNEY)


def publish(run: Run) -> Counts:
    """Choose the surviving values, hold gold against its gates, and only then put it in place and release it.

    Of what was published before, only customers of whom something changed are made anew; measures are, of all: they
    change with the day and with what others do.
    """
    anew = begins_anew(run, "publish")
    _convert(run, anew=anew)
    persons = run.storage.read(PERSON.name)
    members = run.storage.read(MEMBER.name).where("valid_to IS NULL")
    rules = run.project.survivorship
    overrides = survivorship.standing_overrides(run.storage.read_or_empty(OVERRIDE), survivorship=rules)
    must = must_links(judged_sides(run), persons.where("NOT is_deleted"))
    links = as_links(run.storage.read_or_empty(PAIR)).select(*must.columns).unionByName(must)
    before = {} if anew else {table: run.storage.read_or_empty(table) for table in _OF_CUSTOMERS}
    with run.storage.scratch(few=not anew) as keep:
        # A union of all events: read many times below, made once.
        timeline = whole_timeline = run.storage.write_down("whole_timeline", run.storage.read(TIMELINE.name))
        touched = changes.touched(
            persons,
            members,
            timeline,
            _decisions(overrides, must),
            how=_how(run),
            as_of=run.as_of,
            published=before.get(CUSTOMER_360),
        )
        if not anew:
            touched = keep("touched", touched)
            members = keep("members", members.join(touched.select("entity_id"), "entity_id", "left_semi"))
            timeline = keep("timeline", timeline.join(touched.select("entity_id"), "entity_id", "left_semi"))
        values = survivorship.attribute_values(persons, members, overrides, survivorship=rules)
        attributes = keep("attributes", values)
        states = keep(
            "states",
            journey(timeline, first_seen(persons, members), states=run.project.file.states, as_of=run.as_of),
        )
        rows = customer_360(
            touched.where("made_from IS NOT NULL"),
            survivorship.golden_records(attributes),
            persons,
            members,
            timeline,
            states.transform(state_on, as_of=run.as_of),
            weakest_links(links, members),
        )
        ready = {ATTRIBUTE: attributes, CUSTOMER_360: keep("customers", rows), JOURNEY: states}
        survivorship.hold_provenance(ready[CUSTOMER_360], attributes)
        keys = touched.select("entity_id")
        whole = {
            table.name: before[table].join(keys, "entity_id", "left_anti").unionByName(rows)
            if before
            else rows
            for table, rows in ready.items()
        }
        told, metrics = measured(run, keep, whole[CUSTOMER_360.name], whole_timeline)
        whole |= {table.name: rows for table, rows in told.items()}
        views = {
            table.name: run.storage.read(table.name) for table in MARTS if table.name in run.project.quality
        }
        hold_against_gates(run, {**whole, **views})
        if run.storage.exists(LEDGER_ENTRY.name):
            hold_against_ledger(whole_timeline, run.storage.read(LEDGER_ENTRY.name))
        run.storage.append(METRIC, metrics, token=f"{run.run_id}:metric")
        side_by_side(lambda table: run.storage.replace(table, told[table]), list(told))
        if anew:
            side_by_side(lambda table: run.storage.replace(table, ready[table]), list(ready))
        elif not keys.isEmpty():
            side_by_side(lambda table: run.storage.replace_of(table, keys, ready[table]), list(ready))
    run.storage.release(run.run_id)
    return run.storage.counts(*(table.name for table in (*_OF_CUSTOMERS, MEASURE)))


def _convert(run: Run, *, anew: bool) -> None:
    """What amounts are worth in the reporting currency: marts read it, so it is in place before them."""
    to = run.project.file.reporting_currency
    if not anew and run.storage.is_as_released(RATE.name, CONVERSION.name):
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
