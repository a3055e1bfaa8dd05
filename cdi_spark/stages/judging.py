"""Stewards' judgements: checked against those that hold, and put on record."""

from __future__ import annotations

from datetime import UTC, datetime

from pyspark.sql import functions as F

from cdi_spark.entities.judgements import CANNOT, MUST, WITHDRAWN, Judgement, against, standing
from cdi_spark.errors import CdiError, ConflictError
from cdi_spark.storage import Storage
from cdi_spark.tables import JUDGEMENT, PERSON

_TRIES = 10


def judge(storage: Storage, records: tuple[str, str], verdict: str, *, by: str, why: str) -> bool:
    """Put a steward's decision about two records on record; it holds from the next run on.

    Args:
        records: two record_ids, in any order.
        verdict: judgements.MUST, CANNOT or WITHDRAWN.
        by, why: who decided, and the reason given.
    Returns:
        False where the decision holds already; nothing is written then.
    Raises:
        CdiError: a record is not there; nothing to withdraw; or decisions that hold say the contrary, and the
            message has the chain of them that proves it.
    """
    pair = min(records), max(records)
    if pair[0] == pair[1]:
        raise CdiError(f"judge: {pair[0]} is one record. Name two.")
    if verdict != WITHDRAWN:
        _want_live(storage, pair)
    for _ in range(_TRIES):
        known = storage.read_or_empty(JUDGEMENT)
        held = standing(known)
        own = next((judgement for judgement in held if judgement.pair == pair), None)
        if verdict == WITHDRAWN and own is None:
            raise CdiError(f"judge: nothing is decided about {pair[0]} and {pair[1]}. See `cdi judge list`.")
        if own is not None and own.verdict == verdict:
            return False
        if verdict != WITHDRAWN:
            _want_no_contrary(held, pair, verdict)
        last = known.agg(F.max("step").alias("step")).first()
        step = ((last and last["step"]) or 0) + 1
        entry = (step, *pair, verdict, by, why, datetime.now(UTC))
        if _written(storage, entry):
            return True
    raise ConflictError("entities.judgement: others decide all the time. Try again.")


def _written(storage: Storage, entry: tuple[object, ...]) -> bool:
    """Whether it was this decision that got its step."""
    step = entry[0]
    assert isinstance(step, int)
    try:
        row = storage.spark.createDataFrame([entry], JUDGEMENT.schema)
        storage.append(JUDGEMENT, row, token="judgement", step=step)
    except ConflictError:
        return False
    there = storage.read(JUDGEMENT.name).where(F.col("step") == step).drop("decided_at").first()
    return there is not None and tuple(there) == entry[:-1]


def _want_live(storage: Storage, pair: tuple[str, str]) -> None:
    live = storage.read(PERSON.name).where(F.col("record_id").isin(*pair) & ~F.col("is_deleted"))
    there = {row["record_id"] for row in live.select("record_id").collect()}
    missing = [record for record in pair if record not in there]
    if missing:
        raise CdiError(
            f"judge: {' and '.join(missing)}: no such record in silver.person. A record id is <source>:<key>; "
            "`cdi why ENTITY` lists a customer's."
        )


def _want_no_contrary(held: list[Judgement], pair: tuple[str, str], verdict: str) -> None:
    chain = against(held, pair, verdict)
    if chain is None:
        return
    signs = {MUST: "is", CANNOT: "is not"}
    told = "; ".join(
        f"{step.left} {signs[step.verdict]} {step.right} ({step.by}, {step.at:%Y-%m-%d})" for step in chain
    )
    persons = "one person" if verdict == MUST else "two persons"
    raise CdiError(
        f"judge: {pair[0]} and {pair[1]} cannot be {persons}, for it is decided that {told}. "
        "Withdraw one of these decisions first."
    )
