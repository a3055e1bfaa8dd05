"""Every query of docs/cookbook, its answer computed another way: from the raw files and entities.member."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import functions as F

from cdi_spark.storage import Storage
from tests.docs.raw_answers import ANSWERS, Raw, read_csv
from tests.paths import ROOT

COOKBOOK = ROOT / "docs" / "cookbook"


def query(name: str) -> str:
    """Return the SQL of docs/cookbook/<name>.sql, without the question in its first line."""
    question, _, sql = (COOKBOOK / f"{name}.sql").read_text(encoding="utf-8").partition("\n")
    assert question.startswith("-- ")
    assert question.endswith("?")
    return sql


@pytest.fixture(scope="module")
def raw(demo_company: Path, demo_job: Storage) -> Raw:
    current = demo_job.read("entities.member").where("valid_to IS NULL")
    return Raw(demo_company / "raw", {row["record_id"]: row["entity_id"] for row in current.collect()})


@pytest.fixture(scope="module")
def truth(demo_company: Path, raw: Raw) -> Raw:
    """The same with records joined by known truth; a record without known truth keeps the run's customer."""
    people = read_csv(demo_company / "raw" / "truth.csv")
    persons = {f"{row['source']}:{row['key']}": row["person"] for row in people}
    return Raw(demo_company / "raw", {record: persons.get(record, e) for record, e in raw.entity.items()})


@pytest.mark.parametrize("name", ANSWERS)
def test_the_answer_is_that_of_the_raw_files(demo_job: Storage, raw: Raw, name: str) -> None:
    compute, columns = ANSWERS[name]
    wanted = compute(raw)
    assert len(wanted) > 0
    assert [
        tuple(row) for row in demo_job.query(f"SELECT {columns} FROM ({query(name)})").collect()
    ] == wanted


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_about_no_person_are_exact_and_the_gap_of_the_others_is_printed(
    raw: Raw, truth: Raw, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found, true = (
        Counter(tuple(cell for cell in row if cell not in of.sources) for row in ANSWERS[name][0](of))
        for of in (raw, truth)
    )
    missed = sum((true - found).values()) / sum(true.values())
    with capsys.disabled():
        print(f"\n{name}: {missed:.0%} of the rows of the answer by true persons are not in this one's")
    if name in ("orders_by_month", "bought_together", "open_balance", "overdue_invoices"):
        assert found == true


def test_every_customer_is_in_one_state_and_some_are_in_each(demo_job: Storage, raw: Raw) -> None:
    counted = {
        row["state"]: row["customers"] for row in demo_job.query(query("customers_by_state")).collect()
    }
    assert counted.keys() == {"customer", "lapsed", "lead", "prospect"}
    assert sum(counted.values()) == len(raw.sources)


def test_only_customers_who_bought_can_lapse(demo_job: Storage) -> None:
    by_year = {row["year"]: row["lapsed"] for row in demo_job.query(query("lapsed_by_year")).collect()}
    lapsed = demo_job.read("gold.journey").where("state = 'lapsed'")
    assert sum(by_year.values()) == lapsed.count() > 0
    bought = demo_job.read("gold.timeline").where(
        "event IN ('order', 'invoice', 'subscription') AND NOT is_void"
    )
    assert lapsed.join(bought, "entity_id", "left_anti").isEmpty()
    assert lapsed.where(F.col("since") > date(2026, 6, 30)).isEmpty()


def test_only_who_wants_marketing_mail_is_sent_some(demo_job: Storage, raw: Raw) -> None:
    consents: dict[str, tuple[str, bool]] = {}
    for event in raw.campaigns:
        entity = raw.entity.get(f"crm:{event['contact_id']}")
        if entity and event["purpose"] == "marketing":
            consent = (event["at"], event["event"] == "opt_out")
            consents[entity] = max(consents.get(entity, consent), consent)
    wanted = {entity for entity, (_, refuses) in consents.items() if not refuses}
    found = {row["entity_id"] for row in demo_job.query(query("marketing_consent")).collect()}
    assert found
    assert found <= wanted


def test_every_query_of_the_cookbook_has_a_test() -> None:
    others = {"customers_by_state", "lapsed_by_year", "marketing_consent"}
    assert {file.stem for file in COOKBOOK.glob("*.sql")} == ANSWERS.keys() | others
