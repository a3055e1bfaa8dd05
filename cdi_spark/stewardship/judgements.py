"""What stewards decided: which records are one person and which are not, and what follows from it together."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from cdi_spark.schema import JUDGED, JUDGEMENT
from cdi_spark.spark.local_rows import local_rows


class Verdict(StrEnum):
    """What a steward decided about two records; the text is what entities.judgement stores."""

    MUST_LINK = "must-link"
    CANNOT_LINK = "cannot-link"
    WITHDRAWN = "withdrawn"


Pair = tuple[str, str]


@dataclass(frozen=True)
class Judgement:
    """A decision about two records that holds, `left` the lexically smaller."""

    left: str
    right: str
    verdict: Verdict
    by: str
    why: str
    at: datetime

    @property
    def pair(self) -> Pair:
        """The two records."""
        return self.left, self.right


def active_judgements(judgements: DataFrame) -> list[Judgement]:
    """The decisions that hold, oldest first: of each pair the newest, if it was not withdrawn.

    Args:
        judgements: entities.judgement.
    """
    newest: dict[Pair, Judgement] = {}
    for row in judgements.select(*JUDGEMENT.names).orderBy("step").collect():
        pair = row["record_id_l"], row["record_id_r"]
        newest.pop(pair, None)
        verdict = Verdict(row["verdict"])
        if verdict is not Verdict.WITHDRAWN:
            newest[pair] = Judgement(*pair, verdict, row["decided_by"], row["why"], row["decided_at"])
    return list(newest.values())


def find_contradiction(held: Sequence[Judgement], pair: Pair, verdict: Verdict) -> list[Judgement] | None:
    """The decisions that prove a new one wrong, as a chain from its one record to the other; None without any.

    Two records are one person where must-links lead from one to the other, and two where a cannot-link stands
    on such a way.
    """
    beside: dict[str, list[tuple[str, Judgement]]] = defaultdict(list)
    for judgement in held:
        beside[judgement.left].append((judgement.right, judgement))
        beside[judgement.right].append((judgement.left, judgement))
    wanted = 1 if verdict is Verdict.MUST_LINK else 0
    start, end = (pair[0], 0), (pair[1], wanted)
    # A place is a record, and how many cannot-links were passed on the way to it.
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


def close_judgements(spark: SparkSession, held: Sequence[Judgement]) -> DataFrame:
    """What decisions say of each record, all that follows from them included.

    Two records with the same judged_same are one person. Else, with a value of judged_apart in common, they are
    two. Records that are no more count as well: who is one person with the same third is so without it.

    Returns:
        JUDGED.
    """
    group = _groups(judgement.pair for judgement in held if judgement.verdict is Verdict.MUST_LINK)
    apart: dict[str, set[str]] = defaultdict(set)
    for judgement in held:
        if judgement.verdict is Verdict.CANNOT_LINK:
            ends = sorted(group.get(record, record) for record in judgement.pair)
            for end in ends:
                apart[end].add(sha256("|".join(ends).encode()).hexdigest()[:16])
    records = sorted({record for judgement in held for record in judgement.pair})
    rows = [
        (record, group.get(record), sorted(apart[group.get(record, record)]) or None) for record in records
    ]
    return local_rows(spark, rows, JUDGED)


def must_links(judged: DataFrame, records: DataFrame) -> DataFrame:
    """Links that hold together the records of one person that there are: record_id_l, record_id_r, match_weight.

    Args:
        judged: close_judgements().
        records: record_id.
    """
    there = judged.where("judged_same IS NOT NULL").join(records, "record_id", "left_semi")
    first = there.groupBy("judged_same").agg(F.min("record_id").alias("record_id_l"))
    others = there.join(first, "judged_same").where("record_id > record_id_l")
    return others.select(
        "record_id_l", F.col("record_id").alias("record_id_r"), F.lit(float("inf")).alias("match_weight")
    )


def _groups(pairs: Iterable[Pair]) -> Mapping[str, str]:
    """Of every record that a pair names the smallest that pairs join it to."""
    joined: dict[str, list[str]] = {}
    for left, right in pairs:
        one, other = joined.get(left, [left]), joined.get(right, [right])
        if one is not other:
            whole = [*one, *other]
            joined.update(dict.fromkeys(whole, whole))
    return {record: min(whole) for record, whole in joined.items()}
