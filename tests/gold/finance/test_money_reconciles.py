"""Gold has the amounts of the raw files to the cent, for any order, number and state of the files."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pyspark.sql import SparkSession

from cdi_spark.stewardship.judgements import Verdict
from cdi_spark.stewardship.judging import judge
from cdi_spark.storage import Storage
from tests import tiny_company as tiny

pytestmark = pytest.mark.launch

TILL = """
name: till
path: "{folder}/till/*.jsonl"
format: jsonl
key: id
load: changes
order_by: version
emits:
  - table: order
    person: customer
    person_source: crm
    columns: {amount: amount, ordered_at: try_cast(at as timestamp), currency: currency, is_void: void}
"""
STAGES = ("ingest", "standardise", "score", "resolve", "publish")
Row = dict[str, Any]


def sales(version: int) -> list[Row]:
    """An order of each customer, who may be unknown; a later version has another price, or is void."""
    return [
        {
            "id": f"t{n}",
            "version": version,
            "customer": f"{n}",
            "amount": f"{n * version}.{n % 100:02}",
            "at": f"2024-0{n % 3 + 1}-10",
            "currency": ("EUR", "GBP")[n % 2],
            "void": version > 1 and n % 10 == 0,
        }
        for n in range(60)
    ]


def deliver(folder: Path, name: str, rows: list[Row]) -> None:
    (folder / "till").mkdir(exist_ok=True)
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "till" / f"{name}.jsonl").write_text(text)


def held(storage: Storage) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    """By month and currency, the amounts of orders in gold, and of those without a known customer."""
    rows = storage.query("SELECT * FROM gold.finance WHERE document = 'order'").collect()
    return {(f"{r.month:%Y-%m}", r.currency): (r.gold_amount, r.unattributed_amount) for r in rows}


def raw(folder: Path) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    """The same from the files: the newest version of each order; customers from 55 on are in quarantine."""
    newest: dict[str, Row] = {}
    for file in (folder / "till").glob("*.jsonl"):
        for row in map(json.loads, file.read_text().splitlines()):
            if row["version"] >= newest.get(row["id"], row)["version"]:
                newest[row["id"]] = row
    shop = [json.loads(line) for line in (folder / "orders" / "1.jsonl").read_text().splitlines()]
    sold: Counter[tuple[str, str]] = Counter()
    unknown: Counter[tuple[str, str]] = Counter()
    known = set(tiny.truth(day=1))
    for row in [*newest.values(), *({**row, "currency": "EUR", "void": False} for row in shop)]:
        if not row["void"]:
            of = row["at"][:7], row["currency"]
            sold[of] += Decimal(row["amount"])  # type: ignore[assignment]
            unknown[of] += Decimal(row["amount"]) * (f"crm:{row['customer']}" not in known)  # type: ignore[assignment]
    return {of: (Decimal(sold[of]), Decimal(unknown[of])) for of in sold}


def whose(storage: Storage) -> dict[str, str]:
    return {
        r.order_id: r.entity_id for r in storage.query("SELECT order_id, entity_id FROM gold.order").collect()
    }


@pytest.fixture
def company(first_day: tiny.FirstDay, tmp_path: Path) -> Path:
    """The tiny company after its first run, with its files, and the conf of a till."""
    conf = first_day.copy(tmp_path).conf
    (conf / "sources" / "till.yml").write_text(TILL.replace("{folder}", str(tmp_path)))
    return tmp_path


def test_gold_has_all_sales_if_files_are_shuffled_duplicated_or_late_and_customers_merge_and_split(
    spark: SparkSession, company: Path
) -> None:
    def run() -> Storage:
        return tiny.run(spark, company / "conf", company / "warehouse", *STAGES)

    deliver(company, "a", sales(2))
    storage = run()
    first, theirs = held(storage), whose(storage)
    assert first == raw(company)

    again = sales(2)
    Random(1).shuffle(again)
    deliver(company, "b", again)
    deliver(company, "c", again)
    # Older versions arrive late.
    deliver(company, "d", sales(1))
    judge(storage, ("crm:3", "crm:9"), Verdict.MUST_LINK, by="ann", why="one person")
    run()
    assert held(storage) == first == raw(company)
    merged = whose(storage)
    assert (
        merged["till:t3"] == merged["till:t9"] != theirs["till:t9"] or merged["till:t3"] != theirs["till:t3"]
    )

    judge(storage, ("crm:3", "crm:9"), Verdict.WITHDRAWN, by="ann", why="two after all")
    deliver(company, "e", sales(3)[:20])
    run()
    assert held(storage) == raw(company) != first
    assert whose(storage) == theirs
