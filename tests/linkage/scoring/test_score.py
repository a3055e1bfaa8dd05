"""Our scorer against Splink's own: the same pairs, the same weights."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from typing import Any

import duckdb
import pytest
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from cdi_spark.config import Linkage
from cdi_spark.graph.components import components
from cdi_spark.linkage.model import frozen as frozen_module
from cdi_spark.linkage.model.blocking import with_keys
from cdi_spark.linkage.model.features import person_features
from cdi_spark.linkage.model.frozen import Frozen
from cdi_spark.linkage.model.person_model import load_person_model
from cdi_spark.linkage.model.shared_values import shared_values
from cdi_spark.linkage.model.splink_sql import evidence_sql
from cdi_spark.linkage.resolution.resolve_entities import resolve_entities
from cdi_spark.linkage.scoring import score
from cdi_spark.linkage.training.freeze import train_and_freeze
from cdi_spark.linkage.training.term_frequencies import count_terms, term_frequencies
from cdi_spark.schema import PERSON
from cdi_spark.spark.local_rows import local_rows
from tests.linkage.splink_reference import differences, splink_pairs
from tests.paths import PERSON_MODEL

GIVEN = ["Robert", "Bob", "Anna", "Ann", "Zoë", "Jean-Luc", "Mary Jane", None]
FAMILY = ["Smith", "Smyth", "O'Neil", "van Dyke", "Jones", "Jones-Smith", None]


@pytest.fixture(scope="module")
def people() -> list[dict[str, Any]]:
    """400 records with every gap: names, dates, arrays and places missing here and there, families sharing."""
    chance = random.Random(7)

    def some(value: Any) -> Any:
        return None if chance.random() < 0.2 else value

    rows = []
    for i in range(400):
        who = chance.randrange(150)
        rows.append(
            {c.name: None for c in PERSON.columns}
            | {
                "record_id": f"{'ab'[i % 2]}:{i}",
                "given_name": GIVEN[who % len(GIVEN)],
                "family_name": some(FAMILY[who % len(FAMILY)]),
                "birth_date": some(date(1900 + who % 100, 1 + who % 12, 1 + who % 28)),
                "emails": some([f"p{who}@mail.org", f"home{who // 3}@mail.org"]),
                "phones": some([f"+44770090{who // 2:04d}"]),
                "street": some(f"{who // 3} High Street"),
                "city": some("Leeds"),
                "postcode": some(f"LS{1 + who % 9} {who % 9}AA"),
                "national_id": some(f"ID{who:06d}"),
                "device_ids": some([f"d{who % 40}", f"d{who}"]),
                "is_deleted": False,
            }
        )
    return rows


@pytest.fixture(scope="module")
def persons(spark_session_of_all_tests: SparkSession, people: list[dict[str, Any]]) -> DataFrame:
    rows = [tuple(row[name] for name in PERSON.names) for row in people]
    return local_rows(spark_session_of_all_tests, rows, PERSON.schema)


def trained(persons: DataFrame) -> Row:
    limits = Linkage(keep_weight=-20.0)
    made = train_and_freeze(
        persons, model=load_person_model(PERSON_MODEL), limits=limits, settings_hash="", run_id="r",
        keep=lambda _, kept: kept.localCheckpoint(),
    )  # fmt: skip
    return made.trained


@pytest.fixture(scope="module")
def frozen(persons: DataFrame) -> Frozen:
    """The packaged model trained on the 400 records, with every blocking rule kept."""
    model, row = load_person_model(PERSON_MODEL), trained(persons)
    restricted = model.restricted(set(row["features"]))
    every_rule = [rule.name for rule in restricted.blocking]
    features = persons.transform(person_features).localCheckpoint()
    named = F.lit(row["model_id"]).alias("model_id")
    return Frozen.of(
        model,
        Row(**{**row.asDict(), "rules": every_rule, "stop_keys": []}),
        term_frequencies(count_terms(features, model=restricted))[0].select(named, "*").localCheckpoint(),
        shared_values(features).select(named, "*").localCheckpoint(),
    )


@pytest.fixture(scope="module")
def linked(persons: DataFrame, frozen: Frozen) -> DataFrame:
    return frozen.linked(persons).localCheckpoint()


@pytest.fixture(scope="module")
def pairs(linked: DataFrame, frozen: Frozen) -> DataFrame:
    return score.score_pairs(linked, frozen).localCheckpoint()


def test_pairs_and_weights_are_those_of_splinks_own_predict(
    persons: DataFrame, frozen: Frozen, pairs: DataFrame
) -> None:
    theirs = splink_pairs(persons, frozen)
    apart, most = differences(pairs, theirs)

    assert len(theirs) > 1_000
    assert pairs.select("block_rule").distinct().count() > 10
    assert apart == 0
    assert most < 1e-9


def test_adaptive_execution_and_many_tasks_change_no_pair(
    spark: SparkSession, persons: DataFrame, frozen: Frozen, pairs: DataFrame
) -> None:
    def as_rows(found: DataFrame) -> list[tuple[Any, ...]]:
        columns = ["record_id_l", "record_id_r", "match_weight", "block_rule", "levels"]
        return sorted(map(tuple, found.select(columns).collect()))

    settings = {"spark.sql.adaptive.enabled": "true", "spark.sql.shuffle.partitions": "7"}
    before = {name: spark.conf.get(name) for name in settings}
    try:
        for name, value in settings.items():
            spark.conf.set(name, value)
        linked = frozen.linked(persons.repartition(3))
        assert as_rows(score.score_pairs(linked, frozen, records_per_task=399)) == as_rows(pairs)
    finally:
        for name, value in before.items():
            spark.conf.set(name, str(value))


def test_there_are_as_many_tasks_as_keep_each_within_its_records() -> None:
    assert score.tasks_for(0, rules=0, records_per_task=1000) == score.tasks_for(
        1000, rules=10, records_per_task=1000
    )
    for records, rules in ((1001, 1), (2000, 10), (1_000_000, 25)):
        wanted = score.tasks_for(records, rules=rules, records_per_task=1000)
        met, too_few = (records * (1 - (1 - 1 / n) ** rules) for n in (wanted, wanted - 1))
        assert met <= 1000 < too_few


def test_a_task_gets_a_record_once_and_only_where_it_has_keys(persons: DataFrame, frozen: Frozen) -> None:
    rules = frozen.model.blocking
    keyed = frozen.features(persons).transform(with_keys, rules).select("record_id", "keys")
    sent = keyed.transform(score.to_tasks, 5).withColumn("task_id", F.spark_partition_id())
    rows = sent.collect()
    assert len({(row["record_id"], row["task"]) for row in rows}) == len(rows)
    assert {row["task"] for row in rows} == {key % 5 for row in rows for key in row["keys"]}
    assert all(row["task"] in {key % 5 for key in row["keys"]} for row in rows)
    assert len({(row["task"], row["task_id"]) for row in rows}) == 5 == len({row["task_id"] for row in rows})


def test_a_stop_listed_key_makes_no_pairs(persons: DataFrame, frozen: Frozen) -> None:
    by_email = [rule for rule in frozen.model.blocking if rule.shares == "emails"]
    only_email = replace(frozen, model=frozen.model.model_copy(update={"blocking": by_email}))
    keyed = frozen.features(persons).transform(with_keys, by_email)
    keys = [r["key"] for r in keyed.select(F.explode("keys").alias("key")).distinct().collect()]
    stopped = replace(only_email, trained=Row(**{**frozen.trained.asDict(), "stop_keys": keys}))
    assert score.score_pairs(only_email.linked(persons), only_email).count() > 0
    assert score.score_pairs(stopped.linked(persons), stopped).isEmpty()


def test_a_key_that_grew_too_common_since_training_is_found_unless_it_is_stop_listed(
    spark: SparkSession, persons: DataFrame, frozen: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_phone = [rule for rule in frozen.model.blocking if rule.shares == "phones"]
    model = replace(frozen, model=frozen.model.model_copy(update={"blocking": by_phone}))
    number = F.when(F.col("id") % 10 > 0, F.lit("+442079460000")).otherwise(F.lit("+442079460001"))
    crowd = (
        persons.limit(1)
        .crossJoin(spark.range(1_280))
        .withColumns({"record_id": F.concat(F.lit("crowd:"), "id"), "phones": F.array(number)})
    )
    monkeypatch.setattr(frozen_module, "HOT_RECORDS", 640)
    linked = model.linked(persons)
    assert model.hot_keys(persons, linked) == 0
    assert model.hot_keys(crowd.drop("id"), linked) == 1
    # One that is hot since the records were last scored, and none is new.
    assert model.hot_keys(crowd.drop("id"), model.linked(crowd.drop("id"))) == 1
    keyed = model.features(crowd.drop("id")).transform(with_keys, by_phone)
    keys = [r["key"] for r in keyed.select(F.explode("keys").alias("key")).distinct().collect()]
    stopped = replace(model, trained=Row(**{**model.trained.asDict(), "stop_keys": keys}))
    assert stopped.hot_keys(crowd.drop("id"), linked) == 0


def test_the_same_records_train_the_same_model(persons: DataFrame, frozen: Frozen) -> None:
    in_another_order = persons.orderBy(F.desc("record_id")).repartition(3)
    assert trained(in_another_order)["model_id"] == frozen.trained["model_id"]


def test_entities_lie_within_components_whatever_the_partitions(
    persons: DataFrame, frozen: Frozen, linked: DataFrame, pairs: DataFrame
) -> None:
    pairs = pairs.where("match_weight >= -3")
    records = persons.select("record_id")
    component = components(records, pairs).withColumn("part", F.col("component")).localCheckpoint()

    def found(spread: int, **limits: int) -> dict[str, tuple[int, int]]:
        rows = resolve_entities(
            linked.repartition(spread), component, pairs, frozen, limits=Linkage(), **limits
        ).collect()
        return {row["record_id"]: (row["component"], row["entity"]) for row in rows}

    entities = found(1)
    assert len(entities) == 400
    assert len({entity for _, entity in entities.values()}) > len({c for c, _ in entities.values()})
    assert len(set(entities.values())) == len({entity for _, entity in entities.values()})
    assert found(5) == entities
    whole = set(found(1, largest=1).values())
    assert len({entity for _, entity in whole}) == len({c for c, _ in whole})


def test_a_shared_device_is_evidence_of_two_records_and_other_devices_are_none(
    persons: DataFrame, frozen: Frozen
) -> None:
    evidence = {c.name: c.evidence for c in frozen.model.comparisons}
    kind = list(dict.fromkeys(evidence.values())).index("device")
    query = evidence_sql(frozen.scored(), evidence)
    with duckdb.connect() as connection:
        connection.register("features", frozen.with_frequencies(frozen.features(persons)).toArrow())
        connection.execute(
            "create table cdi_left as select *, 0 as key, row_number() over (order by record_id) as place "
            "from features order by record_id limit 150"
        )
        connection.execute("create view cdi_right as from cdi_left")
        differing = connection.sql(
            f"select coalesce(list_has_any(l.device_ids, r.device_ids), false) as shared, known_{kind} as known "
            f"from ({query}) join cdi_left l on l.place = place_l join cdi_right r on r.place = place_r"
        ).fetchall()
    assert {shared for shared, _ in differing} == {True, False}
    assert all(known == shared for shared, known in differing)
