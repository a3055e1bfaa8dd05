"""The states of customers over time, by the expressions of project.yml."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from cdi_spark.config import State
from cdi_spark.config.expressions import day_limits
from cdi_spark.gold.customer.members import live_records
from cdi_spark.schema import DATE, JOURNEY, LONG, STATE_COUNTS, STATE_ENDED, STATE_FACTS, STATE_RUNNING


def journey(timeline: DataFrame, seen: DataFrame, *, states: Sequence[State], as_of: date) -> DataFrame:
    """Return which state each customer was in, from which day to which.

    A state starts on the day of the event that causes it, or on the day when too much time has passed since an event.

    Args:
        timeline: gold.timeline.
        seen: first_seen(); other customers have no journey.
        states: the first state whose expression is true applies; there may be none.
        as_of: the last day of the journey. Later events only affect `until`.
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
    is_future = F.col("on") > F.lit(as_of)
    # A customer whose events are all in the future has one row, without a state.
    columns = {
        "state": F.when(~F.coalesce(is_future, F.lit(False)), F.col("state")),
        "since": F.when(~is_future, F.col("on")),
        "until": F.when(is_future, F.col("on")).otherwise(F.col("until")),
    }
    return changes.where(F.col("before").isNull() | ~is_future).withColumns(columns).select(*JOURNEY.names)


def state_on(journey: DataFrame, *, as_of: date) -> DataFrame:
    """Return entity_id, state, state_since and state_until on a day: the last day of the journey."""
    now = F.coalesce(F.col("until") > F.lit(as_of), F.lit(True))
    return journey.where(now).select(
        "entity_id", "state", F.col("since").alias("state_since"), F.col("until").alias("state_until")
    )


def first_seen(persons: DataFrame, members: DataFrame) -> DataFrame:
    """Return entity_id and first_seen_on of customers with a live record: the oldest known change of its records."""
    first = F.to_date(F.min("updated_at")).alias("first_seen_on")
    return persons.transform(live_records, members).groupBy("entity_id").agg(first)


def _days(timeline: DataFrame, states: Sequence[State]) -> DataFrame:
    """Return the days on which something changes for an entity: what they add to counts, and the last day per fact.

    These include the days on which a comparison of days_since_<fact> with a number may change its result.
    """
    day = F.to_date("happened_at")
    happened = {name: F.expr(condition) for name, condition in STATE_FACTS.items()}
    runs = [F.when(F.expr(t.begins), 1).when(F.expr(t.ends), -1) for t in STATE_RUNNING.values()]
    # A running event includes its last day.
    is_end = F.expr(STATE_ENDED)
    on = F.when(is_end, F.date_add(day, 1)).otherwise(day)
    counts = [*(F.when(occurred, 1) for occurred in happened.values()), *runs]
    limits = {(fact, n) for s in states for fact, numbers in day_limits(s.when).items() for n in numbers}
    later = [
        F.when(happened[fact], _day(F.date_add(day, passed)))
        for fact, n in sorted(limits)
        for passed in (n, n + 1)
    ]
    each = F.array(_day(on, counts, [F.when(occurred, day) for occurred in happened.values()]), *later)
    return timeline.where("entity_id IS NOT NULL").select(
        "entity_id", F.inline(F.array_compact(each)), F.lit(False).alias("is_seen")
    )


def _known(seen: DataFrame) -> DataFrame:
    return seen.select(
        "entity_id", F.inline(F.array(_day(F.col("first_seen_on")))), F.lit(True).alias("is_seen")
    )


def _day(on: Column, counts: Sequence[Column] = (), last: Sequence[Column] = ()) -> Column:
    """Return what a day adds to counts and last days; nothing by default."""
    counts = counts or [F.lit(None)] * len(STATE_COUNTS)
    last = last or [F.lit(None)] * len(STATE_FACTS)
    return F.struct(
        on.alias("on"),
        *(count.cast(LONG).alias(name) for name, count in zip(STATE_COUNTS, counts, strict=True)),
        *(day.cast(DATE).alias(f"last_{name}") for name, day in zip(STATE_FACTS, last, strict=True)),
    )


def _facts(days: DataFrame) -> DataFrame:
    """Return entity_id, on, and the columns that the expressions of states may use, as of that day."""
    by_day = (
        # The only shuffle: groups and windows find all days of an entity in one partition.
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
