"""The ledger: where every landed row went, checked by counting in the input and in the tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from cdi_spark.schema import PERSON, Table
from cdi_spark.standardise.versions import RowStatus


@dataclass(frozen=True)
class Account:
    """Row counts of one source for one silver table; ops.ledger documents each number.

    `in_bronze`, `in_quarantine` and `in_table` are counted in the tables, the others in the result of standardising.
    """

    source: str
    table: str
    in_bronze: int
    landed: int
    skipped: int
    emitted: int
    quarantined: int
    in_quarantine: int
    superseded: int
    deleted: int
    current: int
    in_table: int

    def counts(self) -> dict[str, str | int]:
        """Return the numbers that ops.ledger stores."""
        own = ("in_bronze", "in_quarantine", "in_table")
        return {name: value for name, value in asdict(self).items() if name not in own}

    def differences(self) -> list[str]:
        """Describe each rule of the ledger that is broken, with its numbers."""
        accepted = self.emitted - self.in_quarantine
        rules = {
            "rows in bronze = rows read": (self.in_bronze, self.landed),
            "emitted = accepted + quarantined": (self.emitted, accepted + self.quarantined),
            "accepted = current + superseded + deleted": (
                accepted,
                self.current + self.superseded + self.deleted,
            ),
            "current + deleted = rows in the table": (self.current + self.deleted, self.in_table),
        }
        return [
            f"source {self.source}, {self.table}: {rule} is broken: {left} and {right} rows"
            for rule, (left, right) in rules.items()
            if left != right
        ]


def tally(resolved: DataFrame) -> DataFrame:
    """Count rows by source and status.

    Args:
        resolved: rows of one silver table with their status, from standardise.versions.
    Returns:
        source, landed, skipped, emitted, quarantined, superseded, deleted, current.
    """
    return resolved.groupBy(F.col("_source").alias("source")).agg(
        F.sum("_landed").alias("landed"),
        F.count_if(F.col("_status") == RowStatus.SKIPPED).alias("skipped"),
        (F.count_if(F.col("_status") != RowStatus.SKIPPED) + F.sum("_superseded")).alias("emitted"),
        F.count_if(F.col("_status") == RowStatus.QUARANTINED).alias("quarantined"),
        (F.count_if(F.col("_status") == RowStatus.SUPERSEDED) + F.sum("_superseded")).alias("superseded"),
        F.count_if(F.col("_status") == RowStatus.DELETED).alias("deleted"),
        F.count_if(F.col("_status") == RowStatus.CURRENT).alias("current"),
    )


def held_by(silver: DataFrame, resolved: DataFrame, table: Table) -> DataFrame:
    """Count, by source, the rows that the table has with the same content; deleted events count if it lacks them.

    Returns:
        source, rows.
    """
    key = table.key[0]
    wanted = resolved.where(F.col("_status").isin(RowStatus.CURRENT, RowStatus.DELETED)).select(
        F.col("_source").alias("source"), key, F.col("content_hash").alias("_wanted"), "_status"
    )
    there = silver.select(key, "content_hash", *(("is_deleted",) if table is PERSON else ()))
    deleted = F.col("_status") == RowStatus.DELETED
    same = F.col("content_hash") == F.col("_wanted")
    right = (
        same & (F.col("is_deleted") == deleted)
        if table is PERSON
        else (same & ~deleted) | (deleted & F.col("content_hash").isNull())
    )
    return (
        wanted.join(there, key, "left")
        .groupBy("source")
        .agg(F.count_if(F.coalesce(right, F.lit(False))).alias("rows"))
    )


def quarantined(quarantine: DataFrame) -> DataFrame:
    """Count rows of silver.quarantine by target, source and failed_rules; `first` is the first file and row_number."""
    place = F.min(F.struct("file", "row_number")).alias("first")
    return quarantine.groupBy("target", "source", "failed_rules").agg(F.count("*").alias("rows"), place)


def reasons(counts: Sequence[Row]) -> list[str]:
    """Describe, for each source, table and failed rule, how many rows fail it and where the first of them is.

    Args:
        counts: rows of quarantined().
    """
    found: dict[tuple[str, str, str], list[Row]] = {}
    for row in counts:
        for rule in row["failed_rules"]:
            found.setdefault((row["target"], row["source"], rule), []).append(row)
    lines = []
    for (target, source, rule), rows in sorted(found.items()):
        file, number = min(row["first"] for row in rows)
        lines.append(
            f"{target}: {sum(row['rows'] for row in rows)} rows of source {source} fail {rule}; the first is row "
            f"{number} of {file}"
        )
    return lines


def explain(accounts: Sequence[Account]) -> str:
    """Describe every difference, one per line; empty if all rows are accounted for."""
    return "\n".join(difference for account in accounts for difference in account.differences())
