"""What blocking rules cost and add, counted by hand on a few records."""

from __future__ import annotations

import pytest
from pyspark.sql import DataFrame, SparkSession

from cdi_spark.config import packaged_person_model
from cdi_spark.linkage.evaluation.blocking_report import candidate_rules, rule_costs, rule_proposals
from cdi_spark.linkage.model.blocking import in_blocks, with_keys
from cdi_spark.linkage.model.features import FEATURES
from cdi_spark.linkage.model.person_model import BlockingRule, load_person_model
from cdi_spark.schema import MEMBER, PAIR
from cdi_spark.spark.local_rows import local_rows

FAMILY = BlockingRule(name="family", equal=["family"])
PHONE = BlockingRule(name="phone", shares="phones")
RULES = [FAMILY, PHONE]
# Two people: Abel (a, b, c, and d, who married) and a stranger to all, z.
RECORDS = {
    "a": {"family": "abel", "city": "bonn", "gender": "f"},
    "b": {"family": "abel", "phones": ["1"], "gender": "f"},
    "c": {"phones": ["1", "2"], "gender": "f"},
    "d": {"family": "dorn", "city": "bonn", "gender": "f"},
    "z": {"family": "zorn", "phones": ["9"], "gender": "f"},
}


@pytest.fixture
def features(spark: SparkSession) -> DataFrame:
    schema = ", ".join(["record_id string", *(f"{name} {kind}" for name, kind in FEATURES.items())])
    rows = [{"record_id": name, **dict.fromkeys(FEATURES), **said} for name, said in RECORDS.items()]
    return local_rows(spark, [tuple(row.values()) for row in rows], schema)


@pytest.fixture
def members(spark: SparkSession) -> DataFrame:
    rows = [(name, "z" if name == "z" else "abel", None, None, "r") for name in RECORDS]
    return local_rows(spark, rows, MEMBER.schema)


def stopped(features: DataFrame, rule: BlockingRule, value: str) -> int:
    """The key of a block, as a model that found it too large would name it."""
    keys = features.transform(with_keys, RULES).transform(in_blocks)
    column = rule.shares or rule.equal[0]
    of = keys.where(f"position = {RULES.index(rule)} and array_contains({column}, '{value}')")
    return int(of.collect()[0]["key"])


def test_a_rule_costs_the_pairs_of_its_blocks_and_adds_what_no_earlier_rule_found(
    spark: SparkSession, features: DataFrame, members: DataFrame
) -> None:
    pairs = local_rows(
        spark,
        [("a", "b", 5.0, 1.0, [], "family", None, "m"), ("b", "c", 5.0, 1.0, [], "phone", None, "m"),
         ("c", "z", 1.0, 0.5, [], "phone", None, "m")],
        PAIR.schema,
    )  # fmt: skip
    found = rule_costs(features, pairs, members, rules=RULES, stop_keys=[]).collect()
    assert [tuple(row) for row in found] == [("family", 4, 1, 1, 1, 1, 0, 0), ("phone", 4, 1, 1, 2, 1, 0, 0)]
    left_out = stopped(features, PHONE, "1")
    found = rule_costs(features, pairs.limit(0), members, rules=RULES, stop_keys=[left_out]).collect()
    assert [tuple(row) for row in found] == [("family", 4, 1, 1, 0, 0, 0, 0), ("phone", 2, 0, 0, 0, 0, 1, 1)]


def test_proposals_rank_by_missed_pairs_of_one_entity_for_the_pairs_compared(
    features: DataFrame, members: DataFrame
) -> None:
    # Missed are all pairs with d, and a with c. The city finds one of one pair; the gender four of ten.
    city, gender = (BlockingRule(name=name, equal=[name]) for name in ("city", "gender"))
    birth = BlockingRule(name="birth", equal=["birth_date"])
    found = rule_proposals(
        features, members, rules=RULES, stop_keys=[], candidates=[gender, city, birth], largest_block=300
    ).collect()
    assert [(row["rule"], row["compared"], row["finds"]) for row in found] == [
        ("city", 1, 1),
        ("gender", 10, 4),
    ]
    # A key of more records than the model allows is no help, nor is a rule that nobody shares a key of.
    found = rule_proposals(
        features, members, rules=RULES, stop_keys=[], candidates=[gender, city], largest_block=4
    ).collect()
    assert [row["rule"] for row in found] == ["city"]
    nothing = rule_proposals(
        features, members, rules=RULES, stop_keys=[], candidates=[birth], largest_block=300
    )
    assert nothing.isEmpty()


def test_candidates_are_packaged_rules_and_pairs_of_columns_that_say_something_new() -> None:
    packaged = load_person_model(packaged_person_model())
    known = ["given", "given_root", "family", "postcode", "outward", "phones", "own_phones"]
    found = {rule.name: rule for rule in candidate_rules(packaged, [PHONE], known=known)}
    assert "names in either order" in found
    assert "birth date and city" not in found
    assert found["family and postcode"].equal == ["family", "postcode"]
    # One field twice, and what only narrows the rule on telephones.
    assert not {"given and given_root", "postcode and outward", "family and phones"} & set(found)
    kinds = [rule.shares is not None for rule in found.values()]
    assert kinds == sorted(kinds)
