"""The whole job on a small demo company: raw sources to gold."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import functions as F

from cdi_spark import cli
from cdi_spark.gold.customer.accuracy import golden_accuracy
from cdi_spark.linkage.evaluation.accuracy import evaluate
from cdi_spark.linkage.evaluation.baselines import exact_match_clusters
from cdi_spark.linkage.evaluation.labels import read_truth
from cdi_spark.pipeline.runner import STAGES
from cdi_spark.queries.accuracy import evaluate_members
from cdi_spark.schema import TABLES
from cdi_spark.storage import Storage
from tests import tiny_company
from tests.paths import ROOT

DEMO = ROOT / "conf" / "demo"


@pytest.fixture(name="place")
def _place(demo_company: Path) -> Path:
    return demo_company


@pytest.fixture(name="finished")
def _finished(demo_job: Storage) -> Storage:
    return demo_job


def test_it_links_better_than_plain_exact_matching(finished: Storage, place: Path) -> None:
    truth = str(place / "raw" / "truth.csv")
    ours = evaluate_members(finished, truth)
    plain = evaluate(exact_match_clusters(finished.read("silver.person")), read_truth(finished, truth))
    assert plain.f1 < 0.9
    assert ours.f1 > plain.f1
    assert ours.precision > 0.8


def test_every_live_record_is_in_one_entity_and_every_entity_is_one_customer(finished: Storage) -> None:
    live = finished.read("silver.person").where("NOT is_deleted").select("record_id")
    members = finished.read("entities.member").where("valid_to IS NULL")
    customers = finished.read("gold.customer_360")
    assert members.select("record_id").exceptAll(live).isEmpty()
    assert live.exceptAll(members.select("record_id")).isEmpty()
    assert customers.count() == customers.select("entity_id").distinct().count()
    assert customers.select("entity_id").exceptAll(members.select("entity_id").distinct()).isEmpty()
    assert customers.agg(F.sum("record_count")).first()[0] == live.count()


def test_invalid_rows_are_in_quarantine_with_their_reasons(finished: Storage) -> None:
    reasons = finished.read("silver.quarantine").select("target", F.explode("failed_rules").alias("rule"))
    failed = {(row["target"], row["rule"]) for row in reasons.distinct().collect()}
    assert failed >= {
        ("silver.person", "has_key"),
        ("silver.person", "has_something_to_match_on"),
        ("silver.person", "birth_date_not_in_future"),
        ("silver.order", "amount_not_negative"),
        ("silver.invoice", "amount_is_a_number"),
        ("silver.support_case", "closed_after_opened"),
    }


def test_money_is_decimal_with_an_iso_currency_and_dates_are_dates(finished: Storage) -> None:
    invoices = finished.read("silver.invoice")
    types = dict(invoices.dtypes)
    assert (types["amount"], types["issued_on"]) == ("decimal(18,3)", "date")
    assert {r[0] for r in invoices.select("currency").distinct().collect()} <= {"GBP", "EUR", "USD"}
    assert not any(kind in ("double", "float") for name in TABLES for kind in _money_types(finished, name))
    total = finished.read("gold.customer_360").where("order_total IS NOT NULL").first()["order_total"]
    assert all(isinstance(value, Decimal) for value in total.values())


def _money_types(storage: Storage, name: str) -> list[str]:
    if not storage.exists(name):
        return []
    money = ("amount", "unit_price", "order_total", "invoice_total")
    return [kind for column, kind in storage.read(name).dtypes if column in money]


def test_tables_carry_their_comments_and_no_statistics_of_personal_columns(finished: Storage) -> None:
    described = {f.name: f.metadata.get("comment") for f in finished.read("silver.person").schema}
    assert described["emails"] == "valid e-mail addresses, lower case"
    log = (Path(finished.warehouse) / f"silver/person/_delta_log/{0:020d}.json").read_text()
    adds = [json.loads(line)["add"] for line in log.splitlines() if '"add"' in line]
    stats = [json.loads(add["stats"]) for add in adds]
    assert stats
    assert not any("family_name" in s.get("minValues", {}) for s in stats)


def test_results_of_gates_and_stages_are_recorded(finished: Storage) -> None:
    results = finished.read("ops.quality_result")
    assert results.where("NOT success").isEmpty()
    assert {"silver.person", "gold.customer_360"} <= {
        r[0] for r in results.select("table").distinct().collect()
    }
    stages = finished.read("ops.run").where("status = 'succeeded'").select("stage").distinct()
    assert {r[0] for r in stages.collect()} == set(STAGES)


@pytest.fixture
def cdi(finished: Storage, capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run `cdi` in this process: exit status, stdout, stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        status = cli.main([*arguments, "--project", str(DEMO), "--warehouse", finished.warehouse])
        return status, *capfd.readouterr()

    return call


def test_sql_prints_json_alone_and_csv(cdi: Callable[..., tuple[int, str, str]], finished: Storage) -> None:
    query = "select count(*) n from gold.customer_360"
    wanted = finished.read("gold.customer_360").count()
    status, out, _ = cdi("sql", query, "--format", "json")
    assert (status, json.loads(out)) == (0, [{"n": wanted}])
    assert cdi("sql", query, "--format", "csv")[1] == f"n\n{wanted}\n"
    assert cdi("sql", "select * from gold.order limit 1")[0] == 0


def test_text_that_looks_like_markup_is_printed_unchanged(cdi: Callable[..., tuple[int, str, str]]) -> None:
    status, out, _ = cdi("sql", "select '[/b] [red]x' as `v[/]`")
    assert status == 0
    assert "[/b] [red]x" in out


def test_evaluate_prints_one_json_object(cdi: Callable[..., tuple[int, str, str]], place: Path) -> None:
    status, out, _ = cdi("evaluate", "--truth", str(place / "raw" / "truth.csv"), "--json")
    found: dict[str, Any] = json.loads(out)
    assert status == 0
    assert {"precision", "recall", "f1", "exact_cluster_f1"} <= found.keys()


def test_a_failure_explains_what_to_do_and_exits_with_an_error(
    cdi: Callable[..., tuple[int, str, str]],
) -> None:
    status, out, err = cdi("sql", "select nope from gold.customer_360")
    assert (status, out) == (1, "")
    assert "nope" in err
    status, _, err = cdi("evaluate", "--truth", "nowhere.csv")
    assert status == 1
    assert "source, key and person" in err


def test_golden_records_have_the_true_values_that_a_source_knows(
    demo_job: Storage, demo_company: Path
) -> None:
    raw = demo_company / "raw"
    found = golden_accuracy(
        demo_job.newest_release().read("gold.customer_360"),
        demo_job.read("silver.person"),
        demo_job.read("entities.member"),
        read_truth(demo_job, str(raw / "truth.csv")),
        demo_job.spark.read.csv(str(raw / "truth_people.csv"), header=True),
    )
    all_known = found.groupBy().sum("known", "golden", "last").first()
    assert all_known is not None
    known, golden, last = all_known
    assert golden / known >= 0.95 > last / known


@pytest.mark.launch
def test_a_job_runs_under_spark_submit(tmp_path: Path) -> None:
    activated = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["spark-submit", ROOT / "jobs" / "ingest.py", "--project", tiny_company.make(tmp_path),
         "--warehouse", tmp_path / "w"],
        capture_output=True, text=True, cwd=tmp_path, env=activated,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "w" / "bronze" / "crm" / "_delta_log").is_dir()
