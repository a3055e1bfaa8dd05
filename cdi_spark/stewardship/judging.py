"""Records judgements of stewards, checked against the active ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pyspark.sql import functions as F

from cdi_spark.errors import CdiError
from cdi_spark.schema import CONTENT_CHANGE, JUDGEMENT, PERSON
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.stewardship.judgements import Judgement, Pair, Verdict, find_contradiction, standing_judgements
from cdi_spark.stewardship.log import append_in_turn, no_such_record
from cdi_spark.storage import Storage


@dataclass(frozen=True)
class Decision:
    """A steward's decision about two records, in any order.

    Attributes:
        verdict: a Verdict, or its text.
        why: the reason.
    Raises:
        CdiError: there is no such verdict. A text that nobody knows would end every later run.
    """

    records: Pair
    verdict: Verdict
    why: str

    def __post_init__(self) -> None:
        if self.verdict not in list(Verdict):
            raise CdiError(f"judge: no verdict {self.verdict!r}. Verdicts are {', '.join(Verdict)}.")
        object.__setattr__(self, "verdict", Verdict(self.verdict))

    @property
    def pair(self) -> Pair:
        """The two records, the lexically smaller first."""
        return min(self.records), max(self.records)


def judge(storage: Storage, records: tuple[str, str], verdict: Verdict, *, by: str, why: str) -> bool:
    """Record a steward's decision about two records; it takes effect with the next run.

    Args:
        records: two record_ids, in any order.
        by, why: who decided, and the reason.
    Returns:
        False where the same decision is active already; then nothing is written. A decision that is set aside or
        shown for confirmation is recorded again, which confirms it.
    Raises:
        CdiError: a record or the verdict does not exist, there is nothing to withdraw, or active judgements contradict
            the decision; then the message has their chain.
    """
    (outcome,) = judge_all(storage, [Decision(records, verdict, why)], by=by)
    if isinstance(outcome, CdiError):
        raise outcome
    return outcome


def judge_all(storage: Storage, asked: Sequence[Decision], *, by: str) -> list[bool | CdiError]:
    """Record decisions in order, each checked against those before it, in one commit.

    Args:
        by: who decided.
    Returns:
        For every decision what judge() returns, or the error that it raises.
    """
    live = _live(storage, asked)
    outcomes: list[bool | CdiError] = []

    def entries(step: int) -> list[tuple[object, ...]]:
        decided, changes = map(storage.read_or_empty, (JUDGEMENT, CONTENT_CHANGE))
        standing = {judgement.pair: judgement for judgement in standing_judgements(decided, changes)}
        made: list[tuple[object, ...]] = []
        outcomes.clear()
        at = datetime.now(UTC)
        for decision in asked:
            try:
                new = _is_new(decision, standing, live)
            except CdiError as refused:
                outcomes.append(refused)
                continue
            outcomes.append(new)
            if not new:
                continue
            pair, verdict = decision.pair, decision.verdict
            made.append((step + len(made), *pair, verdict, by, decision.why, at))
            if verdict is Verdict.WITHDRAWN:
                del standing[pair]
            else:
                standing[pair] = Judgement(*pair, verdict, by, decision.why, at)
        return made

    append_in_turn(storage, JUDGEMENT, entries)
    return outcomes


def _is_new(decision: Decision, standing: dict[Pair, Judgement], live: set[str]) -> bool:
    """Whether a decision is to be recorded; False where it is active already.

    Raises:
        CdiError: see judge().
    """
    pair, verdict = decision.pair, decision.verdict
    if pair[0] == pair[1]:
        raise CdiError(f"judge: {pair[0]} is one record. Name two records.")
    if verdict is not Verdict.WITHDRAWN:
        _require_live(pair, live)
    own = standing.get(pair)
    if verdict is Verdict.WITHDRAWN and own is None:
        raise CdiError(f"judge: nothing is decided about {pair[0]} and {pair[1]}. See `cdi judge list`.")
    if own is not None and own.verdict == verdict and own.changed_at is None:
        return False
    if verdict is not Verdict.WITHDRAWN:
        active = [judgement for judgement in standing.values() if not judgement.is_set_aside]
        _require_no_contradiction(active, pair, verdict)
    return True


def _live(storage: Storage, asked: Sequence[Decision]) -> set[str]:
    """Return the records that decisions name and that exist; withdrawals are not checked."""
    names = sorted(
        {name for decision in asked if decision.verdict is not Verdict.WITHDRAWN for name in decision.pair}
    )
    if not names:
        return set()
    named = local_rows(storage.spark, [(name,) for name in names], "record_id string")
    live = storage.read(PERSON.name).where(~F.col("is_deleted")).join(named, "record_id", "left_semi")
    return {row["record_id"] for row in live.select("record_id").collect()}


def _require_live(pair: Pair, live: set[str]) -> None:
    missing = [record for record in pair if record not in live]
    if missing:
        raise no_such_record("judge", missing)


def _require_no_contradiction(active: Sequence[Judgement], pair: Pair, verdict: Verdict) -> None:
    chain = find_contradiction(active, pair, verdict)
    if chain is None:
        return
    relations = {Verdict.MUST_LINK: "is", Verdict.CANNOT_LINK: "is not"}
    steps = "; ".join(
        f"{step.left} {relations[step.verdict]} {step.right} ({step.by}, {step.at:%Y-%m-%d})"
        for step in chain
    )
    persons = "one person" if verdict is Verdict.MUST_LINK else "two persons"
    raise CdiError(
        f"judge: {pair[0]} and {pair[1]} cannot be {persons}: earlier decisions contradict it ({steps}). "
        "Withdraw one of them first."
    )
