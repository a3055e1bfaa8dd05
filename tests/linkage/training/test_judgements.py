"""Stewards' judgements in training: only where conf enables it, and then judged records are in the sample."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.sql import Row

from cdi_spark.config import Project, load_project
from cdi_spark.pipeline.run import Run
from cdi_spark.pipeline.train import train
from cdi_spark.schema import MODEL
from cdi_spark.stewardship.judgements import Verdict
from cdi_spark.stewardship.judging import Decision, judge_all
from cdi_spark.storage import Storage
from tests.linkage.small_project import write_persons, write_source

FAMILY = ["Stone", "Marsh", "Wood", "Field", "Brook", "Ridge", "Ford"]


@pytest.fixture
def run(storage: Storage, tmp_path: Path) -> Run:
    """A project of 200 records, two a person, of which training takes 100."""
    conf = tmp_path / "conf"
    write_source(conf)
    people = []
    for n in range(100):
        for copy in "ab":
            values = {"given_name": f"Ada{chr(97 + n % 26)}", "family_name": FAMILY[n % 7]}
            people.append({**values, "emails": [f"ada{n}@mail.org"], "record_id": f"crm:{n}{copy}"})
    write_persons(storage, people)
    return Run(project(conf, asks=False), storage, run_id="r", retrain=True)


def project(conf: Path, *, asks: bool) -> Project:
    conf_text = "name: small\nlinkage: {training_records: 100" + (
        ", learn_from_judgements: true}" if asks else "}"
    )
    (conf / "project.yml").write_text(conf_text + "\n")
    return load_project(conf)


def newest(run: Run) -> Row:
    """The model that a training leaves."""
    train(run)
    row = run.storage.read(MODEL.name).orderBy("trained_at", ascending=False).first()
    assert row is not None
    return row


def test_judgements_make_another_model_where_conf_asks_for_them_and_the_same_one_where_not(run: Run) -> None:
    before = newest(run)
    decisions = [Decision((f"crm:{n}a", f"crm:{n + 50}b"), Verdict.MUST_LINK, "called") for n in range(8)]
    decisions += [
        Decision((f"crm:{n}a", f"crm:{n + 50}b"), Verdict.CANNOT_LINK, "called") for n in range(10, 14)
    ]
    assert judge_all(run.storage, decisions, by="kim") == [True] * 12
    assert newest(run)["model_id"] == before["model_id"]
    assert json.loads(before["metrics"])["judged"] is None

    asks = replace(run, project=project(run.project.folder, asks=True))
    learned = newest(asks)
    assert learned["model_id"] != before["model_id"]
    assert learned["settings"] != before["settings"]
    # Of 200 records 100 are trained on; everybody who was judged is among them.
    metrics = json.loads(learned["metrics"])
    assert metrics["sample_records"] == 100
    assert (metrics["judged"]["same"], metrics["judged"]["apart"]) == (8, 4)
