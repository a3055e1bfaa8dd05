"""Of more records than training can hold: which it looks at, and what blocking costs on them all."""

from __future__ import annotations

from functools import partial

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from cdi_spark.linkage.model.person_model import BlockingRule
from cdi_spark.linkage.training.sampling import BlockingCosts, blocking_costs, training_sample

RECORDS = 4_000
BY_FAMILY = BlockingRule(name="family", equal=["family"])
BY_EMAIL = BlockingRule(name="e-mail", shares="emails")


@pytest.fixture
def features(spark: SparkSession) -> DataFrame:
    """Two records to each mailbox, and ten to each family but one, which has a thousand."""
    number = F.col("id").cast("int")
    mailbox = F.concat(F.lit("p"), (number % 2_000).cast("string"), F.lit("@mail.org"))
    large = number >= 3_000
    return spark.range(RECORDS).select(
        F.concat(F.lit("crm:"), "id").alias("record_id"),
        F.array(mailbox).alias("emails"),
        F.concat(F.lit("f"), F.when(large, 0).otherwise(1 + F.floor(number / 10)).cast("string")).alias(
            "family"
        ),
    )


def costs(features: DataFrame, *, largest_block: int, whole: bool) -> BlockingCosts:
    return blocking_costs(features, rules=[BY_FAMILY, BY_EMAIL], largest_block=largest_block, whole=whole)


def test_what_rules_cost_is_counted_without_the_keys_that_are_too_common(features: DataFrame) -> None:
    found = costs(features, largest_block=300, whole=True)
    assert found.entries == [3_000, 4_000]
    assert found.pairs == [300 * 45, 2_000]
    assert len(found.stop_keys) == 1
    everything = costs(features, largest_block=9, whole=True)
    assert everything.entries == [0, 4_000]
    assert len(everything.stop_keys) == 301


def test_copies_of_one_record_are_compared_although_they_are_many(spark: SparkSession) -> None:
    copies = spark.range(400).select(
        F.concat(F.lit("crm:"), "id").alias("record_id"),
        F.array(F.lit("ann@mail.org")).alias("emails"),
        F.lit("lee").alias("family"),
    )
    assert costs(copies, largest_block=300, whole=True).stop_keys == []
    assert len(costs(copies, largest_block=90, whole=True).stop_keys) == 2
    another = copies.limit(1).withColumns(
        {"record_id": F.lit("crm:x"), "emails": F.array(F.lit("bob@mail.org"))}
    )
    assert len(costs(copies.union(another), largest_block=300, whole=True).stop_keys) == 1


def test_what_rules_cost_on_many_records_is_told_from_some(features: DataFrame) -> None:
    found = costs(features, largest_block=300, whole=False)
    assert found.entries == pytest.approx([3_000, 4_000], rel=0.1)
    assert found.pairs == pytest.approx([300 * 45, 2_000], rel=0.3)
    assert found.stop_keys == costs(features, largest_block=300, whole=True).stop_keys


def test_the_training_sample_holds_those_who_share_a_rare_key_with_whom_chance_chose(
    features: DataFrame,
) -> None:
    sampled = partial(training_sample, features, rules=[BY_EMAIL], records=RECORDS)
    found = {row["record_id"]: row["emails"][0] for row in sampled(at_most=800).collect()}
    # Chance chose 200 about, and each brings one more.
    assert 300 < len(found) < 500
    assert len(found) == 2 * len(set(found.values()))

    labels = features.where("record_id IN ('crm:7', 'crm:2008')").select("record_id")
    named = {f"crm:{n}" for n in (7, 2_007, 8, 2_008)}
    assert not named <= found.keys()
    few = {row["record_id"] for row in sampled(at_most=20, labels=labels).collect()}
    assert named < few
    assert len(few) <= 20
    assert few - named < found.keys()


def test_a_key_of_too_many_records_brings_nobody_into_the_sample(features: DataFrame) -> None:
    sample = training_sample(features, rules=[BY_FAMILY], at_most=800, records=RECORDS)
    sizes = {row["family"]: row["count"] for row in sample.groupBy("family").count().collect()}
    assert 20 < sizes.pop("f0") < 100
    # The sample may be full before the last company is whole.
    assert sum(size < 10 for size in sizes.values()) <= 1
    assert len(sizes) > 50
