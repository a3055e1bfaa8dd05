"""Score silver.person into linkage.pair: Spark moves records, DuckDB scores pairs."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from cdi_spark.linkage.executor import tasks
from cdi_spark.linkage.model.frozen import Frozen
from cdi_spark.linkage.model.splink_sql import entries_sql, scoring_sql
from cdi_spark.linkage.scoring.changes import shared_blocks
from cdi_spark.schema import PAIR
from cdi_spark.spark.local_rows import Materialise, local_rows
from cdi_spark.spark.shipped import shipped

# A record takes half a kilobyte to one kilobyte in a task, and a worker has two gigabytes.
RECORDS_PER_TASK = 1_000_000
_SCORED = (
    "record_id_l string, record_id_r string, match_weight double, match_probability double, rule int, "
    "decided_by string, levels array<tinyint>"
)
_FEWEST_TASKS = 2


def score_pairs(
    linked: DataFrame,
    frozen: Frozen,
    *,
    changed: DataFrame | None = None,
    keep: Materialise = lambda _, rows: rows,
    records_per_task: int = RECORDS_PER_TASK,
) -> DataFrame:
    """Score every pair that shares a block; return those of the model's keep_weight and more, and of must-links.

    The keys are distributed over the tasks, and a record goes once to every task that has keys of it: with few tasks
    that moves less data than once per key. A record that shares no key moves too; to find out first costs more
    than it saves. Blocks are not split: the model's stop list has the keys that too many records share, and the
    pairs of the other keys stream.

    Args:
        linked: linkage.linked.
        changed: record_id; only pairs with one of these.
        keep: computes rows once, under a name.
        records_per_task: about so many fit in the memory of a task.
    Returns:
        linkage.pair; each unordered pair once, under the first blocking rule that it satisfies.
    """
    model, trained = frozen.model, frozen.trained
    if not model.blocking:
        return local_rows(linked.sparkSession, [], PAIR.schema)
    records = frozen.compared(linked)
    if changed is None:
        blocked, records = linked, records.withColumn("changed", F.lit(True))
    else:
        blocked = shared_blocks(linked, changed, keep=keep)
        records = records.drop("keys").join(blocked, "record_id")
    records = records.withColumn("keys", F.sort_array("keys"))
    wanted = tasks_for(blocked.count(), rules=len(model.blocking), records_per_task=records_per_task)
    query = scoring_sql(frozen.scored(), keep_weight=trained["keep_weight"], decide=frozen.rules)
    scorer = tasks.scorer(entries_sql(wanted), query)
    scored = records.transform(to_tasks, wanted).mapInArrow(shipped(scorer), _SCORED)
    return scored.transform(_as_pairs, [rule.name for rule in model.blocking], trained["model_id"])


def tasks_for(records: int, *, rules: int, records_per_task: int) -> int:
    """Return how many tasks the keys go to, so that no task gets more than records_per_task.

    A task that gets every n-th key gets a record unless none of the record's keys, one per rule, is among them.
    """
    seen = records_per_task / max(records, 1)
    if seen >= 1:
        return _FEWEST_TASKS
    skipped: float = (1 - seen) ** (1 / max(rules, 1))
    return max(_FEWEST_TASKS, math.ceil(1 / (1 - skipped)))


def to_tasks(keyed: DataFrame, wanted: int) -> DataFrame:
    """Send each record to each of the wanted tasks that has some of its `keys`; adds `task`, the task's number."""
    numbers = F.array_distinct(F.transform("keys", lambda key: F.pmod(key, F.lit(wanted))))
    # Numbers that Spark's own hash sends to one task each.
    dealt = F.pmod(F.hash("id"), F.lit(wanted)).alias("task")
    first = keyed.sparkSession.range(wanted * 32).groupBy(dealt).agg(F.min("id").alias("lead"))
    leads = [F.lit(row["lead"]).cast("bigint") for row in first.orderBy("task").collect()]
    lead = F.get(F.array(*leads), F.col("task"))
    return keyed.select("*", F.explode(numbers).alias("task")).repartition(wanted, lead)


def _as_pairs(scored: DataFrame, rules: Sequence[str], model_id: str) -> DataFrame:
    return scored.select(
        "record_id_l",
        "record_id_r",
        "match_weight",
        "match_probability",
        "levels",
        F.get(F.array(*(F.lit(rule) for rule in rules)), F.col("rule")).alias("block_rule"),
        "decided_by",
        F.lit(model_id).alias("model_id"),
    )
