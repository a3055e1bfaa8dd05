"""A stream that fails or is killed within a batch: its files are read again, and appended once."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from cdi_spark.cli import main
from cdi_spark.storage import Storage
from tests import tiny_company as tiny

GATE = """
table: gold.customer_360
expectations: [{expectation: ExpectTableRowCountToBeBetween, arguments: {min_value: 1000}}]
"""


def test_the_next_stream_completes_a_killed_or_failed_one(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    conf, storage = tiny.make(tmp_path), Storage(spark, tmp_path / "warehouse")
    place = ["stream", "--available-now", "--project", str(conf), "--warehouse", storage.warehouse]
    assert main(place) == 0
    tiny.change(tmp_path)
    for count, moment in ((2, "after"), (9, "inside"), (20, "before")):
        assert tiny.killed(conf, tmp_path / "warehouse", "stream", count, moment)
        assert storage.read("ops.release").count() == 1
    gate = conf / "quality" / "customer_360.yml"
    gate.write_text(GATE)
    assert main(place) == 1
    assert "gold.customer_360 ExpectTableRowCountToBeBetween" in capsys.readouterr().err
    gate.unlink()
    assert main(place) == 0
    assert "1 runs" in capsys.readouterr().err
    landed = {name: storage.read(f"bronze.{name}").count() for name in ("crm", "shop")}
    assert landed == {"crm": 60 + 62, "shop": 60 + 62}
    assert dict(row.split(" ") for row in tiny.outcome(storage)["members"]) == tiny.truth(day=2)
