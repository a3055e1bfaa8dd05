"""Splink's charts of a trained model."""

from typing import Any

import duckdb
from pyspark.sql import DataFrame
from splink import DuckDBAPI, Linker


def match_weights_chart(settings: dict[str, Any], features: DataFrame) -> Any:
    """Splink's chart of every level's weight, as an Altair chart.

    Args:
        settings: trained Splink settings (linkage.model, `settings`).
        features: person_features(); only the columns matter, so a few rows will do.
    """
    with duckdb.connect() as connection:
        connection.register("arrived", features.limit(10).toArrow())
        connection.execute("CREATE TABLE sample AS SELECT * FROM arrived")
        linker = Linker(DuckDBAPI(connection=connection).register("sample"), settings)
        return linker.visualisations.match_weights_chart()
