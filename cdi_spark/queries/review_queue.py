"""Pairs of records that are most worth a steward's look."""

from __future__ import annotations

from typing import Any

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from cdi_spark.config import Linkage
from cdi_spark.linkage.model.link_rules import as_links
from cdi_spark.schema import (
    JUDGEMENT,
    MEMBER,
    PAIR,
    PERSON,
    SHOWN,
)
from cdi_spark.stewardship.judgements import active_judgements, close_judgements
from cdi_spark.storage import Storage

_PAIR = ("record_id_l", "record_id_r", "match_weight", "match_probability")


def pairs_to_review(storage: Storage, limits: Linkage, *, most: int) -> list[dict[str, Any]]:
    """The pairs that are most worth a look, the most worth it first.

    Args:
        limits: conf's, of the records of an entity.
        most: how many.
    Returns:
        record_id_l and so on as open_pairs() has them; and of each of SHOWN what the records say, as <name>_l and
        <name>_r.
    Raises:
        CdiError: nothing was resolved yet.
    """
    judged = close_judgements(storage.spark, active_judgements(storage.read_or_empty(JUDGEMENT)))
    members = storage.read(MEMBER.name).where("valid_to IS NULL")
    chosen = open_pairs(storage.read_or_empty(PAIR), members, judged, limits=limits).transform(_in_order)
    shown = chosen.limit(most)
    live = storage.read(PERSON.name).where(~F.col("is_deleted"))
    for side in "lr":
        said = [F.col(name).alias(f"{name}_{side}") for name in ("record_id", *SHOWN)]
        shown = shown.join(live.select(*said), f"record_id_{side}")
    return [row.asDict() for row in shown.transform(_in_order).drop("worth", "beyond").collect()]


def open_pairs(pairs: DataFrame, members: DataFrame, judged: DataFrame, *, limits: Linkage) -> DataFrame:
    """Pairs that no steward and no rule of conf has decided, and that today's entities make one doubt.

    Of two entities the heaviest pair between them, if it says at even odds or more that they are one; of an entity
    the best link of the record that it holds most weakly. Records that stewards made one count as one record;
    entities that they decided to be one, or two, are left alone.

    Args:
        pairs: linkage.pair.
        members: record_id, entity_id of today's entities.
        judged: judgements.close_judgements().
        limits: conf's, of the records of an entity.
    Returns:
        record_id_l, record_id_r, match_weight (bits), match_probability, entity_id_l, entity_id_r, reason, worth
        (uncertainty, 0 to 1, and 1 where a limit stands against the weights, times the pairs of records that the
        answer decides), beyond (an entity has, or would have, more records than it may).
    """
    placed = _placed(members, judged, limits)
    both = as_links(pairs).select(*_PAIR, "decided_by")
    for side in "lr":
        own = placed.select(*(F.col(name).alias(f"{name}_{side}") for name in placed.columns))
        both = both.join(own, f"record_id_{side}")
    apart = F.format_string(
        "kept apart: entities with %d and %d records, though this pair is more likely one person than two",
        "here",
        "there",
    )
    weak = F.format_string(
        "held weakly: nothing better than this pair joins %d of the entity's %d records with the rest",
        "here",
        F.col("here") + F.col("there"),
    )
    found = (
        _kept_apart(both)
        .withColumns({"told": apart, "lead": F.lit("; together they would have ")})
        .unionByName(_held_weakly(both).withColumns({"told": weak, "lead": F.lit("; it has ")}))
        .withColumn("over", _beyond(limits))
        .withColumn("beyond", F.col("over") > "")
    )
    by_weight = 4 * F.col("match_probability") * (1 - F.col("match_probability"))
    doubt = F.when(F.col("beyond"), 1.0).otherwise(by_weight)
    return found.select(
        *_PAIR,
        "entity_id_l",
        "entity_id_r",
        F.concat("told", F.when(F.col("beyond"), F.concat("lead", "over")).otherwise("")).alias("reason"),
        (doubt * F.col("here") * F.col("there")).alias("worth"),
        "beyond",
    )


def _placed(members: DataFrame, judged: DataFrame, limits: Linkage) -> DataFrame:
    """Records with what their entities are.

    Returns:
        record_id, entity_id, person (what stewards made one has one), own (how many of it the entity has),
        judged_apart; of the entity: loads (its records, then those of each source with a limit), ones and
        aparts (the judgements that concern it).
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
    """Of two entities the heaviest pair: its columns, and here, there (records on either side), loads of both."""
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


def _held_weakly(both: DataFrame) -> DataFrame:
    """Of an entity the weakest of its persons' best links, where nobody decided that; columns as _kept_apart()."""
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
    """What an entity with such `loads` has more of than it may, in words; empty where nothing."""
    named = [("records", limits.largest_entity)]
    named += [(f"records of source {source}", most) for source, most in limits.records_per_source.items()]
    told = []
    for place, (what, most) in enumerate(named):
        load = F.get("loads", F.lit(place))
        told.append(F.when(load > most, F.concat(load.cast("string"), F.lit(f" {what}, more than {most}"))))
    return F.concat_ws(", and ", *told)


def _in_order(found: DataFrame) -> DataFrame:
    return found.orderBy(F.desc("worth"), F.desc("beyond"), "record_id_l", "record_id_r")
