"""The stage publish: golden records, held against their gates, then released."""

from __future__ import annotations

from cdi_spark.gold import changes, survivorship
from cdi_spark.gold.customer_360 import customer_360
from cdi_spark.stages.run import Counts, Run, begins_anew, hold_against_gates, side_by_side
from cdi_spark.tables import ATTRIBUTE, CUSTOMER_360, EVENT_TABLES, MARTS, MEMBER, PERSON

_WRITTEN = (ATTRIBUTE, CUSTOMER_360)


def publish(run: Run) -> Counts:
    """Choose the surviving values, hold gold against its gates, and only then put it in place and release it.

    Of what was published before, only customers of whom something changed are made anew.
    """
    events = {
        table.name.removeprefix("silver."): run.storage.read(table.name)
        for table in EVENT_TABLES
        if run.storage.exists(table.name)
    }
    persons = run.storage.read(PERSON.name)
    members = run.storage.read(MEMBER.name).where("valid_to IS NULL")
    how = run.project.survivorship.model_dump_json()
    anew = begins_anew(run, "publish")
    before = {} if anew else {table: run.storage.read_or_empty(table) for table in _WRITTEN}
    with run.storage.scratch(few=not anew) as keep:
        touched = changes.touched(persons, members, events, how=how, published=before.get(CUSTOMER_360))
        if not anew:
            touched = keep("touched", touched)
            members = keep("members", members.join(touched.select("entity_id"), "entity_id", "left_semi"))
            events = {n: rows.join(members, "record_id", "left_semi") for n, rows in events.items()}
        values = survivorship.attribute_values(persons, members, survivorship=run.project.survivorship)
        attributes = keep("attributes", values)
        golden = survivorship.golden_records(attributes)
        living = touched.where("made_from IS NOT NULL")
        customers = keep("customers", customer_360(living, golden, persons, members, events))
        ready = {ATTRIBUTE: attributes, CUSTOMER_360: customers}
        keys = touched.select("entity_id")
        whole = {
            table.name: before[table].join(keys, "entity_id", "left_anti").unionByName(rows)
            if before
            else rows
            for table, rows in ready.items()
        }
        views = {
            table.name: run.storage.read(table.name) for table in MARTS if table.name in run.project.quality
        }
        hold_against_gates(run, {**whole, **views})
        if anew:
            side_by_side(lambda table: run.storage.replace(table, ready[table]), list(ready))
        else:
            side_by_side(lambda table: run.storage.replace_of(table, keys, ready[table]), list(ready))
    run.storage.release(run.run_id)
    return run.storage.counts(*(table.name for table in _WRITTEN))
