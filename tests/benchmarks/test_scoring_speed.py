"""Scoring compared with Splink alone, from silver.person to pairs on disk; printed as ratios, not asserted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb
import psutil
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from splink import DuckDBAPI, Linker, SparkAPI

from cdi_spark.linkage.model.features import person_features
from cdi_spark.linkage.model.frozen import Frozen
from cdi_spark.linkage.scoring.score import score_pairs
from cdi_spark.schema import LINKED, PAIR, PERSON, TERM_FREQUENCY
from cdi_spark.storage import Storage
from tests.benchmarks import workloads
from tests.benchmarks.people import make_people

# The features that person_features() computes for the made-up people, as DuckDB SQL.
_FEATURES = {
    "record_id": "record_id",
    "given": "lower(strip_accents(trim(given_name)))",
    "family": "lower(strip_accents(trim(family_name)))",
    "birth_date": "birth_date::VARCHAR",
    "postcode": "lower(replace(postcode, ' ', ''))",
    "outward": "lower(split_part(postcode, ' ', 1))",
    "birth_place": "lower(strip_accents(trim(birth_place)))",
    "occupation": "lower(strip_accents(trim(occupation)))",
}


@pytest.mark.parametrize(("workload", "records"), [("tight", 1_000_000), ("loose", 300_000)])
def test_scoring_compared_with_splink(
    spark: SparkSession, tmp_path: Path, workload: str, records: int
) -> None:
    small, large = (made(spark, tmp_path / str(n), workload, n) for n in (records // 10, records))
    ours(*small)  # the session is warm after it
    few, few_s, _ = ours(*small)
    pairs, ours_s, peak = ours(*large)
    theirs, duckdb_s = splink_on_duckdb(large[1], large[2], workload, tmp_path)
    print(
        f"\n{workload}, {records:,} records: cdi_spark {ours_s:.1f} s for {pairs:,} pairs; Splink on DuckDB "
        f"{duckdb_s:.1f} s for {theirs:,}; ratio {ours_s / duckdb_s:.2f}"
        f"\n  ten times the records: {pairs / few:.1f} times the pairs, {ours_s / few_s:.1f} times the seconds"
        f"\n  most memory: {', '.join(f'{name} {size:.2f} GB' for name, size in peak.items())}"
    )
    if workload == "loose":
        spark_pairs, spark_s = splink_on_spark(spark, large[1], large[2], workload, tmp_path)
        print(
            f"  Splink on Spark {spark_s:.1f} s for {spark_pairs:,} pairs: {spark_s / ours_s:.1f} times ours"
        )


def made(spark: SparkSession, place: Path, workload: str, records: int) -> tuple[Storage, DataFrame, Frozen]:
    """silver.person with made-up people, and a model of them."""
    place.mkdir()
    make_people(place / "people.parquet", records=records)
    storage = Storage(spark, place / "warehouse")
    storage.replace(PERSON, workloads.as_persons(spark.read.parquet(str(place / "people.parquet"))))
    persons = storage.read(PERSON.name)
    frozen = workloads.frozen(persons, workload)
    storage.replace(TERM_FREQUENCY, frozen.term_frequencies)
    return storage, persons, replace(frozen, term_frequencies=storage.read(TERM_FREQUENCY.name))


def ours(storage: Storage, persons: DataFrame, frozen: Frozen) -> tuple[int, float, dict[str, float]]:
    def score() -> None:
        storage.replace(LINKED, frozen.linked(persons))
        storage.replace(PAIR, score_pairs(storage.read(LINKED.name), frozen))

    with peaks() as peak:
        seconds = timed(score)
    return storage.read(PAIR.name).count(), seconds, peak


def splink_on_duckdb(persons: DataFrame, frozen: Frozen, workload: str, place: Path) -> tuple[int, float]:
    """Splink with features from DuckDB and existing term frequencies, on as many threads as Spark."""
    files = persons.inputFiles()
    features = ", ".join(f"{sql} AS {name}" for name, sql in _FEATURES.items())
    settings = workloads.splink_settings_of(frozen, workload, "duckdb")
    columns = frozen.model.term_frequency_columns()
    frequent = frozen.with_frequencies(persons.transform(person_features).select(*_FEATURES))
    with duckdb.connect() as connection:
        for column in columns:
            known = frequent.select(column, f"tf_{column}").where(F.col(column).isNotNull()).distinct()
            connection.register(f"arrow_{column}", known.toArrow())
            connection.execute(f"CREATE TABLE tf_{column} AS FROM arrow_{column}")

        def predict() -> None:
            connection.execute(f"CREATE TABLE features AS SELECT {features} FROM read_parquet({files})")
            api = DuckDBAPI(connection=connection)
            linker = Linker(api.register("features"), settings)
            for column in columns:
                linker.table_management.register_term_frequency_lookup(api.register(f"tf_{column}"), column)
            found = linker.inference.predict(threshold_match_weight=workloads.KEEP_WEIGHT)
            connection.execute(f"COPY {found.physical_name} TO '{place}/pairs.parquet'")

        seconds = timed(predict)
        return connection.sql(f"SELECT count(*) FROM '{place}/pairs.parquet'").fetchall()[0][0], seconds


def splink_on_spark(
    spark: SparkSession, persons: DataFrame, frozen: Frozen, workload: str, place: Path
) -> tuple[int, float]:
    settings = workloads.splink_settings_of(frozen, workload, "spark")

    def predict() -> None:
        persons.transform(person_features).select(*_FEATURES).write.parquet(str(place / "features"))
        features = spark.read.parquet(str(place / "features"))
        linker = Linker(SparkAPI(spark_session=spark).register(features), settings)
        found = linker.inference.predict(threshold_match_weight=workloads.KEEP_WEIGHT)
        found.as_spark_dataframe().write.parquet(str(place / "spark_pairs"))

    seconds = timed(predict)
    return spark.read.parquet(str(place / "spark_pairs")).count(), seconds


def timed(work: Callable[[], None]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


@contextmanager
def peaks() -> Iterator[dict[str, float]]:
    """The most memory in GB, sampled ten times a second, of the JVM and of its largest Python worker."""
    seen: dict[str, float] = {"JVM": 0.0, "Python worker": 0.0}
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.1):
            for process in psutil.Process().children(recursive=True):
                try:
                    name = "JVM" if process.name() == "java" else "Python worker"
                    seen[name] = max(seen[name], process.memory_info().rss / 1e9)
                except psutil.NoSuchProcess:
                    continue

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        ended.set()
        watcher.join()
