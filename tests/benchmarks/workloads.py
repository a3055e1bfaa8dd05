"""The two workloads of the scoring benchmark: one model of names, birth, postcode and occupation, two sets of rules."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any

import numpy as np
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from cdi_spark.linkage.model.features import person_features
from cdi_spark.linkage.model.frozen import Frozen
from cdi_spark.linkage.model.parameters import Parameters
from cdi_spark.linkage.model.person_model import BlockingRule, Comparison, Level, PersonModel
from cdi_spark.linkage.model.splink_sql import splink_settings
from cdi_spark.linkage.training import freeze
from cdi_spark.linkage.training.term_frequencies import count_terms, term_frequencies
from cdi_spark.schema import PERSON, SHARED_VALUE
from cdi_spark.spark.local_rows import local_rows

KEEP_WEIGHT = 0.0
_PRIOR = 1e-5
_CLOSE = "jaro_winkler_similarity({0}_l, {0}_r) >= 0.92"
_SIMILAR = "jaro_winkler_similarity({0}_l, {0}_r) >= 0.7"


# By column its levels: SQL, m, u. The first level is the same value, the last one everything else.
_LEVELS = {
    "given": [("{0}_l = {0}_r", 0.7, 0.006), (_CLOSE, 0.1, 0.002), (_SIMILAR, 0.1, 0.03), ("ELSE", 0.1, 0.962)],
    "family": [("{0}_l = {0}_r", 0.7, 0.0004), (_CLOSE, 0.1, 0.001), (_SIMILAR, 0.1, 0.02), ("ELSE", 0.1, 0.9786)],
    "birth_date": [
        ("{0}_l = {0}_r", 0.8, 0.00004),
        ("damerau_levenshtein({0}_l, {0}_r) <= 1", 0.1, 0.0003),
        ("damerau_levenshtein({0}_l, {0}_r) <= 2", 0.05, 0.004),
        ("ELSE", 0.05, 0.99566),
    ],
    "postcode": [("{0}_l = {0}_r", 0.6, 0.00001), ("outward_l = outward_r", 0.1, 0.001), ("ELSE", 0.3, 0.99899)],
    "birth_place": [("{0}_l = {0}_r", 0.7, 0.002), (_CLOSE, 0.1, 0.01), ("ELSE", 0.2, 0.988)],
    "occupation": [("{0}_l = {0}_r", 0.7, 0.01), ("ELSE", 0.3, 0.99)],
}  # fmt: skip

_TIGHT = [
    ["family", "birth_date"],
    ["given", "birth_date"],
    ["postcode", "given"],
    ["postcode", "family"],
    ["birth_date", "birth_place"],
    ["outward", "birth_date"],
    ["given", "family", "outward"],
]
_LOOSE = [
    *_TIGHT[:6],
    ["left(given, 3)", "left(family, 4)"],
    ["outward", "given"],
    ["outward", "family"],
    ["left(given, 2)", "left(family, 2)"],
]
RULES = {"tight": _TIGHT, "loose": _LOOSE}


def model(workload: str) -> PersonModel:
    """The person model of one workload."""
    return PersonModel(
        comparisons=[
            Comparison(name=c, evidence=c, known=[[c]], levels=[_level(c, *level) for level in levels])
            for c, levels in _LEVELS.items()
        ],
        blocking=[BlockingRule(name=" and ".join(rule), equal=rule) for rule in RULES[workload]],
        largest_block=1_000_000,
        public_from=7,
    )


def _level(column: str, sql: str, m: float, u: float) -> Level:
    same = sql == "{0}_l = {0}_r"
    condition = sql.format(column)
    return Level(label=condition, sql=condition, m=m, relatives=u, term_frequency=column if same else None)


def as_persons(people: DataFrame) -> DataFrame:
    """Made-up people as rows of silver.person."""
    return people.select(
        *(
            (F.col(c.name) if c.name in people.columns else F.lit(None)).cast(c.type).alias(c.name)
            for c in PERSON.columns
            if c.name != "is_deleted"
        ),
        F.lit(False).alias("is_deleted"),
    )


def frozen(persons: DataFrame, workload: str) -> Frozen:
    """A model of stated m and u, with the term frequencies of these persons."""
    chosen = model(workload)
    parameters = [
        Parameters((), 1, np.array([[m for _, m, _ in levels]]), np.array([[u for *_, u in levels]]), ())
        for levels in _LEVELS.values()
    ]
    terms = count_terms(persons.transform(person_features), model=chosen)
    frequencies, rare = term_frequencies(terms.localCheckpoint())
    trained = Row(
        model_id=workload,
        settings=freeze.as_json(splink_settings(chosen, parameters, prior=_PRIOR)),
        parents={},
        stop_keys=[],
        rare_frequencies=rare,
        keep_weight=KEEP_WEIGHT,
        link_weight=math.log2(0.9 / 0.1),
        entity_weight=0.0,
        trained_at=datetime.now(UTC),
    )
    named = F.lit(workload).alias("model_id")
    no_shared_values = local_rows(persons.sparkSession, [], SHARED_VALUE.schema)
    return Frozen(chosen, trained, frequencies.select(named, "*"), no_shared_values)


def splink_settings_of(frozen: Frozen, workload: str, dialect: str) -> dict[str, Any]:
    """The same model and rules for Splink alone."""
    settings = frozen.trained["settings"]
    if dialect == "spark":
        settings = settings.replace("jaro_winkler_similarity", "jaro_winkler").replace('"duckdb"', '"spark"')
        settings = settings.replace('\\"', "`")
    rules = [
        " and ".join(f"{_of(part, 'l')} = {_of(part, 'r')}" for part in rule) for rule in RULES[workload]
    ]
    blocking = [{"blocking_rule": rule, "sql_dialect": dialect} for rule in rules]
    return {**json.loads(settings), "blocking_rules_to_generate_predictions": blocking}


def _of(part: str, side: str) -> str:
    return part.replace("left(", f"left({side}.") if "(" in part else f"{side}.{part}"
