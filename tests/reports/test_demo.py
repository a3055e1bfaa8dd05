"""What `cdi demo` prints of a finished run."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from cdi_spark.reports.demo import accuracy, demo_report, forecasts
from cdi_spark.schema import CUSTOMER_360, MEMBER, MODEL, PAIR, PERSON, QUARANTINE
from cdi_spark.storage import Storage


@pytest.fixture
def truth(demo_company: Path) -> str:
    return str(demo_company / "raw" / "truth.csv")


def printed(*parts: RenderableType, width: int = 100) -> list[str]:
    text = StringIO()
    console = Console(width=width, file=text)
    for part in parts:
        console.print(part)
    return text.getvalue().splitlines()


def by_first_column(shown: RenderableType) -> dict[str, list[str]]:
    cells = [re.split(r" {2,}", line.rstrip()) for line in printed(shown, width=200)[1:]]
    return {name: values for name, *values in cells}


def test_accuracy_is_shown_beside_simpler_ways_to_link(demo_job: Storage, truth: str) -> None:
    f1 = {name: float(values[2]) for name, values in by_first_column(accuracy(demo_job, truth)).items()}
    assert list(f1) == [
        "cdi_spark",
        "its links, plain components",
        "exact e-mail or phone",
        "the model of Splink's tutorial",
    ]
    assert max(f1, key=lambda name: f1[name]) == "cdi_spark"
    assert min(f1.values()) > 0.3


def test_a_baseline_that_cannot_be_trained_is_a_row_without_numbers(
    demo_job: Storage, storage: Storage, truth: str
) -> None:
    few = demo_job.read(PERSON.name).orderBy("record_id").limit(2)
    storage.replace(PERSON, few)
    for table in (MEMBER, MODEL, PAIR):
        storage.replace(table, demo_job.read(table.name).limit(1 if table is MODEL else 0))
    shown = by_first_column(accuracy(storage, truth))
    assert shown["the model of Splink's tutorial"] == ["cannot be trained from so few records"]
    assert shown["cdi_spark"] == ["1.0000", "0.0000", "0.0000"]


def test_forecasts_are_shown_beside_simpler_ones(demo_job: Storage) -> None:
    found = by_first_column(forecasts(demo_job))
    assert found.keys() >= {"churn_risk", "lifetime_value_forecast", "cash_flow.GBP"}
    churn = demo_job.read("gold.measure").where("churn_risk IS NOT NULL")
    assert (found["churn_risk"][3] == "yes") is not churn.isEmpty()


def test_the_whole_report_leaves_room_on_two_screens_of_100_columns(demo_job: Storage, truth: str) -> None:
    people = str(Path(truth).with_name("truth_people.csv"))
    lines = printed(*demo_report(demo_job, truth, people))
    # Of 80, for the stages come before it, and what to try next comes after it.
    assert len(lines) <= 62
    assert max(map(len, lines)) <= 100
    text = " ".join(lines)
    customers = demo_job.newest_release().read(CUSTOMER_360.name)
    assert f"are {customers.count():,} customers" in text
    assert f"{demo_job.read(QUARANTINE.name).count():,} faulty rows are set aside" in text
    [entity] = re.findall(r"One customer, (\w+)", text)
    [best] = customers.where(f"entity_id = '{entity}'").collect()
    records = re.findall(r"^(?:crm|billing|shop|support|usage):\S+", "\n".join(lines), re.MULTILINE)
    assert len(records) == min(best["record_count"], 6)
    assert any(re.fullmatch(rf"family_name +{best['family_name']}", line.rstrip()) for line in lines)
