"""The pairs of records that most need a steward's decision."""

from __future__ import annotations

from typing import Any

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from cdi_spark.config import Linkage
from cdi_spark.gold.customer.members import current_members
from cdi_spark.linkage.model.link_rules import as_links
from cdi_spark.queries.shown import shown_columns
from cdi_spark.schema import CONTENT_CHANGE, JUDGEMENT, MEMBER, PAIR, PERSON
from cdi_spark.stewardship.judgements import active_judgements, close_judgements
from cdi_spark.storage import Storage

_PAIR = ("record_id_l", "record_id_r", "match_weight", "match_probability")


def pairs_to_review(storage: Storage, limits: Linkage, *, most: int) -> list[dict[str, Any]]:
    """Return the pairs that most need a decision, in that order.

    Args:
        limits: conf's limits for the records of an entity.
        most: number of pairs.
    Returns:
        The columns of open_pairs(), and the values of the columns of SHOWN in both records, as <name>_l and <name>_r.
    Raises:
        CdiError: nothing is resolved yet.
    """
    active = active_judgements(*map(storage.read_or_empty, (JUDGEMENT, CONTENT_CHANGE)))
    judged = close_judgements(storage.spark, active)
    members = current_members(storage.read(MEMBER.name))
    chosen = open_pairs(storage.read_or_empty(PAIR), members, judged, limits=limits).transform(_in_order)
    shown = chosen.limit(most)
    live = storage.read(PERSON.name).where(~F.col("is_deleted"))
    for side in "lr":
        values = live.select(F.col("record_id").alias(f"record_id_{side}"), *shown_columns(f"_{side}"))
        shown = shown.join(values, f"record_id_{side}")
    return [row.asDict() for row in shown.transform(_in_order).drop("worth", "beyond").collect()]


def open_pairs(pairs: DataFrame, members: DataFrame, judged: DataFrame, *, limits: Linkage) -> DataFrame:
    """Return the doubtful pairs of current entities that no steward and no rule of conf has decided.

    Between two entities, that is the pair with the highest weight, if its odds are even or better; within an entity,
    the best link of its most weakly linked record. Records that stewards linked count as one record. Entities that
    stewards decided to be one, or two, are left out.

    Args:
        pairs: linkage.pair.
        members: record_id, entity_id of current entities.
        judged: judgements.close_judgements().
        limits: conf's, of the records of an entity.
    Returns:
        record_id_l, record_id_r, match_weight (bits), match_probability, entity_id_l, entity_id_r, reason, worth
        (uncertainty from 0 to 1, or 1 if a limit contradicts the weight, times the pairs of records that the answer
        decides), beyond (whether an entity has, or would have, more records than a limit allows).
    """
    placed = _placed(members, judged, limits)
    both = as_links(pairs).select(*_PAIR, "decided_by")
    for side in "lr":
        own = placed.select(*(F.col(name).alias(f"{name}_{side}") for name in placed.columns))
        both = both.join(own, f"record_id_{side}")
    apart = F.format_string(
        "kept apart: entities with %d and %d records, although this pair is more likely one person than two",
        "here",
        "there",
    )
    weak = F.format_string(
        "weakly linked: no better link than this pair connects %d of the entity's %d records with the rest",
        "here",
        F.col("here") + F.col("there"),
    )
    found = (
        _kept_apart(both)
        .withColumns({"text": apart, "lead": F.lit("; together they would have ")})
        .unionByName(_weakly_linked(both).withColumns({"text": weak, "lead": F.lit("; it has ")}))
        .withColumn("over", _beyond(limits))
        .withColumn("beyond", F.col("over") > "")
    )
    by_weight = 4 * F.col("match_probability") * (1 - F.col("match_probability"))
    doubt = F.when(F.col("beyond"), 1.0).otherwise(by_weight)
    return found.select(
        *_PAIR,
        "entity_id_l",
        "entity_id_r",
        F.concat("text", F.when(F.col("beyond"), F.concat("lead", "over")).otherwise("")).alias("reason"),
        (doubt * F.col("here") * F.col("there")).alias("worth"),
        "beyond",
    )


def _placed(members: DataFrame, judged: DataFrame, limits: Linkage) -> DataFrame:
    """Return records with their entities.

    Returns:
        record_id, entity_id, person (records that stewards linked share one), own (number of its records in the
        entity), judged_apart; for the entity: loads (its records, then those of each source with a limit), ones and
        aparts (the judgements about it).
    """
    source = F.split_part("record_id", F.lit(":"), F.lit(1))
    known = members.select("record_id", "entity_id").join(F.broadcast(judged), "record_id", "left")
    limited = [F.count_if(source == name) for name in limits.records_per_source]
    entities = known.groupBy("entity_id").agg(
        F.array(F.count("*"), *limited).alias("loads"),
        F.collect_set("judged_same").alias("ones"),
        F.flatten(F.collect_list("judged_apart")).alias("aparts"),
    )
    person = F.coalesce("judged_same", "record_id")
    own = F.count("*").over(Window.partitionBy("entity_id", "person"))
    records = known.withColumn("person", person).withColumn("own", own).drop("judged_same")
    return records.join(entities, "entity_id")


def _kept_apart(both: DataFrame) -> DataFrame:
    """Return the pair with the highest weight between two entities, with here, there (their records) and loads."""
    between = both.where("entity_id_l <> entity_id_r AND match_weight >= 0 AND decided_by IS NULL").where(
        ~(F.arrays_overlap("ones_l", "ones_r") | F.arrays_overlap("aparts_l", "aparts_r"))
    )
    pair = F.struct(
        (-F.col("match_weight")).alias("lightness"),
        *(*_PAIR, "entity_id_l", "entity_id_r"),
        F.get("loads_l", F.lit(0)).alias("here"),
        F.get("loads_r", F.lit(0)).alias("there"),
        F.zip_with("loads_l", "loads_r", lambda one, other: one + other).alias("loads"),
    )
    two = F.array_sort(F.array("entity_id_l", "entity_id_r")).alias("two")
    return between.groupBy(two).agg(F.min(pair).alias("heaviest")).select("heaviest.*").drop("lightness")


def _weakly_linked(both: DataFrame) -> DataFrame:
    """Return the weakest of the best links of an entity's persons, if undecided; columns as _kept_apart()."""
    decided = F.coalesce(F.arrays_overlap("judged_apart_l", "judged_apart_r"), F.lit(False))
    within = both.where("entity_id_l = entity_id_r AND person_l <> person_r").where(~decided)
    ends = F.array(
        *(F.struct(F.col(f"person_{s}").alias("person"), F.col(f"own_{s}").alias("here")) for s in "lr")
    )
    pair = ("record_id_l", "record_id_r", "match_probability")
    link = F.struct((-F.col("match_weight")).alias("lightness"), *pair)
    best = (
        within.withColumn("end", F.explode(ends))
        .groupBy("entity_id_l", "end.person", "end.here", F.col("loads_l").alias("loads"))
        .agg(F.min(link).alias("best"))
        .where("best.lightness > double('-infinity')")
    )
    weakest = F.struct(
        (-F.col("best.lightness")).alias("match_weight"), *(f"best.{name}" for name in pair), "here", "loads"
    )
    found = (
        best.groupBy("entity_id_l").agg(F.min(weakest).alias("weakest")).select("entity_id_l", "weakest.*")
    )
    return found.withColumns(
        {"entity_id_r": F.col("entity_id_l"), "there": F.get("loads", F.lit(0)) - F.col("here")}
    )


def _beyond(limits: Linkage) -> Column:
    """Return in words which limits an entity with these `loads` exceeds; empty if none."""
    limited = [("records", limits.largest_entity)]
    limited += [(f"records of source {source}", most) for source, most in limits.records_per_source.items()]
    exceeded = []
    for place, (what, most) in enumerate(limited):
        load = F.get("loads", F.lit(place))
        exceeded.append(
            F.when(load > most, F.concat(load.cast("string"), F.lit(f" {what}, more than {most}")))
        )
    return F.concat_ws(", and ", *exceeded)


def _in_order(found: DataFrame) -> DataFrame:
    return found.orderBy(F.desc("worth"), F.desc("beyond"), "record_id_l", "record_id_r")
