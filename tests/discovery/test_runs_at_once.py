"""What init writes runs as it is: Spark computes every expression, and no row is quarantined."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

from faker import Faker
from pyspark.sql import SparkSession

from cdi_spark.config import load_project
from cdi_spark.discovery.project import init_project
from cdi_spark.pipeline import Run, run_stage
from cdi_spark.storage import Storage
from tests.discovery.conftest import table

Fake = Callable[[str], Faker]
ROWS = 40


def strangers(fake: Fake, dice: Random) -> dict[str, bytes]:
    """Odd column names, forms of dates, sums and nesting, with values that fit none of them here and there."""
    de, us = fake("de_DE"), fake("en_US")
    clients = [
        [f"{n:06d}", us.first_name(), us.last_name(), us.phone_number(), dice.choice([f"{us.email()}; {us.email()}", "none"]),
         dice.choice([us.date_of_birth().strftime("%m/%d/%y"), "unknown", "13/13/13"]), f"{us.street_address()}\n2nd floor",
         f"{us.city()}, {us.state_abbr()} {us.zipcode()}", f"{1_600_000_000 + n}", dice.choice(["", "Y"])]
        for n in range(ROWS)
    ]  # fmt: skip
    odd = ["Cust. No", "Name (First)", "Name (Last)", "Tel.\nprivate", "E-Mail", "born?", "Straße/Nr.", "city state zip",
           "updated", "is deleted"]  # fmt: skip
    orders = [
        [f"O-{n}", f"{dice.randrange(ROWS):06d}", de.date_time_this_year().strftime("%d.%m.%Y %H:%M"),
         dice.choice(["1.234,50 €", "12,00 €", "-"]), "offen"]
        for n in range(ROWS)
    ]  # fmt: skip
    records = [
        {"user": {"id": f"U{n}", "name": us.name()}, "contacts": [{"type": "mail", "value": us.email()}, {"type": "tel", "value": us.phone_number()}],
         "orders": [{"id": f"{n}-{k}", "date": "2024-02-30" if k else "2024-02-03", "total": "9.5", "lines": [{"sku": "A", "qty": "two" if k else 2}]} for k in range(2)]}
        for n in range(ROWS)
    ]  # fmt: skip
    return {
        "clients.csv": table(odd, clients, delimiter="|").encode("utf-16"),
        "bestellungen.csv": table(["Bestellnr.", "Cust. No", "Bestelldatum", "Betrag", "Status"], orders, delimiter=";").encode("cp1252"),
        "export.json": json.dumps({"data": {"users": records}}).encode(),
    }  # fmt: skip


def test_files_of_strangers_go_through_ingest_and_standardise(
    spark: SparkSession, storage: Storage, tmp_path: Path, fake: Fake, dice: Random
) -> None:
    raw = tmp_path / "raw data"
    raw.mkdir()
    for name, content in strangers(fake, dice).items():
        (raw / name).write_bytes(content)
    init_project(tmp_path / "acme", [raw])
    project = load_project(tmp_path / "acme")
    spark.conf.set("spark.sql.legacy.javaCharsets", project.file.spark["spark.sql.legacy.javaCharsets"])
    job = Run(spark, project, storage)
    try:
        for stage in ("ingest", "standardise"):
            run_stage(job, stage)
    finally:
        spark.conf.unset("spark.sql.legacy.javaCharsets")
    counts = {
        name: storage.read(f"silver.{name}").count() for name in ("person", "order", "order_line", "quarantine")
    }
    assert counts == {"person": 2 * ROWS, "order": 3 * ROWS, "order_line": 2 * ROWS, "quarantine": 0}
    filled = storage.read("silver.person").selectExpr(
        "count(emails)", "count(phones)", "count(birth_date)", "count(family_name)", "count(street)", "count(account_ids)"
    )
    emails, phones, births, family, streets, _ = filled.first() or ()
    assert (family, streets) == (2 * ROWS, ROWS)
    assert emails > ROWS
    assert phones > ROWS / 2
    assert births > ROWS / 4
    whose = storage.read("silver.order").where("record_id is not null").count()
    assert whose == 3 * ROWS
