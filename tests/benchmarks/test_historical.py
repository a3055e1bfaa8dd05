"""The historical people from raw to gold, timed, and their pairs compared with Splink's own predict.

Wants their folder, as conf/historical does: CDI_HISTORICAL=DIR make bench.
"""

from __future__ import annotations

import os
from pathlib import Path

from pyspark.sql import SparkSession

from cdi_spark.config import load_project
from cdi_spark.linkage.model.frozen import Frozen
from cdi_spark.linkage.model.person_model import load_person_model
from cdi_spark.pipeline.run import Run
from cdi_spark.pipeline.runner import STAGES, run_stages
from cdi_spark.queries.accuracy import evaluate_members
from cdi_spark.storage import Storage
from tests.linkage.splink_reference import differences, splink_pairs
from tests.paths import ROOT

CONF = ROOT / "conf" / "historical"
RAW = os.environ.get("CDI_HISTORICAL")

if RAW:

    def test_historical_people_from_raw_to_gold(spark: SparkSession, tmp_path: Path) -> None:
        project = load_project(CONF, {"raw": str(RAW)})
        storage = Storage(spark, tmp_path / "warehouse")
        seconds = {done.stage: done.seconds for done in run_stages(Run(project, storage), list(STAGES))}
        stages = ", ".join(f"{stage} {took:.0f} s" for stage, took in seconds.items())
        print(f"\nhistorical people, raw to gold {sum(seconds.values()):.0f} s: {stages}")
        truth = Path(str(RAW)) / "truth.csv"
        if truth.exists():
            found = evaluate_members(storage, str(truth))
            print(f"  precision {found.precision:.4f}, recall {found.recall:.4f}, F1 {found.f1:.4f}")

        trained = storage.read("linkage.model").collect()[0]
        tables = (storage.read(f"linkage.{name}") for name in ("term_frequency", "shared_value"))
        frozen = Frozen.of(load_person_model(project.person_model), trained, *tables)
        theirs = splink_pairs(storage.read("silver.person"), frozen)
        apart, most = differences(storage.read("linkage.pair"), theirs)
        print(
            f"  {len(theirs):,} pairs of Splink's own predict; different: {apart}; weights at most {most:.1e} apart"
        )
        assert apart == 0
        assert most < 1e-9
