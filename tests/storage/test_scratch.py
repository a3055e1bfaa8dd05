"""Scratch rows: computed once, gone after the block."""

from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from cdi_spark.storage import Storage, scratch


@pytest.mark.parametrize("fails", [False, True])
def test_scratch_is_gone_after_the_block_even_when_it_fails(
    spark: SparkSession, storage: Storage, fails: bool
) -> None:
    def work() -> None:
        with storage.scratch() as keep:
            assert keep("silver.person", spark.range(3)).count() == 3
            if fails:
                raise ValueError("midway")

    if fails:
        with pytest.raises(ValueError, match="midway"):
            work()
    else:
        work()
    assert not list(Path(storage.warehouse).glob("_*"))


def test_few_rows_are_held_in_memory_and_more_on_disk_computed_once_either_way(
    spark: SparkSession, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratch, "MAX_DRIVER_ROWS", 3)
    with storage.scratch(few=True) as keep:
        for n, name, is_written in ((3, "few", False), (4, "more", True)):
            drawn = keep(name, spark.range(n).select("id", F.expr("uuid() AS lot")))
            assert drawn.collect() == drawn.collect()
            assert drawn.count() == n
            assert (Path(storage.warehouse) / "_scratch" / name).exists() == is_written


def test_scratch_of_a_killed_run_is_deleted(spark: SparkSession, storage: Storage) -> None:
    left = Path(storage.warehouse) / "_scratch" / "silver_person"
    left.mkdir(parents=True)
    (left / "part-0.parquet").write_text("half a file")
    with storage.scratch() as keep:
        assert keep("silver.person", spark.range(3)).count() == 3
    assert not left.exists()
