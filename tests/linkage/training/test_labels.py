"""Known people that conf names: they choose the threshold, and a file that contradicts itself is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from cdi_spark.config import load_project
from cdi_spark.errors import CdiError
from cdi_spark.pipeline.run import Run
from cdi_spark.pipeline.score import score
from cdi_spark.pipeline.train import train
from cdi_spark.schema import MODEL
from cdi_spark.storage import Storage
from tests.linkage.small_project import write_persons, write_source


@pytest.fixture
def run(storage: Storage, tmp_path: Path) -> Run:
    """A project that names labels, and people of two records each that differ in a letter or not at all."""
    conf = tmp_path / "conf"
    write_source(conf)
    (conf / "project.yml").write_text(
        "name: small\nlinkage: {labels: known.csv, cluster_precision: 0.9, training_records: 1000}\n"
    )
    people = []
    chance = Random(1)
    for n in range(40):
        surname, mailbox = ("".join(chance.choices("abdefgiklmnoprstu", k=8)) for _ in range(2))
        for copy in "ab":
            values = {
                "given_name": "Adelime" if n % 4 == 0 and copy == "b" else "Adeline",
                "family_name": surname.title(),
            }
            people.append({**values, "emails": [f"{mailbox}@mail.org"], "record_id": f"crm:{n}{copy}"})
    write_persons(storage, people)
    return Run(load_project(conf), storage, run_id="r")


def write_labels(run: Run, *rows: str) -> None:
    (run.project.folder / "known.csv").write_text("\n".join(["source,key,person", *rows]) + "\n")


def test_the_threshold_is_chosen_by_the_labels_and_promises_are_told_apart(run: Run) -> None:
    # Of ten pairs of alike records the labels call one two persons.
    write_labels(run, *(f"crm,{n}{copy},p{n}{copy if n == 9 else ''}" for n in range(10) for copy in "ab"))
    train(run)
    row = run.storage.read(MODEL.name).first()
    assert row is not None
    metrics = json.loads(row["metrics"])
    assert metrics["chosen"] == {
        "entity_weight": row["entity_weight"],
        "by": "labels",
        "precision_target": 0.9,
    }
    held = next(at for at in metrics["thresholds"] if at["entity_weight"] == row["entity_weight"])
    assert (held["labelled_precision"], held["labelled_recall"]) == (0.9, 1.0)
    assert held["implied_precision"] > 0.99
    assert metrics["sample_records"] == row["trained_records"] == 80

    # A model trained without a rule does not score for a conf that has it.
    conf = run.project.folder / "project.yml"
    rule = "must_link: [{name: same account, same: [account_ids]}]"
    conf.write_text(conf.read_text().replace("training_records: 1000", rule))
    with pytest.raises(CdiError, match="no model was trained"):
        score(replace(run, project=load_project(run.project.folder)))


def test_labels_that_give_one_record_two_persons_are_refused(run: Run) -> None:
    write_labels(run, "crm,1a,p1", "crm,1a,p2", "crm,2a,p2", "crm,2a,p2")
    with pytest.raises(CdiError, match=r"known\.csv: 1 records have more than one person"):
        train(run)
    assert not run.storage.exists(MODEL.name)
