"""The notebooks run from the first cell to the last on a finished demo run, and what they show is right."""

from __future__ import annotations

import ast
import csv
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cdi_spark.storage import Storage
from tests.paths import ROOT

NOTEBOOKS = ROOT / "notebooks"
TUNE, EXPLORE = "tune_match_weights.ipynb", "explore_customer_360.ipynb"


def code_cells(name: str) -> list[dict[str, Any]]:
    cells = json.loads((NOTEBOOKS / name).read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def run_cell(cell: dict[str, Any], names: dict[str, Any]) -> None:
    """Run a cell as a notebook does: what its last expression gives is shown; a chart must be drawable."""
    tree = ast.parse("".join(cell["source"]))
    shown = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, cell["id"], "exec"), names)
    if isinstance(shown, ast.Expr):
        names["display"](eval(compile(ast.Expression(shown.value), cell["id"], "eval"), names))


def run_notebook(name: str, warehouse: Path, truth: Path) -> dict[str, Any]:
    charts: list[dict[str, Any]] = []

    def display(value: Any) -> None:
        if type(value).__module__.startswith("altair."):
            charts.append(value.to_dict())

    names: dict[str, Any] = {"display": display, "charts_shown": charts}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CDI_WAREHOUSE", str(warehouse))
        patch.setenv("CDI_TRUTH", str(truth))
        for cell in code_cells(name):
            run_cell(cell, names)
    return names


@pytest.fixture(scope="module")
def tuned(demo_job: Storage, demo_company: Path) -> Iterator[dict[str, Any]]:
    names = run_notebook(TUNE, Path(demo_job.warehouse), demo_company / "raw" / "truth.csv")
    yield names
    names["scratch"].cleanup()


@pytest.fixture(scope="module")
def explored(demo_job: Storage, demo_company: Path) -> dict[str, Any]:
    return run_notebook(EXPLORE, Path(demo_job.warehouse), demo_company / "raw" / "truth.csv")


@pytest.mark.parametrize("name", [TUNE, EXPLORE])
def test_a_notebook_carries_no_output_and_defines_nothing(name: str) -> None:
    for cell in code_cells(name):
        assert (cell["outputs"], cell["execution_count"]) == ([], None)
        definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        assert not [n for n in ast.walk(ast.parse("".join(cell["source"]))) if isinstance(n, definitions)]


def test_every_chart_has_something_to_draw(tuned: dict[str, Any], explored: dict[str, Any]) -> None:
    for shown in (tuned["charts_shown"], explored["charts_shown"]):
        assert len(shown) >= 5
        for chart in shown:
            assert chart["datasets"]
            assert all(chart["datasets"].values())


def test_the_waterfall_adds_up_to_the_weight_of_the_pair_nearest_the_threshold(
    tuned: dict[str, Any], demo_job: Storage
) -> None:
    pairs = demo_job.read("linkage.pair").collect()
    link = tuned["trained"]["link_weight"]
    nearest = min(pairs, key=lambda p: (abs(p["match_weight"] - link), p["record_id_l"], p["record_id_r"]))
    assert tuned["record_ids"] == (nearest["record_id_l"], nearest["record_id_r"])
    assert tuned["steps"]["bits"].sum() == pytest.approx(nearest["match_weight"], abs=1e-9)
    prior = tuned["prior"]
    assert tuned["steps"]["bits"][0] == pytest.approx(math.log2(prior / (1 - prior)))
    assert set(tuned["trained"]["comparisons"]) < set(tuned["steps"]["name"])


def test_measured_shares_are_those_of_the_accepted_pairs_and_recall_falls_with_the_threshold(
    tuned: dict[str, Any], demo_job: Storage, demo_company: Path
) -> None:
    with (demo_company / "raw" / "truth.csv").open(encoding="utf-8") as file:
        person = {f"{row['source']}:{row['key']}": row["person"] for row in csv.DictReader(file)}
    true_pairs = sum(math.comb(n, 2) for n in Counter(person.values()).values())
    accepted = [
        person[p["record_id_l"]] == person[p["record_id_r"]]
        for p in demo_job.read("linkage.pair").collect()
        if p["match_weight"] >= tuned["trained"]["link_weight"]
    ]
    curve = tuned["measured"].set_index("threshold")
    at_link = curve.loc[tuned["trained"]["link_weight"]]
    assert at_link["accepted"] == len(accepted) > 0
    assert at_link["precision"] == pytest.approx(sum(accepted) / len(accepted))
    assert at_link["recall"] == pytest.approx(sum(accepted) / true_pairs)
    assert curve["recall"].is_monotonic_decreasing
    assert curve["recall"].iloc[0] > curve["recall"].iloc[-1]


def test_implied_shares_are_never_called_precision_or_recall(tuned: dict[str, Any]) -> None:
    implied = tuned["implied"]
    assert not {"precision", "recall", "f1"} & set(implied)
    assert implied["implied_recall"].is_monotonic_decreasing
    assert implied["implied_precision"].is_monotonic_increasing


def test_a_changed_comparison_is_trained_again_and_changes_the_weights(
    tuned: dict[str, Any], demo_job: Storage
) -> None:
    old, new = (
        {
            # Without the part about other comparisons: "same (family_name agrees)".
            (c["output_column_name"], lv["label_for_charts"].split(" (")[0])
            for c in s["comparisons"]
            for lv in c["comparison_levels"]
        }
        for s in (tuned["settings"], tuned["new_settings"])
    )
    assert old - new == tuned["DROPPED"]
    assert not new - old
    new_pairs = {(p["record_id_l"], p["record_id_r"]): p for p in tuned["new_pairs"].collect()}
    assert {p["model_id"] for p in new_pairs.values()} == {tuned["new_id"]} != {tuned["scored_by"]}
    old_pairs = {
        (p["record_id_l"], p["record_id_r"]): p["match_weight"]
        for p in demo_job.read("linkage.pair").collect()
    }
    both = old_pairs.keys() & new_pairs.keys()
    assert any(abs(old_pairs[pair] - new_pairs[pair]["match_weight"]) > 0.01 for pair in both)
    link = tuned["trained"]["link_weight"]
    was = {pair for pair, weight in old_pairs.items() if weight >= link}
    now = {pair for pair, p in new_pairs.items() if p["match_weight"] >= link}
    moved = tuned["moved"].set_index(["was_link", "is_link"])["count"]
    assert moved.get((True, False), 0) == len(was - now)
    assert moved.get((False, True), 0) == len(now - was)
    assert moved.get((True, True), 0) == len(was & now)


def test_the_verdict_is_measured_where_there_is_truth_and_only_implied_where_there_is_none(
    tuned: dict[str, Any],
) -> None:
    at_link = tuned["measured"].set_index("threshold").loc[tuned["trained"]["link_weight"]]
    assert tuned["verdict"].loc["old", "f1"] == pytest.approx(at_link["f1"])
    assert 0 < tuned["verdict"].loc["new", "f1"] < 1
    blind = tuned | {"truth": None}
    for cell in code_cells(TUNE):
        if "truth is None" in "".join(cell["source"]):
            run_cell(cell, blind)
    assert blind["measured"] is None
    assert list(blind["verdict"].index) == ["old", "new"]
    assert {"implied_precision", "implied_recall"} <= set(blind["verdict"])
    assert not {"precision", "recall", "f1"} & set(blind["verdict"])


def test_nothing_is_written_to_the_warehouse(tuned: dict[str, Any], explored: dict[str, Any]) -> None:
    assert [row["model_id"] for row in tuned["storage"].read("linkage.model").collect()] == [
        tuned["scored_by"]
    ]
    assert {row["model_id"] for row in tuned["storage"].read("linkage.term_frequency").collect()} == {
        tuned["scored_by"]
    }


def test_customers_are_counted_once_by_records_and_once_by_sources(
    explored: dict[str, Any], demo_job: Storage
) -> None:
    customers = demo_job.read("gold.customer_360").collect()
    by_records, by_sources, growth = explored["by_records"], explored["by_sources"], explored["growth"]
    assert by_records["customers"].sum() == by_sources["customers"].sum() == len(customers)
    live = demo_job.read("silver.person").where("NOT is_deleted").count()
    assert (by_records["record_count"] * by_records["customers"]).sum() == live
    by_size = by_sources.groupby("source_count")["customers"].sum().to_dict()
    assert by_size == Counter(len(c["sources"]) for c in customers)
    assert growth["customers_so_far"].iloc[-1] == sum(c["first_updated_at"] is not None for c in customers)
    assert growth["month"].is_monotonic_increasing


def test_revenue_is_that_of_gold_by_currency_without_what_was_taken_back(
    explored: dict[str, Any], demo_job: Storage
) -> None:
    total = explored["revenue"].groupby(["kind", "currency"])["amount"].sum().to_dict()
    expected: defaultdict[tuple[str, str], float] = defaultdict(float)
    for kind, day, back in (("order", "ordered_at", "returned"), ("invoice", "issued_on", "void")):
        for row in demo_job.read(f"gold.{kind}").collect():
            if row["status"] != back and row[day] is not None:
                expected[kind, row["currency"]] += float(row["amount"] or 0)
    assert len(expected) >= 4
    assert total == pytest.approx(dict(expected))


def test_top_customers_are_ranked_within_their_currency(explored: dict[str, Any], demo_job: Storage) -> None:
    customers = demo_job.read("gold.customer_360").collect()
    for currency, top in explored["top"].groupby("currency"):
        totals = sorted(
            (c["order_total"][currency] for c in customers if currency in (c["order_total"] or {})),
            reverse=True,
        )
        assert list(top["amount"]) == totals[:5]
        assert list(top["place"]) == list(range(1, len(top) + 1))


def test_fill_is_the_share_of_customers_with_a_value(explored: dict[str, Any], demo_job: Storage) -> None:
    customers = demo_job.read("gold.customer_360").collect()
    share = explored["fill"].set_index("attribute")["share"]
    for name in ("family_name", "birth_date", "emails", "national_id"):
        known = sum(c[name] is not None for c in customers)
        assert float(share[name]) == pytest.approx(known / len(customers))


def test_a_sources_duplicates_are_its_records_beyond_one_a_customer(
    explored: dict[str, Any], demo_job: Storage
) -> None:
    entity = {
        row["record_id"]: row["entity_id"]
        for row in demo_job.read("entities.member").where("valid_to IS NULL").collect()
    }
    by_source: dict[str, list[str]] = {}
    for record_id, entity_id in entity.items():
        by_source.setdefault(record_id.split(":")[0], []).append(entity_id)
    duplicates = {source: len(ids) - len(set(ids)) for source, ids in by_source.items()}
    assert explored["duplicates"].set_index("source")["duplicates"].to_dict() == duplicates
    assert max(duplicates.values()) > 0


def test_every_reason_of_quarantine_is_counted(explored: dict[str, Any], demo_job: Storage) -> None:
    rows = demo_job.read("silver.quarantine").collect()
    reasons = Counter((r["target"], r["source"], rule) for r in rows for rule in r["failed_rules"])
    found = explored["quarantined"].set_index(["target", "source", "rule"])["rows"].to_dict()
    assert found == reasons
    assert found


def test_one_customer_is_shown_with_all_its_records(explored: dict[str, Any], demo_job: Storage) -> None:
    customer = demo_job.read("gold.customer_360").where(f"entity_id = '{explored['customer']}'").collect()[0]
    assert len(customer["sources"]) > 1
    assert explored["golden"].loc[0, "family_name"] == customer["family_name"]
    assert len(explored["records"]) == customer["record_count"]
    sources = {record_id.split(":")[0] for record_id in explored["records"]["record_id"]}
    assert sources == set(customer["sources"])
