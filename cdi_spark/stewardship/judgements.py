"""Judgements of stewards: which records are one person, which are not, and what follows from all of them."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from cdi_spark.graph.union_find import DisjointSets
from cdi_spark.schema import JUDGED, JUDGEMENT
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.stewardship.confirmation import with_changes


class Verdict(StrEnum):
    """What a steward decided about two records; the text is what entities.judgement stores."""

    MUST_LINK = "must-link"
    CANNOT_LINK = "cannot-link"
    WITHDRAWN = "withdrawn"


Pair = tuple[str, str]


@dataclass(frozen=True)
class Judgement:
    """A valid decision about two records; `left` is the lexically smaller one.

    Attributes:
        changed_record, changed_at: the record whose content changed sharply since, and when; None if neither did.
        is_set_aside: one of the records is another person since, so the decision does not apply.
        system_user, host: whose process recorded it, and where; None for one that was recorded by an earlier version.
    """

    left: str
    right: str
    verdict: Verdict
    by: str
    why: str
    at: datetime
    changed_record: str | None = None
    changed_at: datetime | None = None
    is_set_aside: bool = False
    system_user: str | None = None
    host: str | None = None

    @property
    def pair(self) -> Pair:
        """The two records."""
        return self.left, self.right


def active_judgements(judgements: DataFrame, content_changes: DataFrame) -> list[Judgement]:
    """Return the active judgements, oldest first: those of standing_judgements() that are not set aside."""
    standing = standing_judgements(judgements, content_changes)
    return [judgement for judgement in standing if not judgement.is_set_aside]


def standing_judgements(judgements: DataFrame, content_changes: DataFrame) -> list[Judgement]:
    """Return the newest judgement per pair, unless it was withdrawn; oldest first.

    Args:
        judgements: entities.judgement.
        content_changes: entities.content_change.
    """
    newest: dict[Pair, Judgement] = {}
    decided = judgements.select(*JUDGEMENT.names).transform(
        with_changes, content_changes, "record_id_l", "record_id_r"
    )
    for row in decided.orderBy("step").collect():
        pair = row["record_id_l"], row["record_id_r"]
        newest.pop(pair, None)
        verdict = Verdict(row["verdict"])
        if verdict is not Verdict.WITHDRAWN:
            since = row["changed_record"], row["changed_at"], row["is_set_aside"]
            decision = verdict, row["decided_by"], row["why"], row["decided_at"]
            newest[pair] = Judgement(*pair, *decision, *since, row["system_user"], row["host"])
    return list(newest.values())


def find_contradiction(active: Sequence[Judgement], pair: Pair, verdict: Verdict) -> list[Judgement] | None:
    """Find the judgements that contradict a new one, as a chain from one record to the other; None without any.

    Two records are one person where must-links lead from one to the other, and two persons where exactly one step of
    such a chain is a cannot-link.
    """
    beside: dict[str, list[tuple[str, Judgement]]] = defaultdict(list)
    for judgement in active:
        beside[judgement.left].append((judgement.right, judgement))
        beside[judgement.right].append((judgement.left, judgement))
    wanted = 1 if verdict is Verdict.MUST_LINK else 0
    start, end = (pair[0], 0), (pair[1], wanted)
    # A place is a record and the number of cannot-links on the way to it.
    came: dict[tuple[str, int], list[Judgement]] = {start: []}
    waiting = deque([start])
    while waiting:
        record, passed = place = waiting.popleft()
        if place == end:
            return came[place]
        for other, judgement in beside[record]:
            onward = other, passed + (judgement.verdict is Verdict.CANNOT_LINK)
            if onward[1] <= wanted and onward not in came:
                came[onward] = [*came[place], judgement]
                waiting.append(onward)
    return None


def close_judgements(spark: SparkSession, active: Sequence[Judgement]) -> DataFrame:
    """Compute the closure of judgements: what follows from all of them for each record.

    Two records with the same judged_same are one person. Otherwise, if they share a value of judged_apart, they are
    two persons. Deleted records count as well: two records that are each one person with a third one stay one person
    when it is deleted.

    Returns:
        JUDGED.
    """
    persons: DisjointSets[str] = DisjointSets()
    joined: set[str] = set()
    for judgement in active:
        if judgement.verdict is Verdict.MUST_LINK:
            persons.join(*judgement.pair)
            joined |= {*judgement.pair}
    apart: dict[str, set[str]] = defaultdict(set)
    for judgement in active:
        if judgement.verdict is Verdict.CANNOT_LINK:
            ends = sorted(map(persons.find, judgement.pair))
            for end in ends:
                apart[end].add(sha256("|".join(ends).encode()).hexdigest()[:16])
    records = sorted({record for judgement in active for record in judgement.pair})
    rows = [
        (
            record,
            persons.find(record) if record in joined else None,
            sorted(apart[persons.find(record)]) or None,
        )
        for record in records
    ]
    return local_rows(spark, rows, JUDGED)


def must_links(judged: DataFrame, records: DataFrame) -> DataFrame:
    """Return links that join the existing records of each person: record_id_l, record_id_r, match_weight.

    Args:
        judged: close_judgements().
        records: record_id.
    """
    existing = judged.where("judged_same IS NOT NULL").join(records, "record_id", "left_semi")
    first = existing.groupBy("judged_same").agg(F.min("record_id").alias("record_id_l"))
    others = existing.join(first, "judged_same").where("record_id > record_id_l")
    return others.select(
        "record_id_l", F.col("record_id").alias("record_id_r"), F.lit(float("inf")).alias("match_weight")
    )
