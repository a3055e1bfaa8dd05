"""Charts of a trained model: its weights, its m and u, and the steps of one pair's match weight."""

from __future__ import annotations

import json
import logging
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from splink import DuckDBAPI, Linker

from cdi_spark.errors import CdiError
from cdi_spark.linkage.model.frozen import Frozen
from cdi_spark.private_database import open_database
from cdi_spark.schema import FEATURES

_ARROW_TYPES = {"string": pa.string(), "array<string>": pa.list_(pa.string())}


@dataclass(frozen=True)
class LevelWeight:
    """One comparison level of a model: m, u, and its weight in bits, log2(m / u)."""

    comparison: str
    level: str
    m: float
    u: float
    bits: float


@dataclass(frozen=True)
class Step:
    """One bar of a waterfall: the comparison, the pair's level, its bits, and the values of both records.

    The values are those of the columns that must be known; a level may read more columns.
    """

    name: str
    level: str
    bits: float
    left: str
    right: str


@dataclass(frozen=True)
class Waterfall:
    """The steps of a pair's match weight.

    Attributes:
        steps: the prior, then every comparison; a step tf_<comparison> follows if a level may count how common
            the value is. Their bits add up to `match_weight`.
        match_weight: log2 posterior odds, bits, as Splink itself scores the pair.
        chart: the steps as an Altair chart, without unknown comparisons.
    """

    steps: list[Step]
    match_weight: float
    chart: Any


def level_weights(settings: dict[str, Any]) -> list[LevelWeight]:
    """Return every level of trained settings in their order, without `unknown`, which weighs nothing.

    Args:
        settings: trained Splink settings (linkage.model, `settings`).
    """
    return [
        LevelWeight(comparison["output_column_name"], level["label_for_charts"], m, u, math.log2(m / u))
        for comparison in settings["comparisons"]
        for level in comparison["comparison_levels"]
        if not level.get("is_null_level")
        for m, u in [(level["m_probability"], level["u_probability"])]
    ]


def match_weights_chart(settings: dict[str, Any]) -> Any:
    """Return Splink's chart of every level's weight in bits, log2(m / u), as an Altair chart.

    Args:
        settings: trained Splink settings (linkage.model, `settings`).
    """
    with _linker(settings, _no_records()) as linker:
        return _altair(linker.visualisations.match_weights_chart())


def m_u_chart(settings: dict[str, Any]) -> Any:
    """Return Splink's chart of every level's m (share of matches) and u (share of non-matches), as an Altair chart.

    Args:
        settings: trained Splink settings (linkage.model, `settings`).
    """
    with _linker(settings, _no_records()) as linker:
        return _altair(linker.visualisations.m_u_parameters_chart())


def explain_pair(linked: DataFrame, frozen: Frozen, *, record_ids: tuple[str, str]) -> Waterfall:
    """Score two records with Splink and return every step; they need not share a block or be in linkage.pair.

    Args:
        linked: linkage.linked, or Frozen.linked() of the two records.
        record_ids: the two records, in any order.
    Raises:
        CdiError: the ids are not those of two records in it.
    """
    chosen = linked.where(F.col("record_id").isin(*record_ids))
    records = frozen.compared(chosen).toArrow().sort_by("record_id")
    if records.num_rows != 2:
        raise CdiError(
            f"linkage.linked: {records.num_rows} of the two record ids are records that the last run compared. "
            "Give two different ones, as linkage.pair has them; `cdi run` compares new records."
        )
    # Splink returns the columns of a waterfall only with these settings.
    kept = {"retain_matching_columns": True, "retain_intermediate_calculation_columns": True}
    settings = json.loads(frozen.trained["settings"]) | kept
    with _linker(settings, records) as linker:
        sides = [
            linker.table_management.register_table(records.slice(row, 1), name)
            for row, name in enumerate(("cdi_left", "cdi_right"))
        ]
        scored = linker.inference.score_pair(*sides)
        chart = linker.visualisations.waterfall_chart(scored.as_record_list())
    # The last bar is the sum itself.
    *bars, total = chart.raw_records
    left, right = records.to_pylist()
    read = {c.name: list(dict.fromkeys(chain(*c.known))) for c in frozen.model.comparisons}
    steps = [
        Step(
            name,
            bar["label_for_charts"],
            bar["log2_bayes_factor"],
            _values_of(left, columns),
            _values_of(right, columns),
        )
        for bar in bars
        for name in [bar["column_name"]]
        for columns in [read.get(name, [])]
    ]
    return Waterfall(steps, total["log2_bayes_factor"], _altair(chart))


def _values_of(record: dict[str, Any], columns: list[str]) -> str:
    """Return a record's values in some columns as one text, as compared."""
    values = [record[name] for name in columns if record[name] is not None]
    return " · ".join(", ".join(value) if isinstance(value, list) else str(value) for value in values)


@contextmanager
def _linker(settings: dict[str, Any], records: pa.Table) -> Iterator[Linker]:
    with open_database() as connection:
        table = DuckDBAPI(connection=connection).register(records)
        yield Linker(table, settings, log_level=logging.ERROR)


def _no_records() -> pa.Table:
    """Return no records with all columns: a model's own charts read no record, but Splink checks the columns."""
    columns = {"record_id": "string", **FEATURES}
    return pa.schema([(name, _ARROW_TYPES[kind]) for name, kind in columns.items()]).empty_table()


def _altair(chart: Any) -> Any:
    with warnings.catch_warnings():
        # Altair warns that it merges two equal sliders of Splink's chart.
        warnings.simplefilter("ignore", UserWarning)
        return chart.altair_chart
