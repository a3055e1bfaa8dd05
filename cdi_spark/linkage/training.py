"""Train the person model with Splink on DuckDB from a sample; freeze everything the population decides."""

from __future__ import annotations

import json
import logging
from typing import Any

import duckdb
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from splink import DuckDBAPI, Linker, block_on

from cdi_spark.linkage.blocking import shared_keys, with_keys
from cdi_spark.linkage.model import PersonModel, columns_of, digest
from cdi_spark.linkage.splink_sql import learn_m
from cdi_spark.tables import TERM_FREQUENCY

U_PAIRS = 2_000_000
EM_PAIRS = 500_000
SEED = 1
# EM drives a level that it hardly sees towards nothing; one such disagreement must not outweigh all else.
SMALLEST_M = 2e-3


def training_sample(features: DataFrame, *, at_most: int, records: int) -> DataFrame:
    """A sample of the records by hash of their id: the same records on every machine and run.

    Args:
        at_most: how many records, about.
        records: how many there are.
    """
    if records <= at_most:
        return features
    share = at_most / records
    return features.where(F.pmod(F.xxhash64("record_id"), F.lit(1_000_000)) < int(share * 1_000_000))


def train(sample: DataFrame, *, model: PersonModel) -> dict[str, Any]:
    """Estimate u from random pairs, the prior from sure matches, m by expectation maximisation.

    Args:
        sample: features of the training records; these are brought to the driver.
    Returns:
        Trained Splink settings, every m and u present and rounded to 12 digits.
    """
    with duckdb.connect() as connection:
        # One thread: with more, the order of sums and so the last digits would depend on the machine.
        connection.execute("SET threads = 1")
        connection.register("arrived", sample.toArrow())
        connection.execute("CREATE TABLE training AS SELECT * FROM arrived ORDER BY record_id")
        table = DuckDBAPI(connection=connection).register("training")
        settings = model.settings() | {"probability_two_random_records_match": _prior(table, model)}
        linker = Linker(table, settings, log_level=logging.ERROR)
        linker.training.estimate_u_using_random_sampling(max_pairs=U_PAIRS, seed=SEED)
        for rule in _needed_sessions(model):
            # What no session teaches keeps the model's starting values.
            learn_m(linker, rule, max_pairs=EM_PAIRS)
        return _frozen(linker.misc.save_model_to_json(), model)


def term_frequencies(features: DataFrame, *, model: PersonModel, model_id: str) -> DataFrame:
    """linkage.term_frequency: each value's share of the records that have one, for the columns that use it."""
    columns = model.term_frequency_columns()
    if not columns:
        return features.sparkSession.createDataFrame([], TERM_FREQUENCY.schema)
    values = features.select(
        F.explode(
            F.array(*(F.struct(F.lit(c).alias("column"), F.col(c).alias("value")) for c in columns))
        ).alias("x")
    ).select("x.*")
    known = values.where("value IS NOT NULL")
    totals = known.groupBy("column").agg(F.count("*").alias("total"))
    counts = known.groupBy("column", "value").agg(F.count("*").alias("n"))
    return counts.join(F.broadcast(totals), "column").select(
        F.lit(model_id).alias("model_id"), "column", "value", (F.col("n") / F.col("total")).alias("frequency")
    )


def stop_keys(features: DataFrame, *, model: PersonModel) -> list[int]:
    """Keys of blocks with more records than the model's largest_block, ascending."""
    keyed = features.transform(with_keys, model.blocking)
    large = shared_keys(keyed, model.blocking).where(F.col("records") > model.largest_block)
    return sorted(row["key"] for row in large.select("key").collect())


def model_id(settings: dict[str, Any], settings_hash: str, stopped: list[int]) -> str:
    """The model's name: a hash of all that decides a pair's weight."""
    return digest({"settings": settings, "from": settings_hash, "stop_keys": stopped})


def _prior(table: Any, model: PersonModel) -> float:
    """Probability that two random records match, from the pairs that are almost surely matches."""
    records = int(table.as_duckdbpyrelation().count("*").fetchall()[0][0])
    pairs = max(1, records * (records - 1) // 2)
    estimate = 0.0
    if model.training.sure_matches:
        linker = Linker(table, model.settings(), log_level=logging.ERROR)
        linker.training.estimate_probability_two_random_records_match(
            [block_on(*rule) for rule in model.training.sure_matches],
            recall=model.training.sure_matches_recall,
        )
        estimate = float(linker.misc.save_model_to_json()["probability_two_random_records_match"])
    # Data too small to hold a sure match, or all alike, must not make a match impossible or certain.
    return min(max(estimate, 1 / pairs), 0.5)


def _needed_sessions(model: PersonModel) -> list[list[str]]:
    """The EM sessions that teach a comparison which no session before them teaches."""
    taught: set[str] = set()
    needed = []
    for rule in model.training.em:
        teaches = {c.name for c in model.comparisons if not columns_of(rule) & c.columns()}
        if teaches - taught:
            needed.append(rule)
            taught |= teaches
    return needed


def _learned(level: dict[str, Any], name: str) -> float | None:
    value = level.get(name)
    return value if isinstance(value, float) and value > 0 else None


def _u_of_non_matches(m: float | None, u: float | None, prior: float) -> float | None:
    """Take the matches out of what random pairs showed; None where neither m nor u was seen: no evidence.

    Random pairs hold matches too, one in 1 / prior. For a value that hardly two people share they are most of
    the agreements seen, and would make an e-mail address look common.
    """
    if m is None and u is None:
        return None
    seen = ((u or 0) - prior * (m or 0)) / (1 - prior)
    # Unseen is at most 3 in as many pairs (the rule of three).
    return max(seen, 3 / U_PAIRS)


def as_json(settings: dict[str, Any]) -> str:
    """Trained settings as they stand in linkage.model."""
    return json.dumps(settings, sort_keys=True)


def _frozen(trained: dict[str, Any], model: PersonModel) -> dict[str, Any]:
    """Fill what the data was too small to teach, round to 12 digits, drop what names the training run."""
    starts = {c.name: {level.label: level.m for level in c.levels} for c in model.comparisons}
    prior = trained["probability_two_random_records_match"]
    for comparison in trained["comparisons"]:
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        for level in levels:
            start = starts[comparison["output_column_name"]][level["label_for_charts"]]
            m, u = _learned(level, "m_probability"), _learned(level, "u_probability")
            level["m_probability"] = round(max(m or start, SMALLEST_M), 12)
            level["u_probability"] = round(_u_of_non_matches(m, u, prior) or start, 12)
    trained["probability_two_random_records_match"] = round(
        trained["probability_two_random_records_match"], 12
    )
    trained.pop("linker_uid", None)
    return trained
