"""The stage publish: golden records, held against their gates, then released."""

from __future__ import annotations

from cdi_spark.gold import customer_360 as c360
from cdi_spark.gold import marts, survivorship
from cdi_spark.stages.run import Counts, Run, gated_rows, side_by_side
from cdi_spark.tables import ATTRIBUTE, CUSTOMER_360, EVENT_TABLES, MEMBER, PERSON, TABLES, mart


def publish(run: Run) -> Counts:
    """Choose the surviving values, hold gold against its gates, and only then put it in place and release it."""
    persons = run.storage.read(PERSON.name)
    members = run.storage.read(MEMBER.name)
    events = {
        table.name.removeprefix("silver."): run.storage.read(table.name)
        for table in EVENT_TABLES
        if run.storage.exists(table.name)
    }
    with run.storage.scratch() as scratch:
        attributes = survivorship.attribute_values(persons, members, survivorship=run.project.survivorship)
        ready = {ATTRIBUTE: scratch(ATTRIBUTE.name, attributes)}
        golden = survivorship.golden_records(ready[ATTRIBUTE])
        customers = c360.customer_360(golden, persons, members, events)
        ready[CUSTOMER_360] = scratch(CUSTOMER_360.name, customers)
        for name, rows in events.items():
            table = mart(TABLES[f"silver.{name}"])
            ready[table] = scratch(table.name, marts.with_entity(rows, members))
        counts = gated_rows(run, {table.name: rows for table, rows in ready.items()})
        side_by_side(lambda table: run.storage.replace(table, ready[table]), list(ready))
    run.storage.release(run.run_id)
    return counts
