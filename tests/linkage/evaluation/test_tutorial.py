"""The model of Splink's tutorial as a baseline."""

from __future__ import annotations

import logging

import pytest
from pyspark.sql import DataFrame, SparkSession

from cdi_spark.errors import CdiError
from cdi_spark.linkage.evaluation.accuracy import evaluate
from cdi_spark.linkage.evaluation.tutorial import tutorial_clusters
from cdi_spark.schema import PERSON
from cdi_spark.storage import Storage


@pytest.fixture(scope="module")
def persons(demo_job: Storage) -> DataFrame:
    return demo_job.read(PERSON.name).localCheckpoint()


def test_every_live_record_is_in_one_cluster_and_the_clusters_are_those_of_people(
    spark: SparkSession, persons: DataFrame, demo_company: object
) -> None:
    found = tutorial_clusters(persons).toPandas()
    live = {row["record_id"] for row in persons.where("NOT is_deleted").select("record_id").collect()}
    assert set(found["record_id"]) == live
    assert found["record_id"].is_unique
    truth = spark.read.csv(f"{demo_company}/raw/truth.csv", header=True).selectExpr(
        "concat_ws(':', source, key) AS record_id", "person"
    )
    measured = evaluate(spark.createDataFrame(found), truth)
    assert 0.4 < measured.f1 < 0.95


def test_the_same_records_in_another_order_give_the_same_clusters(persons: DataFrame) -> None:
    def clusters(arrived: DataFrame) -> set[frozenset[str]]:
        found = tutorial_clusters(arrived).toPandas().groupby("entity_id")["record_id"]
        return {frozenset(members) for _, members in found}

    assert clusters(persons.orderBy("content_hash")) == clusters(persons.orderBy("updated_at"))


def test_too_few_records_to_train_from_are_told_without_their_values(persons: DataFrame) -> None:
    one = persons.where("given_name IS NOT NULL").orderBy("record_id").limit(1)
    name = one.collect()[0]["family_name"]
    with pytest.raises(CdiError, match=r"^silver\.person: .*cannot be trained") as raised:
        tutorial_clusters(one)
    assert name not in str(raised.value)


def test_splink_says_nothing_of_its_own(persons: DataFrame, capfd: pytest.CaptureFixture[str]) -> None:
    tutorial_clusters(persons)
    assert "robability" not in "".join(capfd.readouterr())
    assert not logging.getLogger("splink").isEnabledFor(logging.ERROR)
