"""Counts of the values that cleaning changed or dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F


def outcomes(resolved: DataFrame, *, table: str) -> DataFrame:
    """Count rows by what value rules did to them: table, source, changes, drops, rows.

    Args:
        resolved: rows of one silver table with `_changes` and `_drops`, from standardise.versions.
    """
    return (
        resolved.where("_changes <> 0 OR _drops IS NOT NULL")
        .groupBy(F.lit(table).alias("table"), F.col("_source").alias("source"), "_changes", "_drops")
        .agg(F.count("*").alias("rows"))
    )


def counts(found: Iterable[Row], noted: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """Return rows of ops.cleaning, without the run: rows by source, table, column and outcome.

    Args:
        found: outcomes().
        noted: by table, the column that each bit of `_changes` is about.
    """
    total: Counter[tuple[str, str, str, str]] = Counter()
    for row in found:
        where = row["source"], row["table"]
        for number, column in enumerate(noted[row["table"]]):
            if (row["_changes"] or 0) >> number & 1:
                total[*where, column, "changed"] += row["rows"]
        for column, _, outcome in (drop.partition(": ") for drop in row["_drops"] or ()):
            total[*where, column, outcome] += row["rows"]
    names = ("source", "table", "column", "outcome")
    return [{**dict(zip(names, key, strict=True)), "rows": rows} for key, rows in sorted(total.items())]
