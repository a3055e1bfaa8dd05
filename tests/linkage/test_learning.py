"""A session of expectation maximisation that fails leaves the model as it was."""

import logging

import duckdb
import pandas as pd
import pytest
from splink import DuckDBAPI, Linker

from cdi_spark.linkage import splink_sql

COLUMNS = ("a", "b")
SETTINGS = {
    "link_type": "dedupe_only",
    "unique_id_column_name": "record_id",
    "sql_dialect": "duckdb",
    "probability_two_random_records_match": 0.01,
    "blocking_rules_to_generate_predictions": [],
    "comparisons": [
        {
            "output_column_name": name,
            "comparison_levels": [
                {"sql_condition": f"{name}_l is null or {name}_r is null", "is_null_level": True},
                {"sql_condition": f"{name}_l = {name}_r", "m_probability": 0.9, "u_probability": 0.1},
                {"sql_condition": "ELSE", "m_probability": 0.1, "u_probability": 0.9},
            ],
        }
        for name in COLUMNS
    ],
}


def linker_over(rows: list[tuple[str, str]]) -> Linker:
    connection = duckdb.connect()
    frame = pd.DataFrame(rows, columns=list(COLUMNS))  # read by DuckDB under its name
    connection.execute("CREATE TABLE t AS SELECT row_number() OVER () AS record_id, * FROM frame")
    assert len(frame)
    return Linker(DuckDBAPI(connection=connection).register("t"), SETTINGS, log_level=logging.ERROR)


def kept(linker: Linker) -> tuple[float, list[str]]:
    model = linker.misc.save_model_to_json()
    return model["probability_two_random_records_match"], [
        c["output_column_name"] for c in model["comparisons"]
    ]


def test_no_pair_to_learn_from_leaves_the_model_whole() -> None:
    linker = linker_over([("x", "1"), ("y", "2")])
    assert not splink_sql.learn_m(linker, ["a"], max_pairs=100)
    assert kept(linker) == (0.01, ["a", "b"])


def test_a_level_that_vanishes_is_tried_again_with_fewer_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    linker = linker_over([("x", "1"), ("x", "1"), ("y", "2"), ("y", "3")])
    learn = linker.training.estimate_parameters_using_expectation_maximisation
    tried = []

    def vanishing(*given: object, **named: object) -> object:
        tried.append(linker._settings_obj.training_settings.max_iterations)
        if len(tried) == 1:
            linker._settings_obj.core_model_settings.comparisons = []
            raise ValueError("m_probability value 0.0 is below the minimum allowed value of 1e-300.")
        return learn(*given, **named)

    monkeypatch.setattr(linker.training, "estimate_parameters_using_expectation_maximisation", vanishing)
    assert splink_sql.learn_m(linker, ["a"], max_pairs=100)
    assert tried == [15, 6]
    assert kept(linker) == (0.01, ["a", "b"])
