"""A new event table is one declaration: no other file names the event tables one by one."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from cdi_spark.gold.finance.money import conversion, exchange_rates
from cdi_spark.schema import CONVERSION, EVENT_TABLES, MEMBER, TABLES
from cdi_spark.schema.declare import AMOUNT, CURRENCY, STRING, TIMESTAMP, Column
from cdi_spark.schema.event_table import EventTable, TimelineEntry, event_columns
from cdi_spark.schema.marts import mart_of, timeline_of
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.storage import Storage
from tests.paths import ROOT

RETURN = EventTable(
    "silver.return",
    "One row per parcel that came back",
    ("return_id",),
    event_columns(
        "return", Column("came_at", TIMESTAMP, "when, UTC"), Column("why", STRING, "reason"), AMOUNT, CURRENCY
    ),
    timeline=(
        TimelineEntry(
            "'returned'", "came_at", also={"subject": "why", "amount": "amount", "currency": "currency"}
        ),
    ),
    priced_on="came_at",
)

DECLARATION = """
from cdi_spark.schema.declare import STRING, TIMESTAMP, Column
from cdi_spark.schema.event_table import FoundBy, TimelineEntry, count_of, event_columns

RETURN = EventTable(
    "silver.return",
    "One row per parcel that came back",
    ("return_id",),
    event_columns("return", Column("came_at", TIMESTAMP, "when, UTC"), Column("why", STRING, "reason")),
    timeline=(TimelineEntry("'returned'", "came_at", also={"subject": "why"}),),
    activity="true",
    fact="return",
    summary=(count_of("return", "number of parcels that came back"),),
    found_by=FoundBy("returns retouren", {}, ("date",), {"came_at": "date", "why": "subject"}),
)
"""
PROJECT = {
    "project.yml": "name: shop\n",
    "sources/returns.yml": "name: returns\npath: returns.csv\nformat: csv\nkey: number\nload: changes\nemits:\n"
    "  - table: return\n    person: customer\n    columns: {came_at: try_cast(at as timestamp), why: reason}\n",
}
SHOWN = '''
import json
from pathlib import Path
from cdi_spark.config import State, load_project
from cdi_spark.discovery.recognise.kinds import event_kind_of
from cdi_spark.governance.data_dictionary import dictionary_page
from cdi_spark.schema import CUSTOMER_360, TABLES
from cdi_spark.standardise.mapping import column_types

page = dictionary_page(load_project(Path("conf")))
print(json.dumps({
    "silver": sorted(column_types(TABLES["silver.return"])),
    "mart": TABLES["gold.return"].names,
    "timeline": "silver.return WHERE true" in TABLES["gold.timeline"].view,
    "states": [name for name in State.FACTS if "return" in name],
    "summary": [name for name in CUSTOMER_360.names if "return" in name],
    "dictionary": [f'id="{name}"' in page for name in ("silver.return", "gold.return")],
    "lineage": "try_cast(at as timestamp)" in page,
    "init": event_kind_of("retouren_2024"),
}))
'''  # fmt: skip


def test_one_declaration_is_all_that_a_new_event_table_takes(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "cdi_spark", tmp_path / "cdi_spark", ignore=shutil.ignore_patterns("__pycache__"))
    events = tmp_path / "cdi_spark" / "schema" / "events" / "__init__.py"
    before, tables, after = events.read_text(encoding="utf-8").partition("EVENT_TABLES: tuple")
    after = after.replace("    CONSENT,", "    CONSENT,\n    RETURN,", 1)
    events.write_text(f"{before}{DECLARATION}\n{tables}{after}", encoding="utf-8")
    for name, text in PROJECT.items():
        file = tmp_path / "conf" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    command = [sys.executable, "-c", SHOWN]
    done = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "silver": ["came_at", "why"],
        "mart": ["entity_id", "return_id", "record_id", "came_at", "why", "content_hash"],
        "timeline": True,
        "states": ["returns", "days_since_return"],
        "summary": ["return_count"],
        "dictionary": [True, True],
        "lineage": True,
        "init": "return",
    }


@pytest.fixture
def returns(spark: SparkSession) -> DataFrame:
    at = datetime(2026, 5, 10, 12, tzinfo=UTC)
    return local_rows(
        spark, [("shop:1", "crm:1", at, "too small", Decimal("9.50"), "EUR", "hash")], RETURN.schema
    )


@pytest.mark.parametrize("view", ["gold.return", "gold.timeline"])
def test_its_events_reach_gold_with_their_customer_and_their_amount_in_the_reporting_currency(
    view: str,
    returns: DataFrame,
    storage: Storage,
    spark: SparkSession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for table in (RETURN, mart_of(RETURN), timeline_of((*EVENT_TABLES, RETURN))):
        monkeypatch.setitem(TABLES, table.name, table)
    since = datetime(2024, 1, 1, tzinfo=UTC)
    rates = local_rows(spark, [], TABLES["silver.rate"].schema)
    rows_of = {
        RETURN.name: returns,
        MEMBER.name: local_rows(spark, [("crm:1", "ann", since, None, "r1")], MEMBER.schema),
        CONVERSION.name: conversion(exchange_rates(rates), to="EUR"),
    }
    [row] = storage.read(view, instead=rows_of).collect()
    assert (row["entity_id"], row["record_id"], row["reporting_amount"]) == ("ann", "crm:1", Decimal("9.500"))
    if view == "gold.timeline":
        assert (row["event"], row["event_id"], row["what"], row["subject"]) == (
            "return", "shop:1", "returned", "too small",
        )  # fmt: skip


NAMES = {table.short for table in EVENT_TABLES}
# Documents about money are a subject of their own: revenue and finance name the three of them.
MOST = 3


def named_in(file: Path) -> set[str]:
    """The event tables that are text constants of a file, whole or with their schema."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    texts = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return NAMES & {text.removeprefix("silver.").removeprefix("gold.") for text in texts}


def test_no_other_file_names_the_event_tables_one_by_one() -> None:
    package = ROOT / "cdi_spark"
    declared_in, made_in = package / "schema" / "events", package / "demo"
    others = [
        file
        for file in package.rglob("*.py")
        if declared_in not in file.parents and made_in not in file.parents
    ]
    assert {file.name: named_in(file) for file in others if len(named_in(file)) > MOST} == {}


def condition(name: str, part: Callable[[EventTable], str]) -> str:
    return part(next(table for table in EVENT_TABLES if table.short == name))


def test_a_condition_over_the_timeline_finds_each_event_once() -> None:
    assert condition("usage", lambda t: t.begins) == "event = 'usage'"
    assert condition("order", lambda t: t.counts) == "event = 'order' AND NOT is_void"
    assert condition("subscription", lambda t: t.counts) == "event = 'subscription' AND what = 'started'"
    assert condition("subscription", lambda t: t.ends) == "event = 'subscription' AND what = 'ended'"
    assert condition("invoice", lambda t: t.acts) == "event = 'invoice' AND NOT what <=> 'credit_note'"
    assert condition("consent", lambda t: t.ends + t.acts) == ""
