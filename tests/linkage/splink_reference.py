"""What Splink's own DuckDB predict makes of the same records, keys and frequencies."""

from __future__ import annotations

import json

import duckdb
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from splink import DuckDBAPI, Linker

from cdi_spark.linkage.model.blocking import rule_keys
from cdi_spark.linkage.model.frozen import Frozen


def splink_pairs(persons: DataFrame, frozen: Frozen) -> dict[tuple[str, str], float]:
    """Match weights by pair, the smaller record_id first."""
    model, settings = frozen.model, json.loads(frozen.trained["settings"])
    keys = {f"block_{n}": key for n, key in enumerate(rule_keys(model.blocking, frozen.trained["stop_keys"]))}
    # Written down once: each term frequency would compute the features again.
    keyed = frozen.features(persons).withColumns(keys).localCheckpoint()
    frequent = frozen.with_frequencies(keyed).localCheckpoint()
    rules = [
        {"blocking_rule": f"l.{key} = r.{key}", "sql_dialect": "duckdb"}
        | ({"arrays_to_explode": [key]} if rule.shares else {})
        for rule, key in zip(model.blocking, keys, strict=True)
    ]
    with duckdb.connect() as connection:
        connection.register("keyed", keyed.toArrow())
        connection.execute("create table records as select * from keyed")
        linker = Linker(
            DuckDBAPI(connection=connection).register("records"),
            {**settings, "blocking_rules_to_generate_predictions": rules},
        )
        for column in model.term_frequency_columns():
            values = frequent.select(column, f"tf_{column}").where(F.col(column).isNotNull()).distinct()
            connection.register(f"tf_{column}", values.toArrow())
            linker.table_management.register_term_frequency_lookup(
                linker._db_api.register(f"tf_{column}"), column
            )
        predicted = linker.inference.predict(threshold_match_weight=frozen.trained["keep_weight"])
        rows = connection.sql(
            f"select record_id_l, record_id_r, match_weight from {predicted.physical_name}"
        ).fetchall()
    return {(min(a, b), max(a, b)): weight for a, b, weight in rows}


def differences(pairs: DataFrame, theirs: dict[tuple[str, str], float]) -> tuple[int, float]:
    """Pairs that only one of the two has (or one has twice), and the largest difference of a weight.

    Args:
        pairs: linkage.pair.
    """
    rows = pairs.select("record_id_l", "record_id_r", "match_weight").collect()
    ours = {(row[0], row[1]): row[2] for row in rows}
    apart = len(ours.keys() ^ theirs.keys()) + len(rows) - len(ours)
    return apart, max(
        (abs(weight - theirs[pair]) for pair, weight in ours.items() if pair in theirs), default=0
    )
