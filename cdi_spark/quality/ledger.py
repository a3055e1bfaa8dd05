"""Where every landed row went, proved by counting on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from cdi_spark.schema import PERSON, Table


@dataclass(frozen=True)
class Account:
    """The rows of one source for one silver table; ops.ledger says what each number counts.

    `in_bronze`, `in_quarantine` and `in_table` are counted where the rows lie, the others from what
    standardising made of them.
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
        """What ops.ledger keeps of it."""
        own = ("in_bronze", "in_quarantine", "in_table")
        return {name: value for name, value in asdict(self).items() if name not in own}

    def differences(self) -> list[str]:
        """Each rule of the ledger that does not hold, with its numbers."""
        accepted = self.emitted - self.in_quarantine
        sides = {
            "landed in bronze = looked at": (self.in_bronze, self.landed),
            "emitted = accepted + quarantined": (self.emitted, accepted + self.quarantined),
            "accepted = current + superseded + deleted": (
                accepted,
                self.current + self.superseded + self.deleted,
            ),
            "current + deleted = held by the table": (self.current + self.deleted, self.in_table),
        }
        return [
            f"source {self.source}, {self.table}: {rule} does not hold: {left} and {right} rows"
            for rule, (left, right) in sides.items()
            if left != right
        ]


def tally(settled: DataFrame) -> DataFrame:
    """Rows by source and what became of them.

    Args:
        settled: resolve_versions() rows of one silver table.
    Returns:
        source, landed, skipped, emitted, quarantined, superseded, deleted, current.
    """
    return settled.groupBy(F.col("_source").alias("source")).agg(
        F.sum("_landed").alias("landed"),
        F.count_if(F.col("_status") == "skipped").alias("skipped"),
        (F.count_if(F.col("_status") != "skipped") + F.sum("_superseded")).alias("emitted"),
        F.count_if(F.col("_status") == "quarantined").alias("quarantined"),
        (F.count_if(F.col("_status") == "superseded") + F.sum("_superseded")).alias("superseded"),
        F.count_if(F.col("_status") == "deleted").alias("deleted"),
        F.count_if(F.col("_status") == "current").alias("current"),
    )


def held_by(silver: DataFrame, settled: DataFrame, table: Table) -> DataFrame:
    """By source, the settled rows that the silver table holds just so; of events, also those it rightly lacks.

    Returns:
        source, rows.
    """
    key = table.key[0]
    wanted = settled.where(F.col("_status").isin("current", "deleted")).select(
        F.col("_source").alias("source"), key, F.col("content_hash").alias("_wanted"), "_status"
    )
    there = silver.select(key, "content_hash", *(("is_deleted",) if table is PERSON else ()))
    deleted = F.col("_status") == "deleted"
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
    """Rows of silver.quarantine by what they fail: target, source, failed_rules, rows, first (file, row_number)."""
    place = F.min(F.struct("file", "row_number")).alias("first")
    return quarantine.groupBy("target", "source", "failed_rules").agg(F.count("*").alias("rows"), place)


def reasons(counts: Sequence[Row]) -> list[str]:
    """For each source, table and failed rule: how many rows, and where the first of them is.

    Args:
        counts: rows of quarantined().
    """
    found: dict[tuple[str, str, str], list[Row]] = {}
    for row in counts:
        for rule in row["failed_rules"]:
            found.setdefault((row["target"], row["source"], rule), []).append(row)
    told = []
    for (target, source, rule), rows in sorted(found.items()):
        file, number = min(row["first"] for row in rows)
        told.append(
            f"{target}: {sum(row['rows'] for row in rows)} rows of source {source} fail {rule}; the first is row "
            f"{number} of {file}"
        )
    return told


def explain(accounts: Sequence[Account]) -> str:
    """Every difference, one a line; empty where all rows are accounted for."""
    return "\n".join(difference for account in accounts for difference in account.differences())
