"""One mapping of a company, run and measured by rows of its files, which both mappings have in common."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote

from pyspark.sql import functions as F

from cdi_spark.config import Emit, Project, Source
from cdi_spark.schema import PERSON
from cdi_spark.standardise.mapping import emit_rows
from cdi_spark.storage import Storage
from tests.benchmarks.companies.company import Company
from tests.benchmarks.quality.engine import entities, standardised
from tests.benchmarks.quality.measures import Measures, measure


@dataclass(frozen=True)
class Found:
    """How right a mapping is.

    Args:
        entities: of the rows that say who somebody is.
        events: share of the rows that name a customer by number whose record is the right person's.
        seconds: linking took so long.
    """

    entities: Measures
    events: float
    seconds: float


def measured(company: Company, project: Project, storage: Storage) -> Found:
    """Run a project over the company's files, and compare what it found with the truth."""
    standardised(project, storage)
    records = _records(project, storage, of_persons=True)
    referred = _records(project, storage, of_persons=False)
    clusters, seconds = entities(project, storage)
    by_row = {row: clusters[record] for row, record in (referred | records).items() if record in clusters}
    person_of = {record: company.people[row] for row, record in records.items() if row in company.people}
    right = sum(person_of.get(referred.get(row, "")) == person for row, person in company.events.items())
    return Found(measure(by_row, company.people), right / len(company.events), seconds)


def _records(project: Project, storage: Storage, *, of_persons: bool) -> dict[str, str]:
    """By `file:row` the record that a row emits, or the one that its event refers to."""
    found: dict[str, str] = {}
    for source in project.sources:
        for emit in source.emits:
            if (emit.table == PERSON.short) is of_persons:
                found |= _records_of(source, emit, storage)
    return found


def _records_of(source: Source, emit: Emit, storage: Storage) -> dict[str, str]:
    landed = storage.read(f"bronze.{source.name}").withColumn("_late", F.lit(False))
    rows = landed.transform(emit_rows, source, emit).where("_status IS NULL AND record_id IS NOT NULL")
    places = rows.select("_file", "_row_number", "record_id").toArrow().to_pylist()
    return {
        f"{PurePosixPath(unquote(row['_file'])).name}:{row['_row_number']}": row["record_id"]
        for row in places
    }
