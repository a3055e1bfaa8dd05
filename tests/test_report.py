"""What `cdi demo` prints of a finished run."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from cdi_spark.report import print_accuracy, print_forecasts
from cdi_spark.storage import Storage
from cdi_spark.tables import MEMBER, MODEL, PAIR, PERSON


@pytest.fixture
def truth(demo_company: Path) -> str:
    return str(demo_company / "raw" / "truth.csv")


def accuracy(storage: Storage, truth: str) -> dict[str, list[str]]:
    printed = StringIO()
    print_accuracy(storage, truth, console=Console(width=200, file=printed))
    return by_first_column(printed)


def by_first_column(printed: StringIO) -> dict[str, list[str]]:
    cells = [line.strip("│").split("│") for line in printed.getvalue().splitlines() if "│" in line]
    return {name.strip(): [value.strip() for value in values] for name, *values in cells}


def test_accuracy_stands_beside_plainer_ways_to_link(demo_job: Storage, truth: str) -> None:
    f1 = {name: float(values[2]) for name, values in accuracy(demo_job, truth).items()}
    assert list(f1) == [
        "cdi_spark",
        "its links, plain components",
        "exact e-mail or phone",
        "the model of Splink's tutorial",
    ]
    assert max(f1, key=lambda name: f1[name]) == "cdi_spark"
    assert min(f1.values()) > 0.3


def test_a_baseline_that_cannot_be_trained_is_a_row_that_says_so(
    demo_job: Storage, storage: Storage, truth: str
) -> None:
    few = demo_job.read(PERSON.name).orderBy("record_id").limit(2)
    storage.replace(PERSON, few)
    for table in (MEMBER, MODEL, PAIR):
        storage.replace(table, demo_job.read(table.name).limit(1 if table is MODEL else 0))
    shown = accuracy(storage, truth)
    assert shown["the model of Splink's tutorial"] == ["cannot be trained from so little", "", ""]
    assert shown["cdi_spark"] == ["1.0000", "0.0000", "0.0000"]


def test_forecasts_are_told_beside_plainer_ones(demo_job: Storage) -> None:
    printed = StringIO()
    print_forecasts(demo_job, console=Console(width=200, file=printed))
    told = by_first_column(printed)
    assert told.keys() >= {"churn_risk", "lifetime_value_forecast", "cash_flow.GBP"}
    churn = demo_job.read("gold.measure").where("churn_risk IS NOT NULL")
    assert (told["churn_risk"][3] == "yes") is not churn.isEmpty()
