"""Our scorer against Splink's own: the same pairs, the same weights."""

from __future__ import annotations

import json
import random
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F
from splink import DuckDBAPI, Linker

from cdi_spark.linkage import scoring, tasks, training
from cdi_spark.linkage.blocking import key_column, with_keys
from cdi_spark.linkage.features import FEATURES, person_features
from cdi_spark.linkage.model import PersonModel, load_person_model
from cdi_spark.linkage.tasks import scorer
from cdi_spark.tables import PERSON

PACKAGED = Path(scoring.__file__).parent / "person.yml"
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


@pytest.fixture
def persons(spark: SparkSession, people: list[dict[str, Any]]) -> DataFrame:
    return spark.createDataFrame([tuple(row[name] for name in PERSON.names) for row in people], PERSON.schema)


@pytest.fixture(scope="module")
def packaged() -> PersonModel:
    return load_person_model(PACKAGED)


@pytest.fixture(scope="module")
def learned() -> dict[str, Any]:
    return {}


def trained(
    persons: DataFrame, packaged: PersonModel, learned: dict[str, Any]
) -> tuple[PersonModel, Row, DataFrame]:
    """The packaged model trained on the 400 records; the settings are learned once for all tests."""
    features = persons.transform(person_features)
    model = packaged.restricted(
        set(FEATURES) - {"account_ids", "birth_place", "occupation", "company", "gender"}
    )
    if not learned:
        learned.update(training.train(features, model=model))
    row = Row(settings=json.dumps(learned), model_id="m1", stop_keys=[], keep_weight=-20.0)
    return model, row, training.term_frequencies(features, model=model, model_id="m1")


def splink_pairs(
    keyed: DataFrame, model: PersonModel, settings: dict[str, Any], frequencies: DataFrame, keep_weight: float
) -> dict[tuple[str, str], float]:
    """Splink's own DuckDB predict over the same keys and frequencies."""
    conditions = [
        f"list_has_any(l.{key_column(i)}, r.{key_column(i)})"
        if rule.shares
        else f"l.{key_column(i)} = r.{key_column(i)}"
        for i, rule in enumerate(model.blocking)
    ]
    rules = [{"blocking_rule": sql, "sql_dialect": "duckdb"} for sql in conditions]
    with duckdb.connect() as connection:
        connection.register("keyed", keyed.toArrow())
        connection.execute("create table records as select * from keyed")
        linker = Linker(
            DuckDBAPI(connection=connection).register("records"),
            {**settings, "blocking_rules_to_generate_predictions": rules},
        )
        known = frequencies.toPandas()
        for column, table in known.groupby("column"):
            frame = table.rename(columns={"value": column, "frequency": f"tf_{column}"})[
                [column, f"tf_{column}"]
            ]
            connection.register(f"tf_{column}", frame)
            linker.table_management.register_term_frequency_lookup(
                linker._db_api.register(f"tf_{column}"), column
            )
        predicted = linker.inference.predict(threshold_match_weight=keep_weight)
        rows = connection.sql(
            f"select record_id_l, record_id_r, match_weight from {predicted.physical_name}"
        ).fetchall()
    return {(min(a, b), max(a, b)): weight for a, b, weight in rows}


def test_pairs_and_weights_are_those_of_splinks_own_predict(
    persons: DataFrame, packaged: PersonModel, learned: dict[str, Any]
) -> None:
    model, row, frequencies = trained(persons, packaged, learned)
    keyed = persons.transform(person_features).transform(with_keys, model.blocking)

    ours = scoring.score_pairs(persons, frequencies, model=model, trained=row).collect()
    theirs = splink_pairs(keyed, model, learned, frequencies, row["keep_weight"])

    assert len(ours) == len(theirs) > 1_000
    assert {p["block_rule"] for p in ours} > {"e-mail", "device"}
    assert {(p["record_id_l"], p["record_id_r"]) for p in ours} == theirs.keys()
    assert max(abs(p["match_weight"] - theirs[p["record_id_l"], p["record_id_r"]]) for p in ours) < 1e-9


def test_a_block_over_the_budget_is_scored_in_slices_to_the_same_pairs(
    persons: DataFrame, packaged: PersonModel, learned: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, row, frequencies = trained(persons, packaged, learned)
    model = model.model_copy(
        update={"blocking": [r for r in model.blocking if r.shares in ("emails", "phones")]}
    )
    whole = scoring.score_pairs(persons, frequencies, model=model, trained=row)
    monkeypatch.setattr(tasks, "scorer", lambda sql: scorer(sql, pair_budget=40))
    sliced = scoring.score_pairs(persons, frequencies, model=model, trained=row)
    wanted = ["record_id_l", "record_id_r", "match_weight", "block_rule"]
    assert sorted(map(tuple, sliced.select(wanted).collect())) == sorted(
        map(tuple, whole.select(wanted).collect())
    )


def test_a_stop_listed_key_makes_no_pairs(
    persons: DataFrame, packaged: PersonModel, learned: dict[str, Any]
) -> None:
    model, row, frequencies = trained(persons, packaged, learned)
    only_email = model.model_copy(
        update={"blocking": [rule for rule in model.blocking if rule.shares == "emails"]}
    )
    keyed = persons.transform(person_features).transform(with_keys, only_email.blocking)
    keys = [r["key"] for r in keyed.select(F.explode(key_column(0)).alias("key")).distinct().collect()]
    stopped = Row(**{**row.asDict(), "stop_keys": keys})
    assert scoring.score_pairs(persons, frequencies, model=only_email, trained=row).count() > 0
    assert scoring.score_pairs(persons, frequencies, model=only_email, trained=stopped).isEmpty()
