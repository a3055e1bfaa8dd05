"""A customer's states by date: what conf's expressions say of it after everything that happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from cdi_spark.config import State
from cdi_spark.config.expressions import days_told
from cdi_spark.gold.customer.members import live_records
from cdi_spark.schema import (
    DATE,
    JOURNEY,
    LONG,
    STATE_COUNTS,
    STATE_FACTS,
    STATE_RUNNING,
)


def journey(timeline: DataFrame, seen: DataFrame, *, states: Sequence[State], as_of: date) -> DataFrame:
    """Which state each customer was in from which day to which.

    A state begins on the day of the event that brings it, or on which too long has passed since one.

    Args:
        timeline: gold.timeline.
        seen: first_seen(); others have no journey.
        states: the first whose expression holds is the customer's; none may hold.
        as_of: the last day that is told. What comes later counts for `until` only.
    Returns:
        gold.journey.
    """
    facts = timeline.transform(_days, states).unionByName(_known(seen)).transform(_facts)
    by_day = Window.partitionBy("entity_id").orderBy("on")
    first, *others = states
    state = reduce(
        lambda so, s: so.when(F.expr(s.when), s.name), others, F.when(F.expr(first.when), first.name)
    )
    changes = (
        facts.select("entity_id", "on", state.alias("state"))
        .withColumn("before", F.lag(F.struct("state")).over(by_day))
        .where("before IS NULL OR NOT state <=> before.state")
        .withColumn("until", F.lead("on").over(by_day))
    )
    is_to_come = F.col("on") > F.lit(as_of)
    # Of a customer of whom all is to come, one row says so.
    told = {
        "state": F.when(~F.coalesce(is_to_come, F.lit(False)), F.col("state")),
        "since": F.when(~is_to_come, F.col("on")),
        "until": F.when(is_to_come, F.col("on")).otherwise(F.col("until")),
    }
    return changes.where(F.col("before").isNull() | ~is_to_come).withColumns(told).select(*JOURNEY.names)


def state_on(journey: DataFrame, *, as_of: date) -> DataFrame:
    """entity_id, state, state_since and state_until of a journey that is told until that day."""
    now = F.coalesce(F.col("until") > F.lit(as_of), F.lit(True))
    return journey.where(now).select(
        "entity_id", "state", F.col("since").alias("state_since"), F.col("until").alias("state_until")
    )


def first_seen(persons: DataFrame, members: DataFrame) -> DataFrame:
    """entity_id and first_seen_on of the customers with a live record: its oldest change that is known."""
    first = F.to_date(F.min("updated_at")).alias("first_seen_on")
    return persons.transform(live_records, members).groupBy("entity_id").agg(first)


def _days(timeline: DataFrame, states: Sequence[State]) -> DataFrame:
    """The days on which something changes for an entity: what they add to each count, and the last of each fact.

    Also those on which a comparison of days_since_<fact> with a number may come out otherwise.
    """
    day = F.to_date("happened_at")
    happened = {name: F.expr(condition) for name, condition in STATE_FACTS.items()}
    runs = [F.when(F.expr(t.begins), 1).when(F.expr(t.ends), -1) for t in STATE_RUNNING.values()]
    # What runs does so through its last day.
    is_end = F.expr(" OR ".join(f"({table.ends})" for table in STATE_RUNNING.values()))
    on = F.when(is_end, F.date_add(day, 1)).otherwise(day)
    counts = [*(F.when(told, 1) for told in happened.values()), *runs]
    limits = {(fact, n) for s in states for fact, numbers in days_told(s.when).items() for n in numbers}
    later = [
        F.when(happened[fact], _day(F.date_add(day, passed)))
        for fact, n in sorted(limits)
        for passed in (n, n + 1)
    ]
    each = F.array(_day(on, counts, [F.when(told, day) for told in happened.values()]), *later)
    return timeline.where("entity_id IS NOT NULL").select(
        "entity_id", F.inline(F.array_compact(each)), F.lit(False).alias("is_seen")
    )


def _known(seen: DataFrame) -> DataFrame:
    return seen.select(
        "entity_id", F.inline(F.array(_day(F.col("first_seen_on")))), F.lit(True).alias("is_seen")
    )


def _day(on: Column, counts: Sequence[Column] = (), last: Sequence[Column] = ()) -> Column:
    """What a day adds; nothing if not said."""
    counts = counts or [F.lit(None)] * len(STATE_COUNTS)
    last = last or [F.lit(None)] * len(STATE_FACTS)
    return F.struct(
        on.alias("on"),
        *(count.cast(LONG).alias(name) for name, count in zip(STATE_COUNTS, counts, strict=True)),
        *(day.cast(DATE).alias(f"last_{name}") for name, day in zip(STATE_FACTS, last, strict=True)),
    )


def _facts(days: DataFrame) -> DataFrame:
    """entity_id, on, and what conf's expressions may name, as of that day."""
    by_day = (
        # The one shuffle: groups and windows find an entity's days in one partition.
        days.repartition("entity_id")
        .groupBy("entity_id", "on")
        .agg(
            *(F.sum(name).alias(name) for name in STATE_COUNTS),
            *(F.max(f"last_{n}").alias(f"last_{n}") for n in STATE_FACTS),
            F.bool_or("is_seen").alias("is_seen"),
        )
        .withColumn("is_seen", F.bool_or("is_seen").over(Window.partitionBy("entity_id")))
        .where("is_seen")
    )
    so_far = Window.partitionBy("entity_id").orderBy("on").rowsBetween(Window.unboundedPreceding, 0)
    return by_day.select(
        "entity_id",
        "on",
        *(F.coalesce(F.sum(name).over(so_far), F.lit(0)).alias(name) for name in STATE_COUNTS),
        *(F.datediff("on", F.max(f"last_{n}").over(so_far)).alias(f"days_since_{n}") for n in STATE_FACTS),
    )
