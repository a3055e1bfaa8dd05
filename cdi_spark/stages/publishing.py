"""The stage publish: golden records, held against their gates, then released."""

from __future__ import annotations

from collections.abc import Callable

from pyspark.sql import DataFrame

from cdi_spark.gold import changes, marts, survivorship
from cdi_spark.gold.customer_360 import customer_360
from cdi_spark.stages.run import Counts, Run, begins_anew, hold_against_gates, side_by_side
from cdi_spark.tables import ATTRIBUTE, CUSTOMER_360, EVENT_TABLES, MEMBER, PERSON, TABLES, Table, mart

Keep = Callable[[str, DataFrame], DataFrame]
Events = dict[str, DataFrame]


def publish(run: Run) -> Counts:
    """Choose the surviving values, hold gold against its gates, and only then put it in place and release it.

    Of what was published before, only customers and events of which something changed are made anew.
    """
    events = {
        table.name.removeprefix("silver."): run.storage.read(table.name)
        for table in EVENT_TABLES
        if run.storage.exists(table.name)
    }
    anew = begins_anew(run, "publish")
    with run.storage.scratch(few=not anew) as keep:
        members = run.storage.read(MEMBER.name).where("valid_to IS NULL")
        inputs = changes.inputs(run.storage.read(PERSON.name), members, events)
        how = run.project.survivorship.model_dump_json()
        if anew:
            _publish_all(run, changes.touched(inputs, how=how), members, events, keep)
        else:
            before = {table: run.storage.read_or_empty(table) for table in _tables(events)}
            held = {name: before[_mart(name)] for name in events}
            touched = changes.touched(inputs, how=how, published=before[CUSTOMER_360], marts=held)
            _publish_changes(run, keep("touched", touched), before, members, events, keep)
    run.storage.release(run.run_id)
    return run.storage.counts(*(table.name for table in _tables(events)))


def _publish_all(run: Run, touched: DataFrame, members: DataFrame, events: Events, keep: Keep) -> None:
    ready = _made(run, touched, members, events, keep)
    for name, rows in events.items():
        ready[_mart(name)] = keep(f"gold_{name}", marts.with_entity(rows, members))
    hold_against_gates(run, {table.name: rows for table, rows in ready.items()})
    side_by_side(lambda table: run.storage.replace(table, ready[table]), list(ready))


def _publish_changes(
    run: Run,
    touched: DataFrame,
    before: dict[Table, DataFrame],
    members: DataFrame,
    events: Events,
    keep: Keep,
) -> None:
    names = [row["table"] for row in touched.select("table").distinct().collect()]
    keys = {name: changes.of_table(touched, name) for name in names}

    def made_of(name: str) -> dict[Table, DataFrame]:
        chosen = keys[name]
        if name != changes.CUSTOMER:
            rows = events[name].join(chosen, chosen.columns, "left_semi")
            return {_mart(name): keep(f"gold_{name}", marts.with_entity(rows, members))}
        theirs = keep("members", members.join(chosen, chosen.columns, "left_semi"))
        of_theirs = {n: rows.join(theirs, "record_id", "left_semi") for n, rows in events.items()}
        return _made(run, touched, theirs, of_theirs, keep)

    ready = dict(zip(names, side_by_side(made_of, names), strict=True))
    whole = dict(before)
    for name, made in ready.items():
        for table, rows in made.items():
            stay = before[table].join(keys[name], keys[name].columns, "left_anti")
            whole[table] = stay.unionByName(rows)
    hold_against_gates(run, {table.name: rows for table, rows in whole.items()})
    writes = [(table, keys[name], rows) for name, made in ready.items() for table, rows in made.items()]
    side_by_side(lambda write: run.storage.replace_of(*write), writes)


def _made(
    run: Run, touched: DataFrame, members: DataFrame, events: Events, keep: Keep
) -> dict[Table, DataFrame]:
    """Customers, and the values that they are chosen from, of these members."""
    customers = changes.touched_customers(touched)
    persons = run.storage.read(PERSON.name)
    values = survivorship.attribute_values(persons, members, survivorship=run.project.survivorship)
    attributes = keep("attributes", values)
    golden = survivorship.golden_records(attributes)
    rows = keep("customers", customer_360(customers, golden, persons, members, events))
    return {ATTRIBUTE: attributes, CUSTOMER_360: rows}


def _tables(events: Events) -> list[Table]:
    return [ATTRIBUTE, CUSTOMER_360, *map(_mart, events)]


def _mart(name: str) -> Table:
    return mart(TABLES[f"silver.{name}"])
