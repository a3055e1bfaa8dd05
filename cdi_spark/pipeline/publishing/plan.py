"""Step 1 of publish: which customers changed, and the rows that their golden records are made from."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.gold.customer import changes
from cdi_spark.monitoring import logs
from cdi_spark.pipeline.active import scoring_model
from cdi_spark.pipeline.publishing.inputs import Inputs
from cdi_spark.pipeline.run import Run
from cdi_spark.schema import CUSTOMER_360, EVENT_TABLES, MEMBER, TIMELINE, Table
from cdi_spark.spark.local_rows import Materialise


@dataclass(frozen=True)
class Plan:
    """Which customers are recomputed, and from which rows.

    Attributes:
        changed: changed_customers(); all customers on a rebuild.
        members: the current rows of entities.member of these customers.
        timeline: gold.timeline of these customers.
    """

    inputs: Inputs
    changed: DataFrame
    members: DataFrame
    timeline: DataFrame

    @property
    def entity_ids(self) -> DataFrame:
        """The ids of the changed customers."""
        return self.changed.select("entity_id")

    def whole(self, table: Table, rows: DataFrame) -> DataFrame:
        """A customer table as it will be: what is published of unchanged customers, and new rows of changed ones."""
        if self.inputs.rebuild:
            return rows
        unchanged = self.inputs.published[table].join(self.entity_ids, "entity_id", "left_anti")
        return unchanged.unionByName(rows)


def plan_customers(run: Run, inputs: Inputs, materialise: Materialise) -> Plan:
    """Find the customers that changed since the last publish; on a rebuild, all customers."""
    logs.doing("finding the customers that changed")
    changed = changes.changed_customers(
        inputs.persons,
        inputs.members,
        _decisions(inputs),
        # While the population holds, no event changed.
        None if inputs.is_incremental else inputs.timeline.transform(changes.hash_events),
        rules=_rules(run),
        as_of=run.as_of,
        published=inputs.published.get(CUSTOMER_360),
    )
    if inputs.rebuild:
        return Plan(inputs, changed, inputs.members, inputs.timeline)
    changed = materialise("changed", changed)
    keys = changed.select("entity_id")
    members = materialise("members", inputs.members.join(keys, "entity_id", "left_semi"))
    timeline = (
        _timeline_of(run, members)
        if inputs.is_incremental
        else inputs.timeline.join(keys, "entity_id", "left_semi")
    )
    return Plan(inputs, changed, members, materialise("timeline", timeline))


def _timeline_of(run: Run, members: DataFrame) -> DataFrame:
    """gold.timeline of these members, built from their events only."""
    ids = members.select("record_id")
    events = {
        table.name: run.storage.read_or_empty(table).join(ids, "record_id", "left_semi")
        for table in EVENT_TABLES
        if table.timeline
    }
    return run.storage.read(TIMELINE.name, instead={**events, MEMBER.name: members})


def _decisions(inputs: Inputs) -> DataFrame:
    """The decisions of stewards that change a customer's row: record_id, and a hash of the decision."""
    overridden = inputs.overrides.select("record_id", F.xxhash64(F.lit("override"), "step").alias("content"))
    joined = F.xxhash64(F.lit("must"), "record_id_l", "record_id_r").alias("content")
    return overridden.unionByName(inputs.must_links.select(F.col("record_id_l").alias("record_id"), joined))


def _rules(run: Run) -> str:
    """The configuration that decides a customer's row, and the model whose weights the row shows."""
    file, model = run.project.file, scoring_model(run)
    states = [state.model_dump_json() for state in file.states]
    return "|".join([run.project.survivorship.model_dump_json(), *states, model["model_id"] if model else ""])
