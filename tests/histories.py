"""Histories of small worlds, in which people come, change and go: incremental runs compared with full runs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from pyspark.sql import SparkSession

from cdi_spark.config import Project
from cdi_spark.pipeline.run import Run
from cdi_spark.pipeline.runner import run_stages
from cdi_spark.schema import CONTENT_CHANGE, JUDGEMENT, OVERRIDE, PERSON, TABLES, Table
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.stewardship.judgements import Judgement, Verdict, active_judgements, find_contradiction
from cdi_spark.storage import Storage

ORDER, LINE, INVOICE, PAYMENT = (
    TABLES[f"silver.{name}"] for name in ("order", "order_line", "invoice", "payment")
)
KEYS = [f"crm:{n}" for n in range(4)] + [f"shop:{n}" for n in range(4)]
Day = tuple[dict[str, dict[str, Any] | None], list[tuple[list[str], str]], list[tuple[str, str | None]]]


def any_day(chance: Random) -> Day:
    """Return the changes of a world on a day: up to three changed records, decisions, and overridden birth dates.

    A changed record has other values, or is deleted. Decisions and overrides may be about records that do not exist;
    an override without a birth date is withdrawn.
    """
    changed = chance.sample(KEYS, chance.randint(0, 3))
    decisions = [
        (
            sorted(chance.sample(KEYS, 2)),
            chance.choice([Verdict.MUST_LINK, Verdict.CANNOT_LINK, Verdict.WITHDRAWN]),
        )
        for _ in range(chance.choice([0, 0, 1, 2]))
    ]
    births = [(chance.choice(KEYS), chance.choice([None, "1980-05-17", "1999-09-09"]))]
    return (
        {key: any_record(chance) if chance.random() < 0.7 else None for key in changed},
        decisions,
        births if chance.random() < 0.3 else [],
    )


def any_record(chance: Random) -> dict[str, Any]:
    """Return a record: those of a world are similar enough to be joined, split, and joined through a third."""
    return {
        "given_name": chance.choice(["Anna", "Ann", "Anne-Marie", "Bertram", "Bert"]),
        "middle_name": chance.choice([None, "Jo"]),
        "birth_date": chance.choice([None, date(1980, 5, 17), date(1980, 5, 11), date(1955, 1, 2)]),
        "emails": chance.choice([None, ["anna"], ["home"], ["anna", "home"]]),
        "phones": chance.choice([None, ["1"], ["2"]]),
        "street": chance.choice([None, "Mill Lane", "High Street"]),
        "orders": chance.randint(0, 2),
    }


# One customer always exists: gold without rows fails its gate.
PERMANENT = {
    "given_name": "Zoe", "middle_name": None, "birth_date": None, "emails": ["zoe"], "phones": None, "street": None,
    "orders": 1, "world": 10_000,
}  # fmt: skip
STAGES = ("score", "resolve", "publish")
# Made by the first run that a record's content changes in.
LATE = ("linkage.departed", "entities.content_change")
COMPARED = (
    "linkage.pair", "linkage.linked", "linkage.departed", "entities.content_change",
    "entities.component", "entities.member", "entities.redirect",
    "gold.customer_360", "gold.attribute", "gold.journey", "gold.order", "gold.measure",
    "gold.population_statistics", "gold.product_rule", "gold.cash_flow",
)  # fmt: skip


@dataclass
class Worlds:
    """Independent worlds in one warehouse, so that one run does a day of all worlds.

    Attributes:
        storage: with a model that was trained elsewhere, and no person.
    """

    storage: Storage
    project: Project
    count: int
    said: dict[str, dict[str, Any]] = field(default_factory=lambda: {"crm:permanent": dict(PERMANENT)})
    day: int = 0
    decided: int = 0
    overridden: int = 0

    def live(self, days: dict[int, Day]) -> None:
        """Do one day: write silver as of that day, run incrementally, and compare with a full run.

        Raises:
            AssertionError: a table differs.
        """
        self.day += 1
        self._decide({world: decisions for world, (_, decisions, _) in days.items()})
        self._override({world: births for world, (_, _, births) in days.items()})
        for world, (records, _, _) in days.items():
            for key, says in records.items():
                name = f"{key}w{world}"
                if says is None:
                    self.said.pop(name, None)
                else:
                    self.said[name] = {**says, "world": world}
        self.write_silver()
        yesterday = Path(self.storage.warehouse)
        other = Storage(self.storage.spark, f"{yesterday}_full")
        shutil.rmtree(other.warehouse, ignore_errors=True)
        shutil.copytree(yesterday, other.warehouse)
        run_id = f"day{self.day}"
        is_same_day = self.day % 2 == 0
        version = version_of(self.storage, "gold.population_statistics") if is_same_day else None
        # Customers lapse between runs without an event; every other run has the same date as the one before.
        today = date(2024, 1, 1) + timedelta(days=200 * ((self.day + 1) // 2))
        file = self.project.file.model_copy(update={"as_of": today})
        project = self.project.model_copy(update={"file": file})
        list(run_stages(Run(project, other, full=True, run_id=run_id), STAGES))
        list(run_stages(Run(project, self.storage, run_id=run_id), STAGES))
        if is_same_day:
            assert {
                version_of(storage, "gold.population_statistics") for storage in (self.storage, other)
            } == {version}
        for name in COMPARED:
            assert rows_of(self.storage, name) == rows_of(other, name), name
        assert events_of(self.storage) == events_of(other)

    def _decide(self, decisions: dict[int, list[tuple[list[str], str]]]) -> None:
        held, rows = active_judgements(*map(self.storage.read_or_empty, (JUDGEMENT, CONTENT_CHANGE))), []
        for world, of_world in decisions.items():
            for keys, verdict in of_world:
                pair = f"{keys[0]}w{world}", f"{keys[1]}w{world}"
                if verdict != Verdict.WITHDRAWN and find_contradiction(held, pair, verdict) is not None:
                    continue
                held = [judgement for judgement in held if judgement.pair != pair]
                at = datetime.now(UTC)
                if verdict != Verdict.WITHDRAWN:
                    held.append(Judgement(*pair, verdict, "ann", "", at))
                self.decided += 1
                rows.append((self.decided, *pair, verdict, "ann", "", at, None, None))
        if rows:
            entries = local_rows(self.storage.spark, rows, JUDGEMENT.schema)
            self.storage.append(JUDGEMENT, entries)

    def _override(self, births: dict[int, list[tuple[str, str | None]]]) -> None:
        rows = []
        for world, of_world in births.items():
            for key, born in of_world:
                self.overridden += 1
                values = None if born is None else [("birth_date", born)]
                at = datetime.now(UTC)
                rows.append(
                    (self.overridden, f"{key}w{world}", "birth_date", values, "ann", "", at, None, None)
                )
        if rows:
            entries = local_rows(self.storage.spark, rows, OVERRIDE.schema)
            self.storage.append(OVERRIDE, entries)

    def write_silver(self) -> None:
        """Write silver.person from `said`, and, every other day, the events."""
        persons: list[tuple[Any, ...]] = []
        events: dict[Table, list[dict[str, Any]]] = {ORDER: [], LINE: [], INVOICE: [], PAYMENT: []}
        for name, says in self.said.items():
            world, family = says["world"], _family(says["world"])
            said = {
                "record_id": name, "source": name.split(":")[0], "key": name.split(":")[1],
                **{column: says[column] for column in ("given_name", "middle_name", "birth_date")},
                "family_name": family,
                "emails": says["emails"] and [f"{user}.{family.lower()}@example.com" for user in says["emails"]],
                "phones": says["phones"] and [f"+4420{world:07d}{n}" for n in says["phones"]],
                "street": says["street"] and f"{world + 1} {says['street']}",
                "postcode": f"N{world % 90 + 1} 1AA", "country": "GB", "trust": 1, "is_deleted": False,
                "updated_at": datetime(2024, 1, 1, tzinfo=UTC), "content_hash": repr(sorted(says.items(), key=str)),
            }  # fmt: skip
            persons.append(tuple(said.get(column) for column in PERSON.names))
            for n in range(says["orders"]):
                event = {"record_id": name, "content_hash": "1", "currency": "GBP", "amount": Decimal(10 + n)}
                key, day = f"{name}:{n}", date(2024, 1 + 6 * n, 1)
                at = datetime(day.year, day.month, day.day, tzinfo=UTC)
                events[ORDER].append({**event, "order_id": key, "ordered_at": at})
                events[INVOICE].append({**event, "invoice_id": key, "issued_on": day, "kind": "invoice"})
                for code in "AB"[: 1 + len(says["given_name"]) % 2]:
                    line = {"order_line_id": f"{key}-{code}", "order_key": key.partition(":")[2]}
                    events[LINE].append({**event, **line, "product_code": code})
                # Another customer paid half of it.
                paid = {"payment_id": key, "paid_invoice_id": key, "paid_on": day, "kind": "payment"}
                events[PAYMENT].append({**event, **paid, "record_id": "crm:permanent", "amount": Decimal(5)})
        spark = self.storage.spark
        self.storage.replace(PERSON, local_rows(spark, persons, PERSON.schema))
        # Every other day has no new events: the statistics of the population stay valid.
        if self.day % 2 == 1 or not self.storage.exists(ORDER.name):
            for table, rows in events.items():
                in_order = [tuple(map(row.get, table.names)) for row in rows]
                self.storage.replace(table, local_rows(spark, in_order, table.schema))


def rows_of(storage: Storage, name: str) -> set[str]:
    """Return the current rows of a table, without their times of validity."""
    rows = storage.read_or_empty(TABLES[name]) if name in LATE else storage.read(name)
    if "valid_to" in rows.columns:
        rows = rows.where("valid_to IS NULL").drop("valid_from", "valid_to", "run_id")
    rows = rows.drop("happened_at")
    return {repr(sorted(row.asDict().items())) for row in rows.collect()}


def version_of(storage: Storage, name: str) -> int:
    history = storage.spark.sql(f"DESCRIBE HISTORY {storage.address(name)} LIMIT 1").collect()
    return int(history[0]["version"])


def events_of(storage: Storage) -> list[tuple[Any, ...]]:
    rows = storage.read("entities.event").collect()
    return sorted((r["run_id"], r["entity_id"], r["kind"], r["before"], r["after"]) for r in rows)


def run_histories(worlds: Callable[[], Worlds], *, warehouses: int, days: int, random: bool) -> None:
    """Run histories in several warehouses of worlds, for several days each.

    Hypothesis draws one number per day, from which all changes of that day follow: its limit on draws would be too low
    for hundreds of worlds.

    Raises:
        AssertionError: an incremental run differs from a full run.
    """

    class Histories(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.worlds = worlds()

        @rule(number=st.integers(0, 2**64 - 1))
        def live(self, number: int) -> None:
            self.worlds.live({n: any_day(Random(f"{number} {n}")) for n in range(self.worlds.count)})

    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=warehouses, stateful_step_count=days, deadline=None, database=None, derandomize=not random,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def with_model(spark: SparkSession, trained: Storage, place: Path) -> Storage:
    """Return an empty warehouse with the model of another."""
    for name in ("model", "term_frequency", "shared_value"):
        shutil.copytree(f"{trained.warehouse}/linkage/{name}", place / "linkage" / name)
    return Storage(spark, place)


def _family(world: int) -> str:
    """Return a family name that is unlike those of other worlds."""
    return "F" + "".join(chr(97 + (world * 7919 // 17**n) % 17 + n) for n in range(6))
