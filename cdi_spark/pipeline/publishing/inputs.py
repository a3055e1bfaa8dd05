"""What publish starts from: the tables that it reads, and what still holds of the last release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pyspark.sql import DataFrame

from cdi_spark.gold.finance.money import conversion, exchange_rates
from cdi_spark.monitoring import logs
from cdi_spark.pipeline.active import judgement_closure
from cdi_spark.pipeline.publishing.population import Population, released_population
from cdi_spark.pipeline.run import Run
from cdi_spark.schema import (
    ATTRIBUTE,
    CONTENT_CHANGE,
    CONVERSION,
    CUSTOMER_360,
    JOURNEY,
    MEASURE,
    MEMBER,
    OVERRIDE,
    PERSON,
    RATE,
    TIMELINE,
    Table,
)
from cdi_spark.spark.local_rows import Materialise, local_rows
from cdi_spark.stewardship.judgements import must_links
from cdi_spark.stewardship.overrides import active_overrides

# Tables whose rows belong to one customer each.
CUSTOMER_TABLES = (ATTRIBUTE, CUSTOMER_360, JOURNEY, MEASURE)


@dataclass(frozen=True)
class Inputs:
    """What publish starts from.

    Attributes:
        rebuild: recompute all customers, and replace every table.
        persons: silver.person.
        members: the current rows of entities.member.
        overrides: the active rows of entities.override.
        must_links: must_links() between live records.
        timeline: gold.timeline of all customers; on disk unless `is_incremental`.
        conversion: gold.conversion, if this run replaces it.
        population: what the last release found in all customers, if it still holds.
        published: the customer tables as they are; empty on a rebuild.
    """

    rebuild: bool
    persons: DataFrame
    members: DataFrame
    overrides: DataFrame
    must_links: DataFrame
    timeline: DataFrame
    conversion: DataFrame | None
    population: Population | None
    published: Mapping[Table, DataFrame]

    @property
    def is_incremental(self) -> bool:
        """Whether only changed customers get new measures; otherwise all customers do."""
        return self.population is not None and not self.rebuild


def read_inputs(run: Run, materialise: Materialise, *, rebuild: bool) -> Inputs:
    """Read the tables that publish starts from, and find out what of the last release still holds."""
    population = released_population(run)
    converted = None if population else changed_conversion(run, materialise)
    timeline = read_view(run, TIMELINE.name, converted)
    if population is None or rebuild:
        # The timeline is a union of all events, and is read many times.
        timeline = run.storage.materialise_to_disk("timeline_of_all", timeline)
    persons = run.storage.read(PERSON.name)
    return Inputs(
        rebuild=rebuild,
        persons=persons,
        members=run.storage.read(MEMBER.name).where("valid_to IS NULL"),
        overrides=active_overrides(
            run.storage.read_or_empty(OVERRIDE),
            run.storage.read_or_empty(CONTENT_CHANGE),
            survivorship=run.project.survivorship,
        ),
        must_links=must_links(judgement_closure(run), persons.where("NOT is_deleted")),
        timeline=timeline,
        conversion=converted,
        population=population,
        published={} if rebuild else {table: run.storage.read_or_empty(table) for table in CUSTOMER_TABLES},
    )


def changed_conversion(run: Run, materialise: Materialise) -> DataFrame | None:
    """gold.conversion from the rates as they are now; None if the table in place is already made from them."""
    to = run.project.file.reporting_currency
    if run.storage.as_released(RATE.name, CONVERSION.name):
        row = run.storage.read_or_empty(CONVERSION).select("to_currency").first()
        if (row and row["to_currency"]) == to:
            return None
    logs.doing("converting currencies")
    if to is None:
        return local_rows(run.spark, [], CONVERSION.schema)
    rates = materialise("rates", exchange_rates(run.storage.read_or_empty(RATE)))
    return materialise("conversion", conversion(rates, to=to))


def read_view(run: Run, name: str, converted: DataFrame | None) -> DataFrame:
    """A view of gold, with the conversion that this run is going to write."""
    return run.storage.read(name, instead={} if converted is None else {CONVERSION.name: converted})
