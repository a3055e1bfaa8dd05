"""Counts of the values that cleaning changed or dropped, with places and never with values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from cdi_spark.schema import CLEANING
from cdi_spark.standardise.batches import CHANGES, DROPS
from cdi_spark.standardise.values.reasons import PLACEHOLDER
from cdi_spark.standardise.versions import DROPPED_AT

CHANGED, INVALID = "changed", "invalid"
_PLACES = next(column.type for column in CLEANING.columns if column.name == "places")
_MOST_PLACES = 3


def outcomes(resolved: DataFrame, *, table: str, noted: Sequence[str]) -> DataFrame:
    """Count rows by what value rules did to them: table, source, about, rows, places.

    `about` is "column: reason" for values that were dropped, and "column" for those that were changed.

    Args:
        resolved: rows of one silver table with `_changes`, `_drops` and `_dropped_at`, from standardise.versions.
        noted: the column that each bit of `_changes` is about.
    """
    keys = (F.lit(table).alias("table"), F.col("_source").alias("source"))
    at = F.col(DROPPED_AT)
    # The first rows of three parts of the files: min() needs no list of all places.
    samples = [F.min(F.when(at["row_number"] % _MOST_PLACES == n, at)) for n in range(_MOST_PLACES)]
    dropped = (
        resolved.where(F.col(DROPS).isNotNull())
        .select("_source", DROPPED_AT, F.explode(F.array_distinct(DROPS)).alias("about"))
        .groupBy(*keys, "about")
        .agg(F.count("*").alias("rows"), F.array_sort(F.array_compact(F.array(*samples))).alias("places"))
    )
    bits = [F.count_if(F.col(CHANGES).bitwiseAND(1 << n) != 0) for n in range(len(noted))]
    each = [
        F.struct(F.lit(name).alias("about"), count.alias("rows"))
        for name, count in zip(noted, bits, strict=True)
    ]
    changed = (
        resolved.where(F.col(CHANGES) != 0)
        .groupBy(*keys)
        .agg(F.array(*each).alias("each"))
        .select("table", "source", F.inline("each"))
        .where("rows > 0")
        .withColumn("places", F.lit(None).cast(_PLACES))
    )
    return dropped.unionByName(changed)


def counts(found: Iterable[Row]) -> list[dict[str, Any]]:
    """Return rows of ops.cleaning, without the run: rows by source, table, column, outcome and reason.

    Args:
        found: outcomes().
    """
    return [
        {
            "source": row["source"],
            "table": row["table"],
            "column": column,
            "outcome": CHANGED if not reason else PLACEHOLDER if reason == PLACEHOLDER else INVALID,
            "reason": None if reason in ("", PLACEHOLDER) else reason,
            "rows": row["rows"],
            "places": row["places"] and [place.asDict() for place in row["places"]],
        }
        for row in sorted(found, key=lambda row: (row["source"], row["table"], row["about"]))
        for column, _, reason in [row["about"].partition(": ")]
    ]


def losses(entries: Sequence[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """Describe, for each source, table, column and reason, the values that were dropped without being placeholders.

    Args:
        entries: rows of ops.cleaning of one run.
    Returns:
        Descriptions, each with the number of rows.
    """
    found = []
    for entry in entries:
        if entry["outcome"] == INVALID:
            first = entry["places"][0] if entry["places"] else None
            where = f"; the first is row {first['row_number']} of {first['file']}" if first else ""
            rows = f"{entry['rows']:,} row{'' if entry['rows'] == 1 else 's'}"
            about = f"{entry['table']}.{entry['column']}: {entry['reason']}"
            found.append((f"{about}: dropped in {rows} of source {entry['source']}{where}", entry["rows"]))
    return found
