"""A company small enough to run many times: its customers and orders of yesterday and of today."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from cdi_spark.config import load_project
from cdi_spark.pipeline.run import Run
from cdi_spark.pipeline.runner import STAGES, run_stages
from cdi_spark.schema import LEASE
from cdi_spark.storage import Storage
from tests.paths import ROOT

GIVEN = ("Anna", "Bela", "Carl", "Dora", "Emil", "Frida", "Gustav", "Hanna", "Ivo", "Jana")
FAMILY = ("Abel", "Brandt", "Conrad", "Dorn", "Eckert", "Falk")
GOLD = ("gold.customer_360", "gold.attribute")

# A day of its own: tests compare runs of two days when they pass midnight.
PROJECT = "name: tiny\nas_of: 2026-11-30\n"
CUSTOMERS = """
name: crm
path: "{folder}/customers/*.csv"
format: csv
key: id
updated_at: try_cast(seen as timestamp)
load: snapshot
emits:
  - table: person
    columns: {given_name: given, family_name: family, emails: array(mail), birth_date: try_cast(born as date)}
"""
ORDERS = """
name: shop
path: "{folder}/orders/*.jsonl"
format: jsonl
key: id
load: changes
emits:
  - table: order
    person: customer
    person_source: crm
    columns: {amount: amount, ordered_at: try_cast(at as timestamp), currency: "'EUR'"}
"""
QUALITY = """
table: silver.person
rules: {born_before_2005: birth_date < date'2005-01-01'}
"""


@dataclass(frozen=True)
class FirstDay:
    """A company after its first run: conf, warehouse, and outcome()."""

    conf: Path
    storage: Storage
    outcome: dict[str, list[str]]

    def copy(self, folder: Path) -> FirstDay:
        """Copy the company to an empty folder, where it can be changed."""
        warehouse = shutil.copytree(self.storage.warehouse, folder / "warehouse")
        return FirstDay(make(folder), Storage(self.storage.spark, warehouse), self.outcome)


def make(folder: Path) -> Path:
    """Write the conf folder and yesterday's files; return the conf folder."""
    conf = folder / "conf"
    texts = {"project": PROJECT, "sources/crm": CUSTOMERS, "sources/shop": ORDERS, "quality/person": QUALITY}
    for name, text in texts.items():
        path = conf / f"{name}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("{folder}", str(folder)))
    _write(folder, range(60), day=1)
    return conf


def change(folder: Path) -> None:
    """Write today's files: some people are new, some are gone, and record 31 is now the person of record 30."""
    (folder / "customers" / "1.csv").unlink()
    _write(folder, range(10, 72), day=2)


def truth(*, day: int) -> dict[str, str]:
    """Return by record the first record of its person; people born too late are in quarantine."""
    people = [i for i in (range(60) if day == 1 else range(10, 72)) if _same(i, day) < 55]
    first: dict[int, int] = {}
    return {f"crm:{i}": f"crm:{first.setdefault(_same(i, day), i)}" for i in people}


def _same(i: int, day: int) -> int:
    """Return the person of a record: every third record is the person of the one before."""
    if day == 2 and i == 31:
        return 30
    return i - 1 if i % 3 == 2 else i


def _write(folder: Path, people: range, *, day: int) -> None:
    rows = ["id,given,family,mail,born,seen"]
    orders = []
    for i in people:
        same = _same(i, day)
        given, family = GIVEN[same % len(GIVEN)], FAMILY[same % len(FAMILY)]
        mail = f"{given}.{family}{same}@gmx.de".lower()
        rows.append(f"{i},{given},{family},{mail},{1950 + same}-03-{same % 28 + 1:02},2024-01-0{day}")
        orders.append(
            json.dumps({"id": f"{day}-{i}", "customer": f"{i}", "amount": f"{i}.50", "at": "2024-01-05"})
        )
    for name, lines in ((f"customers/{day}.csv", rows), (f"orders/{day}.jsonl", orders)):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("\n".join(lines) + "\n")


def run(spark: SparkSession, conf: Path, warehouse: Path, *stages: str) -> Storage:
    storage = Storage(spark, warehouse)
    list(run_stages(Run(load_project(conf), storage), stages or list(STAGES)))
    return storage


def killed(conf: Path, warehouse: Path, stages: str, count: int, moment: str, delay: float = 0.1) -> bool:
    """Run the stages in another process that kills itself; return whether it did."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.killed_run", conf, warehouse, stages, str(count), moment, str(delay)],
        cwd=ROOT, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    if done.returncode not in (0, -9):
        raise AssertionError(done.stderr[-3000:])
    return done.returncode == -9


def released_gold(storage: Storage) -> dict[str, list[str]]:
    """Return the rows of released gold as text."""
    return {name: _texts(storage.query(f"SELECT * FROM {name}")) for name in GOLD}


def outcome(storage: Storage) -> dict[str, list[str]]:
    """Return the result of a run without ids and times: gold with each entity named by its first record."""
    members = storage.read("entities.member").where("valid_to IS NULL")
    names = members.groupBy("entity_id").agg(F.min("record_id").alias("named"))
    found = {
        name: _texts(storage.query(f"SELECT * FROM {name}").join(names, "entity_id").drop("entity_id"))
        for name in (*GOLD, "gold.order")
    }
    found["members"] = sorted(
        f"{r[0]} {r[1]}" for r in members.join(names, "entity_id").select("record_id", "named").collect()
    )
    found["quarantine"] = _texts(storage.read("silver.quarantine"))
    # Every entity has an event of its creation, and every event an entity.
    events = storage.read("entities.event")
    ever = storage.read("entities.member").select("entity_id").distinct()
    found["unborn"] = _texts(
        ever.join(events.where("kind in ('created', 'split')"), "entity_id", "left_anti")
    )
    found["never lived"] = _texts(events.join(ever, "entity_id", "left_anti").select("entity_id"))
    return found


def every_table(storage: Storage) -> dict[str, list[str]]:
    """Return all rows of all tables without ids and times of runs; entities are named by their first records."""
    named = (
        storage.read("entities.member").groupBy("entity_id").agg(F.min("record_id").alias("named")).collect()
    )
    found = {}
    for log in Path(storage.warehouse).glob("*/*/_delta_log"):
        name = f"{log.parent.parent.name}.{log.parent.name}"
        if name == LEASE.name:
            continue
        texts = "\n".join(_texts(storage.read(name).drop(*_OF_A_RUN)))
        for row in named:
            texts = texts.replace(row["entity_id"], row["named"])
        # Newer times are those of the run: the company's data is older.
        found[name] = sorted(re.sub(r"20(2[5-9]|[3-9]\d)-\d\d-\d\dT[\d:.]+Z", "then", texts).splitlines())
    return found


# Columns with ids of runs and models, and durations.
_OF_A_RUN = ("run_id", "_run_id", "event_id", "model_id", "seconds", "made_from", "versions", "release_id")


def _texts(rows: DataFrame) -> list[str]:
    return sorted(row[0] for row in rows.select(F.to_json(F.struct("*"))).collect())
