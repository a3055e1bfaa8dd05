"""What `cdi explain`, `why`, `models` and `blocking` print about a finished run."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import Row
from pyspark.sql import functions as F

from cdi_spark.cli import main
from cdi_spark.linkage.evaluation.blocking_report import candidate_rules
from cdi_spark.linkage.model.person_model import BlockingRule
from cdi_spark.queries import linkage as inspection
from cdi_spark.schema import EVENT, MEMBER, MODEL
from cdi_spark.spark.local_rows import local_rows
from cdi_spark.storage import Storage
from tests.paths import DEMO

DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(storage: Storage) -> list[str]:
    return ["--project", str(DEMO), "--warehouse", storage.warehouse]


def answered(arguments: list[str], capsys: pytest.CaptureFixture[str], status: int = 0) -> Any:
    assert main([*arguments, "--json"]) == status
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def models(demo_job: Storage, storage: Storage) -> Storage:
    """A warehouse with the run's model, and a newer one of other weights and rules."""
    shutil.copytree(Path(demo_job.warehouse) / "linkage/model", Path(storage.warehouse) / "linkage/model")
    first = storage.read(MODEL.name).collect()[0].asDict()
    settings = json.loads(first["settings"])
    settings["comparisons"][0]["comparison_levels"][1]["m_probability"] *= 2
    newer = {
        "model_id": "newer",
        "settings": json.dumps(settings),
        "rules": [*first["rules"][1:], "brand new"],
        "trained_at": datetime.now(UTC),
    }
    rows = local_rows(storage.spark, [Row(**{**first, **newer})], MODEL.schema)
    storage.merge(MODEL, rows, when_changed=())
    return storage


def older_model(models: Storage) -> str:
    row = models.read(MODEL.name).where("model_id <> 'newer'").first()
    assert row is not None
    return str(row["model_id"])


def test_explain_takes_a_pair_apart_and_draws_it(
    demo_job: Storage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = demo_job.read("linkage.pair").orderBy(F.desc("match_weight"), "record_id_l").collect()[0]
    one, other = pair["record_id_l"], pair["record_id_r"]
    file = tmp_path / "pair.html"
    found = answered(["explain", other, one, *at(demo_job), "--html", str(file)], capsys)
    assert found["record_ids"] == [one, other]
    assert sum(step["bits"] for step in found["steps"]) == pytest.approx(pair["match_weight"], abs=1e-9)
    assert found["match_probability"] == pytest.approx(pair["match_probability"], abs=1e-9)
    assert pair["block_rule"] == found["shared_rules"][0]
    assert found["in_pairs"]
    assert found["entity_ids"][0] == found["entity_ids"][1] is not None
    drawn = file.read_text(encoding="utf-8")
    person = demo_job.read("silver.person").where(F.col("record_id") == one).collect()[0]
    assert person["family_name"].lower() in drawn
    # One bar a telling step, and the sum.
    assert drawn.count("<rect") == sum(step["bits"] != 0 for step in found["steps"]) + 1
    assert not re.search(r"<script|https?://|<link", drawn)


def test_a_project_that_changed_since_the_training_is_reported(
    demo_job: Storage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(DEMO, tmp_path / "conf")
    with (tmp_path / "conf/project.yml").open("a") as file:
        file.write("linkage: {keep_weight: -4.0}\n")
    assert main(["blocking", "--project", str(tmp_path / "conf"), "--warehouse", demo_job.warehouse]) == 0
    assert "its person model or thresholds differ from the project's now" in capsys.readouterr().err


def test_explain_reports_that_nothing_brought_strangers_together(
    demo_job: Storage, capsys: pytest.CaptureFixture[str]
) -> None:
    devices = demo_job.read("silver.person").where("source = 'usage'").orderBy("key").take(2)
    assert main(["explain", *(row["record_id"] for row in devices), *at(demo_job)]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "shared blocking rules: none" in printed
    assert "in linkage.pair: no" in printed
    assert "entity today: two:" in printed
    assert "no evidence from: given_name" in printed


def test_why_finds_the_link_without_which_an_entity_falls_apart(
    demo_job: Storage, capsys: pytest.CaptureFixture[str]
) -> None:
    members = demo_job.read("entities.member").where("valid_to IS NULL")
    sizes = members.groupBy("entity_id").agg(F.count("*").alias("n"))
    largest = sizes.orderBy(F.desc("n"), "entity_id").collect()[0]
    found = answered(["why", largest["entity_id"], *at(demo_job)], capsys)
    ids = {record["record_id"] for record in found["records"]}
    assert len(ids) == largest["n"] > 3
    assert len(found["links"]) == len(ids) * (len(ids) - 1) / 2
    assert len(found["tree"]) == len(ids) - 1
    # Pairs that are in linkage.pair weigh the same there, and the others blocking did not find or keep.
    pairs = demo_job.read("linkage.pair").where(
        F.col("record_id_l").isin(*ids) & F.col("record_id_r").isin(*ids)
    )
    kept = {
        (p["record_id_l"], p["record_id_r"]): (p["match_weight"], p["block_rule"]) for p in pairs.collect()
    }
    known = [link for link in found["links"] if link["block_rule"]]
    assert {(link["record_id_l"], link["record_id_r"]) for link in known} == set(kept)
    for link in known:
        weight, rule = kept[link["record_id_l"], link["record_id_r"]]
        assert (link["match_weight"], link["block_rule"]) == (pytest.approx(weight, abs=1e-9), rule)
    # No pair between the two parts holds better than the weakest link.
    one, other = map(set, found["weakest"]["parts"])
    assert one | other == ids
    assert not one & other
    between = [x for x in found["links"] if len({x["record_id_l"], x["record_id_r"]} & one) == 1]
    assert found["weakest"]["link"]["match_weight"] == max(link["match_weight"] for link in between)
    assert main(["why", largest["entity_id"], *at(demo_job)]) == 0
    assert "Weakest link:" in capsys.readouterr().out


def test_why_explains_what_became_of_an_entity(storage: Storage, capsys: pytest.CaptureFixture[str]) -> None:
    spark = storage.spark
    members = [("crm:1", "old", DAY, DAY, "r1"), ("crm:1", "new", DAY, None, "r2")]
    storage.merge(MEMBER, local_rows(spark, members, MEMBER.schema), when_changed=())
    events = [("e1", "old", "merged", ["old"], ["new"], DAY, "r2")]
    storage.merge(EVENT, local_rows(spark, events, EVENT.schema), when_changed=())
    assert main(["why", "old", *at(storage)]) == 1
    printed = " ".join(capsys.readouterr().err.split())
    assert "old does not exist now: it was merged into new on 2026-03-01 (run r2)" in printed
    assert main(["why", "never", *at(storage)]) == 1
    assert "no entity ever had the id never" in capsys.readouterr().err


def test_the_model_made_active_is_the_one_that_scores(
    models: Storage, capsys: pytest.CaptureFixture[str]
) -> None:
    older = older_model(models)
    listed = answered(["models", *at(models)], capsys)
    assert [(m["model_id"], m["active"]) for m in listed] == [("newer", True), (older, False)]
    assert main(["models", "activate", older, *at(models)]) == 0
    capsys.readouterr()
    listed = answered(["models", *at(models)], capsys)
    assert [(m["model_id"], m["active"]) for m in listed] == [(older, True), ("newer", False)]
    assert main(["models", *at(models)]) == 0
    assert "newer" in capsys.readouterr().out


def test_a_model_of_another_person_model_is_not_made_active(
    models: Storage, capsys: pytest.CaptureFixture[str]
) -> None:
    foreign = models.read(MODEL.name).where("model_id = 'newer'").withColumn("model_id", F.lit("foreign"))
    models.merge(MODEL, foreign.withColumn("settings_hash", F.lit("other")), when_changed=())
    assert main(["models", "activate", "foreign", *at(models)]) == 1
    assert "trained from another person model" in capsys.readouterr().err
    assert main(["models", "activate", "nobody", *at(models)]) == 1
    assert "no model nobody; there are" in capsys.readouterr().err
    assert [m["model_id"] for m in answered(["models", *at(models)], capsys) if m["active"]] == ["newer"]


def test_compare_shows_the_bits_and_rules_that_differ(
    models: Storage, capsys: pytest.CaptureFixture[str]
) -> None:
    older = older_model(models)
    dropped = models.read(MODEL.name).where("model_id <> 'newer'").collect()[0]["rules"][0]
    found = answered(["models", "compare", older, "newer", *at(models)], capsys)
    assert [level["difference"] for level in found["levels"] if level["difference"]] == [pytest.approx(1.0)]
    assert (found["rules_added"], found["rules_dropped"]) == (["brand new"], [dropped])
    assert main(["models", "compare", older, "newer", *at(models)]) == 0
    assert f"blocking rules dropped: {dropped}" in capsys.readouterr().out


def test_options_before_a_subcommand_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--project", str(DEMO), "compare", "a", "b"]) == 2
    assert "after compare" in capsys.readouterr().err


def test_blocking_accounts_for_every_kept_pair(demo_job: Storage, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["blocking", *at(demo_job), "--json"]) == 0
    printed = capsys.readouterr()
    assert "another person model" not in printed.err
    found = json.loads(printed.out)
    trained = demo_job.read(MODEL.name).collect()[0]
    assert {row["rule"] for row in found} == set(trained["rules"])
    assert sum(row["kept"] for row in found) == demo_job.read("linkage.pair").count()
    assert all(row["of_one_entity"] <= row["kept"] <= row["compared"] for row in found)


def test_proposals_name_rules_that_the_model_lacks(
    demo_job: Storage, storage: Storage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("silver/person", "linkage", "entities/member"):
        shutil.copytree(Path(demo_job.warehouse) / name, Path(storage.warehouse) / name)
    trained = storage.read(MODEL.name).collect()[0].asDict()
    less = local_rows(storage.spark, [Row(**{**trained, "rules": ["phone"], "run_id": "less"})], MODEL.schema)
    storage.merge(MODEL, less, when_changed=("run_id",))

    def a_few(*arguments: Any, **named: Any) -> list[BlockingRule]:
        # All would take a minute.
        return [rule for rule in candidate_rules(*arguments, **named) if "e-mail" in rule.name]

    monkeypatch.setattr(inspection, "candidate_rules", a_few)
    (found,) = answered(["blocking", "proposals", *at(storage)], capsys)
    assert (found["rule"], found["shares"]) == ("e-mail", "emails")
    assert 0 < found["finds"] <= found["compared"]
