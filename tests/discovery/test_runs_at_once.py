"""A drafted project runs at once: Spark computes every expression, and no row fails by a value that does not fit."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random

from faker import Faker
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from cdi_spark.config import load_project
from cdi_spark.connectors.files.deliveries import read_delivery
from cdi_spark.discovery.draft.project import init_project
from cdi_spark.schema import TABLES
from cdi_spark.standardise.mapping import emit_rows
from cdi_spark.standardise.silver import standardise_rows
from tests.discovery.conftest import table

Fake = Callable[[str], Faker]
ROWS = 40


def strangers(fake: Fake, dice: Random) -> dict[str, bytes]:
    """Odd column names, forms of dates, sums and nesting, with values that fit none of them here and there."""
    de, us = fake("de_DE"), fake("en_US")
    clients = [
        [f"{n:06d}", us.first_name(), us.last_name(), us.phone_number(),
         dice.choice([f"{us.free_email()}; {us.free_email()}", "none"]),
         dice.choice([us.date_of_birth().strftime("%m/%d/%y"), "unknown", "13/13/13"]),
         f"{us.street_address()}\n2nd floor",
         f"{us.city()}, {us.state_abbr()} {us.zipcode()}", f"{1_600_000_000 + n}", dice.choice(["", "Y"])]
        for n in range(ROWS)
    ]  # fmt: skip
    odd = ["Cust. No", "Name (First)", "Name (Last)", "Tel.\nprivate", "E-Mail", "born?", "Straße/Nr.",
           "city state zip", "updated", "is deleted"]  # fmt: skip
    orders = [
        [f"O-{n}", f"{dice.randrange(ROWS):06d}", de.date_time_this_year().strftime("%d.%m.%Y %H:%M"),
         dice.choice(["1.234,50 €", "12,00 €", "-"]), "offen"]
        for n in range(ROWS)
    ]  # fmt: skip
    records = [
        {"user": {"id": f"U{n}", "name": us.name()},
         "contacts": [{"type": "mail", "value": us.free_email()}, {"type": "tel", "value": us.phone_number()}],
         "orders": [
             {"id": f"{n}-0", "date": "2024-02-03", "total": "9.5", "lines": [{"sku": "A", "qty": 2}]},
             {"id": f"{n}-1", "date": "2024-02-30", "total": "n/a",
              "lines": [{"sku": "A", "qty": 2 if n % 3 else "two"}]},
         ]}
        for n in range(ROWS)
    ]  # fmt: skip
    german = ["Bestellnr.", "Cust. No", "Bestelldatum", "Betrag", "Status"]
    return {
        "clients.csv": table(odd, clients, delimiter="|").encode("utf-16"),
        "bestellungen.csv": table(german, orders, delimiter=";").encode("cp1252"),
        "users.json": json.dumps({"data": {"users": records}}).encode(),
    }  # fmt: skip


def test_spark_reads_the_files_and_computes_every_expression(
    spark: SparkSession, tmp_path: Path, fake: Fake, dice: Random
) -> None:
    raw = tmp_path / "raw data"
    raw.mkdir()
    for name, content in strangers(fake, dice).items():
        (raw / name).write_bytes(content)
    init_project(tmp_path / "acme", [raw])
    project = load_project(tmp_path / "acme")
    for name, value in project.file.spark.items():
        spark.conf.set(name, value)
    found: dict[str, Counter[str]] = {}
    try:
        for source in project.sources:
            landed = read_delivery(spark, source, run_id="1").rows.withColumn("_late", F.lit(False))
            for emit in source.emits:
                rows = emit_rows(landed, source, emit).transform(
                    standardise_rows,
                    TABLES[f"silver.{emit.table}"],
                    mapped=emit.columns,
                    default_country="US",
                    today=date(2026, 6, 30),
                )
                filled = rows.select(
                    "_status", "_faults", "key", "record_id", *emit.columns.keys() - {"full_name"}
                ).collect()
                found[f"{source.name} {emit.table}"] = Counter(
                    name for row in filled for name, value in row.asDict().items() if value not in (None, [])
                )
    finally:
        for name in project.file.spark:
            spark.conf.unset(name)
    # A fault sends its row to quarantine: values that do not fit must be null instead.
    assert not [table for table, counts in found.items() if counts["_faults"] or counts["_status"]]
    clients, orders, lines = found["clients person"], found["bestellungen order"], found["users order_line"]
    assert clients["key"] == clients["family_name"] == clients["street"] == ROWS
    assert 0 < clients["birth_date"] < ROWS
    assert 0 < clients["emails"] < ROWS
    assert orders["record_id"] == orders["ordered_at"] == ROWS
    assert 0 < orders["amount"] < ROWS
    assert lines["order_key"] == lines["record_id"] == 2 * ROWS
    assert ROWS < lines["quantity"] < 2 * ROWS
    assert found["users order"]["ordered_at"] == ROWS
