"""A first delivery without a duplicate, or with nothing to compare, is a run like any other."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from cdi_spark.config import load_project
from cdi_spark.errors import CdiError
from cdi_spark.linkage.evaluation.model_report import model_report
from cdi_spark.queries.linkage import answer_entity, answer_pair
from cdi_spark.storage import Storage
from cdi_spark.workspace import Workspace
from tests.linkage.training.test_shipped import FAMILY, GIVEN
from tests.tiny_company import run

NAMES = "given_name: given, family_name: family, birth_date: try_cast(born as date)"
SOURCE = """
name: crm
path: "{folder}/crm/*.csv"
format: csv
key: id
load: changes
emits:
  - {table: person, columns: {COLUMNS}}
"""


def make(folder: Path, columns: str) -> Path:
    conf = folder / "conf"
    (conf / "sources").mkdir(parents=True)
    (conf / "project.yml").write_text("name: few\n")
    text = SOURCE.replace("{folder}", str(folder)).replace("{COLUMNS}", "{" + columns + "}")
    (conf / "sources" / "crm.yml").write_text(text)
    return conf


def deliver(folder: Path, day: int, people: dict[str, int | None]) -> None:
    """Write a file of records by id, each with the number of its person; None is a record without any value."""
    rows = ["id,given,family,born"]
    for record, n in people.items():
        person = ",," if n is None else f"{GIVEN[n % 20]},{FAMILY[n % 18]},{1950 + n}-03-{1 + n % 28:02}"
        rows.append(f"{record},{person}")
    (folder / "crm").mkdir(exist_ok=True)
    (folder / "crm" / f"{day}.csv").write_text("\n".join(rows) + "\n")


def entities(storage: Storage) -> dict[str, str]:
    members = storage.read("entities.member").where("valid_to IS NULL")
    return {row["record_id"]: row["entity_id"] for row in members.collect()}


def test_without_a_duplicate_the_shipped_model_finds_the_one_of_tomorrow(
    spark: SparkSession, tmp_path: Path
) -> None:
    conf, warehouse = make(tmp_path, NAMES), tmp_path / "warehouse"
    deliver(tmp_path, 1, {f"{n}": n for n in range(25)})
    storage = run(spark, conf, warehouse)
    assert len(set(entities(storage).values())) == 25
    (model,) = storage.read("linkage.model").collect()
    assert "Too few matches to learn from" in model_report(model)

    deliver(tmp_path, 2, {"again": 3, "new": 30})
    storage = run(spark, conf, warehouse)
    found = entities(storage)
    assert found["crm:again"] == found["crm:3"]
    assert len(set(found.values())) == 26
    assert storage.read("linkage.model").count() == 1
    workspace = Workspace(load_project(conf), storage)
    assert answer_pair(workspace, ("crm:again", "crm:3")).in_pairs
    assert answer_entity(workspace, found["crm:3"]).weakest is not None


def test_records_without_a_value_to_compare_are_customers_each_until_a_delivery_has_values(
    spark: SparkSession, tmp_path: Path
) -> None:
    conf, warehouse = make(tmp_path, NAMES), tmp_path / "warehouse"
    deliver(tmp_path, 1, {"a": None, "b": None, "c": None})
    storage = run(spark, conf, warehouse)
    found = entities(storage)
    assert len(set(found.values())) == 3
    workspace = Workspace(load_project(conf), storage)
    assert answer_entity(workspace, found["crm:a"]).weakest is None
    with pytest.raises(CdiError, match="the model compares nothing"):
        answer_pair(workspace, ("crm:a", "crm:b"))

    deliver(tmp_path, 2, {"d": 1, "e": 1})
    found = entities(run(spark, conf, warehouse))
    assert found["crm:d"] == found["crm:e"]
    assert len(set(found.values())) == 4
