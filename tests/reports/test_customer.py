"""`cdi show` and `cdi report`: a customer in full, and all of them in numbers, out of the newest release."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from cdi_spark.cli import main
from cdi_spark.queries.business import answer_business
from cdi_spark.queries.customer import CustomerAnswer, Value, answer_customer
from cdi_spark.reports.business import business_page
from cdi_spark.reports.customer import customer_page
from cdi_spark.schema import CUSTOMER_360, JOURNEY, MEASURE, MEMBER, PERSON, RUN
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.storage import Storage
from tests.paths import DEMO

EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def busy(demo_job: Storage) -> str:
    """The customer with most records."""
    most = (
        demo_job.newest_release().read("gold.customer_360").orderBy("record_count", ascending=False).first()
    )
    assert most is not None
    return str(most["entity_id"])


@pytest.fixture(scope="module")
def answer(demo_job: Storage, busy: str) -> CustomerAnswer:
    return answer_customer(demo_job, busy)


def test_every_golden_value_is_shown_with_its_sources_and_reason(
    answer: CustomerAnswer, demo_job: Storage
) -> None:
    row = (
        demo_job.newest_release().read("gold.customer_360").where(f"entity_id = '{answer.entity_id}'").first()
    )
    assert row is not None
    assert answer.customer == row.asDict(recursive=True)
    known = {value.attribute for value in answer.values}
    assert known == {name for name in ("given_name", "emails", "city", "birth_date") if row[name]} | known
    assert all(value.value and value.sources and value.reason for value in answer.values)
    assert len(answer.records) == row["record_count"]
    assert dict(answer.facts)["order_count"] == str(row["order_count"])
    assert answer.events == sorted(answer.events, key=lambda event: event[0], reverse=True)
    assert answer.journey


def test_the_command_prints_it_and_writes_the_page(
    demo_job: Storage, busy: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--project", str(DEMO), "--warehouse", demo_job.warehouse]
    assert main(["show", busy, *where]) == 0
    shown = capsys.readouterr().out
    assert busy in shown
    assert "Golden record" in shown
    assert main(["show", busy, *where, "--html", str(tmp_path / "page.html")]) == 0
    assert busy in (tmp_path / "page.html").read_text(encoding="utf-8")
    assert main(["show", "nobody", *where]) == 1
    assert "nobody" in capsys.readouterr().err


def test_values_of_a_customer_are_text_never_markup(answer: CustomerAnswer) -> None:
    evil = replace(
        answer,
        values=[Value("given_name", EVIL, EVIL, EVIL, "")],
        facts=[("plans", EVIL)],
        records=[(EVIL,) * 4],
        events=[(EVIL,) * 4],
        consents={EVIL: True},
        contacts=[
            {"kind": "email", "value": EVIL, "records": 1, "last_confirmed_at": None, "is_stale": True}
        ],
        related=[("household", EVIL, [EVIL])],
        customer={**answer.customer, "given_name": EVIL, "preferred_email": EVIL},
    )
    page = customer_page(evil)
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 15


def test_the_report_counts_all_customers_and_shows_none(demo_job: Storage) -> None:
    page = business_page(answer_business(demo_job), title=f"demo {EVIL}")
    customers = demo_job.newest_release().read("gold.customer_360")
    states = customers.groupBy("state").count().collect()
    shown = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert f"customers {customers.count():,}" in shown
    assert all(f"{row['state']} {row['count']:,}" in shown for row in states)
    assert all(
        head in shown
        for head in ("Growth", "Duplicates found", "Segments", "Orders in GBP", "Forecasts", "Runs")
    )
    names = {
        row.family_name for row in customers.select("family_name").distinct().collect() if row.family_name
    }
    assert not {name for name in names if re.search(rf"\b{re.escape(name)}\b", shown)}
    assert not {"<script", "http:", "https:", "url("} & set(re.findall(r"<script|https?:|url\(", page))


def test_a_first_release_of_little_reads_well(storage: Storage) -> None:
    for table in (CUSTOMER_360, JOURNEY, MEASURE, MEMBER, PERSON, RUN):
        storage.replace(table, local_rows(storage.spark, [], table.schema))
    storage.release("first")
    page = business_page(answer_business(storage), title="empty")
    assert "records per customer</dt><dd>none" in page
    assert "The project checks nothing yet" in page
