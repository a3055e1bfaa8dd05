"""Scoring beside Splink's own DuckDB predict, in one run; printed as a ratio, never asserted."""

from __future__ import annotations

import json
import time
from pathlib import Path

import duckdb
import pytest
from pyspark.sql import SparkSession
from splink import DuckDBAPI, Linker

from cdi_spark.config import load_project
from cdi_spark.demo.generate import generate
from cdi_spark.linkage.blocking import key_column, with_keys
from cdi_spark.linkage.frozen import Frozen
from cdi_spark.linkage.model import load_person_model
from cdi_spark.linkage.scoring import score_pairs
from cdi_spark.pipeline import run_stage
from cdi_spark.stages import Run
from cdi_spark.storage import Storage
from cdi_spark.tables import PAIR

DEMO = Path(__file__).parents[2] / "conf" / "demo"


@pytest.mark.parametrize("people", [10_000])
def test_scoring_against_splink_on_duckdb(spark: SparkSession, tmp_path: Path, people: int) -> None:
    generate(tmp_path / "raw", people=people)
    storage = Storage(spark, tmp_path / "warehouse")
    run = Run(spark, load_project(DEMO, {"raw": str(tmp_path / "raw")}), storage)
    for stage in ("ingest", "standardise", "train", "score"):
        run_stage(run, stage)
    trained = storage.read("linkage.model").collect()[0]
    tables = (storage.read(f"linkage.{name}") for name in ("term_frequency", "shared_value"))
    frozen = Frozen.of(load_person_model(run.project.person_model), trained, *tables)
    model, persons = frozen.model, storage.read("silver.person")

    started = time.monotonic()
    storage.replace(PAIR, score_pairs(persons, frozen))
    ours = time.monotonic() - started
    pairs = storage.read(PAIR.name).count()

    keyed = frozen.features(persons).transform(with_keys, model.blocking, trained["stop_keys"]).toArrow()
    scalar = [key_column(i) for i, rule in enumerate(model.blocking) if not rule.shares]
    settings = json.loads(trained["settings"]) | {
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": f"l.{key} = r.{key}", "sql_dialect": "duckdb"} for key in scalar
        ]
    }
    with duckdb.connect() as connection:
        connection.execute("SET threads = 2")
        connection.register("keyed", keyed)
        connection.execute("create table records as select * from keyed")
        started = time.monotonic()
        linker = Linker(DuckDBAPI(connection=connection).register("records"), settings)
        found = linker.inference.predict(threshold_match_weight=trained["keep_weight"])
        theirs = time.monotonic() - started
        theirs_pairs = connection.sql(f"select count(*) from {found.physical_name}").fetchall()[0][0]
    print(
        f"\n{persons.count():,} records: cdi_spark {ours:.1f} s for {pairs:,} pairs (all rules, committed to Delta); "
        f"Splink on DuckDB {theirs:.1f} s for {theirs_pairs:,} pairs (rules over one key); ratio {ours / theirs:.1f}"
    )
