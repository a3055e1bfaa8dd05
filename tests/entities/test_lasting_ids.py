"""Entity ids last through runs, another order of the input, a new model, and a record that joins two entities."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from cdi_spark.config import Project, load_project
from cdi_spark.pipeline.run import Run
from cdi_spark.pipeline.runner import run_stages
from cdi_spark.schema import PERSON
from cdi_spark.storage import Storage
from tests.histories import Worlds, with_model
from tests.paths import DEMO

pytestmark = pytest.mark.launch


def project(**linkage: Any) -> Project:
    conf = load_project(DEMO, {"raw": "none"})
    file = conf.file.model_copy(update={"linkage": conf.file.linkage.model_copy(update=linkage)})
    return conf.model_copy(update={"file": file})


def entities(storage: Storage) -> dict[str, frozenset[str]]:
    """Return the records by entity id."""
    current = storage.read("entities.member").where("valid_to IS NULL").collect()
    found: dict[str, set[str]] = {}
    for row in current:
        found.setdefault(row["entity_id"], set()).add(row["record_id"])
    return {entity: frozenset(records) for entity, records in found.items()}


def events(storage: Storage, run_id: str) -> list[tuple[str, str, list[str], list[str]]]:
    rows = storage.read("entities.event").where(f"run_id = '{run_id}'").collect()
    return [(e["kind"], e["entity_id"], e["before"], e["after"]) for e in rows]


@pytest.fixture
def yesterday(spark: SparkSession, linked_company: Storage, tmp_path: Path) -> Storage:
    """The demo company as it was linked, to run again."""
    for schema in ("silver", "linkage", "entities", "ops"):
        shutil.copytree(f"{linked_company.warehouse}/{schema}", tmp_path / "warehouse" / schema)
    return Storage(spark, tmp_path / "warehouse")


def test_ids_stay_with_another_order_of_the_input_and_a_new_model(yesterday: Storage) -> None:
    before = entities(yesterday)
    persons = yesterday.read(PERSON.name).toPandas()
    shuffled = yesterday.spark.createDataFrame(persons.sample(frac=1, random_state=7), PERSON.schema)
    yesterday.replace(PERSON, shuffled.repartition(5))
    again = Run(project(), yesterday, full=True, run_id="shuffled")
    list(run_stages(again, ("score", "resolve")))
    assert entities(yesterday) == before
    assert events(yesterday, "shuffled") == []

    models = {row["model_id"] for row in yesterday.read("linkage.model").collect()}
    other = Run(project(training_records=300), yesterday, run_id="retrained")
    list(run_stages(other, ("train", "score", "resolve")))
    assert {row["model_id"] for row in yesterday.read("linkage.linked").collect()}.isdisjoint(models)
    after = entities(yesterday)
    same = set(before.values()) & set(after.values())
    assert len(same) > 0.8 * len(before)
    assert all(after.get(entity) == records for entity, records in before.items() if records in same)
    with_events = {entity for _, entity, _, _ in events(yesterday, "retrained")}
    assert not with_events & {entity for entity, records in before.items() if records in same}


def test_a_bridge_merges_once_and_its_end_splits_once_with_the_old_id_back(
    spark: SparkSession, linked_company: Storage, tmp_path: Path
) -> None:
    storage = with_model(spark, linked_company, tmp_path / "warehouse")
    # Where components are entities, a third record joins any two.
    worlds = Worlds(storage, project(resolve="components"), count=1)
    unknown = dict.fromkeys(("given_name", "middle_name", "birth_date", "phones", "street"))
    anna = {"given_name": "Anna", "birth_date": date(1980, 5, 17), "emails": ["anna"], "phones": ["1"]}
    bert = {"given_name": "Bertram", "birth_date": date(1955, 1, 2), "emails": ["bert"], "phones": ["2"]}
    both = {"emails": ["anna", "bert"], "phones": ["1", "2"]}

    def day(run_id: str, **said: dict[str, Any] | None) -> dict[str, frozenset[str]]:
        for name, says in said.items():
            worlds.said.pop(f"crm:{name}", None)
            if says is not None:
                worlds.said[f"crm:{name}"] = {**unknown, "orders": 0, "world": 0, **says}
        worlds.write_silver()
        list(run_stages(Run(worlds.project, storage, run_id=run_id), ("score", "resolve")))
        return entities(storage)

    first = day("first", anna1=anna, anna2=anna, bert1=bert)
    ids = {min(records): entity for entity, records in first.items()}
    assert set(ids) == {"crm:anna1", "crm:bert1", "crm:permanent"}
    joined = day("bridged", bridge=both)
    merged = {"crm:anna1", "crm:anna2", "crm:bert1", "crm:bridge"}
    assert joined == {ids["crm:anna1"]: merged, ids["crm:permanent"]: {"crm:permanent"}}
    assert events(storage, "bridged") == [
        ("merged", ids["crm:bert1"], [ids["crm:bert1"]], [ids["crm:anna1"]])
    ]
    assert day("parted", bridge=None) == first
    assert events(storage, "parted") == [("split", ids["crm:bert1"], [ids["crm:anna1"]], [ids["crm:bert1"]])]
