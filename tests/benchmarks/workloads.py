"""The two workloads of the scoring benchmark: one model of names, birth, postcode and occupation, two sets of rules."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from cdi_spark.linkage import training
from cdi_spark.linkage.features import person_features
from cdi_spark.linkage.frozen import Frozen
from cdi_spark.linkage.model import BlockingRule, Comparison, Level, PersonModel
from cdi_spark.linkage.parameters import Parameters
from cdi_spark.linkage.splink_sql import splink_settings
from cdi_spark.tables import PERSON, SHARED_VALUE

KEEP_WEIGHT = 0.0
_PRIOR = 1e-5


def _levels(column: str, *between: tuple[str, float, float], same: tuple[float, float]) -> list[Level]:
    told = [(f"{column}_l = {column}_r", *same), *between]
    rest = (1 - sum(m for _, m, _ in told), 1 - sum(u for _, _, u in told))
    return [
        Level(label=sql, sql=sql, m=m, relatives=u, term_frequency=column if n == 0 else None)
        for n, (sql, m, u) in enumerate([*told, ("ELSE", *rest)])
    ]


def _close(column: str, least: float) -> str:
    return f"jaro_winkler_similarity({column}_l, {column}_r) >= {least}"


def _off(column: str, most: int) -> str:
    return f"damerau_levenshtein({column}_l, {column}_r) <= {most}"


# Here `relatives` serves as u: nothing is trained.
_LEVELS = {
    "given": _levels("given", (_close("given", 0.92), 0.1, 0.002), (_close("given", 0.7), 0.1, 0.03), same=(0.7, 0.006)),
    "family": _levels("family", (_close("family", 0.92), 0.1, 0.001), (_close("family", 0.7), 0.1, 0.02), same=(0.7, 0.0004)),
    "birth_date": _levels("birth_date", (_off("birth_date", 1), 0.1, 0.0003), (_off("birth_date", 2), 0.05, 0.004), same=(0.8, 0.00004)),
    "postcode": _levels("postcode", ("outward_l = outward_r", 0.1, 0.001), same=(0.6, 0.00001)),
    "birth_place": _levels("birth_place", (_close("birth_place", 0.88), 0.1, 0.01), same=(0.7, 0.002)),
    "occupation": _levels("occupation", same=(0.7, 0.01)),
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
            Comparison(name=c, evidence=c, known=[[c]], levels=levels) for c, levels in _LEVELS.items()
        ],
        blocking=[BlockingRule(name=" and ".join(rule), equal=rule) for rule in RULES[workload]],
        largest_block=1_000_000,
        public_from=7,
    )


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
        Parameters(
            (), 1, np.array([[x.m for x in c.levels]]), np.array([[x.relatives for x in c.levels]]), ()
        )
        for c in chosen.comparisons
    ]
    frequencies = training.term_frequencies(persons.transform(person_features), model=chosen)
    trained = Row(
        model_id=workload,
        settings=training.as_json(splink_settings(chosen, parameters, prior=_PRIOR)),
        stop_keys=[],
        keep_weight=KEEP_WEIGHT,
        link_weight=math.log2(0.9 / 0.1),
        entity_weight=0.0,
        trained_at=datetime.now(UTC),
    )
    named = F.lit(workload).alias("model_id")
    nobody = persons.sparkSession.createDataFrame([], SHARED_VALUE.schema)
    return Frozen(chosen, trained, frequencies.select(named, "*"), nobody)


def splink_rules(workload: str, dialect: str) -> list[dict[str, str]]:
    """The workload's rules as Splink blocks by them."""
    return [
        {
            "blocking_rule": " and ".join(f"{_sided(part, 'l')} = {_sided(part, 'r')}" for part in rule),
            "sql_dialect": dialect,
        }
        for rule in RULES[workload]
    ]


def _sided(part: str, side: str) -> str:
    return part.replace("left(", f"left({side}.") if "(" in part else f"{side}.{part}"
