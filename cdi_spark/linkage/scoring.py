"""Score silver.person into linkage.pair: Spark moves records, DuckDB scores pairs."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pyspark import cloudpickle
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from cdi_spark.linkage import tasks
from cdi_spark.linkage.blocking import in_blocks, key_column, shared_keys, with_keys
from cdi_spark.linkage.features import person_features
from cdi_spark.linkage.model import PersonModel
from cdi_spark.linkage.splink_sql import scoring_sql

# Executors and Connect servers need not have this package: the code goes to them with the task.
cloudpickle.register_pickle_by_value(tasks)  # type: ignore[no-untyped-call]


def score_pairs(
    persons: DataFrame, term_frequencies: DataFrame, *, model: PersonModel, trained: Row
) -> DataFrame:
    """Every pair that shares a block and weighs at least the model's keep_weight.

    Args:
        persons: silver.person.
        term_frequencies: linkage.term_frequency.
        model: the person model that `trained` was trained from, restricted to the same columns.
        trained: the row of linkage.model.
    Returns:
        linkage.pair; each unordered pair once, under the first blocking rule that it satisfies.
    """
    settings = json.loads(trained["settings"])
    compared = model.columns()
    keyed = person_features(persons).transform(with_keys, model.blocking, trained["stop_keys"])
    frequencies = term_frequencies.where(F.col("model_id") == trained["model_id"])
    records = keyed.select("record_id", *compared, *_key_columns(model))
    for name in model.term_frequency_columns():
        records = records.transform(_with_frequency, frequencies, name)
    worth_sending = shared_keys(keyed, model.blocking).select("key")
    sent = records.transform(in_blocks, model.blocking).join(worth_sending, "key", "left_semi")
    comparisons = [c["output_column_name"] for c in settings["comparisons"]]
    query = scoring_sql(settings, model.blocking, keep_weight=trained["keep_weight"])
    scored = (
        sent.repartition("key")
        .sortWithinPartitions("key", "record_id")
        .mapInArrow(tasks.scorer(query), _scored_schema(comparisons))
    )
    return scored.transform(
        _as_pairs, comparisons, [rule.name for rule in model.blocking], trained["model_id"]
    )


def _key_columns(model: PersonModel) -> list[str]:
    return [key_column(i) for i in range(len(model.blocking))]


def _with_frequency(records: DataFrame, frequencies: DataFrame, name: str) -> DataFrame:
    of_column = frequencies.where(F.col("column") == name)
    return records.join(
        of_column.select(F.col("value").alias(name), F.col("frequency").alias(f"tf_{name}")), name, "left"
    )


def _scored_schema(comparisons: Sequence[str]) -> str:
    gammas = ", ".join(f"gamma_{name} int" for name in comparisons)
    return f"record_id_l string, record_id_r string, match_weight double, match_probability double, rule int, {gammas}"


def _as_pairs(
    scored: DataFrame, comparisons: Sequence[str], rules: Sequence[str], model_id: str
) -> DataFrame:
    levels = [part for name in comparisons for part in (F.lit(name), F.col(f"gamma_{name}"))]
    return scored.select(
        "record_id_l",
        "record_id_r",
        "match_weight",
        "match_probability",
        F.create_map(*levels).alias("levels"),
        F.get(F.array(*(F.lit(rule) for rule in rules)), F.col("rule")).alias("block_rule"),
        F.lit(model_id).alias("model_id"),
    )
