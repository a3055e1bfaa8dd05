"""A baseline: the clusters that the model of Splink's own tutorial finds."""

from __future__ import annotations

import logging

import pyarrow as pa
import splink.comparison_library as cl
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from cdi_spark.errors import CdiError
from cdi_spark.private_database import open_database

_RECALL, _RANDOM_PAIRS, _SEED = 0.7, 2_000_000, 1
_PREDICTED, _CLUSTERED = 0.1, 0.95


def tutorial_clusters(persons: DataFrame) -> DataFrame:
    """Cluster records as Splink's tutorial does, with its comparisons, blocking and training rules.

    All records are collected on the driver. The same records give the same clusters. The tutorial compares names,
    birth date, city and the first e-mail address, but no telephone, street or device.

    Args:
        persons: silver.person.
    Returns:
        record_id, entity_id.
    Raises:
        CdiError: the records are too few to train the model.
    Source:
        Splink 5, docs/demos/tutorials 04 and 05; clustered at the 0.95 of its "getting started".
    """
    live = persons.where("NOT is_deleted").select(
        "record_id",
        F.col("given_name").alias("first_name"),
        F.col("family_name").alias("surname"),
        F.date_format("birth_date", "yyyy-MM-dd").alias("dob"),
        "city",
        F.get("emails", F.lit(0)).alias("email"),
    )
    found = _clustered(live.toArrow().sort_by("record_id"))
    return persons.sparkSession.createDataFrame(found)


def _clustered(records: pa.Table) -> pa.Table:
    """Return record_id and entity_id of every record."""
    with open_database() as connection:
        table = DuckDBAPI(connection=connection).register(records)
        linker = Linker(table, _settings(), log_level=logging.CRITICAL)
        _train(linker)
        pairs = linker.inference.predict(threshold_match_probability=_PREDICTED)
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, _CLUSTERED)
        found: pa.Table = clusters.as_pyarrow_table().select(["record_id", "cluster_id"])
    return found.rename_columns(["record_id", "entity_id"])


def _settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_id",
        comparisons=[
            cl.NameComparison("first_name"),
            cl.NameComparison("surname"),
            cl.LevenshteinAtThresholds("dob", 1),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.EmailComparison("email"),
        ],
        blocking_rules_to_generate_predictions=[block_on("first_name", "city"), block_on("surname")],
    )


def _train(linker: Linker) -> None:
    same_person = [
        block_on("first_name", "dob"),
        "l.first_name = r.first_name and levenshtein(r.surname, l.surname) <= 2",
        block_on("email"),
    ]
    training = linker.training
    try:
        training.estimate_probability_two_random_records_match(same_person, recall=_RECALL)
        training.estimate_u_using_random_sampling(max_pairs=_RANDOM_PAIRS, seed=_SEED)
        training.estimate_parameters_using_expectation_maximisation(block_on("first_name", "surname"))
        training.estimate_parameters_using_expectation_maximisation(block_on("dob"))
    # Splink raises errors of many kinds here, some of them DuckDB's or Python's own.
    except Exception as fault:
        raise CdiError(
            f"silver.person: Splink's tutorial model cannot be trained from it ({type(fault).__name__}). "
            "Its training rules need records that share names, birth dates and e-mail addresses."
        ) from None
