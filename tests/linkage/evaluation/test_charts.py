"""A model in pictures, and a pair's weight taken apart."""

import json

import pytest
from pyspark.sql import DataFrame, Row

from cdi_spark.errors import CdiError
from cdi_spark.linkage.evaluation import charts
from cdi_spark.linkage.model.frozen import Frozen
from cdi_spark.linkage.model.person_model import load_person_model
from cdi_spark.storage import Storage
from tests.paths import PERSON_MODEL


@pytest.fixture(scope="module")
def trained(demo_job: Storage) -> Row:
    row = demo_job.read("linkage.model").first()
    assert row is not None
    return row


@pytest.fixture(scope="module")
def linked(demo_job: Storage) -> DataFrame:
    return demo_job.read("linkage.linked").localCheckpoint()


@pytest.fixture(scope="module")
def frozen(demo_job: Storage, trained: Row) -> Frozen:
    names = ("term_frequency", "shared_value")
    tables = (demo_job.read(f"linkage.{name}").localCheckpoint() for name in names)
    return Frozen.of(load_person_model(PERSON_MODEL), trained, *tables)


def test_the_steps_of_a_waterfall_add_up_to_the_pairs_weight(
    demo_job: Storage, linked: DataFrame, frozen: Frozen
) -> None:
    # The strongest and the weakest pair, and one of a rare level: a typing error in the given name.
    pairs = demo_job.read("linkage.pair").orderBy("match_weight", "record_id_l", "record_id_r").collect()
    comparisons = frozen.trained["comparisons"]
    given = comparisons.index("given_name")
    typos = [pair for pair in pairs if pair["levels"][given] == 5]
    for pair in (pairs[0], pairs[-1], typos[0]):
        found = charts.explain_pair(linked, frozen, record_ids=(pair["record_id_l"], pair["record_id_r"]))
        assert found.match_weight == pytest.approx(pair["match_weight"], abs=1e-9)
        assert sum(step.bits for step in found.steps) == pytest.approx(pair["match_weight"], abs=1e-9)
        unknown = {step.name for step in found.steps if step.level == "unknown"}
        levels = zip(comparisons, pair["levels"], strict=True)
        assert {name for name, level in levels if level == -1} <= unknown
        assert all(step.bits == 0 for step in found.steps if step.level == "unknown")


def test_two_records_that_are_no_kept_pair_are_explained_in_either_order(
    linked: DataFrame, frozen: Frozen
) -> None:
    strangers = [
        row["record_id"] for row in linked.where("record_id LIKE 'usage:%'").orderBy("record_id").take(2)
    ]
    there = charts.explain_pair(linked, frozen, record_ids=(strangers[0], strangers[1]))
    back = charts.explain_pair(linked, frozen, record_ids=(strangers[1], strangers[0]))
    assert there.steps == back.steps
    assert there.match_weight < frozen.trained["keep_weight"]


def test_a_record_that_is_not_there_is_refused(linked: DataFrame, frozen: Frozen) -> None:
    one = linked.select("record_id").limit(1).collect()[0]["record_id"]
    with pytest.raises(CdiError, match="1 of the two record ids"):
        charts.explain_pair(linked, frozen, record_ids=(one, "crm:nobody"))
    with pytest.raises(CdiError, match="1 of the two record ids"):
        charts.explain_pair(linked, frozen, record_ids=(one, one))


def test_a_levels_weight_is_log2_of_m_over_u_and_unknown_has_none(trained: Row) -> None:
    settings = json.loads(trained["settings"])
    weights = charts.level_weights(settings)
    levels = [
        level
        for comparison in settings["comparisons"]
        for level in comparison["comparison_levels"]
        if level["label_for_charts"] != "unknown"
    ]
    assert [w.level for w in weights] == [level["label_for_charts"] for level in levels]
    assert [2**w.bits for w in weights] == pytest.approx(
        [level["m_probability"] / level["u_probability"] for level in levels]
    )


def test_the_charts_draw_the_models_own_weights(trained: Row) -> None:
    settings = json.loads(trained["settings"])
    weights = charts.level_weights(settings)
    for chart in (charts.match_weights_chart(settings), charts.m_u_chart(settings)):
        data = max(chart.to_dict()["datasets"].values(), key=len)
        drawn = {(bar["comparison_name"], bar["label_for_charts"]): bar for bar in data}
        for weight in weights:
            bar = drawn[weight.comparison, weight.level]
            assert bar["log2_bayes_factor"] == pytest.approx(weight.bits)
            assert (bar["m_probability"], bar["u_probability"]) == pytest.approx((weight.m, weight.u))
